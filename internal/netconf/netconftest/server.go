// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/strowger/strowger/internal/yang"
)

// NoListener as Options.Addr is a device that does not listen on SSH.
const NoListener = "none"

// Options describe a device. The zero value of each field is a sensible device: candidate, validate,
// confirmed-commit, both framings, user and password "netconf", SSH on a free port of loopback.
type Options struct {
	// Model is the device's YANG modules; servers may share it.
	Model *Model
	// Profile says which capabilities and which quirks the device has.
	Profile Profile

	// Addr is where to listen for SSH; empty is a free port on loopback, NoListener nowhere.
	Addr string
	// User and Password log in; both default to "netconf". AuthorizedKeys log in without a password, and so
	// do certificates of UserAuthorities for the user.
	User, Password  string
	AuthorizedKeys  []ssh.PublicKey
	UserAuthorities []ssh.PublicKey
	// HostKey is the server's key, or key and certificate; nil makes one.
	HostKey ssh.Signer
	// SSH, if not nil, may change the SSH server's configuration, such as its algorithms.
	SSH func(*ssh.ServerConfig)
	// TLS is for NETCONF over TLS (RFC 7589), called in or called home.
	TLS *TLSOptions
	// CallHome are clients to connect to (RFC 8071).
	CallHome []CallHome

	// Running is the initial configuration, and Startup that of startup; nil is empty. State is what get and
	// get-data of operational report beside running.
	Running, Startup, State *yang.Tree
	// Handlers serve RPCs and actions, by their names; see Handler. What has none is answered with ok.
	Handlers map[string]Handler

	// OnChange is called with each new running configuration, in order, and must not change it.
	OnChange func(running *yang.Tree)
	// OnRequest is called for each request when its answer is known.
	OnRequest func(Request)
	// OnFailed is called for each connection that did not become a session, and when a client to call home to
	// stops being there.
	OnFailed func(FailedConnection)
}

// FailedConnection is a connection without a session: nobody logged in, or the hello was refused.
type FailedConnection struct {
	Remote string // host:port
	Reason string
}

// Request is a request that was answered, or not because of a fault.
type Request struct {
	Session   uint64
	Operation string
	// Failed is the tag of the first rpc-error, if there was one.
	Failed string
	// Fault is what was done to it, if anything.
	Fault Action
}

// Server is a running device. Its methods may be used while clients are served.
type Server struct {
	// Addr is host:port of SSH, TLSAddr that of TLS; empty where it does not listen.
	Addr, TLSAddr string
	// User and Password log in.
	User, Password string

	options   Options
	listeners []net.Listener
	config    *ssh.ServerConfig
	hostKey   ssh.Signer
	store     *store
	script    *script
	hub       *hub
	began     time.Time
	ctx       context.Context // ends with the server
	stop      context.CancelFunc
	all       sync.WaitGroup
	power     sync.RWMutex // held while a request is served; see Restart

	mu       sync.Mutex
	closed   bool
	lastID   uint64
	conns    map[net.Conn]struct{}
	sessions map[uint64]*session
	counters counters
	state    *yang.Tree
	comments []string // of commits
}

// NewServer starts a server and panics if it cannot, as httptest does. Close it.
func NewServer(o Options) *Server {
	s, err := Start(o)
	if err != nil {
		panic(fmt.Sprintf("netconftest: %v", err))
	}
	return s
}

// Start starts a server.
func Start(o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := newServer(o)
	s.config = s.sshConfig()
	if err := s.listen(); err != nil {
		s.Close()
		return nil, err
	}
	for _, home := range o.CallHome {
		s.all.Go(func() { s.callHome(home) })
	}
	return s, nil
}

