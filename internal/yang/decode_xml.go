// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"errors"
	"fmt"
	"io"

	"github.com/strowger/strowger/internal/yang/xmlstream"
)

// XMLOptions control DecodeXML.
type XMLOptions struct {
	// Layer is the origin of all values.
	Layer *Layer
	// Expand hydrates the text of every leaf before it is checked; nil: texts are as written.
	Expand func(text string, line int) (out string, tainted bool, err error)
	// IgnoreUnknown keeps aside, in []Unknown, what the schema does not know, values that
	// are not of their type and entries without keys; else they are errors. For what
	// devices reply.
	IgnoreUnknown bool
	// ConfigOnly does not take state data: with IgnoreUnknown it is dropped silently, else
	// it is an error. Set it for configuration.
	ConfigOnly bool
	// Edit is for the content of an edit-config: an element with the operation "delete" or
	// "remove" may be without value.
	Edit bool
	// Attr is called for every attribute in a namespace, like nc:operation and yang:insert,
	// once the node has its value or, for containers and lists, before its children.
	Attr func(d *Data, namespace, name, value string)
	// MaxDepth and MaxBytes limit the document; 0: 256 levels, 256 MiB.
	MaxDepth, MaxBytes int
}

// Unknown is an element that was kept aside.
type Unknown struct {
	Parent          string // data path of the node around it
	Namespace, Name string
	Line            int
	Reason          string
}

const (
	// NetconfNamespace is the namespace of NETCONF's own elements and attributes (RFC 6241).
	NetconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0"
	// DefaultNamespace is the namespace of the attribute that marks defaults (RFC 6243
	// section 6).
	DefaultNamespace = "urn:ietf:params:xml:ns:netconf:default:1.0"
)

// maxFindings is how many errors, and how many elements kept aside, one document has at
// most: a document of another model must not fill the memory.
const maxFindings = 10_000

// DecodeXML binds XML as devices and people write it to the schema: one or several
// top-level elements, or the <config> or <data> element around them. Namespaces are
// needed (but for those two), whatever the prefixes. Document types are refused.
// Attributes are ignored but for [XMLOptions].Attr and for wd:default="true" (RFC 6243
// section 6), which marks a leaf as one that nobody configured, see [Data.Default].
func DecodeXML(s *Schema, r io.Reader, o XMLOptions) (*Tree, []Unknown, Errors) {
	return decodeXML(NewTree(s), r, o)
}

func decodeXML(t *Tree, r io.Reader, o XMLOptions) (*Tree, []Unknown, Errors) {
	d := &xmlDecoder{schema: t.schema, o: o,
		in: xmlstream.NewReader(r, xmlstream.Limits{Bytes: int64(o.MaxBytes), Depth: o.MaxDepth})}
	d.values.schema, d.values.lookup = t.schema, d.in.Lookup
	if err := d.content(t.root, true); err != nil {
		e := &Error{Tag: "malformed-message", Message: "the XML is malformed: " + err.Error()}
		var se *xmlstream.SyntaxError
		if errors.As(err, &se) {
			e.Message, e.Origin = "the XML is malformed: "+se.Message, d.origin(se.Line)
		}
		d.errs = append(d.errs, finding{e: e})
	}
	d.seal(t.root)
	return t, d.keptAside(), d.findings()
}

type xmlDecoder struct {
	schema *Schema
	o      XMLOptions
	in     *xmlstream.Reader
	slab   dataSlab
	open   []*Data // the children so far of all open nodes, innermost last
	values xmlValues
	text   []byte // of the leaf being read

	space  string // the namespace that was looked up last
	module *Module

	unknown []Unknown
	places  []*Data // the parents of what is unknown
	errs    []finding
	more    int // findings beyond the most
	strange map[strangeName]*Error
}

// strangeName is the name of an element that the schema does not have.
type strangeName struct {
	parent      *Node
	space, name string
}

func (d *xmlDecoder) origin(line int) Origin { return Origin{d.o.Layer, line} }

