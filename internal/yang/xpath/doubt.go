// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xpath

// Doubt is why a result may not be final. The zero Doubt is none.
type Doubt uint8

const (
	// Unknown: the result depends on what a partial tree says nothing of, see NewContext,
	// or the expression does not compile.
	Unknown Doubt = 1 << iota
	// Open: the expression looked for more than a partial tree holds: at nodes that it does
	// not have, or at all entries of a list. Data that the device holds beside those of the
	// tree could give another result.
	Open
	// Spent: the evaluation took too many steps and was given up.
	Spent
)

// Known says that the result is that of the tree as it is.
func (d Doubt) Known() bool { return d&(Unknown|Spent) == 0 }

// track calls f and returns the doubt about its result.
func (c *Context) track(f func()) Doubt {
	before := c.doubt
	c.doubt = 0
	f()
	after := c.doubt
	c.doubt = before
	return after
}

// open notes that a result depends on what is not there.
func (c *Context) open() {
	if c.partial {
		c.doubt |= Open
	}
}

// A context has steps to spend, of which one is a node visited or so: a number to begin
// with, and some more for each evaluation. Models in use need far less; what needs more
// is given up, not waited for.
const (
	stepsAtFirst = 50_000_000
	stepsForEach = 10_000
)

// spend takes steps; false when there are none left.
func (c *Context) spend(n int) bool {
	c.spent += n
	if c.steps -= n; c.steps < 0 {
		c.doubt |= Spent
		return false
	}
	return true
}

// Steps returns how many steps all evaluations took: a measure of work that is the same on
// all machines.
func (c *Context) Steps() int { return c.spent }

// Limit sets the steps that are left, beside those that each evaluation is given.
func (c *Context) Limit(steps int) { c.steps = steps }

// evaluation begins an evaluation.
func (c *Context) evaluation() {
	c.steps = max(c.steps, 0) + stepsForEach
}
