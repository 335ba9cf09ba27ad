// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// anyXML returns the content of an anydata or anyxml node as the NF sees it: what
// was written as JSON and what was read as XML compare equal only there.
func anyXML(d *yang.Data) string {
	var b strings.Builder
	if err := yang.EncodeXML(&b, d); err != nil {
		return d.Value()
	}
	return b.String()
}

// anyDigest stands for the content of an anydata or anyxml node.
func anyDigest(d *yang.Data) string { return yang.RedactedValue(anyXML(d)) }
