// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"encoding/xml"
	"net/url"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// xmlPath turns a path of the YANG engine into an instance-identifier in XML, with module names as
// prefixes, and their declarations.
func xmlPath(schema *yang.Schema, path string) (text, declarations string) {
	steps, err := yang.ParsePath(path)
	if err != nil {
		return path, ""
	}
	var b, d strings.Builder
	declared := make(map[string]bool)
	module := ""
	prefixed := func(in, name string) string {
		if in == "" {
			in = module
		}
		if known := schema.Module(in); known != nil && !declared[in] {
			declared[in] = true
			d.WriteString(" xmlns:" + in + `="`)
			_ = xml.EscapeText(&d, []byte(known.Namespace)) // a Builder does not fail
			d.WriteString(`"`)
		}
		return in + ":" + name
	}
	for _, step := range steps {
		if step.Module != "" {
			module = step.Module
		}
		b.WriteString("/" + prefixed(module, step.Name))
		for _, key := range step.Keys {
			b.WriteString("[" + prefixed(key.Module, key.Name) + "=" + quote(key.Value) + "]")
		}
		if step.Value != nil {
			b.WriteString("[.=" + quote(*step.Value) + "]")
		}
	}
	return b.String(), d.String()
}

func quote(value string) string {
	if strings.Contains(value, "'") {
		return `"` + value + `"`
	}
	return "'" + value + "'"
}

// resourcePath is the path of a node as in a URI of RESTCONF (RFC 8040 section 3.5.3).
func resourcePath(d *yang.Data) string {
	if d.Parent() == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(resourcePath(d.Parent()) + "/")
	if above := d.Parent().Node().Module(); above != d.Node().Module() {
		b.WriteString(d.Node().Module().Name + ":")
	}
	b.WriteString(d.Node().Name())
	switch d.Node().Kind() {
	case yang.KindList:
		for i, key := range d.Keys() {
			b.WriteString(map[bool]string{true: "=", false: ","}[i == 0] + url.PathEscape(key))
		}
	case yang.KindLeafList:
		b.WriteString("=" + url.PathEscape(d.Value()))
	}
	return b.String()
}
