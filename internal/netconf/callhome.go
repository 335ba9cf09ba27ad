// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// The ports that NETCONF servers call home to (RFC 8071 section 5).
const (
	CallHomeSSHPort = "4334"
	CallHomeTLSPort = "4335"
)

// Transport is what secures a session.
type Transport string

// The transports of NETCONF.
const (
	SSH Transport = "SSH" // RFC 6242
	TLS Transport = "TLS" // RFC 7589
)

const (
	defaultHandshakes = 64
	acceptPause       = 100 * time.Millisecond
)

// Caller is an NF that is expected to call; one of the two is set. It is recognised by what it shows:
// over SSH by a host key that stands in KnownHosts, whatever the host names beside it; over TLS by a
// certificate that chains to CA and is for ServerName.
type Caller struct {
	SSH *SSHConfig
	TLS *TLSConfig
}

// CallHomeOptions are those of a CallHome.
type CallHomeOptions struct {
	// OnSession gets each session with the key of its caller, and owns it from then on.
	OnSession func(key string, s *Session)
	// OnRefused hears why a connection did not become a session. It may be called often.
	OnRefused func(remote net.Addr, err error)
	// Trace returns who is to see the messages of a caller's session, hellos included; nil is nobody. It may
	// be nil.
	Trace func(key string) func(Direction, []byte)
	// MaxHandshakes bounds how many connections are under way at once; others wait. 0 means 64.
	MaxHandshakes int
	// Timeout bounds the handshake and the hellos of a connection; 0 means 15 s.
	Timeout time.Duration
}

// CallHome turns connections that NFs open into sessions of which we are the client (RFC 8071).
type CallHome struct {
	options CallHomeOptions
	slots   chan struct{}
	ssh     sshCallers
	tls     tlsCallers
}

// NewCallHome returns a CallHome that expects nobody yet.
func NewCallHome(o CallHomeOptions) *CallHome {
	if o.MaxHandshakes <= 0 {
		o.MaxHandshakes = defaultHandshakes
	}
	if o.OnRefused == nil {
		o.OnRefused = func(net.Addr, error) {}
	}
	if o.Trace == nil {
		o.Trace = func(string) func(Direction, []byte) { return nil }
	}
	o.Timeout = connectTimeout(o.Timeout)
	return &CallHome{options: o, slots: make(chan struct{}, o.MaxHandshakes)}
}

// Expect makes a caller known, or replaces it. The error says what of its configuration cannot be used.
func (c *CallHome) Expect(key string, caller Caller) error {
	switch {
	case caller.SSH != nil:
		c.tls.remove(key)
		return c.ssh.put(key, *caller.SSH)
	case caller.TLS != nil:
		c.ssh.remove(key)
		return c.tls.put(key, *caller.TLS)
	}
	return errors.New("a caller needs SSH or TLS")
}

// Forget makes a caller unknown.
func (c *CallHome) Forget(key string) {
	c.ssh.remove(key)
	c.tls.remove(key)
}

// Serve accepts connections until ctx ends, and then closes the listener and waits for what is under way.
func (c *CallHome) Serve(ctx context.Context, listener net.Listener, transport Transport) error {
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		conn, err := listener.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // such as too many open files
			c.options.OnRefused(listener.Addr(), err)
			pause(ctx, acceptPause)
			continue
		}
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			conn.Close()
			continue
		}
		all.Go(func() {
			defer func() { <-c.slots }()
			c.answer(ctx, conn, transport)
		})
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// answer makes a session of a connection, or closes it.
func (c *CallHome) answer(ctx context.Context, conn net.Conn, transport Transport) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	open := c.ssh.open
	if transport == TLS {
		open = c.tls.open
	}
	key, session, err := open(ctx, conn, c.options.Trace)
	if err != nil {
		conn.Close()
		if key != "" {
			err = fmt.Errorf("%s: %w", key, err)
		}
		c.options.OnRefused(conn.RemoteAddr(), err)
		return
	}
	c.options.OnSession(key, session)
}
