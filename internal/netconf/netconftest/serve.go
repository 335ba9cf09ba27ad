// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// serve answers one message; false ends the session.
func (s *session) serve(message []byte) bool {
	s.power.RLock()
	defer s.power.RUnlock()
	if s.find(s.id) != s {
		return false // it was killed, and this message was on its way
	}
	rpc, err := parseRPC(message)
	if err != nil {
		s.count(func(c *counters) { c.badRPCs++ })
		return s.send(s.reply(rpc, nil, listOf(err)), nil)
	}
	s.count(func(c *counters) { c.rpcs++ })
	operation := rpc.children[0]
	fault := s.script.received(operation.name, s.id)
	if fault != nil && (fault.Do == Ignore || !fault.await(s.input.ended(s.all.Go))) {
		s.report(operation, nil, fault)
		if fault.Do == Ignore {
			return true
		}
		s.conn.Close()
		return false
	}
	if latency := s.options.Profile.Latency; latency > 0 {
		slow := &Fault{Delay: latency}
		if !slow.wait(s.input.ended(s.all.Go)) {
			return false
		}
	}
	body, failed := s.outcome(operation, fault)
	s.report(operation, failed, fault)
	return s.send(s.reply(rpc, body, failed), fault)
}

// parseRPC returns the rpc element even with an error, if there is one.
func parseRPC(message []byte) (*element, error) {
	rpc, err := parseElement(message)
	switch {
	case err != nil:
		return nil, &RPCError{Type: "rpc", Tag: "malformed-message", Message: err.Error()}
	case rpc.name == "rpc" && rpc.space != netconfNamespace:
		return nil, &RPCError{Type: "rpc", Tag: "unknown-namespace", Message: foreign(rpc),
			Info: namespaceInfo(rpc.space, "rpc")}
	case rpc.name != "rpc":
		return nil, &RPCError{Type: "rpc", Tag: "unknown-element", Message: "only rpc is understood",
			Info: "<bad-element>" + rpc.name + "</bad-element>"}
	case rpc.attr("message-id") == "":
		return rpc, &RPCError{Type: "rpc", Tag: "missing-attribute", Message: "message-id is missing",
			Info: "<bad-attribute>message-id</bad-attribute><bad-element>rpc</bad-element>"}
	case len(rpc.children) != 1:
		return rpc, &RPCError{Type: "rpc", Tag: "bad-element", Message: "an rpc holds one operation",
			Info: "<bad-element>rpc</bad-element>"}
	}
	return rpc, nil
}

// outcome carries out the operation, unless a fault forbids it.
func (s *session) outcome(operation *element, fault *Fault) ([]byte, rpcErrors) {
	if fault != nil && fault.Do == AnswerErrors {
		return nil, fault.rpcErrors()
	}
	body, err := s.operate(operation)
	if fault != nil && fault.Do == AnswerErrorsAfter {
		return nil, fault.rpcErrors()
	}
	if err != nil {
		failed := listOf(err)
		if s.options.Profile.OneError {
			failed = failed[:1]
		}
		return nil, failed
	}
	return body, nil
}

func (f *Fault) rpcErrors() rpcErrors {
	var list rpcErrors
	for i := range f.Errors {
		list = append(list, &f.Errors[i])
	}
	if list == nil {
		list = rpcErrors{{Tag: "operation-failed", Message: "a fault was scripted"}}
	}
	return list
}

// report tells whoever listens of a request.
func (s *session) report(operation *element, failed rpcErrors, fault *Fault) {
	r := Request{Session: s.id, Operation: operation.name}
	if len(failed) > 0 {
		s.count(func(c *counters) { c.errors++ })
		r.Failed = failed[0].Tag
	}
	if fault != nil {
		r.Fault = fault.Do
	}
	if s.options.OnRequest != nil {
		s.options.OnRequest(r)
	}
}

// reply writes an rpc-reply: the attributes of the rpc, and errors, or a body, or ok.
func (s *session) reply(rpc *element, body []byte, failed rpcErrors) []byte {
	var b bytes.Buffer
	b.Grow(len(body) + 256)
	b.WriteString(`<rpc-reply xmlns="` + netconfNamespace + `"`)
	if rpc != nil {
		writeAttributes(&b, rpc.attrs)
	}
	b.WriteString(">")
	warnings := true
	for _, e := range failed {
		if s.options.Profile.NoErrorPath {
			pathless := *e
			pathless.Path = ""
			e = &pathless
		}
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

// writeAttributes echoes the attributes of an rpc (RFC 6241 section 4.2).
func writeAttributes(b *bytes.Buffer, attrs []xml.Attr) {
	for i, a := range attrs {
		name := a.Name.Local
		if a.Name.Space != "" {
			prefix := "a" + strconv.Itoa(i)
			b.WriteString(" xmlns:" + prefix + `="`)
			_ = xml.EscapeText(b, []byte(a.Name.Space)) // a Buffer does not fail
			b.WriteString(`"`)
			name = prefix + ":" + name
		}
		b.WriteString(" " + name + `="`)
		_ = xml.EscapeText(b, []byte(a.Value))
		b.WriteString(`"`)
	}
}
