// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"net"
	"strings"
	"time"
)

const (
	defaultConnectTimeout = 15 * time.Second
	defaultKeepalive      = 30 * time.Second
	keepaliveProbes       = 3
)

// connectTimeout is what was asked for, or the default.
func connectTimeout(asked time.Duration) time.Duration {
	if asked <= 0 {
		return defaultConnectTimeout
	}
	return asked
}

// dialTCP connects. The kernel probes the idle connection, so that a peer that vanished is noticed.
func dialTCP(ctx context.Context, addr string, keepalive time.Duration) (net.Conn, error) {
	dialer := &net.Dialer{KeepAliveConfig: keepaliveConfig(keepalive)}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, contextError(ctx, "connect to", addr)
	}
	return nil, &Error{Kind: ErrUnreachable, Op: "connect to", Addr: addr, Err: err}
}

func keepaliveConfig(interval time.Duration) net.KeepAliveConfig {
	if interval == 0 {
		interval = defaultKeepalive
	}
	return net.KeepAliveConfig{Enable: interval > 0, Idle: interval, Interval: max(interval/keepaliveProbes, time.Second), Count: keepaliveProbes}
}

// WithPort adds the port of NETCONF over SSH (RFC 6242 section 6) to an address that has none.
func WithPort(addr string) string { return withPort(addr, DefaultPort) }

// WithTLSPort adds the port of NETCONF over TLS (RFC 7589 section 8) to an address that has none.
func WithTLSPort(addr string) string { return withPort(addr, DefaultTLSPort) }

func withPort(addr, port string) string {
	if _, _, err := net.SplitHostPort(addr); err == nil {
		return addr
	}
	return net.JoinHostPort(strings.Trim(addr, "[]"), port)
}
