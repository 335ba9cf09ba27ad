// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"encoding/xml"
	"fmt"
	"io"

	gonetconf "github.com/Juniper/go-netconf/netconf"
)

// Method is the body of an rpc element: go-netconf's RPCMethod.
type Method = gonetconf.RPCMethod

// RawMethod is a Method given as XML text: go-netconf's RawMethod.
type RawMethod = gonetconf.RawMethod

// transport is go-netconf's Transport over our own framing, so that its Session type describes ours. It
// is never used for RPCs: those need message-ids, deadlines and concurrency.
type transport struct {
	*Framer
	io.Closer
}

var _ gonetconf.Transport = (*transport)(nil)

func (t *transport) Send(message []byte) error { return t.WriteMessage(message) }

func (t *transport) Receive() ([]byte, error) { return t.ReadMessage() }

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

func (t *transport) ReceiveHello() (*gonetconf.HelloMessage, error) {
	message, err := t.Receive()
	if err != nil {
		return nil, err
	}
	hello := &gonetconf.HelloMessage{}
	if err := xml.Unmarshal(message, hello); err != nil {
		return nil, fmt.Errorf("%w: hello: %w", ErrProtocol, err)
	}
	return hello, nil
}

// establish exchanges the hellos (RFC 6241 section 8.1) and chooses the framing.
func establish(t *transport) (*gonetconf.Session, error) {
	hello, err := exchangeHellos(t)
	if err != nil {
		return nil, err
	}
	capabilities := NewCapabilities(hello.Capabilities)
	switch {
	case !capabilities.Has(Base10, Base11):
		return nil, fmt.Errorf("%w: the server's hello announces neither base:1.0 nor base:1.1", ErrProtocol)
	case hello.SessionID <= 0 || hello.SessionID > maxChunkSize:
		return nil, fmt.Errorf("%w: the server's hello has no valid session-id", ErrProtocol)
	case capabilities.Has(Base11):
		t.SetVersion("v1.1")
	}
	return &gonetconf.Session{Transport: t, SessionID: hello.SessionID, ServerCapabilities: hello.Capabilities}, nil
}

// exchangeHellos sends ours before the server's has come: the more time passes between our hello and the
// first rpc, the better (see helloGap).
func exchangeHellos(t *transport) (*gonetconf.HelloMessage, error) {
	if err := t.SendHello(&gonetconf.HelloMessage{Capabilities: []string{string(Base10), string(Base11)}}); err != nil {
		return nil, err
	}
	return t.ReceiveHello()
}
