// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"strconv"

	"github.com/strowger/strowger/internal/yang"
)

// nativeLeaf is the value of a leaf. What does not fit stays a text.
func nativeLeaf(d *yang.Data) any {
	text := d.Value()
	t := d.ValueType()
	if t == nil {
		return text
	}
	switch t.Kind() {
	case yang.TypeBoolean:
		return text == "true"
	case yang.TypeEmpty:
		return true
	case yang.TypeInt8, yang.TypeInt16, yang.TypeInt32, yang.TypeInt64, yang.TypeUint8, yang.TypeUint16, yang.TypeUint32:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case yang.TypeUint64:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n // as a literal of CEL is, so that it can be reckoned with
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return n
		}
	case yang.TypeDecimal64:
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
	}
	return text
}
