// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"fmt"
	"slices"
	"sort"
)

const (
	reasonAbsent = "it is not declared in this document"
	reasonUnsafe = "it cannot be edited safely: the file would say something else as well; change it by hand"
)

// Edit makes the changes in a document, as many as can be made: modifications, then
// what is created, then what is deleted. Every change is done or refused as a whole,
// and comments, blank lines, quoting and everything else stay as they are. Values are
// written so that render reads them literally.
func Edit(d Document, changes []Change) Result {
	e := &editor{doc: d, format: d.format(), data: d.Data}
	e.begin(changes)
	for _, phase := range []func(){e.modify, e.create, e.remove} {
		if e.err == nil {
			phase()
		}
	}
	result := Result{Data: e.data}
	for _, j := range e.jobs {
		switch {
		case j.done:
			result.Done = append(result.Done, Done{Path: j.Path, Line: j.line})
		case e.err != nil:
			result.Refused = append(result.Refused, Refusal{Path: j.Path, Reason: e.err.Error()})
		default:
			result.Refused = append(result.Refused, Refusal{Path: j.Path, Line: j.line, Reason: j.reason})
		}
	}
	return result
}

// job is a change in work.
type job struct {
	Change
	path   []step
	line   int
	done   bool
	reason string
	// container: what is created is no leaf, as another instance shows.
	container bool
}

func (j *job) open() bool { return !j.done && j.reason == "" }

func (j *job) refuse(reason string) {
	if j.open() {
		j.reason = reason
	}
}

// editor is one Edit.
type editor struct {
	doc    Document
	format string
	data   []byte
	roots  []*node
	finder *finder
	jobs   []*job
	err    error // why nothing can be done at all
}

// begin reads the document and finds the line of every change in it.
func (e *editor) begin(changes []Change) {
	e.err = e.load(e.data)
	for _, c := range changes {
		j := &job{Change: c}
		e.jobs = append(e.jobs, j)
		var err error
		if j.path, err = steps(c.Path); err != nil {
			j.refuse("its path cannot be read: " + err.Error())
			continue
		}
		if e.err != nil {
			continue
		}
		p := e.finder.find(j.path)
		if p.taken > 0 && (p.found(j.path) || p.refusal != "" || c.Operation == Create) {
			j.line = p.node.line
		}
		for _, other := range e.jobs[:len(e.jobs)-1] {
			if other.open() && len(other.path) == len(j.path) && begins(other.path, j.path) &&
				(other.Operation != j.Operation || other.Value != j.Value) {
				j.refuse("it is changed in two ways at once")
			}
		}
	}
}

// load reads data and makes it what is edited.
func (e *editor) load(data []byte) error {
	roots, err := parse(data, e.format)
	if err != nil {
		return fmt.Errorf("the document cannot be read as %s: %w", e.format, err)
	}
	return e.take(data, roots)
}

func (e *editor) take(data []byte, roots []*node) error {
	top, err := e.top(roots)
	if err != nil {
		return err
	}
	e.data, e.roots = data, roots
	e.finder = &finder{top: top, xml: e.format == formatXML, namespaces: e.doc.Namespaces, used: map[string]bool{}}
	for _, r := range roots {
		aliases(r, e.finder.used)
	}
	return nil
}

// top returns the configuration in a document.
func (e *editor) top(roots []*node) (*node, error) {
	if e.doc.Within != (Within{}) {
		return within(roots, e.doc.Within)
	}
	switch len(roots) {
	case 0:
		return &node{class: null}, nil
	case 1:
		return roots[0], nil
	}
	return nil, fmt.Errorf("a layer is one document, this file has %d", len(roots))
}

// splice replaces a part of the data.
type splice struct {
	start, end int
	text       string
}

// edit is what one step of the editor does: to the data, and to the document as it
// is known. Both must lead to the same.
type edit struct {
	splices []splice
	model   func()
	// lines: it takes out whole lines, whatever else goes from the same collection.
	lines bool
}

// apply makes edits and checks that the result says just that; else nothing is changed.
func (e *editor) apply(edits ...edit) bool {
	var all []splice
	for _, ed := range edits {
		all = append(all, ed.splices...)
	}
	data, ok := spliced(e.data, all)
	if !ok {
		return false
	}
	was := e.data
	roots, err := parse(data, e.format)
	if err == nil {
		for _, ed := range edits {
			ed.model()
		}
		if sameAll(e.roots, roots, e.finder.xml) && e.take(data, roots) == nil {
			return true
		}
	}
	// The document was changed beside the data, so it is read again.
	if err := e.load(was); err != nil {
		e.err = err
	}
	return false
}

