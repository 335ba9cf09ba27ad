// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// A kind is what documents are.
type kind string

const (
	kindConfig       kind = "config"
	kindRPC          kind = "rpc" // the input of an rpc
	kindNotification kind = "notification"
)

func parseKind(text string) (kind, error) {
	switch k := kind(text); k {
	case kindConfig, kindRPC, kindNotification:
		return k, nil
	}
	return "", fmt.Errorf("--type: %q is none of config, rpc, notification", text)
}

// of returns the nodes of the kind that a schema has.
func (k kind) of(s *yang.Schema) []*yang.Node {
	if k == kindRPC {
		return s.Operations()
	}
	return s.Notifications()
}

// content returns the node that a document's content belongs to, of an rpc its input.
func (k kind) content(n *yang.Node) *yang.Node {
	if k == kindRPC {
		return n.Input()
	}
	return n
}

// bindAs reads the document as the one operation or notification that it names.
func (d *document) bindAs(k kind, schema *yang.Schema) (*yang.Tree, yang.Errors) {
	if d.format != formatXML {
		return d.bindDocAs(k, schema)
	}
	e, err := findEvent(d.data)
	if err != nil {
		d.syntax = err
		return yang.NewTree(schema), d.syntaxErrors()
	}
	module := ""
	if m := schema.ModuleByNamespace(e.name.Space); m != nil {
		module = m.Name
	}
	n := find(k.of(schema), module, e.name.Local)
	if n == nil {
		return d.unknown(k, schema, strings.TrimPrefix(module+":"+e.name.Local, ":"), e.line)
	}
	o := yang.XMLOptions{Layer: d.layer(), MaxBytes: maxDocument + len(e.content)}
	tree, _, errs := yang.DecodeXMLAt(k.content(n), bytes.NewReader(e.content), o)
	return tree, errs
}

func (d *document) bindDocAs(k kind, schema *yang.Schema) (*yang.Tree, yang.Errors) {
	switch {
	case d.syntax != nil:
		return yang.NewTree(schema), d.syntaxErrors()
	case d.doc.Kind != yang.DocObject || len(d.doc.Members) != 1:
		return yang.NewTree(schema), yang.Errors{{Tag: malformed, Origin: yang.Origin{Layer: d.layer(), Line: d.doc.Line},
			Message: fmt.Sprintf("a document of --type %s holds one name at the top, as in module:name, with the content below it", k)}}
	}
	m := d.doc.Members[0]
	module, name, _ := strings.Cut(m.Name, ":")
	n := find(k.of(schema), module, name)
	if n == nil {
		return d.unknown(k, schema, m.Name, m.Line)
	}
	return yang.DecodeDocAt(k.content(n), m.Value, d.layer())
}

func find(nodes []*yang.Node, module, name string) *yang.Node {
	at := slices.IndexFunc(nodes, func(n *yang.Node) bool { return n.Module().Name == module && n.Name() == name })
	if at < 0 {
		return nil
	}
	return nodes[at]
}

// unknown is the error of a document that names nothing of its kind.
func (d *document) unknown(k kind, schema *yang.Schema, name string, number int) (*yang.Tree, yang.Errors) {
	e := &yang.Error{Path: "/" + name, Tag: "unknown-element", Origin: yang.Origin{Layer: d.layer(), Line: number},
		Message: fmt.Sprintf("the modules have no %s %q", k, name)}
	const most = 12
	var known []string
	for _, n := range k.of(schema) {
		known = append(known, n.QName())
	}
	switch {
	case len(known) > most:
		e.Hint = fmt.Sprintf("known: %s, ... (%d in all)", strings.Join(known[:most], ", "), len(known))
	case len(known) > 0:
		e.Hint = "known: " + strings.Join(known, ", ")
	}
	return yang.NewTree(schema), yang.Errors{e}
}

// notificationNamespace is that of the element around a notification (RFC 5277).
const notificationNamespace = "urn:ietf:params:xml:ns:netconf:notification:1.0"

// event is the element of an operation or notification.
type event struct {
	name    xml.Name
	line    int
	content []byte // what is in it, in an element of NETCONF that keeps its namespaces
}

// findEvent finds the element that names an operation or notification: the first that is
// none of NETCONF's own around it.
func findEvent(data []byte) (*event, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	var e *event
	var spaces namespaces
	begin := int64(0)
	for depth := 0; ; {
		offset := d.InputOffset()
		token, err := d.Token()
		if err != nil {
			if e == nil && errors.Is(err, io.EOF) {
				err = errors.New("no element that names an rpc or notification")
			}
			return nil, err
		}
		switch x := token.(type) {
		case xml.StartElement:
			if e != nil {
				depth++
				continue
			}
			spaces.declare(x.Attr)
			if around(x.Name) {
				if x.Name.Local == "eventTime" {
					if err := d.Skip(); err != nil {
						return nil, err
					}
				}
				continue
			}
			begin = d.InputOffset()
			e = &event{name: x.Name, line: 1 + bytes.Count(data[:begin], []byte{'\n'})}
		case xml.EndElement:
			if e == nil {
				continue
			}
			if depth--; depth < 0 {
				e.content = enclose(spaces, data[begin:max(begin, offset)], e.line)
				return e, nil
			}
		}
	}
}

// around says that an element is one of NETCONF's own.
func around(name xml.Name) bool {
	return name.Space == yang.NetconfNamespace || name.Space == notificationNamespace
}

// namespaces are the declarations in force, in their order: "xmlns" and "xmlns:prefix".
type namespaces []xml.Attr

// declare adds the declarations among attributes; they replace those of the same name.
func (n *namespaces) declare(list []xml.Attr) {
	for _, a := range list {
		name := a.Name.Local
		if a.Name.Space == "xmlns" {
			name = "xmlns:" + name
		} else if a.Name.Space != "" || name != "xmlns" {
			continue
		}
		declared := xml.Attr{Name: xml.Name{Local: name}, Value: a.Value}
		if at := slices.IndexFunc(*n, func(old xml.Attr) bool { return old.Name.Local == name }); at >= 0 {
			(*n)[at] = declared
		} else {
			*n = append(*n, declared)
		}
	}
}

// enclose puts content into an element of NETCONF with namespace declarations, at the
// line that it had.
func enclose(spaces namespaces, content []byte, line int) []byte {
	const prefix = "strowger-netconf"
	var b bytes.Buffer
	b.WriteString(strings.Repeat("\n", line-1))
	fmt.Fprintf(&b, "<%s:config xmlns:%s=%q", prefix, prefix, yang.NetconfNamespace)
	for _, a := range spaces {
		b.WriteString(" " + a.Name.Local + `="`)
		_ = xml.EscapeText(&b, []byte(a.Value)) // a Buffer does not fail
		b.WriteString(`"`)
	}
	b.WriteString(">")
	b.Write(content)
	fmt.Fprintf(&b, "</%s:config>", prefix)
	return b.Bytes()
}
