// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import "slices"

// task is an edit that does all of its jobs or none.
type task struct {
	jobs []*job
	// inner are done when the task is.
	inner []*job
	// edit makes the edit for the document as it is now, and names the node whose members
	// or items it changes.
	edit func() (ed edit, in *node, reason string)
}

func (t *task) finish(reason string) {
	for _, j := range t.jobs {
		if reason != "" {
			j.refuse(reason)
		} else if j.open() {
			j.done = true
		}
	}
}

// perform does tasks in rounds: those that change different nodes at once, as reading
// the document takes longest. Where a round fails, its tasks are done one by one.
func (e *editor) perform(tasks []*task) {
	for len(tasks) > 0 && e.err == nil {
		var round, later []*task
		var edits []edit
		var changed places
		for _, t := range tasks {
			ed, in, reason := t.edit()
			switch {
			case reason != "":
				t.finish(reason)
			case !changed.take(in, ed.lines):
				later = append(later, t)
			default:
				round, edits = append(round, t), append(edits, ed)
			}
		}
		if len(round) > 0 {
			e.performRound(round, edits)
		}
		tasks = later
	}
}

func (e *editor) performRound(round []*task, edits []edit) {
	if e.apply(edits...) {
		for _, t := range round {
			t.finish("")
		}
		return
	}
	if len(round) == 1 {
		round[0].finish(reasonUnsafe)
		return
	}
	for _, t := range round {
		if e.err != nil {
			return
		}
		ed, _, reason := t.edit()
		if reason == "" && !e.apply(ed) {
			reason = reasonUnsafe
		}
		t.finish(reason)
	}
}

// places are the nodes that a round changes, and of how many lines are taken out.
type places struct {
	nodes []*node
	lines map[*node]int
}

// take enters a node, if nothing in it or around it is changed yet. Several members may
// lose their lines at once, but for the last one.
func (p *places) take(in *node, lines bool) bool {
	if lines && p.lines[in] > 0 && p.lines[in]+1 < len(in.kids) {
		p.lines[in]++
		return true
	}
	if slices.ContainsFunc(p.nodes, func(n *node) bool { return n.within(in) || in.within(n) }) {
		return false
	}
	p.nodes = append(p.nodes, in)
	if lines {
		if p.lines == nil {
			p.lines = map[*node]int{}
		}
		p.lines[in] = 1
	}
	return true
}

// within says whether a node is another or in it.
func (n *node) within(other *node) bool {
	for ; n != nil; n = n.parent {
		if n == other {
			return true
		}
	}
	return false
}
