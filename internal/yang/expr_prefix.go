// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// NewExprWith returns an expression that stands in no module, such as the XPath filter of a request: its
// prefixes are those given.
func NewExprWith(prefixes map[string]*Module, text string) *Expr {
	return &Expr{Statement: "expression", Argument: text, u: &unit{imports: prefixes}}
}
