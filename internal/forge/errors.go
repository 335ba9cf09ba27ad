// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"strings"
	"time"
	"unicode"
)

// Kind is what went wrong, to be asked for with errors.Is.
type Kind string

// Error is the kind in words.
func (k Kind) Error() string { return string(k) }

const (
	// ErrUnknownForge: the server is none of the forges, or does not say which.
	ErrUnknownForge Kind = "the server is no forge that is known"
	// ErrAuth: the forge did not accept the credentials, or they lack a permission.
	ErrAuth Kind = "the forge did not accept the credentials"
	// ErrUnreachable: no usable answer in time; trying again may help.
	ErrUnreachable Kind = "the forge cannot be reached"
	// ErrNotFound: the repository or the pull request is not there, or is hidden
	// from the credentials.
	ErrNotFound Kind = "not found on the forge"
	// ErrRejected: the forge refused what was asked; the message is its own.
	ErrRejected Kind = "the forge refused it"
	// ErrRateLimited: too many requests; Error.RetryAfter says how long to wait.
	ErrRateLimited Kind = "the forge allows no more requests for now"
)

// Error says what was attempted on what, why it failed, and what to do.
type Error struct {
	// Kind of failure.
	Kind Kind
	// Subject of the attempt, such as "open a pull request of drift/a/b in https://host/repo".
	Subject string
	// Message with the details, the forge's own where it gave one. No secrets.
	Message string
	// Remedy is what the user can do; empty where waiting is enough.
	Remedy string
	// RetryAfter is how long the forge asks to wait; 0 where it said nothing.
	RetryAfter time.Duration
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

const maxMessage = 300 // runes of a server's words in an error

// oneLine makes foreign text fit for an error: one line, printable, bounded.
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
