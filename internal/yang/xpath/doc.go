// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package xpath evaluates XPath 1.0 expressions on data trees, with the functions of
// YANG 1.1 (RFC 7950 sections 6.4 and 10). It is pure and builds on yang only.
//
// An expression is compiled once for each schema ([RulesOf], [Of]): names get their
// modules, every subexpression its type and what it depends on. It is evaluated in a
// [Context], which adds what is in use by default to a tree, and says whether a result
// depends on what the tree does not hold. [Check] and [CheckSchema] find names in
// expressions that no node of the schema has, and misuse of functions.
//
// Without the tree, [Program.Reads] says which schema nodes an expression looks at, so that
// an edit needs to evaluate only what it can affect.
//
// Left out: variables, of which YANG has none. Text nodes are the leafs themselves; order
// is that of the tree: keys first, then schema order. Numbers are IEEE 754 doubles (XPath
// 1.0 section 3.5), made of canonical values: of decimal64 too.
package xpath
