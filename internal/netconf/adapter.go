// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"

	gonetconf "github.com/Juniper/go-netconf/netconf"
)

// Method is the body of an rpc element: go-netconf's RPCMethod.
type Method = gonetconf.RPCMethod

// RawMethod is a Method given as XML text: go-netconf's RawMethod.
type RawMethod = gonetconf.RawMethod

// maxHelloBytes bounds a hello: those of large devices announce thousands of modules.
const maxHelloBytes = 8 << 20

// transport is go-netconf's Transport over our own framing, so that its Session type describes ours. It
// is never used for RPCs: those need message-ids, deadlines and concurrency.
type transport struct {
	*Framer
	io.Closer
	show func(Direction, []byte)
}

var _ gonetconf.Transport = (*transport)(nil)

func (t *transport) Send(message []byte) error {
	t.show(Sent, message)
	return t.WriteMessage(message)
}

func (t *transport) Receive() ([]byte, error) {
	message, err := t.ReadMessage()
	if err == nil {
		t.show(Received, message)
	}
	return message, err
}

// SetVersion takes go-netconf's names of the protocol versions.
func (t *transport) SetVersion(version string) {
	if version == "v1.1" {
		t.SetFraming(Chunked)
		return
	}
	t.SetFraming(EndOfMessage)
}

func (t *transport) SendHello(hello *gonetconf.HelloMessage) error {
	message, err := xml.Marshal(hello)
	if err != nil {
		return err
	}
	return t.Send(append([]byte(xml.Header), message...))
}

// ReceiveHello reads the server's hello as strictly as RFC 6241 section 8.1 defines it: one list of
// capabilities and one session-id, in the namespace of NETCONF.
func (t *transport) ReceiveHello() (*gonetconf.HelloMessage, error) {
	limit := t.max
	t.max = min(limit, maxHelloBytes)
	document, err := t.Receive()
	t.max = limit
	if err != nil {
		return nil, err
	}
	if err := checkStructure(document, DefaultMaxDepth); err != nil {
		return nil, fmt.Errorf("hello: %w", err)
	}
	root, err := parseNode(document)
	if err != nil {
		return nil, fmt.Errorf("hello: %w", err)
	}
	if !root.is(BaseNamespace, "hello") {
		return nil, malformed(fmt.Errorf("<%s> in namespace %q where the server's hello is expected", root.local, root.namespace))
	}
	hello := &gonetconf.HelloMessage{}
	lists, ids := 0, 0
	for _, child := range root.children {
		switch {
		case child.is(BaseNamespace, "capabilities"):
			lists++
			for _, one := range child.children {
				if one.is(BaseNamespace, "capability") {
					hello.Capabilities = append(hello.Capabilities, one.value())
				}
			}
		case child.is(BaseNamespace, "session-id"):
			ids++
			id, err := strconv.ParseUint(child.value(), 10, 32)
			if err != nil || id == 0 {
				return nil, malformed(fmt.Errorf("the server's hello has the session-id %q, which is no number from 1 to 4294967295", child.value()))
			}
			hello.SessionID = int(id)
		}
	}
	switch {
	case lists != 1:
		return nil, malformed(fmt.Errorf("the server's hello has %d lists of capabilities", lists))
	case ids != 1:
		return nil, malformed(fmt.Errorf("the server's hello has %d session-ids", ids))
	}
	return hello, nil
}

// establish exchanges the hellos (RFC 6241 section 8.1) and chooses the framing. Ours is sent before the
// server's has come: the more time passes between our hello and the first rpc, the better (see helloGap).
func establish(t *transport) (*gonetconf.Session, error) {
	if err := t.SendHello(&gonetconf.HelloMessage{Capabilities: []string{string(Base10), string(Base11)}}); err != nil {
		return nil, err
	}
	hello, err := t.ReceiveHello()
	if err != nil {
		return nil, err
	}
	capabilities := NewCapabilities(hello.Capabilities)
	switch {
	case !capabilities.Has(Base10, Base11):
		return nil, malformed(errors.New("the server's hello announces neither base:1.0 nor base:1.1"))
	case capabilities.Has(Base11):
		t.SetVersion("v1.1")
	}
	return &gonetconf.Session{Transport: t, SessionID: hello.SessionID, ServerCapabilities: capabilities.uris}, nil
}
