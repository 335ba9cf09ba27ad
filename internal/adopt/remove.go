// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"slices"
	"sort"
	"strings"
)

// remove deletes nodes, the outermost first: what was in one is then gone as well.
func (e *editor) remove() {
	var jobs []*job
	e.each(Delete, func(j *job) { jobs = append(jobs, j) })
	sort.SliceStable(jobs, func(a, b int) bool { return len(jobs[a].path) < len(jobs[b].path) })
	var tasks []*task
	for _, j := range jobs {
		outer := slices.IndexFunc(tasks, func(t *task) bool { return begins(j.path, t.jobs[0].path) })
		if outer < 0 {
			tasks = append(tasks, &task{jobs: []*job{j}, edit: func() (edit, *node, string) { return e.removeOne(j) }})
		} else {
			tasks[outer].inner = append(tasks[outer].inner, j)
		}
	}
	e.perform(tasks)
	for _, t := range tasks {
		for _, j := range t.inner {
			if j.done = t.jobs[0].done; !j.done {
				// The outer one could not go, so this is for itself.
				e.perform([]*task{{jobs: []*job{j}, edit: func() (edit, *node, string) { return e.removeOne(j) }}})
			}
		}
	}
}

func (e *editor) removeOne(j *job) (ed edit, in *node, reason string) {
	p := e.finder.find(j.path)
	switch {
	case p.refusal != "":
		return edit{}, nil, p.refusal
	case !p.found(j.path):
		return edit{}, nil, reasonAbsent
	case e.isKey(j.path):
		return edit{}, nil, "it is the key of its list entry"
	}
	if reason := e.finder.sharedBelow(p.node); reason != "" {
		return edit{}, nil, reason
	}
	ed, in, ok := e.removal(p.node)
	if !ok {
		return edit{}, nil, reasonUnsafe
	}
	return ed, in, ""
}

// removal returns the edit that takes out a node, and what it is taken out of. A list goes with its last entry; an
// object stays, as it may be a presence container.
func (e *editor) removal(n *node) (ed edit, in *node, ok bool) {
	for !e.finder.xml && n.parent != nil && n.parent.kind == array && len(n.parent.kids) == 1 && n.parent != e.finder.top && n.parent.parent != nil {
		n = n.parent
	}
	p := n.parent
	if p == nil || n == e.finder.top || n.odd || p.odd {
		return edit{}, nil, false
	}
	var splices []splice
	switch {
	case e.finder.xml:
		splices = []splice{e.elementLines(n)}
	case p.flow:
		splices = e.flowRemoval(n)
	case len(p.kids) == 1:
		splices = e.lastRemoval(n)
	default:
		splices = e.blockLines(n)
	}
	lines := !p.flow && len(p.kids) > 1 && opens(e.data, n.begin)
	return edit{splices, n.drop, lines}, p, splices != nil
}

// lastRemoval leaves {} or [] where the only member of a block collection was.
func (e *editor) lastRemoval(n *node) []splice {
	p := n.parent
	hollow := "{}"
	if p.kind == array {
		hollow = "[]"
	}
	if p.parent == nil || !opens(e.data, n.begin) {
		return []splice{{n.begin, n.end, hollow}}
	}
	lines := e.blockLines(n)
	if lines == nil || p.anchor != "" || p.colon == 0 || e.data[p.colon-1] != ':' && e.data[p.colon-1] != '-' {
		return nil
	}
	return append(lines, splice{p.colon, p.colon, " " + hollow})
}

// blockLines returns the lines of a member or item of a block collection, with the
// comments right above it in its column and those below that are deeper.
func (e *editor) blockLines(n *node) []splice {
	rest := bytes.TrimSpace(e.data[n.end:lineEnd(e.data, n.end)])
	if len(rest) > 0 && rest[0] != '#' {
		return nil
	}
	to := nextLine(e.data, n.end)
	if !opens(e.data, n.begin) {
		// The first member stands behind the dash: the next one takes its place.
		if n.index() != 0 {
			return nil
		}
		for to < len(e.data) && isBlank(e.data[to]) {
			to++
		}
		return []splice{{n.begin, to, ""}}
	}
	column := n.parent.indent
	for to < len(e.data) && e.commentColumn(to) > column {
		to = nextLine(e.data, to)
	}
	return []splice{{e.headComments(n, column), to, ""}}
}

