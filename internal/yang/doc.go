// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package yang is Strowger's YANG engine: it compiles modules (YANG 1 and 1.1,
// RFC 6020 and RFC 7950) to an immutable schema, binds data trees to it, and reads
// and writes those trees as XML (RFC 7950), JSON (RFC 7951) and YAML.
//
// It is pure: it must not know Kubernetes, NETCONF sessions, contexts, clocks,
// loggers or the file system. Modules come in as bytes, everything that goes out
// is a value or an error. A *Schema is immutable and safe for concurrent use; a
// *Tree is not synchronised: many readers or one writer.
//
// How it is built: goyang's generic parser turns a file into statements
// (parse_goyang.go, the only file that knows it); every statement is compiled once to a
// def (def.go) in its lexical scope, groupings included; nodes (node.go) are made from
// defs when they are first visited (expand.go), with refines, augments and deviations
// laid over them (overlay.go, deviation.go). So a million nodes out of shared groupings
// cost what is visited of them.
//
// Not evaluated here, but by the packages xpath and validate above: must and when (kept as
// [Expr]), and whether the targets of leafrefs and instance-identifiers exist.
// [Schema.Unevaluated] and [UnevaluatedFor] list patterns and types that cannot be
// compiled. Descriptions and references are not kept.
//
// Documents are read event by event (package xmlstream below) or as a [Doc], and bound to
// the schema at once. The parameters of operations and the content of notifications are
// trees of their own (operation.go).
//
// Values in a tree are always canonical (RFC 7950 section 9.1): identityrefs are
// "module:name", instance-identifiers have the path syntax of [Data.Path].
package yang
