// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"strconv"
	"time"
)

// Get asks for state and configuration (RFC 6241 section 7.7).
type Get struct {
	Filter       Filter
	WithDefaults WithDefaultsMode
}

// MarshalMethod makes it a Method.
func (o Get) MarshalMethod() string {
	var w xmlWriter
	w.WriteString("<get>")
	w.filter(o.Filter)
	w.withDefaults(o.WithDefaults)
	w.WriteString("</get>")
	return w.String()
}

func (o Get) needs(c Capabilities) *Error {
	return firstNeed(o.Filter.needs(c), o.WithDefaults.needs(c))
}

// GetConfig asks for configuration (RFC 6241 section 7.1).
type GetConfig struct {
	Source       Datastore
	Filter       Filter
	WithDefaults WithDefaultsMode
}

// MarshalMethod makes it a Method.
func (o GetConfig) MarshalMethod() string {
	var w xmlWriter
	w.WriteString("<get-config>")
	w.datastore("source", o.Source)
	w.filter(o.Filter)
	w.withDefaults(o.WithDefaults)
	w.WriteString("</get-config>")
	return w.String()
}

func (o GetConfig) needs(c Capabilities) *Error {
	return firstNeed(o.Source.needs(c), o.Filter.needs(c), o.WithDefaults.needs(c))
}

func (w *xmlWriter) withDefaults(m WithDefaultsMode) {
	if m != "" {
		w.WriteString(`<with-defaults xmlns="` + withDefaultsNamespace + `">` + string(m) + "</with-defaults>")
	}
}

// EditConfig changes a configuration (RFC 6241 section 7.2). Empty options are not sent; the server's
// defaults then apply.
type EditConfig struct {
	Target           Datastore
	DefaultOperation string // merge, replace, none
	TestOption       string // test-then-set, set, test-only; needs :validate
	ErrorOption      string // stop-on-error, continue-on-error, rollback-on-error
	Config           []byte // the content of the config element
	URL              string // where the config element is, instead of Config; needs :url
}

// MarshalMethod makes it a Method.
func (o EditConfig) MarshalMethod() string {
	var w xmlWriter
	w.Grow(len(o.Config) + 256)
	w.WriteString("<edit-config>")
	w.datastore("target", o.Target)
	w.leaf("default-operation", o.DefaultOperation)
	w.leaf("test-option", o.TestOption)
	w.leaf("error-option", o.ErrorOption)
	if o.URL != "" {
		w.leaf("url", o.URL)
	} else {
		w.config(o.Config)
	}
	w.WriteString("</edit-config>")
	return w.String()
}

func (o EditConfig) needs(c Capabilities) *Error {
	switch {
	case o.URL != "" && o.Config != nil:
		return invalid("both a configuration and a URL were given")
	case o.URL != "" && AtURL(o.URL).needs(c) != nil:
		return AtURL(o.URL).needs(c)
	case o.TestOption != "" && !c.CanValidate():
		return unsupported("it does not announce :validate, which test-option needs")
	case o.TestOption == "test-only" && !c.Has(Validate11):
		return unsupported("it does not announce :validate:1.1, which test-only needs")
	case o.ErrorOption == "rollback-on-error" && !c.Has(RollbackOnError):
		return unsupported("it does not announce :rollback-on-error")
	}
	return nil
}

// CopyConfig replaces Target by Source or, where that is empty, by Config (RFC 6241 section 7.3).
type CopyConfig struct {
	Target, Source Datastore
	Config         []byte // the content of the config element
	WithDefaults   WithDefaultsMode
}

// MarshalMethod makes it a Method.
func (o CopyConfig) MarshalMethod() string {
	var w xmlWriter
	w.WriteString("<copy-config>")
	w.datastore("target", o.Target)
	w.source(o.Source, o.Config)
	w.withDefaults(o.WithDefaults)
	w.WriteString("</copy-config>")
	return w.String()
}

func (o CopyConfig) needs(c Capabilities) *Error {
	return firstNeed(o.Target.needs(c), o.Source.needs(c), o.WithDefaults.needs(c))
}

// DeleteConfig deletes a datastore; running cannot be deleted (RFC 6241 section 7.4).
type DeleteConfig struct{ Target Datastore }

// MarshalMethod makes it a Method.
func (o DeleteConfig) MarshalMethod() string { return onTarget("delete-config", o.Target) }

func (o DeleteConfig) needs(c Capabilities) *Error { return o.Target.needs(c) }

// Lock locks a datastore for the session (RFC 6241 section 7.5). Someone else's lock is an RPCError with
// TagLockDenied.
type Lock struct{ Target Datastore }

// MarshalMethod makes it a Method.
func (o Lock) MarshalMethod() string { return onTarget("lock", o.Target) }

// Unlock frees the lock of the session (RFC 6241 section 7.6).
type Unlock struct{ Target Datastore }

// MarshalMethod makes it a Method.
func (o Unlock) MarshalMethod() string { return onTarget("unlock", o.Target) }

func onTarget(operation string, d Datastore) string {
	var w xmlWriter
	w.WriteString("<" + operation + ">")
	w.datastore("target", d)
	w.WriteString("</" + operation + ">")
	return w.String()
}