// content reads what is inside a container, list entry or the root, up to the end tag.
func (d *xmlDecoder) content(at *Data, root bool) error {
	base := len(d.open)
	err := d.elements(at, root)
	d.slab.fill(at, d.open[base:])
	d.open = d.open[:base]
	return err
}

// elements reads the children of a node, up to the end tag; of the root up to the end of
// the document.
func (d *xmlDecoder) elements(at *Data, root bool) error {
	schema := siblings{list: at.node.DataChildren()}
	for {
		kind, err := d.in.Next()
		switch {
		case root && errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case kind == xmlstream.Start:
			if err := d.element(at, &schema); err != nil {
				return err
			}
		case kind == xmlstream.End:
			return nil
		case !blank(d.in.Text()):
			d.problem(at, xmlstream.Name{}, d.in.Line(), &Error{Tag: "bad-element", Pos: at.node.Pos(),
				Message: "text where only elements may be"})
		}
	}
}

// siblings are the schema nodes that may be below a node. Documents name them mostly in
// the order of the schema, so each is looked for behind the one before.
type siblings struct {
	list []*Node
	last int
}

// fewSteps is how far a name is looked for before it is looked up.
const fewSteps = 8

func (s *siblings) find(parent *Node, m *Module, name string) *Node {
	for i := range min(fewSteps, len(s.list)-s.last) {
		if c := s.list[s.last+i]; c.mod == m && c.def.name == name {
			s.last += i
			return c
		}
	}
	c := parent.Child(m.Name, name)
	if c != nil {
		for i, x := range s.list {
			if x == c {
				s.last = i
			}
		}
	}
	return c
}

// element reads one element below at.
func (d *xmlDecoder) element(at *Data, schema *siblings) error {
	line, name := d.in.Line(), d.in.Name()
	if at.parent == nil && wrapper(name.Space, name.Local) {
		return d.elements(at, false)
	}
	if name.Space != d.space || d.module == nil {
		d.space, d.module = name.Space, d.schema.byNS[name.Space]
	}
	var n *Node
	if d.module != nil {
		n = schema.find(at.node, d.module, name.Local)
	}
	if n == nil {
		d.problem(at, name, line, d.unknownElement(at.node, d.module, name))
		return d.in.Skip()
	}
	if d.o.ConfigOnly && n.flags&flagConfig == 0 {
		if !d.o.IgnoreUnknown {
			d.problem(at, name, line, stateError(n))
		}
		return d.in.Skip()
	}
	c := d.slab.node()
	c.node, c.parent, c.layer, c.line = n, at, d.o.Layer, int32(line)
	attrs := d.attributes(c)
	switch n.def.kind {
	case KindLeaf, KindLeafList:
		return d.leaf(at, c, attrs)
	case KindAnyData, KindAnyXML:
		if err := d.anyValue(c); err != nil {
			return err
		}
		d.open = append(d.open, c)
		d.tell(c, attrs)
		return nil
	}
	d.tell(c, attrs)
	if err := d.content(c, false); err != nil {
		return err
	}
	d.seal(c)
	if miss := c.missingKeys(); miss != nil {
		d.problem(at, name, line, miss)
		return nil
	}
	d.open = append(d.open, c)
	return nil
}

// wrapper says that a top-level element only holds the data: <rpc-reply>, <data> and
// <config> of NETCONF, the latter two also without any namespace.
func wrapper(uri, name string) bool {
	return uri == NetconfNamespace || uri == "" && (name == "data" || name == "config")
}

// attributes marks defaults, and returns the attributes in a namespace when somebody
// asks for them.
func (d *xmlDecoder) attributes(c *Data) []xmlstream.Attr {
	var out []xmlstream.Attr
	for _, a := range d.in.Attrs() {
		switch {
		case a.Space == "":
			continue
		case a.Space == DefaultNamespace && a.Local == "default":
			c.dflt = c.Leaf() && (a.Value == "true" || a.Value == "1")
		}
		if d.o.Attr != nil || d.o.Edit {
			out = append(out, a)
		}
	}
	return out
}

