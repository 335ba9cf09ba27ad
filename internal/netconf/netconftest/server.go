// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/strowger/strowger/internal/yang"
)

// Options describe a device. The zero value of each field is a sensible device: candidate, validate,
// confirmed-commit, both framings, user and password "netconf".
type Options struct {
	// Model is the device's YANG modules; servers may share it.
	Model *Model
	// Addr is where to listen; empty is a free port on loopback.
	Addr string
	// User and Password log in; both default to "netconf". AuthorizedKeys log in without a password.
	User, Password string
	AuthorizedKeys []ssh.PublicKey
	// HostKey is the server's key; nil makes one.
	HostKey ssh.Signer
	// Profile says which capabilities the device has.
	Profile Profile
	// Running is the initial configuration, and Startup that of startup; nil is empty.
	Running, Startup *yang.Tree
	// OnChange is called with each new running configuration, in order, and must not change it.
	OnChange func(running *yang.Tree)
	// OnRequest is called for each request when its answer is known.
	OnRequest func(Request)
}

// Request is a request that was answered.
type Request struct {
	Session   uint64
	Operation string
	// Failed is the tag of the first rpc-error, if there was one.
	Failed string
}

// Profile says what kind of device it is.
type Profile struct {
	// NoCandidate leaves out candidate and what needs it, and makes running writable.
	NoCandidate bool
	// WritableRunning makes running writable beside the candidate.
	WritableRunning bool
	// Startup has a startup datastore of its own; without, each change of running is saved by the device.
	Startup bool
	// Base10Only speaks base:1.0 only.
	Base10Only bool
	// NoValidate has neither validate nor test-option.
	NoValidate bool
	// NoConfirmedCommit has plain commits only.
	NoConfirmedCommit bool
	// NoRollbackOnError lacks that error-option.
	NoRollbackOnError bool
	// Modules says where modules are announced.
	Modules ModuleAnnouncement
	// LosesValidatedCommits answers ok to a commit after validate, and loses the change, as netconfd 2.13.
	LosesValidatedCommits bool
}

// ModuleAnnouncement is where a device announces its modules.
type ModuleAnnouncement int

// The ways to announce modules.
const (
	InLibrary11 ModuleAnnouncement = iota // ietf-yang-library of RFC 8525, and of RFC 7895 for old clients
	InLibrary10                           // ietf-yang-library of RFC 7895
	InHello                               // capabilities of the hello
)

// Server is a running device. Its methods may be used while clients are served.
type Server struct {
	// Addr is host:port.
	Addr string
	// User and Password log in.
	User, Password string

	options  Options
	listener net.Listener
	config   *ssh.ServerConfig
	hostKey  ssh.Signer
	store    *store
	script   *script
	all      sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	lastID   uint64
	conns    map[net.Conn]struct{}
	sessions map[uint64]*session
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
	if o.Model == nil {
		return nil, fmt.Errorf("a device needs a model")
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.User == "" {
		o.User = "netconf"
	}
	if o.Password == "" && len(o.AuthorizedKeys) == 0 {
		o.Password = "netconf"
	}
	if o.HostKey == nil {
		key, err := NewHostKey()
		if err != nil {
			return nil, err
		}
		o.HostKey = key
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Addr, err)
	}
	s := &Server{
		Addr:     listener.Addr().String(),
		User:     o.User,
		Password: o.Password,
		options:  o,
		listener: listener,
		hostKey:  o.HostKey,
		store:    newStore(o),
		script:   newScript(),
		conns:    make(map[net.Conn]struct{}),
		sessions: make(map[uint64]*session),
	}
	s.config = s.sshConfig()
	s.all.Go(s.accept)
	return s, nil
}

// NewHostKey makes an ed25519 key.
func NewHostKey() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}

// KnownHosts returns the known_hosts line of the server.
func (s *Server) KnownHosts() string {
	return knownhosts.Line([]string{s.Addr}, s.hostKey.PublicKey()) + "\n"
}

// Close ends all sessions, and waits until all that the server started is gone.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
	s.mu.Unlock()
	s.listener.Close()
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

// CandidateDirty says whether the candidate holds uncommitted changes.
func (s *Server) CandidateDirty() bool { return s.store.dirty() }

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

// Edit changes the running configuration behind everybody's back: no lock, no validation.
func (s *Server) Edit(change func(running *yang.Tree) error) error {
	return s.store.editRunning(change)
}

// accept serves connections until the listener is closed.
func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			if s.isClosed() {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of descriptors, most likely
			continue
		}
		if !s.addConn(conn) {
			conn.Close()
			return
		}
		s.all.Go(func() {
			defer s.removeConn(conn)
			s.serveSSH(conn)
		})
	}
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func (s *Server) addConn(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[conn] = struct{}{}
	return true
}

func (s *Server) removeConn(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
}
