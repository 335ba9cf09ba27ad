// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"time"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// operate carries out an operation and returns the body of the reply, or nil for ok.
func (s *session) operate(op *element) ([]byte, error) {
	if op.name == "get-schema" && op.space == monitoringNamespace {
		return s.getSchema(op)
	}
	if op.space == netconfNamespace {
		switch op.name {
		case "get":
			return s.get(op)
		case "get-config":
			return s.getConfig(op)
		case "close-session":
			s.closing = true
			return nil, nil
		case "kill-session":
			return nil, s.killSession(op)
		}
		if do := s.writing(op.name); do != nil {
			return nil, do(op)
		}
	}
	return nil, &RPCError{Type: "protocol", Tag: "operation-not-supported", Message: "there is no operation " + op.name,
		Info: "<bad-element>" + op.name + "</bad-element>"}
}

// writing returns the operations that are answered with ok, as far as the device's profile has them.
func (s *session) writing(name string) func(*element) error {
	profile := s.options.Profile
	switch name {
	case "edit-config":
		return s.editConfig
	case "copy-config":
		return s.copyConfig
	case "delete-config":
		return s.deleteConfig
	case "lock":
		return func(op *element) error { return s.locking(op, s.store.lock) }
	case "unlock":
		return func(op *element) error { return s.locking(op, s.store.unlock) }
	}
	switch {
	case name == "validate" && !profile.NoValidate:
		return s.validate
	case profile.NoCandidate:
		return nil
	case name == "discard-changes":
		return func(*element) error { return s.store.discard(s.id) }
	case name == "commit":
		return s.commit
	case name == "cancel-commit" && !profile.NoConfirmedCommit:
		return func(op *element) error { return s.store.cancel(s.id, op.value("persist-id")) }
	}
	return nil
}

// datastore reads the name of a datastore in a source or target.
func (s *session) datastore(op *element, role string) (string, error) {
	e := op.child(role)
	if e == nil || len(e.children) == 0 {
		return "", missingElement(role)
	}
	name := e.children[0].name
	if !s.store.has(name) {
		return "", badElement(name, "this device has no datastore "+name)
	}
	return name, nil
}

func (s *session) writableTarget(op *element) (string, error) {
	name, err := s.datastore(op, "target")
	if err == nil && !s.store.writable(name) {
		err = badElement(name, "the datastore "+name+" cannot be written")
	}
	return name, err
}

// subtreeFilter returns the filter of get and get-config, or nil.
func subtreeFilter(op *element) (*element, error) {
	f := op.child("filter")
	if f == nil {
		return nil, nil
	}
	if kind := f.attr("type"); kind != "" && kind != "subtree" {
		return nil, &RPCError{Type: "protocol", Tag: "bad-attribute", Message: "only subtree filters are understood",
			Info: "<bad-attribute>type</bad-attribute><bad-element>filter</bad-element>"}
	}
	return f, nil
}

func (s *session) getConfig(op *element) ([]byte, error) {
	source, err := s.datastore(op, "source")
	if err != nil {
		return nil, err
	}
	filter, err := subtreeFilter(op)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("<data>")
	err = yang.EncodeXML(&b, filterTree(s.store.view(source), filter).Root().Children()...)
	b.WriteString("</data>")
	return b.Bytes(), err
}

func (s *session) get(op *element) ([]byte, error) {
	filter, err := subtreeFilter(op)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("<data>")
	err = yang.EncodeXML(&b, filterTree(s.store.view(running), filter).Root().Children()...)
	model := s.options.Model
	if library := model.library[s.options.Profile.Modules]; library != nil {
		filterElements(&b, library, filter)
	}
	filterElements(&b, model.schemas, filter)
	b.WriteString("</data>")
	return b.Bytes(), err
}

