// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/strowger/strowger/internal/yang"
)

// operate carries out an operation and returns the body of the reply, or nil for ok.
func (s *session) operate(op *element) ([]byte, error) {
	if err := s.refusedWhileSubscribed(op.name); err != nil {
		return nil, err
	}
	if err := s.checkParameters(op); err != nil {
		return nil, err
	}
	profile := s.options.Profile
	switch {
	case op.space == netconfNamespace:
		return s.base(op)
	case op.space == monitoringNamespace && op.name == "get-schema":
		return s.getSchema(op)
	case op.space == notificationNamespace && op.name == "create-subscription" && profile.Notifications:
		return s.createSubscription(op)
	case op.space == subscribedNamespace && profile.Push:
		return s.subscriptionOperation(op)
	case op.space == nmdaNamespace && profile.NMDA:
		return s.nmda(op)
	case op.space == yangNamespace && op.name == "action":
		return s.action(op)
	}
	return s.rpc(op)
}

// base serves the operations of RFC 6241.
func (s *session) base(op *element) ([]byte, error) {
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
	return nil, notSupported(op)
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
		return func(*element) error { return s.store.discard(s) }
	case name == "commit":
		return s.commit
	case name == "cancel-commit" && !profile.NoConfirmedCommit && !profile.ConfirmedCommit10Only:
		return func(op *element) error { return s.store.cancel(s, op.value("persist-id")) }
	}
	return nil
}

// datastore reads the name of a datastore in a source or target.
func (s *session) datastore(op *element, role string) (string, error) {
	e := op.child(role)
	if e == nil || len(e.children) == 0 {
		return "", missingElement(role)
	}
	found := e.children[0]
	switch {
	case len(e.children) > 1:
		return "", badElement(e.children[1].name, "the "+role+" is one datastore")
	case !s.store.has(found.name):
		return "", badElement(found.name, "this device has no datastore "+found.name)
	case found.space != op.space:
		return "", unknownParameter(e, found)
	}
	return found.name, nil
}

func (s *session) writableTarget(op *element) (string, error) {
	name, err := s.datastore(op, "target")
	if err == nil && !s.store.writable(name) {
		err = badElement(name, "the datastore "+name+" cannot be written")
	}
	return name, err
}

func (s *session) killSession(op *element) error {
	id, err := strconv.ParseUint(op.value("session-id"), 10, 64)
	if err != nil || id == s.id {
		return invalidValue("session-id is not that of another session")
	}
	victim := s.find(id)
	if victim == nil {
		return invalidValue("there is no such session")
	}
	s.endSession(victim, ending{reason: "killed", killedBy: s.id})
	return victim.conn.Close()
}

func (s *session) editConfig(op *element) error {
	target, err := s.writableTarget(op)
	if err != nil {
		return err
	}
	r := editRequest{
		by:               s,
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
	case r.explicitlyTested && !profile.hasTestOption(r.testOption):
		return badElement("test-option", "this device has no test-option "+r.testOption)
	case r.errorOption == "rollback-on-error" && profile.NoRollbackOnError,
		r.errorOption != "stop-on-error" && r.errorOption != "continue-on-error" && r.errorOption != "rollback-on-error":
		return badElement("error-option", "this device has no error-option "+r.errorOption)
	}
	return s.store.edit(r)
}

func (p Profile) hasTestOption(option string) bool {
	switch option {
	case "test-then-set", "set":
		return !p.NoValidate
	case "test-only":
		return !p.NoValidate && !p.Validate10Only
	}
	return false
}

// sourceConfig returns the name of the source datastore, or the tree of an inline config.
func (s *session) sourceConfig(op *element) (string, *yang.Tree, error) {
	source := op.child("source")
	if source == nil || source.child("config") == nil || len(source.children) > 1 {
		name, err := s.datastore(op, "source")
		return name, nil, err
	}
	config, schema := source.child("config"), s.options.Model.schema
	if err := bareAttributes(schema, config); err != nil {
		return "", nil, err
	}
	tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(config.document()), yang.XMLOptions{ConfigOnly: true})
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
	return s.store.copy(target, source, tree, s)
}

func (s *session) deleteConfig(op *element) error {
	target, err := s.datastore(op, "target")
	if err != nil {
		return err
	}
	if target != startup {
		return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "the datastore " + target + " cannot be deleted"}
	}
	return s.store.delete(s)
}

func (s *session) locking(op *element, do func(string, *session) error) error {
	target, err := s.datastore(op, "target")
	if err != nil {
		return err
	}
	return do(target, s)
}

func (s *session) validate(op *element) error {
	source, tree, err := s.sourceConfig(op)
	if err != nil {
		return err
	}
	if tree != nil {
		return s.store.check(tree)
	}
	return s.store.validate(source)
}

func (s *session) commit(op *element) error {
	r := commitRequest{
		by:        s,
		confirmed: op.child("confirmed") != nil,
		timeout:   defaultConfirmTimeout,
		persist:   op.value("persist"),
		persistID: op.value("persist-id"),
	}
	profile := s.options.Profile
	var comments []string
	for _, child := range op.children {
		switch {
		case child.space != netconfNamespace: // a module of the device has a place for it
			comments = append(comments, child.text)
		case profile.NoConfirmedCommit || profile.ConfirmedCommit10Only && strings.HasPrefix(child.name, "persist"):
			return badElement(child.name, "this device's commit has no "+child.name)
		}
	}
	if text := op.value("confirm-timeout"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 32)
		if err != nil || seconds == 0 {
			return &RPCError{Type: "protocol", Tag: "invalid-value", Message: "confirm-timeout is not a number of seconds"}
		}
		r.timeout = time.Duration(seconds) * time.Second
	}
	if r.persist != "" && !r.confirmed {
		return missingElement("confirmed")
	}
	if err := s.store.commit(r); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments = append(s.comments, comments...)
	return nil
}
