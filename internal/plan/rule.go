// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Rule names differences by path and operation.
type Rule struct {
	// Path with module names, see [yang.Data.Path]. It covers what is below it.
	// List keys may be left out, one by one or all, to mean every entry; "/" is
	// everything.
	Path string
	// Ops the rule is for; empty: all.
	Ops []Op
}

// Validate returns an error when the path cannot be read. Such a rule matches
// nothing.
func (r Rule) Validate() error {
	_, err := ParsePattern(r.Path)
	return err
}

// Pattern is a parsed path of a Rule.
type Pattern struct {
	steps []yang.PathStep
	ok    bool
}

// ParsePattern parses a rule's path.
func ParsePattern(path string) (Pattern, error) {
	if path == "/" {
		return Pattern{ok: true}, nil
	}
	steps, err := yang.ParsePath(path)
	if err != nil {
		return Pattern{}, fmt.Errorf("rule path %q: %w", path, err)
	}
	if len(steps) == 0 || steps[0].Module == "" {
		return Pattern{}, fmt.Errorf("rule path %q: the first name needs its module, as in /module:name", path)
	}
	return Pattern{steps: inheritModules(steps), ok: true}, nil
}

// Covers reports whether c is at or below the pattern.
func (p Pattern) Covers(c *Change) bool {
	if d := c.data(); d != nil {
		return p.covers(stepsOf(d))
	}
	steps, err := yang.ParsePath(c.Path)
	return err == nil && p.covers(inheritModules(steps))
}

func (p Pattern) covers(path []yang.PathStep) bool {
	if !p.ok || len(p.steps) > len(path) {
		return false
	}
	for i := range p.steps {
		if !stepCovers(&p.steps[i], &path[i]) {
			return false
		}
	}
	return true
}

func stepCovers(want, have *yang.PathStep) bool {
	if want.Name != have.Name || want.Module != have.Module || want.Index > 0 {
		return false
	}
	if want.Value != nil && (have.Value == nil || !valueCovers(*want.Value, *have.Value)) {
		return false
	}
	for _, k := range want.Keys {
		if !slices.ContainsFunc(have.Keys, func(h yang.PathKey) bool { return h.Name == k.Name && valueCovers(k.Value, h.Value) }) {
			return false
		}
	}
	return true
}

// valueCovers compares key values. A path taken from a plan may have the digest of
// a tainted one in its place.
func valueCovers(want, have string) bool {
	return want == have || strings.HasPrefix(want, "sha256:") && want == yang.RedactedValue(have)
}

// inheritModules fills in the modules that steps leave out.
func inheritModules(steps []yang.PathStep) []yang.PathStep {
	for i := 1; i < len(steps); i++ {
		if steps[i].Module == "" {
			steps[i].Module = steps[i-1].Module
		}
	}
	return steps
}

// stepsOf returns d's path in steps, with its real key values.
func stepsOf(d *yang.Data) []yang.PathStep {
	var steps []yang.PathStep
	for ; d.Parent() != nil; d = d.Parent() {
		steps = append(steps, stepAt(d))
	}
	slices.Reverse(steps)
	return steps
}

// compiledRule is a Rule ready to match.
type compiledRule struct {
	pattern Pattern
	ops     []Op
}

func compileRules(rules []Rule) []compiledRule {
	out := make([]compiledRule, 0, len(rules))
	for _, r := range rules {
		if p, err := ParsePattern(r.Path); err == nil {
			out = append(out, compiledRule{p, r.Ops})
		}
	}
	return out
}

// ignores reports whether a rule covers op on d.
func ignores(rules []compiledRule, op Op, d *yang.Data) bool {
	if len(rules) == 0 {
		return false
	}
	steps := stepsOf(d)
	return slices.ContainsFunc(rules, func(r compiledRule) bool {
		return (len(r.ops) == 0 || slices.Contains(r.ops, op)) && r.pattern.covers(steps)
	})
}