func (s *session) getSchema(op *element) ([]byte, error) {
	if op.value("identifier") == "" {
		return nil, missingElement("identifier")
	}
	if format := localName(op.value("format")); format != "" && format != "yang" {
		return nil, &RPCError{Tag: "invalid-value", Message: "schemas are handed out in YANG only"}
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

func (s *session) killSession(op *element) error {
	id, err := strconv.ParseUint(op.value("session-id"), 10, 64)
	if err != nil || id == s.id {
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "session-id is not that of another session"}
	}
	return s.kill(id)
}

func (s *session) editConfig(op *element) error {
	target, err := s.writableTarget(op)
	if err != nil {
		return err
	}
	r := editRequest{
		session:          s.id,
		target:           target,
		defaultOperation: either(op.value("default-operation"), opMerge),
		testOption:       op.value("test-option"),
		errorOption:      either(op.value("error-option"), "stop-on-error"),
		config:           op.child("config"),
		explicitlyTested: op.value("test-option") != "",
	}
	profile := s.options.Profile
	switch {
	case target == startup:
		return badElement(startup, "the startup datastore can only be copied and deleted")
	case r.config == nil:
		return missingElement("config")
	case r.defaultOperation != opMerge && r.defaultOperation != opReplace && r.defaultOperation != opNone:
		return badElement("default-operation", "there is no default-operation "+r.defaultOperation)
	case r.explicitlyTested && (profile.NoValidate || r.testOption != "test-then-set" && r.testOption != "set" && r.testOption != "test-only"):
		return badElement("test-option", "this device has no test-option "+r.testOption)
	case r.errorOption == "rollback-on-error" && profile.NoRollbackOnError,
		r.errorOption != "stop-on-error" && r.errorOption != "continue-on-error" && r.errorOption != "rollback-on-error":
		return badElement("error-option", "this device has no error-option "+r.errorOption)
	}
	return s.store.edit(r)
}

// sourceConfig returns the name of the source datastore, or the tree of an inline config.
func (s *session) sourceConfig(op *element) (string, *yang.Tree, error) {
	source := op.child("source")
	if source == nil || source.child("config") == nil {
		name, err := s.datastore(op, "source")
		return name, nil, err
	}
	tree, _, errs := yang.DecodeXML(s.options.Model.schema, bytes.NewReader(source.child("config").document()), yang.XMLOptions{ConfigOnly: true})
	return "", tree, errs.Err()
}

func (s *session) copyConfig(op *element) error {
	target, err := s.writableTarget(op)
	if err != nil {
		return err
	}
	source, tree, err := s.sourceConfig(op)
	if err != nil {
		return err
	}
	if source == target {
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "source and target are the same"}
	}
	return s.store.copy(target, source, tree, s.id)
}

func (s *session) deleteConfig(op *element) error {
	target, err := s.datastore(op, "target")
	if err != nil {
		return err
	}
	if target != startup {
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "the datastore " + target + " cannot be deleted"}
	}
	return s.store.delete(s.id)
}

func (s *session) locking(op *element, do func(string, uint64) error) error {
	target, err := s.datastore(op, "target")
	if err != nil {
		return err
	}
	return do(target, s.id)
}

func (s *session) validate(op *element) error {
	source, tree, err := s.sourceConfig(op)
	if err != nil {
		return err
	}
	if tree != nil {
		return validate.Tree(tree).Err()
	}
	return s.store.validate(source)
}

func (s *session) commit(op *element) error {
	r := commitRequest{
		session:   s.id,
		confirmed: op.child("confirmed") != nil,
		timeout:   defaultConfirmTimeout,
		persist:   op.value("persist"),
		persistID: op.value("persist-id"),
	}
	if s.options.Profile.NoConfirmedCommit && len(op.children) > 0 {
		return badElement(op.children[0].name, "this device has no confirmed commit")
	}
	if text := op.value("confirm-timeout"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 32)
		if err != nil || seconds == 0 {
			return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "confirm-timeout is not a number of seconds"}
		}
		r.timeout = time.Duration(seconds) * time.Second
	}
	return s.store.commit(r)
}
