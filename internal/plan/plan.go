// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Op is what must be done on the NF.
type Op string

const (
	// Create: the intended configuration has the node, the NF has not.
	Create Op = "Create"
	// Modify: the NF has another value, or an ordered-by user entry elsewhere.
	Modify Op = "Modify"
	// Delete: the NF has the node, the intended configuration has it no longer.
	Delete Op = "Delete"
)

// Where is a place in an ordered-by user list (RFC 7950 section 7.8.6).
type Where string

const (
	First  Where = "first"
	Last   Where = "last"
	Before Where = "before"
	After  Where = "after"
)

// Position is where an ordered-by user entry goes.
type Position struct {
	Where Where `json:"where"`
	// Anchor is the predicates of the sibling for Before and After, e.g. [name='a'].
	Anchor string `json:"anchor,omitempty"`

	anchor *yang.Data
}

// Change is one difference. A missing list entry or presence container is one
// Create, followed by one for each leaf in it but the keys. What must go is one
// Delete at the top of the subtree.
type Change struct {
	// Path as in [yang.Data.RedactedPath].
	Path string `json:"path"`
	Op   Op     `json:"op"`
	// Old is the value on the NF, New the intended one: canonical, empty for
	// containers and list entries, a digest when Tainted.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Tainted says that the value comes from a Secret; on a deleted subtree, that
	// something in it does.
	Tainted bool `json:"tainted,omitempty"`
	// Implied marks what another change displaces: nodes of the case of a choice
	// that is given up because another case is declared.
	Implied bool `json:"implied,omitempty"`
	// Insert is the place of a created or moved ordered-by user entry. Nil for a
	// created one means last, which is NETCONF's default.
	Insert *Position `json:"insert,omitempty"`
	// Turn is when an ordered-by user entry is created or moved, from 1: places refer to
	// what is there then. 0 of everything else.
	Turn int `json:"turn,omitempty"`
	// Origin is where the intended value was declared.
	Origin yang.Origin `json:"origin,omitzero"`

	old, new *yang.Data // old: on the NF; new: intended
	cause    *yang.Data // Implied: the declared child of the same parent that displaces it
}

// data returns the node the change is about, with its real path.
func (c *Change) data() *yang.Data {
	if c.new != nil {
		return c.new
	}
	return c.old
}

// Moves says whether the change only moves an ordered-by user entry.
func (c *Change) Moves() bool { return c.Op == Modify && c.Insert != nil }

// createsParent reports whether the change creates a list entry or container.
func (c *Change) createsParent() bool {
	if c.Op != Create || c.new == nil {
		return false
	}
	k := c.new.Node().Kind()
	return k == yang.KindList || k == yang.KindContainer
}

// Plan is all that must be changed, sorted by path: what is below a node follows
// it. A Plan read back from JSON can be shown; to be applied it must be bound to a
// schema, see [Plan.Bind].
type Plan struct {
	Changes []Change `json:"changes"`

	intended *yang.Data // root of the tree it leads to
	owned    *item      // what was owned before; both know what is secret
}

// Empty says that nothing must be done.
func (p *Plan) Empty() bool { return p == nil || len(p.Changes) == 0 }

// Counts returns how many changes of each kind there are.
func (p *Plan) Counts() (creates, modifies, deletes int) {
	if p == nil {
		return 0, 0, 0
	}
	for i := range p.Changes {
		switch p.Changes[i].Op {
		case Create:
			creates++
		case Modify:
			modifies++
		case Delete:
			deletes++
		}
	}
	return creates, modifies, deletes
}

// Summary returns the counts in words, e.g. "2 to create, 1 to delete".
func (p *Plan) Summary() string {
	creates, modifies, deletes := p.Counts()
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{creates, "create"}, {modifies, "modify"}, {deletes, "delete"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", c.n, c.word))
		}
	}
	if parts == nil {
		return "no changes"
	}
	return strings.Join(parts, ", ")
}

// Digest identifies the plan: "sha256:<64 hex>" over paths, operations, redacted
// values and positions, not over origins.
func (p *Plan) Digest() string {
	h := sha256.New()
	var b []byte
	for i := range p.Changes {
		c := &p.Changes[i]
		b = b[:0]
		for _, s := range []string{c.Path, string(c.Op), c.Old, c.New} {
			b = append(strconv.AppendQuote(b, s), ' ')
		}
		if c.Insert != nil {
			b = strconv.AppendQuote(append(b, c.Insert.Where...), c.Insert.Anchor)
		}
		h.Write(append(b, '\n'))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// sort orders the changes by path. There is one for a path.
func (p *Plan) sort() {
	byPath := func(a, b Change) int { return comparePaths(a.Path, b.Path) }
	if slices.IsSortedFunc(p.Changes, byPath) {
		return
	}
	from := make([]int32, len(p.Changes)) // where the change at a place comes from
	for i := range from {
		from[i] = int32(i)
	}
	slices.SortFunc(from, func(a, b int32) int { return comparePaths(p.Changes[a].Path, p.Changes[b].Path) })
	const done = -1
	for i := range from {
		if from[i] == done {
			continue
		}
		first, at := p.Changes[i], int32(i)
		for from[at] != int32(i) {
			next := from[at]
			p.Changes[at], from[at] = p.Changes[next], done
			at = next
		}
		p.Changes[at], from[at] = first, done
	}
}

// comparePaths orders paths so that everything below a node directly follows it:
// bytewise, with '/' lowest.
func comparePaths(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	const stride = 16 // what is equal is mostly long, and compared fast
	for i+stride <= n && a[i:i+stride] == b[i:i+stride] {
		i += stride
	}
	for i < n && a[i] == b[i] {
		i++
	}
	switch {
	case i == n:
		return len(a) - len(b)
	case a[i] == '/':
		return -1
	case b[i] == '/':
		return 1
	}
	return int(a[i]) - int(b[i])
}

// below reports whether path is at or below top.
func below(path, top string) bool {
	return strings.HasPrefix(path, top) && (len(path) == len(top) || path[len(top)] == '/')
}
