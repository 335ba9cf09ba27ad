// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	helloTimeout = 30 * time.Second
	maxRequest   = 64 << 20
)

// session is one NETCONF session.
type session struct {
	*Server
	id      uint64
	conn    ssh.Conn
	framer  *netconf.Framer
	closing bool
}

// serveSession speaks NETCONF until the client closes the session or breaks the protocol.
func (s *Server) serveSession(conn ssh.Conn, channel io.ReadWriter) {
	ses := s.addSession(conn, channel)
	defer s.endSession(ses)
	if !ses.hello() {
		return
	}
	for !ses.closing {
		message, err := ses.framer.ReadMessage()
		if err != nil {
			return
		}
		reply, ok := ses.serve(message)
		if !ok || ses.framer.WriteMessage(reply) != nil {
			return
		}
	}
}

func (s *Server) addSession(conn ssh.Conn, channel io.ReadWriter) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	ses := &session{Server: s, id: s.lastID, conn: conn, framer: netconf.NewFramer(channel, maxRequest)}
	s.sessions[ses.id] = ses
	return ses
}

func (s *Server) endSession(ses *session) {
	s.mu.Lock()
	delete(s.sessions, ses.id)
	s.mu.Unlock()
	s.store.sessionEnded(ses.id)
}

// kill ends another session.
func (s *Server) kill(id uint64) error {
	s.mu.Lock()
	ses := s.sessions[id]
	s.mu.Unlock()
	if ses == nil {
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "there is no such session"}
	}
	s.endSession(ses)
	return ses.conn.Close()
}

// hello exchanges the hellos and chooses the framing.
func (s *session) hello() bool {
	var b bytes.Buffer
	b.WriteString(`<hello xmlns="` + netconfNamespace + `"><capabilities>`)
	for _, uri := range s.options.Model.capabilities(s.options.Profile) {
		b.WriteString("<capability>")
		_ = xml.EscapeText(&b, []byte(uri)) // a Buffer does not fail
		b.WriteString("</capability>")
	}
	b.WriteString("</capabilities><session-id>" + strconv.FormatUint(s.id, 10) + "</session-id></hello>")
	if s.framer.WriteMessage(b.Bytes()) != nil {
		return false
	}
	late := time.AfterFunc(helloTimeout, func() { s.conn.Close() })
	message, err := s.framer.ReadMessage()
	late.Stop()
	if err != nil {
		return false
	}
	hello, err := parseElement(message)
	if err != nil || hello.name != "hello" || hello.child("session-id") != nil || hello.child("capabilities") == nil {
		return false
	}
	var theirs []string
	for _, c := range hello.child("capabilities").children {
		theirs = append(theirs, c.text)
	}
	const base10, base11 = string(netconf.Base10), string(netconf.Base11)
	switch {
	case slices.Contains(theirs, base11) && !s.options.Profile.Base10Only:
		s.framer.SetFraming(netconf.Chunked)
	case !slices.Contains(theirs, base10):
		return false
	}
	return true
}

// serve answers one message; false ends the session without an answer.
func (s *session) serve(message []byte) ([]byte, bool) {
	rpc, err := parseElement(message)
	if err != nil {
		return s.reply(nil, nil, rpcErrors{{Type: "rpc", Tag: "malformed-message", Message: err.Error()}}), true
	}
	if rpc.name != "rpc" || rpc.space != netconfNamespace {
		return s.reply(nil, nil, rpcErrors{{Type: "rpc", Tag: "unknown-element", Message: "only rpc is understood",
			Info: "<bad-element>" + rpc.name + "</bad-element>"}}), true
	}
	if rpc.attr("message-id") == "" {
		return s.reply(rpc, nil, rpcErrors{{Type: "rpc", Tag: "missing-attribute", Message: "message-id is missing",
			Info: "<bad-attribute>message-id</bad-attribute><bad-element>rpc</bad-element>"}}), true
	}
	if len(rpc.children) != 1 {
		return s.reply(rpc, nil, rpcErrors{{Type: "rpc", Tag: "bad-element", Message: "an rpc holds one operation"}}), true
	}
	operation := rpc.children[0]
	switch fault := s.script.received(operation.name); {
	case fault.drop:
		s.conn.Close()
		return nil, false
	case fault.errors != nil:
		return s.answer(rpc, nil, fault.errors), true
	case fault.hold != nil || fault.delay > 0:
		if !s.wait(fault) {
			return nil, false
		}
	}
	body, err := s.operate(operation)
	if err != nil {
		return s.answer(rpc, nil, listOf(err)), true
	}
	return s.answer(rpc, body, nil), true
}

// answer reports the request to whoever listens, and writes the reply.
func (s *session) answer(rpc *element, body []byte, failed rpcErrors) []byte {
	if s.options.OnRequest != nil {
		r := Request{Session: s.id, Operation: rpc.children[0].name}
		if len(failed) > 0 {
			r.Failed = failed[0].Tag
		}
		s.options.OnRequest(r)
	}
	return s.reply(rpc, body, failed)
}

// wait blocks as a fault says; false if the connection ended meanwhile.
func (s *session) wait(f fault) bool {
	ended := make(chan struct{})
	go func() {
		_ = s.conn.Wait()
		close(ended)
	}()
	var late <-chan time.Time
	if f.delay > 0 {
		timer := time.NewTimer(f.delay)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-f.hold:
	case <-late:
	case <-ended:
		return false
	}
	return true
}

// reply writes an rpc-reply: the attributes of the rpc, and errors, or a body, or ok.
func (s *session) reply(rpc *element, body []byte, failed rpcErrors) []byte {
	var b bytes.Buffer
	b.Grow(len(body) + 256)
	b.WriteString(`<rpc-reply xmlns="` + netconfNamespace + `"`)
	if rpc != nil {
		for i, a := range rpc.attrs {
			name := a.Name.Local
			if a.Name.Space != "" {
				prefix := "a" + strconv.Itoa(i)
				b.WriteString(" xmlns:" + prefix + `="`)
				_ = xml.EscapeText(&b, []byte(a.Name.Space)) // a Buffer does not fail
				b.WriteString(`"`)
				name = prefix + ":" + name
			}
			b.WriteString(" " + name + `="`)
			_ = xml.EscapeText(&b, []byte(a.Value))
			b.WriteString(`"`)
		}
	}
	b.WriteString(">")
	warnings := true
	for _, e := range failed {
		e.write(&b, s.options.Model)
		warnings = warnings && e.Severity == "warning"
	}
	switch {
	case body != nil:
		b.Write(body)
	case warnings:
		b.WriteString("<ok/>")
	}
	b.WriteString("</rpc-reply>")
	return b.Bytes()
}
