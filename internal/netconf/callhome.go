// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
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
	// silencePatience is how long a caller may take to say its first word: an NF has nothing to wait for.
	silencePatience = 5 * time.Second
	// connectionsPerHandshake bounds how many connections are kept that have not said anything yet.
	connectionsPerHandshake = 16
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
	// MaxHandshakes bounds how many handshakes are under way at once; others wait. 0 means 64. Whoever has said
	// nothing yet takes no place, and is hung up on after 5 s.
	MaxHandshakes int
	// Timeout bounds the handshake and the hellos of a connection; 0 means 15 s.
	Timeout time.Duration

	silence time.Duration // 0: silencePatience
}

// CallHome turns connections that NFs open into sessions of which we are the client (RFC 8071).
type CallHome struct {
	options CallHomeOptions
	open    chan struct{} // holds a token per connection
	slots   chan struct{} // and one per handshake
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
	if o.silence <= 0 {
		o.silence = silencePatience
	}
	return &CallHome{options: o, slots: make(chan struct{}, o.MaxHandshakes), open: make(chan struct{}, connectionsPerHandshake*o.MaxHandshakes)}
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
		case c.open <- struct{}{}:
		case <-ctx.Done():
			conn.Close()
			continue
		}
		all.Go(func() {
			defer func() { <-c.open }()
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
	first := &firstWord{Conn: conn, patience: min(c.options.silence, c.options.Timeout), enter: func() error { return c.enter(ctx) }}
	key, session, err := open(ctx, first, c.options.Trace)
	if first.heard.Load() {
		<-c.slots
	}
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

// enter waits for a place among the handshakes.
func (c *CallHome) enter(ctx context.Context) error {
	select {
	case c.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// firstWord is a connection on which the other side has yet to say something. When it does, there must be a place
// for it among the handshakes: those who connect and are silent keep nobody from calling.
type firstWord struct {
	net.Conn
	patience time.Duration
	enter    func() error
	heard    atomic.Bool
}

func (f *firstWord) Read(p []byte) (int, error) {
	if f.heard.Load() {
		return f.Conn.Read(p)
	}
	if err := f.SetReadDeadline(time.Now().Add(f.patience)); err != nil {
		return 0, err
	}
	n, err := f.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, fmt.Errorf("it connected and said nothing for %s", f.patience)
	}
	if n == 0 {
		return n, err
	}
	if err := f.SetReadDeadline(time.Time{}); err != nil {
		return 0, err
	}
	if err := f.enter(); err != nil {
		return 0, err
	}
	f.heard.Store(true)
	return n, err
}

// setKeepalive has the system find out that a caller is gone, as dialTCP does for those who are called.
func setKeepalive(conn net.Conn, interval time.Duration) {
	if f, ok := conn.(*firstWord); ok {
		conn = f.Conn
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetKeepAliveConfig(keepaliveConfig(interval)) // without it, the first request finds out
	}
}
