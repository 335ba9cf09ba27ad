// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/strowger/strowger/internal/netconf"
)

// Observation is the running configuration of an NF as it was read.
type Observation struct {
	// XML is a document whose root element data holds the configuration.
	XML []byte
	// Digest identifies XML: as long as it stays the same, there is nothing new in it.
	Digest string
	// SessionID is that of the NETCONF session that saw it.
	SessionID uint64
}

// Observe reads the part of the running configuration that the content of a subtree filter selects; nil
// selects everything. On an established session it costs exactly one get-config.
func (p *Pool) Observe(ctx context.Context, e Endpoint, filter []byte) (Observation, error) {
	var seen Observation
	err := p.with(ctx, e, "get-config", func(l *link) error {
		var err error
		seen, err = l.observe(ctx, filter)
		return err
	})
	return seen, err
}

func (l *link) observe(ctx context.Context, filter []byte) (Observation, error) {
	var reply *netconf.Reply
	err := l.rpc(ctx, "get-config", func(ctx context.Context) error {
		var err error
		reply, err = l.Exec(ctx, observing(filter))
		return err
	})
	if err != nil {
		return Observation{}, err
	}
	return l.observation(reply)
}

// observing is the request of an observation.
func observing(filter []byte) netconf.GetConfig {
	get := netconf.GetConfig{Source: netconf.Running}
	if filter != nil {
		get.Filter = netconf.Subtree(filter)
	}
	return get
}

// observation is what a reply to it says.
func (l *link) observation(reply *netconf.Reply) (Observation, error) {
	data := reply.Data()
	if data == nil {
		return Observation{}, fmt.Errorf("%w: the reply to get-config has no data", netconf.ErrProtocol)
	}
	sum := sha256.Sum256(data)
	return Observation{XML: data, Digest: "sha256:" + hex.EncodeToString(sum[:]), SessionID: l.ID()}, nil
}