// commentColumn is the column of the comment that fills a line; -1: there is none.
func (e *editor) commentColumn(at int) int {
	line := string(e.data[at:lineEnd(e.data, at)])
	if body := strings.TrimLeft(line, " \t"); strings.HasPrefix(body, "#") {
		return len(line) - len(body)
	}
	return -1
}

// headComments returns where the comments right above a node start. A comment with which
// the document begins is about all of it.
func (e *editor) headComments(n *node, column int) int {
	from := lineStart(e.data, n.begin)
	at := from
	for at > 0 {
		before := lineStart(e.data, at-1)
		if e.commentColumn(before) != column {
			break
		}
		at = before
	}
	if at < from && n.parent.parent == nil {
		if at == 0 || bytes.HasPrefix(e.data[lineStart(e.data, at-1):], []byte("---")) {
			return from
		}
	}
	return at
}

// flowRemoval takes a member or item out of { } or [ ], with the comma that is then one
// too many.
func (e *editor) flowRemoval(n *node) []splice {
	p := n.parent
	i := n.index()
	if len(p.kids) == 1 {
		inside := e.data[p.start+1 : p.end-1]
		if bytes.ContainsRune(bytes.ReplaceAll(inside, e.data[n.begin:n.end], nil), '#') {
			return []splice{{n.begin, e.behindComma(n.end), ""}}
		}
		return []splice{{p.start + 1, p.end - 1, ""}}
	}
	if comma := e.behindComma(n.end); comma > n.end {
		if opens(e.data, n.begin) && e.lineDone(comma) {
			return []splice{{lineStart(e.data, n.begin), nextLine(e.data, comma), ""}}
		}
		if i+1 < len(p.kids) && lineStart(e.data, comma) == lineStart(e.data, p.kids[i+1].begin) {
			return []splice{{n.begin, p.kids[i+1].begin, ""}}
		}
		return []splice{{n.begin, comma, ""}}
	}
	if i == 0 {
		return nil
	}
	before := p.kids[i-1]
	comma := e.behindComma(before.end)
	if opens(e.data, n.begin) && e.lineDone(n.end) {
		return []splice{{comma - 1, comma, ""}, {lineStart(e.data, n.begin), nextLine(e.data, n.end), ""}}
	}
	if lineStart(e.data, comma) != lineStart(e.data, n.begin) {
		return []splice{{comma - 1, comma, ""}, {n.begin, n.end, ""}}
	}
	return []splice{{comma - 1, n.end, ""}}
}

// behindComma returns the place after the comma that follows, or at itself.
func (e *editor) behindComma(at int) int {
	i := at
	if e.format == formatYAML {
		i = skipYAML(e.data, at)
	} else {
		for i < len(e.data) && isBlank(e.data[i]) {
			i++
		}
	}
	if i < len(e.data) && e.data[i] == ',' {
		return i + 1
	}
	return at
}

// lineDone says whether nothing but a comment follows on the line.
func (e *editor) lineDone(at int) bool {
	rest := bytes.TrimSpace(e.data[at:lineEnd(e.data, at)])
	return len(rest) == 0 || e.format == formatYAML && rest[0] == '#'
}

// elementLines returns the lines of an element, or the element alone where other things
// stand on them.
func (e *editor) elementLines(n *node) splice {
	if !opens(e.data, n.begin) || !e.lineDone(n.after) {
		return splice{n.begin, n.after, ""}
	}
	from := lineStart(e.data, n.begin)
	// A comment above the first of several entries may be about all of them.
	i := n.index()
	first := (i == 0 || n.parent.kids[i-1].name != n.name) && i+1 < len(n.parent.kids) && n.parent.kids[i+1].name == n.name
	if !first && n.parent.parent != nil {
		above := bytes.TrimRight(e.data[:from], " \t\r\n")
		if bytes.HasSuffix(above, []byte("-->")) && nextLine(e.data, len(above)) == from {
			if at := bytes.LastIndex(above, []byte("<!--")); at > 0 && opens(e.data, at) {
				from = lineStart(e.data, at)
			}
		}
	}
	return splice{from, nextLine(e.data, n.after), ""}
}
