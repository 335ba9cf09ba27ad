// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const defaultRPCTimeout = 60 * time.Second

// SSHConfig says how to log in over SSH, and whom to believe.
type SSHConfig = netconf.SSHConfig

// TLSConfig says the same over TLS.
type TLSConfig = netconf.TLSConfig

// Endpoint is how to reach one NF.
type Endpoint struct {
	// Key identifies the NF: namespace/name of its Target. Endpoints of one key share a session.
	Key string
	// Address is host:port; the port defaults to 830, with TLS to 6513. Of an NF that calls home it only
	// says, in messages, which it is.
	Address string
	// SSH is used unless TLS is set.
	SSH SSHConfig
	TLS *TLSConfig
	// CallHome says that the NF opens the connection (RFC 8071).
	CallHome bool
	// OneByOne waits for each reply before the next request is sent, for NFs that cannot do otherwise.
	OneByOne bool
	// ConnectTimeout bounds connection, login and hellos; 0 means 15 s.
	ConnectTimeout time.Duration
	// RPCTimeout bounds each RPC; 0 means 60 s.
	RPCTimeout time.Duration
	// IdleTimeout closes a session that was not used for so long; 0 keeps it.
	IdleTimeout time.Duration

	// trace sees the messages of a session from its hellos on; nil is nobody.
	trace func(netconf.Direction, []byte)
}

func (e Endpoint) rpcTimeout() time.Duration {
	if e.RPCTimeout > 0 {
		return e.RPCTimeout
	}
	return defaultRPCTimeout
}

// digest identifies all that a session depends on.
func (e Endpoint) digest() string {
	from := e.Address
	if e.CallHome {
		from = "calls home"
	}
	if e.TLS != nil {
		cfg := *e.TLS
		cfg.ConnectTimeout = e.ConnectTimeout
		return from + " TLS " + cfg.Digest()
	}
	cfg := e.SSH
	cfg.ConnectTimeout = e.ConnectTimeout
	return from + " SSH " + cfg.Digest()
}

func (e Endpoint) transport() Transport {
	if e.TLS != nil {
		return TLS
	}
	return SSH
}
