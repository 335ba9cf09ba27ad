// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Kind says which step found an error.
type Kind string

const (
	// KindSyntax: the layer is no YAML, JSON or XML.
	KindSyntax Kind = "Syntax"
	// KindExpression: an expression does not compile or cannot be evaluated.
	KindExpression Kind = "Expression"
	// KindSchema: the YANG modules do not allow a node or value.
	KindSchema Kind = "Schema"
)

// Reasons of errors, as conditions name them.
const (
	ReasonSyntax       = "SyntaxError"
	ReasonExpression   = "ExpressionError"
	ReasonUnknownNode  = "UnknownNode"
	ReasonInvalidValue = "InvalidValue"
	ReasonMissingKey   = "MissingKey"
)

// Error is one thing that is wrong in a layer. It never holds a tainted value.
type Error struct {
	Kind Kind
	// Origin is the layer and line.
	Origin yang.Origin
	// Path leads to the value within the layer's document; "" if unknown.
	Path string
	// Expression is its source, without ${}.
	Expression string
	// Message says what is wrong.
	Message string
	// YANG is the schema's error, for KindSchema.
	YANG *yang.Error
}

// Error returns one line: layer file:line path: ${expression}: message.
func (e *Error) Error() string {
	if e.YANG != nil {
		return e.YANG.Error()
	}
	var b strings.Builder
	if o := e.Origin.String(); o != "" {
		b.WriteString(o)
		if e.Path != "" {
			b.WriteByte(' ')
		}
	}
	b.WriteString(e.Path)
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Expression != "" {
		fmt.Fprintf(&b, "${%s}: ", clip(e.Expression))
	}
	b.WriteString(e.Message)
	return b.String()
}

// Unwrap gives access to the schema's error.
func (e *Error) Unwrap() error {
	if e.YANG == nil {
		return nil
	}
	return e.YANG
}

// Reason is the reason of a condition that this error causes.
func (e *Error) Reason() string {
	switch e.Kind {
	case KindSyntax:
		return ReasonSyntax
	case KindExpression:
		return ReasonExpression
	}
	switch e.YANG.Tag {
	case "unknown-element", "unknown-namespace", "unknown-attribute":
		return ReasonUnknownNode
	case "missing-element", "data-missing":
		return ReasonMissingKey
	case "malformed-message":
		return ReasonSyntax
	}
	return ReasonInvalidValue
}

// withhold removes what a tainted layer may have put into the error.
func (e *Error) withhold() {
	e.Path, e.Expression = "", ""
	e.Message = "an error, which is withheld because the layer comes from a Secret"
}

// Errors are all errors of a rendering: by layer, then by place.
type Errors []*Error

// Error returns the errors, one per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As access to every single error.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, err := range e {
		out[i] = err
	}
	return out
}

// Err returns the errors as an error, nil when there are none.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// Reason is that of the first error, "" if there is none.
func (e Errors) Reason() string {
	if len(e) == 0 {
		return ""
	}
	return e[0].Reason()
}

// clip keeps a long expression readable.
func clip(s string) string {
	const most = 200
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
