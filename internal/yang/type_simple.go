// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// boolean (RFC 7950 section 9.5) and empty (9.11).

func (t *Type) canonicalBoolean(text string) (string, *typeError) {
	switch s := trimSpace(text); s {
	case "true", "false":
		return s, nil
	}
	e := t.fail("is not a boolean")
	e.hint = "allowed: true, false"
	return "", e
}

func (t *Type) canonicalEmpty(text string) (string, *typeError) {
	if trimSpace(text) != "" {
		e := t.fail("has a value, but its type is empty")
		e.hint = "write [null] in YAML and JSON, an empty element in XML"
		return "", e
	}
	return "", nil
}
