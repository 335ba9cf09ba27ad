// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"fmt"
	"io"
	"strings"

	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// judge validates documents.
type judge struct {
	library   *library
	in        io.Reader     // what "-" stands for
	format    format        // of all documents; "": see readDocument
	partial   bool          // documents are parts of a configuration
	kind      kind          // what documents are
	datastore *yang.Tree    // what rules of rpcs and notifications may refer to; nil: unknown
	layer     bool          // only names, types and values are checked
	lenient   bool          // judge although modules in use have errors
	scope     *render.Scope // variables of expressions; nil: expressions are texts
	limit     int           // violations shown of each document; 0: all
	mentioned moduleSet     // by any document
}

// refer reads the datastore that rules may refer to; there is none for "".
func (j *judge) refer(file string) error {
	if file == "" {
		return nil
	}
	d, err := load(file, j.in, "")
	if err != nil {
		return fmt.Errorf("--datastore: %w", err)
	}
	tree, errs := d.bind(j.library.schema)
	if len(errs) > 0 {
		return fmt.Errorf("--datastore: %s, first: %w", count(len(errs), "error"), errs[0])
	}
	j.datastore = tree
	return nil
}

// documents judges each file alone.
func (j *judge) documents(files []string) []*result {
	results := make([]*result, len(files))
	for i := range files {
		results[i] = j.layers(files[i : i+1])
	}
	return results
}

// layers judges files as layers of one configuration, of which later ones win.
func (j *judge) layers(files []string) *result {
	r := &result{Status: unjudged}
	for _, file := range files {
		r.Files = append(r.Files, shown(file))
	}
	docs := make([]*document, len(files))
	for i, file := range files {
		var err error
		if docs[i], err = load(file, j.in, j.format); err != nil {
			r.Error = err.Error()
			return r
		}
	}
	tree, errs := j.merge(docs)
	mentioned := moduleSet{}
	mentioned.mention(tree, errs)
	for m := range mentioned {
		j.mentioned[m] = true
	}
	if failures := j.library.failures(mentioned); len(failures) > 0 && !j.lenient {
		r.Error = fmt.Sprintf("%s: %s of the modules it needs cannot be loaded, first: %s",
			strings.Join(r.Files, " + "), count(len(failures), "statement"), failures[0])
		return r
	}
	if j.scope == nil {
		r.Notes = expressions(tree)
	}
	if len(errs) > 0 && errs[0].Tag != malformed && !j.layer {
		r.Notes = append(r.Notes, "what nodes demand of each other (must, when, leafref, mandatory, unique, ...) is checked once all of them can be read")
	}
	if len(errs) == 0 && !j.layer {
		errs = j.constraints(r, tree, mentioned)
	}
	advise(errs, j.library.schema)
	r.refuse(errs, j.limit)
	return r
}

// merge returns the documents as one tree, with what is wrong in each.
func (j *judge) merge(docs []*document) (*yang.Tree, yang.Errors) {
	if j.kind != kindConfig {
		return docs[0].bindAs(j.kind, j.library.schema)
	}
	if j.scope != nil {
		return hydrate(j.library.schema, docs, j.scope)
	}
	tree, errs := docs[0].bind(j.library.schema)
	for _, d := range docs[1:] {
		over, more := d.bind(j.library.schema)
		tree.Merge(over)
		errs = append(errs, more...)
	}
	return tree, errs
}

// constraints validates a tree, and lists in the result what is left open.
func (j *judge) constraints(r *result, tree *yang.Tree, mentioned moduleSet) yang.Errors {
	var errs yang.Errors
	var open []yang.Constraint
	switch {
	case j.kind != kindConfig:
		return validate.Operation(tree, j.datastore)
	case j.partial:
		errs, open = validate.Check(tree)
	default:
		errs, open = validate.Complete(tree), yang.UnevaluatedFor(tree)
	}
	for _, c := range open {
		r.Open = append(r.Open, constraintOf(c))
	}
	for _, e := range errs {
		if m := topModule(tree.Schema(), e); m != nil && !mentioned[m] && e.Hint == "" {
			e.Hint = fmt.Sprintf("if the device does not have module %s, name those that it has with --module; for a part of its configuration give --partial", m.Name)
		}
	}
	return errs
}

// topModule returns the module of the top-level node that an error is about.
func topModule(s *yang.Schema, e *yang.Error) *yang.Module {
	steps, err := yang.ParsePath(e.Path)
	if err != nil || len(steps) == 0 {
		return nil
	}
	return s.Module(steps[0].Module)
}

// marker begins an expression of the operator's layers.
const marker = "${"

// expressions says how many values are expressions, which nobody can evaluate here.
func expressions(tree *yang.Tree) []string {
	n := 0
	for _, leaf := range tree.Leaves() {
		if strings.Contains(leaf.Value(), marker) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []string{count(n, "value") + " with a ${...} expression checked as plain text"}
}

// advise says what to do about errors that the schema alone cannot explain.
func advise(errs yang.Errors, s *yang.Schema) {
	for _, e := range errs {
		switch {
		case strings.Contains(e.Message, marker) && e.Tag != malformed:
			e.Hint = "--values and --input give expressions what the operator finds in the cluster"
		case e.Tag == "unknown-namespace" && e.Hint == "":
			e.Hint = fmt.Sprintf("it is none of the %s under --yang; mend the name, or name another folder with one more --yang", count(len(s.Modules()), "module"))
		}
	}
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
