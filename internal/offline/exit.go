// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"errors"

	"github.com/spf13/cobra"
)

// Exit codes, those of diff(1): 0 is valid or same.
const (
	exitNo      = 1 // invalid, or different
	exitTrouble = 2 // the question could not be answered: usage, files, YANG modules
)

// exitError ends a command with a code. Without err everything was said in the output.
type exitError struct {
	code int
	err  error
}

// Error returns what is left to say, "" when that is nothing.
func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e *exitError) Unwrap() error { return e.err }

// ExitCode returns the code with which a program ends after a command returned an error.
func ExitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	}
	return 1
}

// trouble marks an error as one that left the question unanswered.
func trouble(err error) error {
	var e *exitError
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &exitError{exitTrouble, err}
}

// answering makes all errors of a command, those of its usage too, end it with
// exitTrouble unless they say otherwise.
func answering(cmd *cobra.Command) *cobra.Command {
	args, run := cmd.Args, cmd.RunE
	cmd.Args = func(cmd *cobra.Command, list []string) error { return trouble(args(cmd, list)) }
	cmd.RunE = func(cmd *cobra.Command, list []string) error { return trouble(run(cmd, list)) }
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return trouble(err) })
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	return cmd
}

// Differs is the error of a command that found a difference and has said so.
func Differs() error { return &exitError{code: exitNo} }

// Trouble is the error of a command that could not answer the question; nil err: that
// was said already.
func Trouble(err error) error { return &exitError{code: exitTrouble, err: err} }
