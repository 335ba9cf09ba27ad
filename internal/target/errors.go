// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

// Reason is the kind of an Error, in the form of a condition's reason.
type Reason string

// The reasons of an Error.
const (
	// Unreachable: no session could be established, or it broke.
	Unreachable Reason = "Unreachable"
	// NotCalled: the NF is to call home, and did not since its session, if there was one, ended.
	NotCalled Reason = "NotCalled"
	// HostKeyMismatch: the server's host key is unknown, wrong or revoked.
	HostKeyMismatch Reason = "HostKeyMismatch"
	// CertificateMismatch: the server's certificate is expired, of an unknown authority or for another name.
	CertificateMismatch Reason = "CertificateMismatch"
	// AuthenticationFailed: the credentials were refused or cannot be used.
	AuthenticationFailed Reason = "AuthenticationFailed"
	// ProtocolError: the server broke the NETCONF protocol.
	ProtocolError Reason = "ProtocolError"
	// Unsupported: the server lacks a capability that is needed.
	Unsupported Reason = "Unsupported"
	// RPCError: the server answered with rpc-errors; see Error.Violations.
	RPCError Reason = "RPCError"
	// LockDenied: somebody else held the lock for as long as we would wait.
	LockDenied Reason = "LockDenied"
	// Timeout: an RPC was not answered in time.
	Timeout Reason = "Timeout"
	// ReadBackMismatch: the server said that the change is made, but it cannot be read back.
	ReadBackMismatch Reason = "ReadBackMismatch"
	// InvalidEdit: what was to be sent is not fit to be sent.
	InvalidEdit Reason = "InvalidEdit"
	// InvalidReply: the configuration that the server returned does not fit its schema.
	InvalidReply Reason = "InvalidReply"
	// CommitExpired: a change that was to be confirmed is not on the NF any more, which took it back by itself.
	CommitExpired Reason = "CommitExpired"
	// ChangePending: another change is under way on the NF, ours or somebody else's, that is to be confirmed
	// or cancelled first.
	ChangePending Reason = "ChangePending"
)

// Violation is an rpc-error in the terms of the plan.
type Violation struct {
	Tag, AppTag, Message string
	// Path is error-path in the syntax of yang.Data.Path where it could be translated, else as received.
	Path string
	// Origin is where the value at Path was declared, if it was.
	Origin yang.Origin
}

func (v Violation) String() string {
	var b strings.Builder
	if origin := v.Origin.String(); origin != "" {
		b.WriteString(origin + " ")
	}
	if v.Path != "" {
		b.WriteString(v.Path + ": ")
	}
	b.WriteString(v.Tag)
	if v.AppTag != "" {
		b.WriteString(" (" + v.AppTag + ")")
	}
	if v.Message != "" {
		b.WriteString(": " + v.Message)
	}
	return b.String()
}

// Error is any failure of a Pool's method, except for the end of the caller's context by cancellation.
type Error struct {
	Reason Reason
	// Op is what was attempted: the RPC's name, "connect", or a step such as "read back".
	Op string
	// Key and Address are those of the Endpoint.
	Key, Address string
	// Violations are the rpc-errors of Reason RPCError, LockDenied and ChangePending.
	Violations []Violation
	// Remaining is what could not be read back, for the reasons ReadBackMismatch and CommitExpired.
	Remaining *plan.Plan
	// Err is the cause. For rpc-errors it is nil: they are in Violations, without secrets.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s", e.Op, e.Address)
	for _, v := range e.Violations {
		b.WriteString(": " + v.String())
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// ReasonOf returns the reason of the first Error in err's chain, or "".
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// invalidEdit is the error of an edit that is not fit to be sent.
func (e Endpoint) invalidEdit(err error) error {
	return &Error{Reason: InvalidEdit, Op: "edit-config", Key: e.Key, Address: e.Address, Err: err}
}

// fail turns an error of internal/netconf into an Error. Cancellation stays what it is.
func (e Endpoint) fail(op string, err error) error {
	var known *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled) && !errors.Is(err, netconf.ErrTimeout):
		return fmt.Errorf("%s on %s: %w", op, e.Address, err)
	}
	failure := &Error{Reason: reasonOf(err), Op: op, Key: e.Key, Address: e.Address, Err: err}
	if list := (netconf.RPCErrors)(nil); errors.As(err, &list) {
		failure.Violations = violations(list, nil, nil)
		failure.Err = nil
	}
	return failure
}

func reasonOf(err error) Reason {
	for _, kind := range []struct {
		is     error
		reason Reason
	}{
		{netconf.ErrHostKey, HostKeyMismatch},
		{netconf.ErrCertificate, CertificateMismatch},
		{netconf.ErrAuth, AuthenticationFailed},
		{netconf.ErrTimeout, Timeout},
		{context.DeadlineExceeded, Timeout},
		{netconf.ErrProtocol, ProtocolError},
		{netconf.ErrUnsupported, Unsupported},
	} {
		if errors.Is(err, kind.is) {
			return kind.reason
		}
	}
	if list := (netconf.RPCErrors)(nil); errors.As(err, &list) {
		return RPCError
	}
	return Unreachable
}

// violations translates rpc-errors. schema and intended may be nil.
func violations(list netconf.RPCErrors, schema *yang.Schema, intended *yang.Tree) []Violation {
	out := make([]Violation, len(list))
	for i, e := range list {
		v := Violation{Tag: e.Tag, AppTag: e.AppTag, Path: e.Path, Message: describe(e)}
		if path, ok := translatePath(schema, e.Path, e.PathNamespaces); ok {
			v.Path = path
			v.Origin = originAt(intended, path)
		}
		out[i] = v
	}
	return out
}

// describe is the rpc-error without tag and path.
func describe(e *netconf.RPCError) string {
	parts := []string{strings.Join(strings.Fields(e.Message), " ")}
	for _, info := range []struct{ name, value string }{
		{"bad element", e.BadElement}, {"bad attribute", e.BadAttribute}, {"bad namespace", e.BadNamespace},
	} {
		if info.value != "" {
			parts = append(parts, info.name+" "+info.value)
		}
	}
	if e.Tag == netconf.TagLockDenied {
		parts = append(parts, fmt.Sprintf("held by session %d", e.SessionID))
	}
	if parts[0] == "" {
		parts = parts[1:]
	}
	return strings.Join(parts, "; ")
}

// originAt returns where the node at path, or the nearest one above it, was declared.
func originAt(intended *yang.Tree, path string) yang.Origin {
	if intended == nil {
		return yang.Origin{}
	}
	for d := intended.Get(path); d != nil; d = d.Parent() {
		if origin := d.Origin(); origin != (yang.Origin{}) {
			return origin
		}
	}
	return yang.Origin{}
}