// complete fills in what was left out.
func (o *Options) complete() error {
	if o.Model == nil {
		return fmt.Errorf("a device needs a model")
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.User == "" {
		o.User = "netconf"
	}
	if o.Password == "" && len(o.AuthorizedKeys) == 0 && len(o.UserAuthorities) == 0 {
		o.Password = "netconf"
	}
	for _, home := range o.CallHome {
		if home.TLS && o.TLS == nil {
			return fmt.Errorf("call home to %s needs TLS options", home.Addr)
		}
	}
	if o.HostKey == nil {
		key, err := NewHostKey()
		if err != nil {
			return err
		}
		o.HostKey = key
	}
	return nil
}

// failed reports a connection without a session, unless it is the server that ends.
func (s *Server) failed(remote string, reason error) {
	if s.options.OnFailed != nil && s.ctx.Err() == nil {
		s.options.OnFailed(FailedConnection{remote, reason.Error()})
	}
}

// newServer returns a server that does not listen.
func newServer(o Options) *Server {
	s := &Server{
		User:     o.User,
		Password: o.Password,
		options:  o,
		hostKey:  o.HostKey,
		script:   newScript(),
		began:    time.Now(),
		conns:    make(map[net.Conn]struct{}),
		sessions: make(map[uint64]*session),
		state:    o.State,
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.hub = newHub(s)
	s.store = newStore(o, s.hub)
	return s
}

// NewHostKey makes an ed25519 key.
func NewHostKey() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}

// KnownHosts returns the known_hosts line of the server. One that does not listen is known by "*".
func (s *Server) KnownHosts() string {
	return knownhosts.Line([]string{either(s.Addr, "*")}, s.hostKey.PublicKey()) + "\n"
}

// Close ends all sessions, and waits until all that the server started is gone.
func (s *Server) Close() {
	s.stop()
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	for _, listener := range s.listeners {
		listener.Close()
	}
	s.all.Wait()
	s.store.close()
}

// DropSessions ends all sessions without a word, as a device that restarts its management plane.
func (s *Server) DropSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		conn.Close()
	}
}

// Restart is what a device does whose power fails: sessions end without a word, and so do locks, the candidate
// and an unconfirmed commit; running is what startup holds. It listens again at once.
func (s *Server) Restart() {
	s.DropSessions()
	s.power.Lock() // what is being served is over
	defer s.power.Unlock()
	for _, ses := range s.allSessions() {
		s.endSession(ses, ending{reason: "dropped"})
	}
	s.store.restart()
}

func (s *Server) allSessions() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.sessions))
}

// Sessions returns how many NETCONF sessions there are.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Model returns the device's model.
func (s *Server) Model() *Model { return s.options.Model }

// Running returns a copy of the running configuration.
func (s *Server) Running() *yang.Tree { return s.store.snapshot(running) }

// Candidate returns a copy of the candidate, which is running as long as nobody edited it.
func (s *Server) Candidate() *yang.Tree { return s.store.snapshot(candidate) }

// Startup returns a copy of the startup configuration.
func (s *Server) Startup() *yang.Tree { return s.store.snapshot(startup) }

// Has says whether the device has a datastore.
func (s *Server) Has(datastore string) bool { return s.store.has(datastore) }

// CandidateDirty says whether the candidate holds uncommitted changes.
func (s *Server) CandidateDirty() bool { return s.store.dirty() }

// CommitPending says whether a confirmed commit awaits its confirmation.
func (s *Server) CommitPending() bool { return s.store.commitPending() }

// Comments returns what commits bore in places that the device's modules add to commit, in their order.
func (s *Server) Comments() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.comments)
}

// LockHolder returns the session-id that holds the lock of a datastore ("candidate", "running", "startup"), or 0.
func (s *Server) LockHolder(datastore string) uint64 { return s.store.holder(datastore) }

// SetRunning replaces the running configuration behind everybody's back: no lock, no validation.
func (s *Server) SetRunning(t *yang.Tree) {
	_ = s.Edit(func(now *yang.Tree) error {
		for _, d := range slices.Clone(now.Root().Children()) {
			now.Remove(d)
		}
		for _, d := range t.Root().Children() {
			now.Copy(d)
		}
		return nil
	})
}

// Edit changes the running configuration behind everybody's back: no lock, no validation. Subscribers are
// told that the device itself did it.
func (s *Server) Edit(change func(running *yang.Tree) error) error {
	return s.store.editRunning(change)
}

// SetState replaces what get reports beside the configuration. The tree must not be changed afterwards.
func (s *Server) SetState(t *yang.Tree) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = t
}