// spliced returns data with the splices made, which must not overlap.
func spliced(data []byte, list []splice) ([]byte, bool) {
	list = slices.Clone(list)
	sort.SliceStable(list, func(i, j int) bool { return list[i].start < list[j].start })
	var out []byte
	at := 0
	for _, s := range list {
		if s.start < at || s.end < s.start || s.end > len(data) {
			return nil, false
		}
		out = append(append(out, data[at:s.start]...), s.text...)
		at = s.end
	}
	return append(out, data[at:]...), true
}

// each calls f with the open jobs of an operation.
func (e *editor) each(operation string, f func(*job)) {
	for _, j := range e.jobs {
		if e.err == nil && j.open() && j.Operation == operation {
			f(j)
		}
	}
}

// modify replaces values: all at once, or one by one where that does not work.
func (e *editor) modify() {
	for _, j := range e.jobs {
		if j.Operation != Modify && j.Operation != Create && j.Operation != Delete {
			j.refuse(fmt.Sprintf("the operation %q is not known", j.Operation))
		}
	}
	var edits []edit
	var jobs []*job
	e.each(Modify, func(j *job) {
		ed, reason, already := e.modification(j)
		switch {
		case reason != "":
			j.refuse(reason)
		case already:
			j.done = true
		default:
			edits, jobs = append(edits, ed), append(jobs, j)
		}
	})
	if len(edits) == 0 {
		return
	}
	if e.apply(edits...) {
		for _, j := range jobs {
			j.done = true
		}
		return
	}
	for _, j := range jobs {
		if e.err != nil {
			return
		}
		if ed, reason, _ := e.modification(j); reason == "" && e.apply(ed) {
			j.done = true
		} else {
			j.refuse(reasonUnsafe)
		}
	}
}

// modification returns the edit that gives a leaf its value.
func (e *editor) modification(j *job) (ed edit, reason string, already bool) {
	last := j.path[len(j.path)-1]
	if last.instance() {
		return edit{}, "the order of entries is not adopted: move them by hand", false
	}
	if e.isKey(j.path) {
		return edit{}, "it is the key of its list entry", false
	}
	p := e.finder.find(j.path)
	switch {
	case p.refusal != "":
		return edit{}, p.refusal, false
	case !p.found(j.path):
		return edit{}, reasonAbsent, false
	}
	return e.revalue(p.node, j.Value)
}

// revalue returns the edit that gives a scalar another value.
func (e *editor) revalue(n *node, value string) (ed edit, reason string, already bool) {
	if n.kind != scalar {
		return edit{}, "it is no single value in the document", false
	}
	if n.class != null && likeness(n, value, false) == 2 {
		return edit{}, "", true
	}
	if reason := e.finder.shared(n); reason != "" {
		return edit{}, reason, false
	}
	if n.odd {
		return edit{}, "it is written in a way that cannot be edited safely: change it by hand", false
	}
	w, reason := e.write(n, value)
	if reason != "" {
		return edit{}, reason, false
	}
	at := splice{n.start, n.end, w.text}
	if e.format == formatYAML && n.class == null && n.start == n.colon {
		at.text = " " + w.text
	}
	if e.finder.xml {
		at = w.around(e.data, n)
	}
	return edit{splices: []splice{at}, model: func() { n.value, n.class = w.value, w.class }}, "", false
}

// isKey says whether a path leads to a key of a list entry.
func (e *editor) isKey(path []step) bool {
	if len(path) < 2 {
		return false
	}
	_, is := path[len(path)-2].keyValue(path[len(path)-1].Name)
	return is && path[len(path)-1].module == path[len(path)-2].module
}

// written is a scalar in the notation of a document.
type written struct {
	text  string
	value string // as the document is read then
	class class
}

// write returns a value in the notation that a scalar has now.
func (e *editor) write(n *node, value string) (written, string) {
	switch e.format {
	case formatJSON:
		return writeJSON(n, escape(value))
	case formatXML:
		return e.writeXML(n, value)
	}
	return e.writeYAML(n, escape(value))
}
