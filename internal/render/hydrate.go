// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"fmt"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// run is one rendering: its scope, what it used up, and what it found.
type run struct {
	renderer *Renderer
	scope    *bindings
	used     map[string]bool
	outcomes map[string]outcome
	errs     Errors

	cost  uint64
	nodes int
	bytes int
}

func (r *Renderer) newRun(scope Scope) *run {
	return &run{renderer: r, scope: scope.bind(), used: map[string]bool{}, outcomes: map[string]outcome{}}
}

// layer is the layer in work.
type layer struct {
	*LayerSource
	// origin of values: shared by all of them.
	origin *yang.Layer
}

// hydrate replaces all expressions in a document, and says whether the document
// itself is left out.
func (x *run) hydrate(l layer, d *yang.Doc, path string) (keep bool) {
	if d == nil {
		return true
	}
	d.Tainted = d.Tainted || l.Tainted
	if l.Inline {
		d.Line = 0
	}
	switch d.Kind {
	case yang.DocObject:
		members := d.Members[:0]
		for _, m := range d.Members {
			if l.Inline {
				m.Line = 0
			}
			at := path + "/" + m.Name
			m.Name = x.name(l, m, at)
			if x.hydrate(l, m.Value, at) {
				members = append(members, m)
			}
		}
		d.Members = members
	case yang.DocArray:
		items := d.Items[:0]
		for i, item := range d.Items {
			if x.hydrate(l, item, fmt.Sprintf("%s[%d]", path, i)) {
				items = append(items, item)
			}
		}
		d.Items = items
	default:
		if s, ok := d.Scalar.(string); ok && strings.Contains(s, "${") {
			return x.expand(l, d, s, path)
		}
	}
	return true
}

// name checks the name of a member, which must be literal.
func (x *run) name(l layer, m yang.DocMember, path string) string {
	if !strings.Contains(m.Name, "${") {
		return m.Name
	}
	segments, err := split(m.Name)
	if err == nil && len(segments) == 1 && !segments[0].expr {
		return segments[0].text
	}
	x.fail(l, m.Line, path, "", errors.New("names cannot hold expressions, only values can"))
	return m.Name
}

// expand replaces a scalar by what its text stands for: anything if it is exactly
// one expression, else a string.
func (x *run) expand(l layer, d *yang.Doc, text, path string) (keep bool) {
	segments, err := split(text)
	if err != nil {
		x.fail(l, d.Line, path, "", inText(text, err))
		return true
	}
	if len(segments) == 1 && segments[0].expr {
		source := segments[0].text
		val, tainted, err := x.eval(source)
		var out *yang.Doc
		if err == nil {
			out, err = x.doc(val, d.Line, tainted || d.Tainted, 0)
		}
		switch {
		case errors.Is(err, errAbsent):
			return false
		case err != nil:
			x.fail(l, d.Line, path, source, err)
		default:
			*d = *out
		}
		return true
	}
	out, tainted, ok := x.concat(segments, func(source string, err error) {
		x.fail(l, d.Line, path, source, err)
	})
	if ok {
		d.Scalar, d.Tainted = out, d.Tainted || tainted
	}
	return true
}

// concat joins text and expressions.
func (x *run) concat(segments []segment, fail func(source string, err error)) (out string, tainted, ok bool) {
	var b strings.Builder
	ok = true
	for _, s := range segments {
		if !s.expr {
			b.WriteString(s.text)
			continue
		}
		val, t, err := x.eval(s.text)
		var text string
		if err == nil {
			text, err = x.text(val)
		}
		if err != nil {
			fail(s.text, err)
			ok = false
			continue
		}
		tainted = tainted || t
		b.WriteString(text)
	}
	return b.String(), tainted, ok
}

// errExpand stands in for an expression error that is already noted.
var errExpand = errors.New("expression failed")

// expandXML is the hook for the text of XML elements.
func (x *run) expandXML(l layer) func(string, int) (string, bool, error) {
	return func(text string, line int) (string, bool, error) {
		if !strings.Contains(text, "${") {
			return text, l.Tainted, nil
		}
		segments, err := split(text)
		if err != nil {
			x.fail(l, line, "", "", inText(text, err))
			return "", l.Tainted, errExpand
		}
		out, tainted, ok := x.concat(segments, func(source string, err error) { x.fail(l, line, "", source, err) })
		if !ok {
			return "", l.Tainted, errExpand
		}
		return out, tainted || l.Tainted, nil
	}
}

// inText names the text that cannot be split. It stands in Git, and holds no value yet.
func inText(text string, err error) error { return fmt.Errorf("%w: %s", err, clip(text)) }

func (x *run) fail(l layer, line int, path, source string, err error) {
	if l.Inline {
		line = 0
	}
	e := &Error{Kind: KindExpression, Origin: yang.Origin{Layer: l.origin, Line: line}, Path: path, Expression: source, Message: err.Error()}
	if l.Tainted {
		e.withhold()
	}
	x.errs = append(x.errs, e)
}
