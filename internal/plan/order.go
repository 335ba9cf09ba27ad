// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"container/list"
	"slices"
	"sort"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// order gives the declared entries of an ordered-by user list or leaf-list their
// order: created ones get their place, and as few as possible of those that are
// there are moved (all but a longest increasing subsequence).
// The changes of the entries are those from before on.
func (d *differ) order(f *frame, in []*yang.Data, before int) {
	created := d.createdOf(in, before)
	o := ordering{differ: d, frame: f, at: map[*yang.Data]*list.Element{}}
	n := in[0].Node()
	place := map[*yang.Data]int{}
	if f.ob != nil {
		for i, ob := range f.ob.Entries(n.Module().Name, n.Name()) {
			place[ob] = i
			o.at[ob] = o.now.PushBack(ob)
		}
	}
	var steps []orderStep
	var places []int
	for _, c := range in {
		if ob := lookup(f.ob, c); ob != nil {
			if !f.fresh && ignores(d.rules, Modify, c) {
				continue
			}
			steps = append(steps, orderStep{in: c, ob: ob, change: -1})
			places = append(places, place[ob])
		} else if i, ok := created[c]; ok {
			steps = append(steps, orderStep{in: c, change: i})
		}
	}
	keep := longestIncreasing(places)
	for i, k := 0, 0; i < len(steps); i++ {
		if steps[i].ob != nil {
			steps[i].fixed = keep[k]
			k++
		}
	}
	o.run(steps)
}

// createdOf returns the indices of the changes that create the entries.
func (d *differ) createdOf(in []*yang.Data, before int) map[*yang.Data]int {
	out := map[*yang.Data]int{}
	for i := before; i < len(d.changes); i++ {
		c := &d.changes[i]
		if c.Op == Create && c.new.Node() == in[0].Node() && c.new.Parent() == in[0].Parent() {
			out[c.new] = i
		}
	}
	return out
}

type orderStep struct {
	in, ob *yang.Data
	fixed  bool
	change int // index of the Create, -1 when it is there
}

func (s *orderStep) data() *yang.Data {
	if s.ob != nil {
		return s.ob
	}
	return s.in
}

// ordering simulates the NF's list while entries are placed one after the other.
type ordering struct {
	*differ
	frame *frame
	now   list.List
	at    map[*yang.Data]*list.Element
	last  []int // changes that put a created entry last
	moved bool  // an entry that was there is moved to the end
}

func (o *ordering) run(steps []orderStep) {
	firstFixed := slices.IndexFunc(steps, func(s orderStep) bool { return s.fixed })
	var prev *orderStep
	for i := range steps {
		s := &steps[i]
		if !s.fixed {
			o.place(s, prev, steps, firstFixed)
		}
		prev = s
	}
	// Sent again, the edit moves to the end what it moved there, but not what it created:
	// that must be said.
	for _, i := range o.last {
		if o.moved {
			o.changes[i].Insert = &Position{Where: Last}
		}
	}
}

// place puts s after prev; without prev before the first entry that stays.
func (o *ordering) place(s, prev *orderStep, steps []orderStep, firstFixed int) {
	if e := o.at[s.data()]; e != nil {
		o.now.Remove(e)
	}
	var p Position
	var e *list.Element
	switch {
	case prev != nil:
		anchor := o.at[prev.data()]
		if p.Where, p.anchor = After, prev.in; anchor == o.now.Back() {
			p.Where, p.anchor = Last, nil
		}
		e = o.now.InsertAfter(s.data(), anchor)
	case firstFixed >= 0:
		first := &steps[firstFixed]
		anchor := o.at[first.data()]
		if p.Where, p.anchor = Before, first.in; anchor == o.now.Front() {
			p.Where, p.anchor = First, nil
		}
		e = o.now.InsertBefore(s.data(), anchor)
	default:
		p.Where = Last
		e = o.now.PushBack(s.data())
	}
	o.at[s.data()] = e
	o.record(s, p)
}

func (o *ordering) record(s *orderStep, p Position) {
	if p.anchor != nil {
		step := o.frame.path(p.anchor, o.frame.own.find(p.anchor))
		step = step[len(o.frame.top()):]
		p.Anchor = step[strings.IndexByte(step, '['):]
	}
	i := s.change
	if i < 0 {
		if !o.emit(o.frame, Modify, s.in, s.ob, o.frame.own.find(s.in)) {
			return
		}
		i = len(o.changes) - 1
		o.changes[i].Old, o.changes[i].New = "", ""
	}
	o.seq++
	c := &o.changes[i]
	c.Turn = o.seq
	if p.Where == Last && c.Op == Create {
		o.last = append(o.last, i)
		return
	}
	c.Insert, o.moved = &p, o.moved || p.Where == Last
}

// longestIncreasing marks the elements of a longest increasing subsequence, in
// O(n log n).
func longestIncreasing(a []int) []bool {
	keep := make([]bool, len(a))
	var tails []int // tails[k]: index of the smallest end of a subsequence of k+1
	back := make([]int, len(a))
	for i, v := range a {
		k := sort.Search(len(tails), func(k int) bool { return a[tails[k]] >= v })
		if back[i] = -1; k > 0 {
			back[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
		} else {
			tails[k] = i
		}
	}
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = back[i] {
			keep[i] = true
		}
	}
	return keep
}
