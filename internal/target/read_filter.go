// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"encoding/xml"
	"maps"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// selection is a subtree filter (RFC 6241 section 6) for several paths, in which what
// they have in common stands once.
type selection struct {
	selector
	whole bool // all that is below is wanted
	below []*selection
}

func (s *selection) add(steps []selector) {
	if len(steps) == 0 {
		s.whole = true
		return
	}
	for _, b := range s.below {
		if b.node == steps[0].node && maps.Equal(b.keys, steps[0].keys) {
			b.add(steps[1:])
			return
		}
	}
	next := &selection{selector: steps[0]}
	s.below = append(s.below, next)
	next.add(steps[1:])
}

func (s *selection) write(b *bytes.Buffer, namespace string) {
	for _, c := range s.below {
		own := c.node.Module().Namespace
		b.WriteString("<" + c.node.Name())
		if own != namespace {
			b.WriteString(` xmlns="`)
			_ = xml.EscapeText(b, []byte(own)) // a Buffer does not fail
			b.WriteString(`"`)
		}
		if c.whole && len(c.keys) == 0 {
			b.WriteString("/>")
			continue
		}
		b.WriteString(">")
		c.writeKeys(b)
		if !c.whole {
			c.write(b, own)
		}
		b.WriteString("</" + c.node.Name() + ">")
	}
}

// writeKeys asks for an entry by its keys, and for those that are not given with the rest. A key whose text
// in XML would be another one is not given: the entries are told apart when they are there.
func (s *selection) writeKeys(b *bytes.Buffer) {
	for _, key := range s.node.Keys() {
		value, given := s.keys[key.Name()]
		switch {
		case given && sameInXML(key, value):
			b.WriteString("<" + key.Name() + ">")
			_ = xml.EscapeText(b, []byte(value))
			b.WriteString("</" + key.Name() + ">")
		case !s.whole && !slices.ContainsFunc(s.below, func(c *selection) bool { return c.node == key }):
			b.WriteString("<" + key.Name() + "/>")
		}
	}
}

// sameInXML: names of modules, as identities and paths have them, are prefixes in XML.
func sameInXML(key *yang.Node, value string) bool {
	if !strings.Contains(value, ":") {
		return true
	}
	if key.Type().Kind() == yang.TypeLeafref {
		if key = key.LeafrefTarget(); key == nil {
			return false
		}
	}
	switch key.Type().Kind() {
	case yang.TypeIdentityref, yang.TypeInstanceIdentifier, yang.TypeUnion, yang.TypeLeafref:
		return false
	}
	return true
}

// native is a value as CEL compares it.
func native(d *yang.Data) any {
	switch d.Node().Kind() {
	case yang.KindLeaf, yang.KindLeafList:
		return nativeLeaf(d)
	case yang.KindAnyData, yang.KindAnyXML:
		return d.Value()
	}
	out := map[string]any{}
	for _, c := range d.Children() {
		name := c.Node().Name()
		if k := c.Node().Kind(); k == yang.KindList || k == yang.KindLeafList {
			list, _ := out[name].([]any)
			out[name] = append(list, native(c))
			continue
		}
		out[name] = native(c)
	}
	return out
}
