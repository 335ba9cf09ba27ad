// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	helloTimeout = 30 * time.Second
	maxRequest   = 64 << 20
)

// peer is who is at the other end.
type peer struct {
	user, host string
	remote     string // host:port
	transport  string // an identity of ietf-netconf-monitoring
}

func hostOf(addr net.Addr) string {
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	return host
}

// session is one NETCONF session.
type session struct {
	*Server
	peer
	id      uint64
	conn    io.Closer // the transport below
	input   *input
	framer  *netconf.Framer // of what is read
	login   time.Time
	closing bool
	// after is done when the reply was sent.
	after func()

	sending sync.Mutex // replies and notifications
	out     io.Writer
	chunked bool

	counters counters // guarded by Server.mu
}

// serveSession speaks NETCONF until the client closes the session or breaks the protocol. conn is the
// transport below the channel.
func (s *Server) serveSession(conn io.Closer, channel io.ReadWriter, from peer) {
	ses := s.addSession(conn, channel, from)
	end := ending{reason: "dropped"}
	defer func() { s.endSession(ses, end) }()
	defer ses.input.close()
	if err := ses.hello(); err != nil {
		s.failed(from.remote, err)
		end.reason = "bad-hello"
		return
	}
	s.hub.sessionStarted(ses)
	for !ses.closing {
		message, err := ses.framer.ReadMessage()
		if err != nil || !ses.serve(message) {
			return
		}
		if ses.after != nil {
			ses.after()
			ses.after = nil
		}
	}
	end.reason = "closed"
}

func (s *Server) addSession(conn io.Closer, channel io.ReadWriter, from peer) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	in := &input{r: channel, stalls: s.options.Profile.StallsAfterHello}
	ses := &session{
		Server: s, peer: from, id: s.lastID, conn: conn, input: in, out: channel, login: time.Now(),
		framer: netconf.NewFramer(readOnly{in}, maxRequest),
	}
	s.sessions[ses.id] = ses
	s.counters.sessions++
	return ses
}

// readOnly is for a Framer that only reads.
type readOnly struct{ io.Reader }

func (readOnly) Write(p []byte) (int, error) { return len(p), nil }

// ending is why a session ended, as RFC 6470 calls it, and the session that killed it.
type ending struct {
	reason   string
	killedBy uint64
}

// endSession forgets a session; a second time it does nothing.
func (s *Server) endSession(ses *session, why ending) {
	s.mu.Lock()
	_, lives := s.sessions[ses.id]
	delete(s.sessions, ses.id)
	s.mu.Unlock()
	if lives {
		s.hub.unsubscribeAll(ses)
		s.store.sessionEnded(ses)
		s.hub.sessionEnded(ses, why)
	}
}

// find returns a session that lives, or nil.
func (s *Server) find(id uint64) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[id]
}

// hello exchanges the hellos and chooses the framing; it says why the session cannot be.
func (s *session) hello() error {
	fault := s.script.event("hello", s.id)
	if fault != nil && !fault.await(s.input.ended(s.all.Go)) || !s.send(s.helloMessage(), fault) {
		return errors.New("the connection ended before our hello")
	}
	stop := closeLater(helloTimeout, s.conn)
	message, err := s.framer.ReadMessage()
	if !stop() {
		return fmt.Errorf("the client sent no hello within %v", helloTimeout)
	}
	if err != nil {
		return fmt.Errorf("the client sent no hello: %w", err)
	}
	theirs, err := parseHello(message)
	if err != nil {
		return err
	}
	const base10, base11 = string(netconf.Base10), string(netconf.Base11)
	switch {
	case slices.Contains(theirs, base11) && !s.options.Profile.Base10Only:
		s.framer.SetFraming(netconf.Chunked)
		s.chunked = true
	case !slices.Contains(theirs, base10):
		return errors.New("hello: client and device have no version of NETCONF in common")
	}
	return nil
}

// parseHello returns the capabilities of a client's hello.
func parseHello(message []byte) ([]string, error) {
	hello, err := parseElement(message)
	switch {
	case err != nil:
		return nil, fmt.Errorf("hello: %w", err)
	case hello.name != "hello":
		return nil, fmt.Errorf("hello: the first message is %s", hello.name)
	case hello.space != netconfNamespace:
		return nil, errors.New("hello: " + foreign(hello))
	case hello.child("session-id") != nil:
		return nil, errors.New("hello: a client's hello has no session-id")
	case hello.child("capabilities") == nil:
		return nil, errors.New("hello: element capabilities is missing")
	}
	var theirs []string
	for _, c := range hello.child("capabilities").children {
		theirs = append(theirs, c.text)
	}
	return theirs, nil
}

// foreign says what is wrong with the namespace of an element that is not in NETCONF's.
func foreign(e *element) string {
	if e.space == "" {
		return fmt.Sprintf("the namespace of element %s is missing: it needs xmlns=%q", e.name, netconfNamespace)
	}
	return fmt.Sprintf("element %s is in the namespace %q instead of %q", e.name, e.space, netconfNamespace)
}

func (s *session) helloMessage() []byte {
	var b bytes.Buffer
	b.WriteString(`<hello xmlns="` + netconfNamespace + `"><capabilities>`)
	for _, uri := range s.options.Model.capabilities(s.options.Profile) {
		b.WriteString("<capability>")
		_ = xml.EscapeText(&b, []byte(uri)) // a Buffer does not fail
		b.WriteString("</capability>")
	}
	b.WriteString("</capabilities><session-id>" + strconv.FormatUint(s.id, 10) + "</session-id></hello>")
	return b.Bytes()
}

// send writes a message, or what a fault leaves of it; false ends the session.
func (s *session) send(message []byte, fault *Fault) bool {
	if fault == nil {
		return s.write(frames(message, s.chunked, s.options.Profile.ChunkBytes))
	}
	switch fault.Do {
	case DropBefore, DropWithin:
		s.conn.Close()
		return false
	case NoReply, Ignore:
		return true
	case DelayReply:
		if !fault.wait(s.input.ended(s.all.Go)) {
			return false
		}
	}
	ok := s.write([][]byte{fault.spoiled(message, s.chunked)})
	if ok && (fault.Do == CutReply || fault.Do == DropAfter) {
		s.conn.Close()
		return false
	}
	return ok
}

func (s *session) write(parts [][]byte) bool {
	s.sending.Lock()
	defer s.sending.Unlock()
	for _, part := range parts {
		if _, err := s.out.Write(part); err != nil {
			return false
		}
	}
	return true
}

// await does what a fault wants before the request is served: it waits, or says false to end the session.
func (f *Fault) await(ended <-chan struct{}) bool {
	switch f.Do {
	case DropBefore:
		return false
	case Delay, Hold:
		return f.wait(ended)
	}
	return true
}

// wait blocks as a fault says; false if the connection ended meanwhile.
func (f *Fault) wait(ended <-chan struct{}) bool {
	var late <-chan time.Time
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-f.release: // nil, and never ready, but for Hold
	case <-late:
	case <-ended:
		return false
	}
	return true
}
