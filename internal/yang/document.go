// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// DocKind is the kind of a Doc.
type DocKind uint8

const (
	// DocScalar holds one value (Doc.Scalar), or null.
	DocScalar DocKind = iota
	// DocObject holds named members (Doc.Members) in the order of the source.
	DocObject
	// DocArray holds items (Doc.Items).
	DocArray
)

// Doc is a generic document: what YAML and JSON look like before the schema is
// known. Whoever hydrates values edits the Doc, then hands it to [DecodeDoc].
type Doc struct {
	Kind    DocKind
	Members []DocMember
	Items   []*Doc
	// Scalar is a string, bool, int64, uint64, float64, json.Number or nil.
	// Numbers of a source document are json.Number: the text as written.
	Scalar any
	// Line is the line in the source, from 1; 0 is unknown.
	Line int
	// Tainted marks a value that must never be shown.
	Tainted bool

	// text is a scalar of YAML as written, where Scalar does not show it: 0x10, 1_000, True.
	text string
}

// DocMember is one named member of an object.
type DocMember struct {
	Name  string
	Line  int
	Value *Doc
}
