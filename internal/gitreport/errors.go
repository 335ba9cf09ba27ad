// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"errors"
	"strings"
	"unicode"
)

// Kind is what went wrong, to be asked for with errors.Is.
type Kind string

// Error is the kind in words.
func (k Kind) Error() string { return string(k) }

const (
	// ErrAuth: the server did not accept the credentials.
	ErrAuth Kind = "the Git server did not accept the credentials"
	// ErrRejected: the server refused the push; the message is its own.
	ErrRejected Kind = "the Git server refused the push"
	// ErrUnreachable: no usable answer from the server in time.
	ErrUnreachable Kind = "the Git server cannot be reached"
	// ErrUntrusted: the server's certificate or host key is not trusted.
	ErrUntrusted Kind = "the Git server is not trusted"
	// ErrNotFound: the repository or the reference Flux follows is not there.
	ErrNotFound Kind = "not found on the Git server"
	// ErrTooLarge: the server sent more than the configured bound.
	ErrTooLarge Kind = "the Git repository is too large"
	// ErrProtectedBranch: the branch is one that must never be written to.
	ErrProtectedBranch Kind = "the branch must not be written to"
	// ErrInvalid: branch, path or credentials cannot be used as they are.
	ErrInvalid Kind = "the report cannot be written as configured"
	// ErrLocal: no room for temporary files where the manager runs.
	ErrLocal Kind = "temporary files cannot be written"
	// ErrSourceUnknown: no GitRepository is known to have declared the object.
	ErrSourceUnknown Kind = "the Git source of the object is not known"
)

// Error says what was attempted on what, why it failed, and what to do.
type Error struct {
	// Kind of failure.
	Kind Kind
	// Subject of the attempt, such as "push to drift/a/b of https://host/repo".
	Subject string
	// Message with the details, the server's own where it gave one. No secrets.
	Message string
	// Remedy is what the user can do; empty where waiting is enough.
	Remedy string
	// Err is the cause, may be nil.
	Err error
}

// Error is one line: subject, kind, details, remedy.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Subject != "" {
		b.WriteString(e.Subject + ": ")
	}
	b.WriteString(string(e.Kind))
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}

// Unwrap gives the kind and the cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

const maxMessage = 512

// oneLine makes foreign text fit for a condition: one line, printable, bounded.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return truncate(strings.Join(strings.Fields(s), " "), maxMessage)
}

// truncate cuts s after n runes and marks the cut.
func truncate(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// withSubject fills in the subject of an Error that has none.
func withSubject(err error, subject string) error {
	var e *Error
	if errors.As(err, &e) && e.Subject == "" {
		c := *e
		c.Subject = subject
		return &c
	}
	return err
}
