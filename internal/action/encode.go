// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package action

import (
	"bytes"
	"encoding/xml"
	"fmt"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// Check returns what is wrong with an input, which is from [yang.NewTreeAt] of the
// operation's input. What depends on the rest of the NF's configuration is left to the NF.
func (c Call) Check(input *yang.Tree) yang.Errors {
	return validate.Operation(input, nil)
}

// XML writes the operation with its input, which may be nil: for an RPC the content of
// the rpc element, for an action that of the action element (RFC 7950 section 7.15.2).
func (c Call) XML(input *yang.Tree) ([]byte, error) {
	var b bytes.Buffer
	var around []*yang.Data
	for d := c.Instance; d != nil && d.Parent() != nil; d = d.Parent() {
		around = append(around, d)
	}
	var module *yang.Module
	for i := len(around) - 1; i >= 0; i-- {
		d := around[i]
		open(&b, d.Node(), module)
		module = d.Node().Module()
		for _, key := range d.Node().Keys() {
			writeKey(&b, d.Child(key.Module().Name, key.Name()))
		}
	}
	open(&b, c.Operation, module)
	if input != nil {
		if err := yang.EncodeXML(&b, input.Root()); err != nil {
			return nil, fmt.Errorf("writing the input of %s: %w", c, err)
		}
	}
	fmt.Fprintf(&b, "</%s>", c.Operation.Name())
	for _, d := range around {
		fmt.Fprintf(&b, "</%s>", d.Node().Name())
	}
	return b.Bytes(), nil
}

// open writes a start tag, which declares its namespace where it is not that around it.
func open(b *bytes.Buffer, n *yang.Node, around *yang.Module) {
	b.WriteString("<" + n.Name())
	if n.Module() != around {
		declare(b, "xmlns", n.Module().Namespace)
	}
	b.WriteByte('>')
}

func declare(b *bytes.Buffer, name, uri string) {
	b.WriteString(" " + name + `="`)
	_ = xml.EscapeText(b, []byte(uri)) // a Buffer does not fail
	b.WriteByte('"')
}

func writeKey(b *bytes.Buffer, key *yang.Data) {
	text, namespaces := key.XMLValue()
	b.WriteString("<" + key.Node().Name())
	for _, x := range namespaces {
		declare(b, "xmlns:"+x.Prefix, x.URI)
	}
	b.WriteByte('>')
	_ = xml.EscapeText(b, []byte(text)) // a Buffer does not fail
	fmt.Fprintf(b, "</%s>", key.Node().Name())
}
