// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Format is how a layer is written.
type Format string

const (
	// YAML with RFC 7951 names.
	YAML Format = "yaml"
	// JSON as RFC 7951 has it.
	JSON Format = "json"
	// XML as RFC 7950 has it.
	XML Format = "xml"
)

// LayerSource is one layer as it was declared.
type LayerSource struct {
	// Layer is what origins and messages show of it.
	Layer yang.Layer
	// Format of Data. Empty: by the extension of Layer.File, else YAML.
	Format Format
	Data   []byte
	// Inline data stands in the object itself, where lines mean nothing: origins and
	// errors have none.
	Inline bool
	// Tainted layers come from Secrets: all their values are tainted.
	Tainted bool
}

// String keeps the data out of whatever prints the source.
func (l LayerSource) String() string {
	return fmt.Sprintf("layer %s (%d bytes)", l.Layer.Name, len(l.Data))
}

// GoString is String.
func (l LayerSource) GoString() string { return l.String() }

func (l LayerSource) format() Format {
	if l.Format != "" {
		return l.Format
	}
	switch strings.ToLower(path.Ext(l.Layer.File)) {
	case ".json":
		return JSON
	case ".xml":
		return XML
	}
	return YAML
}

// Result is the intended configuration.
type Result struct {
	// Tree is all layers merged, with origin and taint of every leaf.
	Tree *yang.Tree
	// Overrides are the values that a later layer changed. Paths and values of
	// tainted ones are redacted.
	Overrides []yang.Override
	// References are the inputs and certificates (inputs.n3, certificates.n4) and
	// other variables that expressions mention, sorted; inputs alone where an
	// expression computes which input it reads.
	References []string
}

// String shows the result without tainted values.
func (r *Result) String() string {
	if r == nil {
		return "no result"
	}
	var b strings.Builder
	if r.Tree != nil {
		if err := yang.EncodeYAML(&b, r.Tree, yang.EncodeOptions{Redact: true}); err != nil {
			fmt.Fprintf(&b, "# %v\n", err)
		}
	}
	for _, o := range r.Overrides {
		fmt.Fprintf(&b, "# %s: %s (%s) overrides %s (%s)\n", o.Path, o.New, o.To, o.Old, o.From)
	}
	return b.String()
}

// Format prints String, whatever the verb.
func (r *Result) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// Render hydrates the layers, binds them to the schema and merges them: the later
// wins, leaf by leaf. Without errors the result is complete. The tree still has to
// be validated as a whole.
func (r *Renderer) Render(schema *yang.Schema, layers []LayerSource, scope Scope) (*Result, Errors) {
	x := r.newRun(scope)
	trees := make([]*yang.Tree, 0, len(layers))
	var schemaErrs Errors
	for i := range layers {
		l := layer{LayerSource: &layers[i], origin: &yang.Layer{}}
		*l.origin = layers[i].Layer
		tree, errs := x.layer(schema, l)
		schemaErrs = append(schemaErrs, errs...)
		trees = append(trees, tree)
	}
	// What the schema says about values that are not there yet would only confuse.
	if len(x.errs) > 0 {
		return nil, x.errs
	}
	if len(schemaErrs) > 0 {
		return nil, schemaErrs
	}
	result := &Result{Tree: yang.NewTree(schema), References: sortedKeys(x.used)}
	for _, tree := range trees {
		result.Overrides = append(result.Overrides, result.Tree.Merge(tree)...)
	}
	redact(result)
	return result, nil
}

// layer makes the tree of one layer. Syntax and expression errors go to x.errs.
func (x *run) layer(schema *yang.Schema, l layer) (*yang.Tree, Errors) {
	if l.format() == XML {
		return x.xmlLayer(schema, l)
	}
	parse := yang.ParseYAML
	if l.format() == JSON {
		parse = yang.ParseJSON
	}
	doc, err := parse(l.Data)
	if err != nil {
		x.syntax(l, err)
		return nil, nil
	}
	before := len(x.errs)
	if doc == nil || !x.hydrate(l, doc, "") || len(x.errs) > before {
		return yang.NewTree(schema), nil
	}
	tree, errs := yang.DecodeDoc(schema, doc, l.origin)
	return tree, schemaErrors(errs)
}

func (x *run) xmlLayer(schema *yang.Schema, l layer) (*yang.Tree, Errors) {
	before := len(x.errs)
	tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(l.Data), yang.XMLOptions{
		Layer: l.origin, ConfigOnly: true, Expand: x.expandXML(l),
	})
	if len(x.errs) > before {
		return tree, nil
	}
	var out Errors
	for _, e := range schemaErrors(errs) {
		if e.Reason() == ReasonSyntax {
			x.syntax(l, &yang.SyntaxError{Line: e.Origin.Line, Message: e.YANG.Message})
			continue
		}
		out = append(out, e)
	}
	return tree, out
}

func (x *run) syntax(l layer, err error) {
	e := &Error{Kind: KindSyntax, Origin: yang.Origin{Layer: l.origin}, Message: fmt.Sprintf("no valid %s: %v", l.format(), err)}
	var at *yang.SyntaxError
	if errors.As(err, &at) && !l.Inline {
		e.Origin.Line, e.Message = at.Line, fmt.Sprintf("no valid %s: %s", l.format(), at.Message)
	}
	if l.Tainted {
		e.withhold()
	}
	x.errs = append(x.errs, e)
}

func schemaErrors(errs yang.Errors) Errors {
	out := make(Errors, 0, len(errs))
	for _, e := range errs {
		out = append(out, &Error{Kind: KindSchema, Origin: e.Origin, Path: e.Path, Message: e.Message, YANG: e})
	}
	return out
}

// listKeys are the predicates of a path.
var listKeys = regexp.MustCompile(`\[[^\]'"]*('[^']*'|"[^"]*")\]`)

// redact takes tainted values out of the overrides.
func redact(r *Result) {
	for i := range r.Overrides {
		o := &r.Overrides[i]
		if d := r.Tree.Get(o.Path); d != nil {
			o.Path = d.RedactedPath()
		} else {
			// The node is gone, and its keys can no longer be told from Secrets.
			o.Path = listKeys.ReplaceAllString(o.Path, "")
		}
		if o.Tainted {
			o.Old, o.New = redacted(o.Old), redacted(o.New)
		}
	}
}

func redacted(value string) string {
	if value == "" {
		return ""
	}
	return yang.RedactedValue(value)
}

// Render is [Renderer.Render] with a Renderer of its own.
func Render(schema *yang.Schema, layers []LayerSource, scope Scope) (*Result, Errors) {
	r, err := New()
	if err != nil {
		return nil, Errors{{Kind: KindExpression, Message: err.Error()}}
	}
	return r.Render(schema, layers, scope)
}
