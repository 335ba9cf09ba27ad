// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"slices"
	"sort"
)

// fresh is what is created below a node that is there: a tree of what changes name.
type fresh struct {
	step  step
	jobs  []*job
	value string
	// list: the kids are the entries of a list, or of a leaf-list where they have no kids.
	list bool
	// container: it is no leaf.
	container bool
	kids      []*fresh
}

// growth is all that is created at one place: the path of the node that is there, and
// one member below it.
type growth struct {
	at   []step
	what *fresh
}

// create inserts what the document lacks. All that is created below one new node comes
// and goes together.
func (e *editor) create() {
	var jobs []*job
	e.each(Create, func(j *job) { jobs = append(jobs, j) })
	sort.SliceStable(jobs, func(a, b int) bool { return len(jobs[a].path) < len(jobs[b].path) })
	var growths []*growth
	for _, j := range jobs {
		if e.err != nil {
			return
		}
		if at, reason := e.ground(j, jobs); reason != "" {
			j.refuse(reason)
		} else if at >= 0 {
			if n := e.alike(j.path); j.Value == "" && n != nil && n.kind == object {
				j.container = true
			}
			growths = plant(growths, j, at)
		}
	}
	tasks := make([]*task, len(growths))
	for i, g := range growths {
		tasks[i] = &task{jobs: g.what.all(nil), edit: func() (edit, *node, string) { return e.grow(g) }}
	}
	e.perform(tasks)
}

// ground finds how many steps of a path are there already. What is there as a whole is
// given its value, and -1 is returned.
func (e *editor) ground(j *job, jobs []*job) (taken int, reason string) {
	p := e.finder.find(j.path)
	switch {
	case p.refusal != "" && !e.created(j.path[:min(p.taken+1, len(j.path))], jobs, p):
		return 0, p.refusal
	case p.found(j.path):
		return -1, e.settle(j, p.node)
	case p.taken == 0:
		return 0, "nothing around it is declared in this document: declare it in the layer that it belongs to"
	}
	for _, o := range e.jobs {
		if o.Operation == Delete && len(o.path) > 0 && begins(j.path, o.path) {
			return 0, "what it would be put into is deleted"
		}
	}
	for i := p.taken; i < len(j.path); i++ {
		s := j.path[i]
		if s.Index > 0 {
			return 0, "it is in a list without keys, whose entries cannot be told apart"
		}
		if s.entry() && !e.created(j.path[:i+1], jobs, place{}) {
			return 0, "its list entry is not declared in this document"
		}
	}
	if e.vague(j, jobs) {
		return 0, "it cannot be told from the document whether it is a container or an empty value: declare it by hand"
	}
	return p.taken, ""
}

// created says whether a list entry is among what is created: then no entry of the
// document is it, not even one whose key is computed.
func (e *editor) created(path []step, jobs []*job, p place) bool {
	if p.refusal != "" && p.list == nil || !path[len(path)-1].instance() {
		return false
	}
	return slices.ContainsFunc(jobs, func(o *job) bool { return len(o.path) == len(path) && begins(o.path, path) })
}

// settle makes what is there say what the NF says.
func (e *editor) settle(j *job, n *node) (reason string) {
	if n.kind != scalar || n.class == null && j.Value == "" || j.path[len(j.path)-1].instance() {
		j.done = true
		return ""
	}
	ed, reason, already := e.revalue(n, j.Value)
	if reason != "" || already {
		j.done = already
		return reason
	}
	if !e.apply(ed) {
		return reasonUnsafe
	}
	j.done = true
	return ""
}

// vague: a change without value may be a container, an empty text or a leaf of the type
// empty. What is created in it, or what another instance is, tells.
func (e *editor) vague(j *job, jobs []*job) bool {
	if j.Value != "" || j.path[len(j.path)-1].instance() {
		return false
	}
	if slices.ContainsFunc(jobs, func(o *job) bool { return len(o.path) > len(j.path) && begins(o.path, j.path) }) {
		return false
	}
	return e.alike(j.path) == nil
}

// plant adds a change to the tree of what is created at its place.
func plant(growths []*growth, j *job, taken int) []*growth {
	at, rest := j.path[:taken], j.path[taken:]
	i := slices.IndexFunc(growths, func(g *growth) bool {
		return len(g.at) == taken && begins(at, g.at) && g.what.step.Name == rest[0].Name && g.what.step.module == rest[0].module
	})
	if i < 0 {
		i = len(growths)
		growths = append(growths, &growth{at: at, what: &fresh{step: bare(rest[0])}})
	}
	growths[i].what.add(rest, j)
	return growths
}

// bare is a step without predicates.
func bare(s step) step {
	s.Keys, s.Value, s.Index = nil, nil, 0
	return s
}

// add enters a change whose path starts at f.
func (f *fresh) add(path []step, j *job) {
	if path[0].instance() {
		f.list = true
		entry := f.kid(path[0])
		if path[0].Value != nil {
			entry.value = *path[0].Value
		} else {
			entry.container = true
			for _, k := range path[0].Keys {
				key := step{module: path[0].module}
				key.Name = k.Name
				entry.kid(key).value = k.Value
			}
		}
		f = entry
	}
	if len(path) == 1 {
		f.jobs = append(f.jobs, j)
		if !path[0].instance() {
			f.value, f.container = j.Value, f.container || j.container
		}
		return
	}
	f.container = true
	f.kid(bare(path[1])).add(path[1:], j)
}

// kid returns the child of a step, which is made if it is not there.
func (f *fresh) kid(s step) *fresh {
	for _, k := range f.kids {
		if k.step.same(s) {
			return k
		}
	}
	k := &fresh{step: s}
	f.kids = append(f.kids, k)
	return k
}

func (f *fresh) all(jobs []*job) []*job {
	jobs = append(jobs, f.jobs...)
	for _, k := range f.kids {
		jobs = k.all(jobs)
	}
	return jobs
}

// alike returns another instance of a node in the document, whatever the list entries
// around it; nil when there is none.
func (e *editor) alike(path []step) *node {
	level := []*node{e.finder.top}
	module := ""
	for _, s := range path {
		var next []*node
		for _, n := range level {
			next = append(next, e.finder.instances(n, s, module)...)
		}
		level, module = next, s.module
	}
	if len(level) == 0 {
		return nil
	}
	return level[0]
}

// instances are all nodes of a step's name below a node.
func (f *finder) instances(n *node, s step, module string) []*node {
	if f.xml {
		var out []*node
		for _, c := range n.kids {
			if c.name == s.Name {
				out = append(out, c)
			}
		}
		return out
	}
	m := f.name(n, s, module)
	switch {
	case m == nil:
		return nil
	case m.kind == array:
		return m.kids
	}
	return []*node{m}
}
