// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"slices"
	"strconv"
)

const nmdaNamespace = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda" // RFC 8526

func (s *session) nmda(op *element) ([]byte, error) {
	switch op.name {
	case "get-data":
		return s.getData(op)
	case "edit-data":
		return nil, s.editData(op)
	}
	return nil, notSupported(op)
}

// nmdaDatastore reads the identity of a datastore.
func (s *session) nmdaDatastore(op *element) (string, error) {
	text := op.value("datastore")
	if text == "" {
		return "", missingElement("datastore")
	}
	name := localName(text)
	if !slices.Contains(s.options.Profile.datastores(), name) {
		return "", invalidValue("this device has no datastore " + text)
	}
	return name, nil
}

func (s *session) getData(op *element) ([]byte, error) {
	name, err := s.nmdaDatastore(op)
	if err != nil {
		return nil, err
	}
	q, err := s.dataQuery(op)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(`<data xmlns="` + nmdaNamespace + `">`)
	switch {
	case name != "operational":
		if name == "intended" {
			name = running
		}
		err = s.writeData(&b, s.store.view(name), q)
	case op.value("config-filter") == "true":
		q.defaults = reportAll
		err = s.writeData(&b, s.store.view(running), q)
	case op.value("config-filter") == "false":
		err = s.stateOnly(&b, q)
	default:
		if op.child("with-defaults") == nil {
			q.defaults = reportAll // operational reports what is in use (RFC 8342 section 5.3)
		}
		err = s.operational(&b, q)
	}
	b.WriteString("</data>")
	return b.Bytes(), err
}

// stateOnly appends what is no configuration.
func (s *session) stateOnly(b *bytes.Buffer, q query) error {
	s.mu.Lock()
	state := s.state
	s.mu.Unlock()
	if state != nil {
		if err := s.writeData(b, state, q); err != nil {
			return err
		}
	}
	filter := q.selection.elements()
	states, err := s.protocolState(filter)
	for _, root := range states {
		filterElements(b, root, filter)
	}
	return err
}

func (s *session) dataQuery(op *element) (query, error) {
	q := query{selection: &selection{}, origins: op.child("with-origin") != nil}
	if f := op.child("subtree-filter"); f != nil {
		q.selection = &selection{subtree: f}
	}
	if f := op.child("xpath-filter"); f != nil {
		if s.options.Profile.NoXPath {
			return q, badElement("xpath-filter", "this device has no XPath filters")
		}
		q.selection = &selection{xpath: f, path: f.text}
	}
	if text := op.value("max-depth"); text != "" && text != "unbounded" {
		depth, err := strconv.ParseUint(text, 10, 16)
		if err != nil || depth == 0 {
			return q, invalidValue("max-depth is no depth")
		}
		q.depth = int(depth)
	}
	if name := op.value("datastore"); q.origins && localName(name) != "operational" {
		return q, invalidValue("only operational knows origins")
	}
	var err error
	q.defaults, err = s.options.Profile.defaultsOf(op)
	return q, err
}

func (s *session) editData(op *element) error {
	name, err := s.nmdaDatastore(op)
	if err != nil {
		return err
	}
	if !s.store.writable(name) || name == startup || name == "intended" || name == "operational" {
		return invalidValue("the datastore " + name + " cannot be edited")
	}
	config := op.child("config")
	if config == nil {
		return missingElement("config")
	}
	operation := either(op.value("default-operation"), opMerge)
	if operation != opMerge && operation != opReplace && operation != opNone {
		return badElement("default-operation", "there is no default-operation "+operation)
	}
	return s.store.edit(editRequest{by: s, target: name, defaultOperation: operation, errorOption: "rollback-on-error", config: config})
}
