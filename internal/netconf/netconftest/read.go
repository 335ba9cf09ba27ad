// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"

	"github.com/strowger/strowger/internal/yang"
)

// query is what an operation wants to read of a tree.
type query struct {
	selection *selection
	defaults  defaultsMode
	depth     int
	origins   bool
}

func (s *session) queryOf(op *element) (query, error) {
	var q query
	var err error
	if q.selection, err = s.options.Profile.selectionOf(op); err != nil {
		return q, err
	}
	q.defaults, err = s.options.Profile.defaultsOf(op)
	return q, err
}

// writeData appends what a query finds in a tree.
func (s *session) writeData(b *bytes.Buffer, t *yang.Tree, q query) error {
	selected, err := q.selection.tree(presented(t, q.defaults))
	if err != nil {
		return err
	}
	w := &dataWriter{b: b, profile: s.options.Profile, tagged: q.defaults == reportAllTagged, origins: q.origins, depth: q.depth}
	return w.tree(selected)
}

func (s *session) getConfig(op *element) ([]byte, error) {
	source, err := s.datastore(op, "source")
	if err != nil {
		return nil, err
	}
	q, err := s.queryOf(op)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("<data>")
	err = s.writeData(&b, s.store.view(source), q)
	b.WriteString("</data>")
	return b.Bytes(), err
}

func (s *session) get(op *element) ([]byte, error) {
	q, err := s.queryOf(op)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("<data>")
	if err := s.operational(&b, q); err != nil {
		return nil, err
	}
	b.WriteString("</data>")
	return b.Bytes(), nil
}

// operational appends configuration in use and state.
func (s *session) operational(b *bytes.Buffer, q query) error {
	if err := s.writeData(b, s.operationalTree(), q); err != nil {
		return err
	}
	filter := q.selection.elements()
	states, err := s.protocolState(filter)
	for _, root := range states {
		filterElements(b, root, filter)
	}
	return err
}

func (s *session) operationalTree() *yang.Tree {
	config := s.store.view(running)
	s.mu.Lock()
	state := s.state
	s.mu.Unlock()
	if state == nil {
		return config
	}
	merged := config.Clone()
	merged.Merge(state)
	return merged
}

func (s *session) getSchema(op *element) ([]byte, error) {
	if op.value("identifier") == "" {
		return nil, missingElement("identifier")
	}
	if format := localName(op.value("format")); format != "" && format != "yang" {
		return nil, invalidValue("schemas are handed out in YANG only")
	}
	found, err := s.options.Model.text(op.value("identifier"), op.value("version"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(len(found.text) + len(found.text)/8)
	b.WriteString(`<data xmlns="` + monitoringNamespace + `">`)
	_ = xml.EscapeText(&b, found.text) // a Buffer does not fail
	b.WriteString("</data>")
	return b.Bytes(), nil
}
