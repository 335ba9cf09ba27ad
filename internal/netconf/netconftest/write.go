// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

const (
	defaultAttribute = ` xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0" wd:default="true"`
	hashPrefix       = "$5$strowger$"
)

// dataWriter writes configuration as a device of some profile reports it.
type dataWriter struct {
	b       *bytes.Buffer
	profile Profile
	tagged  bool // mark what is there by default (RFC 6243 section 4.5.2)
	origins bool // tell where values come from (RFC 8526 section 3.1.1.2)
	depth   int  // levels to write; 0 is all
}

// plain says that the YANG engine's own encoder would write the same.
func (w *dataWriter) plain() bool {
	p := w.profile
	return !w.tagged && !w.origins && w.depth == 0 && !p.Reorders && !p.RewritesPrefixes && !p.RewritesValues && !p.HashesPasswords
}

// tree writes the nodes of a tree.
func (w *dataWriter) tree(t *yang.Tree) error {
	if w.plain() {
		return yang.EncodeXML(w.b, t.Root().Children()...)
	}
	return w.children(t.Root(), nil, 1)
}

func (w *dataWriter) children(d *yang.Data, around *yang.Module, level int) error {
	children := d.Children()
	if w.profile.Reorders {
		children = reordered(children)
	}
	for _, child := range children {
		if err := w.node(child, around, level); err != nil {
			return err
		}
	}
	return nil
}

// reordered reverses everything but keys, which stay first (RFC 7950 section 7.8.5), and what users order.
func reordered(list []*yang.Data) []*yang.Data {
	keys := 0
	for keys < len(list) && list[keys].Node().IsKey() {
		keys++
	}
	out := slices.Clone(list)
	slices.Reverse(out[keys:])
	for i := keys; i < len(out); {
		j := i + 1
		for j < len(out) && out[j].Node() == out[i].Node() {
			j++
		}
		if out[i].Node().OrderedByUser() {
			slices.Reverse(out[i:j])
		}
		i = j
	}
	return out
}

func (w *dataWriter) node(d *yang.Data, around *yang.Module, level int) error {
	n := d.Node()
	if n.Kind() == yang.KindAnyData || n.Kind() == yang.KindAnyXML {
		return yang.EncodeXML(w.b, d)
	}
	name := n.Name()
	if w.profile.RewritesPrefixes {
		name = ownPrefix + ":" + name
	}
	w.b.WriteString("<" + name)
	if n.Module() != around {
		w.b.WriteString(" xmlns")
		if w.profile.RewritesPrefixes {
			w.b.WriteString(":" + ownPrefix)
		}
		w.b.WriteString(`="`)
		_ = xml.EscapeText(w.b, []byte(n.Module().Namespace)) // a Buffer does not fail
		w.b.WriteByte('"')
	}
	w.attributes(d)
	if d.Leaf() {
		w.value(d)
	} else {
		w.b.WriteByte('>')
		if w.depth == 0 || level < w.depth {
			if err := w.children(d, n.Module(), level+1); err != nil {
				return err
			}
		}
	}
	w.b.WriteString("</" + name + ">")
	return nil
}

// ownPrefix is what a device that rewrites prefixes uses.
const ownPrefix = "dev"

func (w *dataWriter) attributes(d *yang.Data) {
	implied := d.Origin().Layer == byDefault
	if w.tagged && d.Node().Kind() == yang.KindLeaf && (implied || equalsDefault(d)) {
		w.b.WriteString(defaultAttribute)
	}
	if w.origins && d.Leaf() && d.Node().Config() && !d.Node().IsKey() {
		origin := "intended"
		if implied {
			origin = "default"
		}
		w.b.WriteString(` xmlns:or="urn:ietf:params:xml:ns:yang:ietf-origin" or:origin="or:` + origin + `"`)
	}
}

func equalsDefault(d *yang.Data) bool {
	defaults := d.Node().Defaults()
	return len(defaults) == 1 && defaults[0] == d.Value()
}

// value writes the declarations that a value needs, the end of the tag and the text.
func (w *dataWriter) value(d *yang.Data) {
	text, declarations := d.XMLValue()
	kind := yang.TypeUnknown
	if t := d.ValueType(); t != nil {
		kind = t.Kind()
	}
	if w.profile.RewritesPrefixes && kind == yang.TypeIdentityref && len(declarations) == 1 {
		_, local, _ := strings.Cut(text, ":")
		declarations[0].Prefix = "id-" + declarations[0].Prefix
		text = declarations[0].Prefix + ":" + local
	}
	if w.profile.RewritesValues {
		text = otherForm(kind, text)
	}
	if w.profile.HashesPasswords && holdsPassword(d) {
		text = passwordHash(text)
	}
	for _, ns := range declarations {
		w.b.WriteString(" xmlns:" + ns.Prefix + `="`)
		_ = xml.EscapeText(w.b, []byte(ns.URI)) // a Buffer does not fail
		w.b.WriteByte('"')
	}
	w.b.WriteByte('>')
	_ = xml.EscapeText(w.b, []byte(text))
}

// otherForm returns another lexical form of the same value (RFC 7950 section 9).
func otherForm(kind yang.TypeKind, text string) string {
	switch kind {
	case yang.TypeInt8, yang.TypeInt16, yang.TypeInt32, yang.TypeInt64, yang.TypeUint8, yang.TypeUint16, yang.TypeUint32,
		yang.TypeUint64, yang.TypeDecimal64:
		if !strings.HasPrefix(text, "-") {
			return "+" + text
		}
	case yang.TypeBits:
		names := strings.Fields(text)
		slices.Reverse(names)
		return strings.Join(names, " ")
	}
	return text
}

// holdsPassword goes by the type of RFC 7317 and by what people call such leafs.
func holdsPassword(d *yang.Data) bool {
	if d.Node().Kind() != yang.KindLeaf || d.Node().IsKey() {
		return false
	}
	if t := d.Node().Type(); t != nil && strings.HasSuffix(t.Name(), "crypt-hash") {
		return true
	}
	if t := d.ValueType(); t == nil || t.Kind() != yang.TypeString {
		return false
	}
	name := strings.ToLower(d.Node().Name())
	return strings.Contains(name, "password") || strings.Contains(name, "passphrase") || strings.Contains(name, "secret")
}

// passwordHash is the same for the same text, and itself for a hash, so that what was read can be written.
func passwordHash(text string) string {
	if strings.HasPrefix(text, hashPrefix) {
		return text
	}
	sum := sha256.Sum256([]byte(strings.TrimPrefix(text, "$0$")))
	return hashPrefix + base64.RawStdEncoding.EncodeToString(sum[:])
}