// Validate has the server validate a datastore or, where Source is empty, Config (RFC 6241 section 8.6).
type Validate struct {
	Source Datastore
	Config []byte // the content of the config element
}

// MarshalMethod makes it a Method.
func (o Validate) MarshalMethod() string {
	var w xmlWriter
	w.WriteString("<validate>")
	w.source(o.Source, o.Config)
	w.WriteString("</validate>")
	return w.String()
}

func (o Validate) needs(c Capabilities) *Error {
	if !c.CanValidate() {
		return unsupported("it does not announce :validate")
	}
	return o.Source.needs(c)
}

// Commit makes the candidate the running configuration (RFC 6241 section 8.3). The zero value is a plain
// commit, which also confirms one that is to be confirmed.
type Commit struct {
	Confirmed      bool          // it is undone unless it is confirmed in time (section 8.4)
	ConfirmTimeout time.Duration // rounded up to seconds; 0 leaves it to the server (600 s)
	Persist        string        // with Confirmed: the token that confirms or cancels from any session; needs 1.1
	PersistID      string        // the token given before; needs 1.1
	// Comment is XML beside these, for servers whose modules augment commit with a place for it. It must be in
	// a namespace of its own.
	Comment []byte
}

// MarshalMethod makes it a Method.
func (o Commit) MarshalMethod() string {
	var w xmlWriter
	w.WriteString("<commit>")
	if o.Confirmed {
		w.WriteString("<confirmed/>")
		if o.ConfirmTimeout > 0 {
			seconds := (o.ConfirmTimeout + time.Second - 1) / time.Second
			w.leaf("confirm-timeout", strconv.FormatInt(int64(seconds), 10))
		}
		w.leaf("persist", o.Persist)
	}
	w.leaf("persist-id", o.PersistID)
	w.Write(o.Comment)
	w.WriteString("</commit>")
	return w.String()
}

func (o Commit) needs(c Capabilities) *Error {
	switch {
	case o.Persist != "" && !o.Confirmed:
		return invalid("persist makes sense in a confirmed commit only; to confirm one, use persist-id")
	case (o.Persist != "" || o.PersistID != "") && !c.Has(ConfirmedCommit11):
		return unsupported("it does not announce :confirmed-commit:1.1, which persist and persist-id need")
	case o.Confirmed && !c.CanConfirm():
		return unsupported("it does not announce :confirmed-commit")
	}
	return nil
}

// CancelCommit undoes a confirmed commit of the session or, with PersistID, of any (RFC 6241 section
// 8.4.4.1). A server with :confirmed-commit:1.0 has no such operation; there, end the session.
type CancelCommit struct{ PersistID string }

// MarshalMethod makes it a Method.
func (o CancelCommit) MarshalMethod() string {
	var w xmlWriter
	w.WriteString("<cancel-commit>")
	w.leaf("persist-id", o.PersistID)
	w.WriteString("</cancel-commit>")
	return w.String()
}

func (o CancelCommit) needs(c Capabilities) *Error {
	if !c.Has(ConfirmedCommit11) {
		return unsupported("it does not announce :confirmed-commit:1.1, which has cancel-commit")
	}
	return nil
}

// DiscardChanges makes the candidate equal to running (RFC 6241 section 8.3.4.2).
type DiscardChanges struct{}

// MarshalMethod makes it a Method.
func (DiscardChanges) MarshalMethod() string { return "<discard-changes/>" }

// CloseSession ends the session (RFC 6241 section 7.8); Session.Close sends it.
type CloseSession struct{}

// MarshalMethod makes it a Method.
func (CloseSession) MarshalMethod() string { return "<close-session/>" }

// KillSession ends another session (RFC 6241 section 7.9).
type KillSession struct{ ID uint64 }

// MarshalMethod makes it a Method.
func (o KillSession) MarshalMethod() string {
	return "<kill-session><session-id>" + strconv.FormatUint(o.ID, 10) + "</session-id></kill-session>"
}

// GetSchema asks for the text of a module (RFC 6022 section 3.1). An empty version leaves the choice to the
// server; an empty format means yang.
type GetSchema struct{ Identifier, Version, Format string }

// MarshalMethod makes it a Method.
func (o GetSchema) MarshalMethod() string {
	if o.Format == "" {
		o.Format = "yang"
	}
	var w xmlWriter
	w.WriteString(`<get-schema xmlns="` + MonitoringNamespace + `">`)
	w.leaf("identifier", o.Identifier)
	w.leaf("version", o.Version)
	w.leaf("format", o.Format)
	w.WriteString("</get-schema>")
	return w.String()
}

// Action invokes an action of a data node (RFC 7950 section 7.15). XML is the data node's top-level element,
// with the ancestors, their keys, and the action with its input. An rpc (section 7.14) is a RawMethod.
type Action struct{ XML []byte }

// MarshalMethod makes it a Method.
func (o Action) MarshalMethod() string {
	return `<action xmlns="` + yangNamespace + `">` + string(o.XML) + "</action>"
}