// tell calls the option Attr.
func (d *xmlDecoder) tell(c *Data, list []xmlstream.Attr) {
	if d.o.Attr == nil {
		return
	}
	for _, a := range list {
		d.o.Attr(c, a.Space, a.Local, a.Value)
	}
}

// removes says whether the attributes hold the operation "delete" or "remove".
func removes(list []xmlstream.Attr) bool {
	for _, a := range list {
		if a.Space == NetconfNamespace && a.Local == "operation" && (a.Value == "delete" || a.Value == "remove") {
			return true
		}
	}
	return false
}

// seal orders the children of a node and checks what concerns several of them.
func (d *xmlDecoder) seal(at *Data) {
	for _, double := range at.seal() {
		d.problemAt(finding{e: doubleError(double, at), at: at},
			xmlstream.Name{Space: double.node.mod.Namespace, Local: double.node.def.name}, int(double.line))
	}
	if d.o.Edit || d.o.IgnoreUnknown {
		return
	}
	for _, pair := range at.CaseConflicts() {
		d.problemAt(finding{e: CaseError(pair[0], pair[1])}, xmlstream.Name{}, 0)
	}
}

// problem keeps an element aside or reports the error, as the options say.
func (d *xmlDecoder) problem(at *Data, name xmlstream.Name, line int, e *Error) {
	if !d.o.IgnoreUnknown {
		own := *e
		own.Origin = d.origin(line)
		e = &own
	}
	d.problemAt(finding{e, at, name.Local}, name, line)
}

func (d *xmlDecoder) problemAt(f finding, name xmlstream.Name, line int) {
	switch {
	case len(d.errs)+len(d.unknown) >= maxFindings:
		d.more++
	case d.o.IgnoreUnknown:
		d.unknown = append(d.unknown, Unknown{Namespace: name.Space, Name: name.Local, Line: line, Reason: f.e.Message})
		d.places = append(d.places, f.at)
	default:
		if f.e.Path != "" {
			f.at = nil // it is complete
		}
		d.errs = append(d.errs, f)
	}
}

// unknownElement is the error of an element that the schema does not have; it is made
// once for all elements of the name.
func (d *xmlDecoder) unknownElement(parent *Node, m *Module, name xmlstream.Name) *Error {
	key := strangeName{parent, name.Space, name.Local}
	if e := d.strange[key]; e != nil {
		return e
	}
	e := &Error{Tag: "unknown-namespace", Pos: parent.Pos()}
	switch {
	case m != nil:
		e = unknownNode(parent, m.Name, name.Local)
	case name.Space == "":
		e.Message = fmt.Sprintf("element %q has no namespace", name.Local)
	default:
		e.Message = fmt.Sprintf("no module with the namespace %q in the schema", name.Space)
	}
	if other := parent.anyChild(name.Local); m == nil && other != nil {
		e.Hint = fmt.Sprintf("%s has xmlns=%q", other.QName(), other.mod.Namespace)
	}
	if d.strange == nil {
		d.strange = map[strangeName]*Error{}
	}
	if len(d.strange) < maxFindings {
		d.strange[key] = e
	}
	return e
}

// keptAside returns what was kept aside, with the paths that are known now.
func (d *xmlDecoder) keptAside() []Unknown {
	for i, at := range d.places {
		d.unknown[i].Parent = at.RedactedPath()
	}
	if d.more > 0 && d.o.IgnoreUnknown {
		d.unknown = append(d.unknown, Unknown{Parent: "/", Reason: fmt.Sprintf("and %d more", d.more)})
	}
	return d.unknown
}

func (d *xmlDecoder) findings() Errors {
	out := finish(d.errs)
	if d.more > 0 && !d.o.IgnoreUnknown {
		out = append(out, &Error{Tag: "too-big", Message: fmt.Sprintf("and %d more errors", d.more)})
	}
	return out
}
