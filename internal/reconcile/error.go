// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package reconcile is what every controller ends with: errors that know their
// reason and whether waiting helps, their mapping to a result, and the summary
// of conditions. It must not know any kind of ours or any stage of the flow.
package reconcile

import (
	"errors"
	"fmt"
)

// Kind says what can end an error.
type Kind uint8

const (
	// Failed attempts are made again after the retry interval.
	Failed Kind = iota
	// Waiting ends when something else becomes ready, which is watched.
	Waiting
	// Stalled ends only with a change of the object or of what it refers to.
	Stalled
)

// Error is why a run ended early, in the words a user reads.
type Error struct {
	// Reason of the condition and the event, in CamelCase.
	Reason string
	// Kind says what can end it.
	Kind Kind
	err  error
}

func (e *Error) Error() string { return e.err.Error() }
func (e *Error) Unwrap() error { return e.err }

// Failf is an attempt that failed and is made again.
func Failf(reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Kind: Failed, err: fmt.Errorf(format, args...)}
}

// Waitf is something that is not there yet.
func Waitf(reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Kind: Waiting, err: fmt.Errorf(format, args...)}
}

// Stallf is something only a person can mend.
func Stallf(reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Kind: Stalled, err: fmt.Errorf(format, args...)}
}

// As finds the Error in err. What is none of ours failed for an unknown reason.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Reason: "Failed", Kind: Failed, err: err}
}
