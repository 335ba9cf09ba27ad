// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

type editAttr struct{ space, local, value string }

// editServer does what an NF does with an edit (RFC 6241 section 7.2, RFC 7950
// sections 7.7.9 and 7.8.6), as written there and without a look at the plan.
func editServer(t *testing.T, running *yang.Tree, edit []byte) *yang.Tree {
	t.Helper()
	attrs := map[*yang.Data][]editAttr{}
	doc := append(append([]byte(`<config xmlns="`+netconfNamespace+`">`), edit...), "</config>"...)
	tree, _, errs := yang.DecodeXML(running.Schema(), bytes.NewReader(doc), yang.XMLOptions{
		ConfigOnly: true,
		Edit:       true,
		Attr: func(d *yang.Data, space, local, value string) {
			attrs[d] = append(attrs[d], editAttr{space, local, value})
		},
	})
	if errs.Err() != nil {
		t.Fatalf("edit is refused: %v\n%s", errs, edit)
	}
	s := editing{t: t, running: running.Clone(), attrs: attrs}
	for _, d := range tree.Root().Children() {
		s.node(d)
	}
	return s.running
}

type editing struct {
	t       *testing.T
	running *yang.Tree
	attrs   map[*yang.Data][]editAttr
}

func (s *editing) attr(d *yang.Data, space, local string) string {
	for _, a := range s.attrs[d] {
		if a.space == space && a.local == local {
			return a.value
		}
	}
	return ""
}

func (s *editing) node(d *yang.Data) {
	path := d.Path()
	switch op := s.attr(d, netconfNamespace, "operation"); op {
	case "remove":
		s.running.Delete(path)
		return
	case "replace":
		s.running.Delete(path)
	case "", "merge":
	default:
		s.t.Fatalf("operation %q at %s", op, path)
	}
	n := d.Node()
	switch n.Kind() {
	case yang.KindAnyData, yang.KindAnyXML:
		s.running.Copy(d)
	case yang.KindLeaf:
		if !n.IsKey() {
			s.set(path, d.Value())
		}
	case yang.KindLeafList:
		s.set(path, "")
		s.insert(d)
	default:
		if n.Kind() == yang.KindList || n.Presence() {
			s.set(path, "")
		}
		s.insert(d)
		for _, c := range d.Children() {
			s.node(c)
		}
	}
}

func (s *editing) set(path, value string) {
	if _, err := s.running.Set(path, value, yang.Origin{}, false); err != nil {
		s.t.Fatalf("set %s: %v", path, err)
	}
}

func (s *editing) insert(d *yang.Data) {
	where := s.attr(d, yangNamespace, "insert")
	if where == "" {
		return
	}
	n := d.Node()
	var anchor *yang.Data
	if where == "before" || where == "after" {
		path := d.Parent().Path()
		if path == "/" {
			path = ""
		}
		if path += "/" + n.QName(); n.Kind() == yang.KindLeafList {
			path += predicate(".", s.attr(d, yangNamespace, "value"))
		} else {
			path += s.attr(d, yangNamespace, "key")
		}
		if anchor = s.running.Get(path); anchor == nil {
			s.t.Fatalf("%s: no anchor %s", d.Path(), path)
		}
	}
	s.running.Move(s.running.Get(d.Path()), anchor, where == "last" || where == "after")
}

// editLeafs returns the paths of what an edit speaks of other than to lead there: leafs
// but keys, leaf-list entries, anydata, and what has an operation or a place.
func editLeafs(t *testing.T, s *yang.Schema, edit []byte) map[string]bool {
	t.Helper()
	told := map[*yang.Data]bool{}
	doc := append(append([]byte(`<config xmlns="`+netconfNamespace+`">`), edit...), "</config>"...)
	tree, _, errs := yang.DecodeXML(s, bytes.NewReader(doc), yang.XMLOptions{
		ConfigOnly: true, Edit: true,
		Attr: func(d *yang.Data, _, _, _ string) { told[d] = true },
	})
	if errs.Err() != nil {
		t.Fatal(errs)
	}
	out := map[string]bool{}
	tree.Walk(func(d *yang.Data) bool {
		if told[d] || d.Leaf() && !d.Node().IsKey() {
			out[d.Path()] = true
		}
		return true
	})
	return out
}
