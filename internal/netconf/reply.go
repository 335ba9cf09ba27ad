// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// Reply is an rpc-reply.
type Reply struct {
	MessageID string
	// OK says that the reply holds <ok/>.
	OK bool
	// Warnings are the rpc-errors of severity warning.
	Warnings []*RPCError
	// Output are all other children of the reply but rpc-errors: data, or what an RPC or action returns.
	Output []Element

	failed RPCErrors
}

// Element is an XML element with its content.
type Element struct {
	Namespace, Name string
	// XML is the element as a document of its own, which declares every prefix in scope. Its other
	// attributes are left out.
	XML []byte
}

// Data returns the reply's data element, or nil where it has none. It may be changed.
func (r *Reply) Data() []byte {
	for _, e := range r.Output {
		if e.Name == "data" {
			return e.XML
		}
	}
	return nil
}

// readReply reads what follows the start tag of an rpc-reply. An error breaks the session; rpc-errors are
// in the reply.
func readReply(m *message, call *Call) (*Reply, error) {
	r := &Reply{}
	r.MessageID, _ = m.root.attr("message-id")
	for {
		child, err := m.child()
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err == nil {
			err = r.readChild(m, child, call)
		}
		if err != nil {
			return nil, err
		}
	}
}

func (r *Reply) readChild(m *message, child *element, call *Call) error {
	switch {
	case child.isBase("rpc-error"):
		return r.readError(m, child)
	case child.isBase("ok"):
		r.OK = true
		return m.skip(child)
	}
	to := newSink(call, child)
	text, err := to.finish(m.content(child, to))
	if text != nil {
		r.Output = append(r.Output, Element{Namespace: child.namespace, Name: child.local, XML: text})
	}
	return err
}

func (r *Reply) readError(m *message, child *element) error {
	text, err := m.document(child)
	if err != nil {
		return err
	}
	one, err := parseRPCError(text)
	switch {
	case err != nil:
		return err
	case one.Warning():
		r.Warnings = append(r.Warnings, one)
	default:
		r.failed = append(r.failed, one)
	}
	return nil
}

// isBase says whether this is an element of the protocol; some servers forget its prefix.
func (e *element) isBase(local string) bool {
	return e.local == local && (e.namespace == BaseNamespace || e.namespace == "")
}

// characterData returns the text of an element, entities and CDATA resolved.
func characterData(element []byte) ([]byte, error) {
	if element == nil {
		return nil, malformed(errors.New("the reply has no data element"))
	}
	d := xml.NewDecoder(bytes.NewReader(element))
	text := make([]byte, 0, len(element))
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
		if part, ok := token.(xml.CharData); ok {
			text = append(text, part...)
		}
	}
}
