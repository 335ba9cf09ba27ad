// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package proposal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/adopt"
	"github.com/strowger/strowger/internal/gitreport"
)

// maxValue is where a report clips values: one that is as long may be longer on
// the network function.
const maxValue = 1024

// deleted is the operation of what the network function lacks.
const deleted = adopt.Delete

// composer makes one set of branches from one repository.
type composer struct {
	repo      Repository
	files     *cachedFiles
	locations map[location]located
	// traced says that there are so few items that what is not proposed is looked up too.
	traced bool
	// failed is the first failure to read the repository, which says nothing about a
	// file.
	failed error
}

// location is the key of an inline layer.
type location struct{ root, namespace, name, layer string }

// located is the manifest that declares an inline layer, or why it was not found.
type located struct {
	document adopt.Document
	err      error
}

// propose edits the declaring files for all entries to adopt, layer by layer.
func (c *composer) propose(item *Item, edited map[string][]byte, out *Outcome) {
	changes := map[string][]adopt.Change{}
	var unplaced []adopt.Change
	for i := range item.Entries {
		e := &item.Entries[i]
		if e.Action != v1alpha1.DriftAdopt {
			continue
		}
		switch reason := inexpressible(e); {
		case reason != "":
			out.refuse(e, 0, reason)
		case e.Origin == nil || e.Origin.Layer == "" || e.Class == v1alpha1.DriftUnmanaged || e.Class == v1alpha1.DriftLeftover:
			unplaced = append(unplaced, change(e))
		default:
			changes[e.Origin.Layer] = append(changes[e.Origin.Layer], change(e))
		}
	}
	for i := range item.Layers {
		l := &item.Layers[i]
		if len(changes[l.Name]) > 0 {
			c.editLayer(item, l, changes[l.Name], edited, out)
			delete(changes, l.Name)
		}
	}
	for _, name := range sortedKeys(changes) {
		for _, ch := range changes[name] {
			out.Refused = append(out.Refused, Refusal{Path: ch.Path, Reason: fmt.Sprintf("the NetworkFunction has no layer %s any more: change by hand what declares it", name)})
		}
	}
	c.place(item, unplaced, edited, out)
	slices.SortFunc(out.Edits, func(a, b Edit) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(out.Refused, func(a, b Refusal) int { return strings.Compare(a.Path, b.Path) })
}

// inexpressible says why an entry can never be written into a file; empty: it may be.
func inexpressible(e *v1alpha1.DriftEntry) string {
	switch {
	case e.Class == v1alpha1.DriftSecret:
		return "its value is a secret, which belongs into no pull request: change the Secret it comes from, or what declares it, by hand"
	case e.Class == v1alpha1.DriftOrder:
		return "it is the order of the entries that differs: move the entry by hand in the file that declares it"
	case e.Operation != deleted && len(e.Actual) >= maxValue:
		return "its value is longer than a report holds: take it over by hand"
	}
	return ""
}

func change(e *v1alpha1.DriftEntry) adopt.Change {
	ch := adopt.Change{Path: e.Path, Operation: e.Operation}
	if e.Operation != deleted {
		ch.Value = e.Actual
	}
	return ch
}

// editLayer writes changes into the file that declares a layer.
func (c *composer) editLayer(item *Item, l *Layer, changes []adopt.Change, edited map[string][]byte, out *Outcome) {
	document, reason := c.document(item, l, edited)
	if reason != "" {
		for _, ch := range changes {
			out.Refused = append(out.Refused, Refusal{Path: ch.Path, Reason: reason})
		}
		return
	}
	result := c.edit(document, changes)
	out.keep(item, l, document, result, edited)
	for _, r := range result.Refused {
		out.Refused = append(out.Refused, Refusal{Path: r.Path, File: document.Name, Line: r.Line, Reason: r.Reason})
		out.locate(item, r.Path, document.Name, r.Line)
	}
}

// place finds a layer for what none declares: the last inline layer that takes it,
// then the last file that no other NetworkFunction uses.
func (c *composer) place(item *Item, changes []adopt.Change, edited map[string][]byte, out *Outcome) {
	reasons := map[string]string{}
	for _, i := range placement(item.Layers) {
		if len(changes) == 0 {
			return
		}
		l := &item.Layers[i]
		document, reason := c.document(item, l, edited)
		if reason != "" {
			for _, ch := range changes {
				if reasons[ch.Path] == "" {
					reasons[ch.Path] = reason
				}
			}
			continue
		}
		result := c.edit(document, changes)
		out.keep(item, l, document, result, edited)
		changes = slices.DeleteFunc(changes, func(ch adopt.Change) bool {
			return slices.ContainsFunc(result.Done, func(d adopt.Done) bool { return d.Path == ch.Path })
		})
		for _, r := range result.Refused {
			if reasons[r.Path] == "" {
				reasons[r.Path] = r.Reason
			}
		}
	}
	for _, ch := range changes {
		reason := reasons[ch.Path]
		if reason == "" {
			reason = "no layer of the NetworkFunction can take it: declare it by hand"
		}
		out.Refused = append(out.Refused, Refusal{Path: ch.Path, Reason: reason})
	}
}

// placement is the order in which layers are tried.
func placement(layers []Layer) []int {
	var inline, files []int
	for i := len(layers) - 1; i >= 0; i-- {
		switch {
		case layers[i].File == "":
			inline = append(inline, i)
		case len(layers[i].Shared) == 0:
			files = append(files, i)
		}
	}
	return append(inline, files...)
}

// keep notes what an edit did.
func (out *Outcome) keep(item *Item, l *Layer, document adopt.Document, result adopt.Result, edited map[string][]byte) {
	if len(result.Done) == 0 {
		return
	}
	if string(result.Data) != string(document.Data) {
		edited[document.Name] = result.Data
	}
	for _, d := range result.Done {
		out.Edits = append(out.Edits, Edit{Path: d.Path, File: document.Name, Line: d.Line})
		out.locate(item, d.Path, document.Name, d.Line)
	}
	if len(l.Shared) > 0 {
		if out.Shared == nil {
			out.Shared = map[string][]string{}
		}
		out.Shared[document.Name] = l.Shared
	}
}

// edit makes the changes, and tells where in the repository, rather than on the
// branch so far, the values are declared.
func (c *composer) edit(document adopt.Document, changes []adopt.Change) adopt.Result {
	result := adopt.Edit(document, changes)
	data, err := c.files.ReadFile(document.Name)
	if err != nil || bytes.Equal(data, document.Data) {
		return result
	}
	document.Data = data
	lines := map[string]int{}
	untouched := adopt.Edit(document, changes)
	for _, d := range untouched.Done {
		lines[d.Path] = d.Line
	}
	for _, r := range untouched.Refused {
		lines[r.Path] = r.Line
	}
	for i := range result.Done {
		result.Done[i].Line = lines[result.Done[i].Path]
	}
	for i := range result.Refused {
		result.Refused[i].Line = lines[result.Refused[i].Path]
	}
	return result
}

// document is the file that declares a layer, as the branch has it so far; or a
// sentence about why it cannot be edited.
func (c *composer) document(item *Item, l *Layer, edited map[string][]byte) (adopt.Document, string) {
	if l.Elsewhere != "" {
		return adopt.Document{}, l.Elsewhere
	}
	if l.File != "" {
		data, err := c.files.ReadFile(l.File)
		if err != nil {
			c.fail(err)
			return adopt.Document{}, fmt.Sprintf("%s of layer %s cannot be read in the repository: %s: change by hand what declares it", l.File, l.Name, cause(err))
		}
		return current(adopt.Document{Name: l.File, Data: data, Format: l.Format}, edited), ""
	}
	if item.RootUnknown != "" {
		return adopt.Document{}, item.RootUnknown
	}
	key := location{item.Root, item.Report.Namespace, item.Report.Name, l.Name}
	at, ok := c.locations[key]
	if !ok {
		at.document, at.err = adopt.Locate(c.files, key.root, key.namespace, key.name, key.layer)
		c.locations[key] = at
		c.fail(at.err)
	}
	if at.err != nil {
		return adopt.Document{}, fmt.Sprintf("the manifest that declares layer %s was not found: %s: change it by hand", l.Name, at.err)
	}
	return current(at.document, edited), ""
}

// fail notes that the repository cannot be read just now. What a file is, or that it
// is not there, is no failure.
func (c *composer) fail(err error) {
	var git *gitreport.Error
	if c.failed == nil && (errors.As(err, &git) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		c.failed = err
	}
}

// current is the document with the edits that the branch has already.
func current(d adopt.Document, edited map[string][]byte) adopt.Document {
	if data, ok := edited[d.Name]; ok {
		d.Data = data
	}
	return d
}

// cause leaves the path out of an error of a file system: the message has it.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (out *Outcome) refuse(e *v1alpha1.DriftEntry, line int, reason string) {
	r := Refusal{Path: e.Path, Line: line, Reason: reason}
	if e.Origin != nil {
		r.File = e.Origin.File
	}
	out.Refused = append(out.Refused, r)
}

// locate notes where the value of an entry was found. What a layer's file says of
// itself stays: only the manifest of an inline layer is news.
func (out *Outcome) locate(item *Item, path, file string, line int) {
	for i := range item.Entries {
		origin := out.Origins[i]
		if item.Entries[i].Path != path || origin == nil || line <= 0 {
			continue
		}
		origin.File, origin.Line = file, int32(line)
		out.ask(file, line)
	}
}

// ask has the author of a line be found out.
func (out *Outcome) ask(file string, line int) {
	if out.lines == nil {
		out.lines = map[string][]int{}
	}
	out.lines[file] = append(out.lines[file], line)
}
