// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// allowed says whether the when statements of a node that is there hold (RFC 7950 section
// 7.21.5), and reports those that do not: a server would remove the node (section 8.3.2),
// but what was declared must not vanish. What is below such a node is not checked.
func (v *validator) allowed(d *yang.Data) bool {
	n := d.Node()
	rules := v.ctx.Rules(n)
	all := true
	for i := range rules.Whens {
		w := &rules.Whens[i]
		at := d
		if w.Parent {
			at = d.Parent()
		}
		ok, doubt := w.Holds(v.ctx, at)
		switch {
		case doubt&xpath.Spent != 0:
			v.spent(d, w.Expr)
		case !doubt.Known():
			v.open(n, "when", w.Argument, w.Pos())
		case !ok && d.Vacant():
			return false // a container that says nothing
		case !ok:
			all = false
			v.errs = append(v.errs, &yang.Error{Path: d.RedactedPath(), Rule: `when "` + w.Argument + `"`, Pos: w.Pos(),
				Tag: "unknown-element", Message: "when condition not met", Origin: d.Origin(),
				Hint: "remove it, or change what the condition asks for", Curable: doubt&xpath.Open != 0})
		}
	}
	return all
}

// demanded says whether the when statements of an absent node hold, so that it may be
// demanded. Where that is not known it is not.
func (v *validator) demanded(d *yang.Data, n *yang.Node) bool {
	rules := v.ctx.Rules(n)
	if len(rules.Whens) == 0 {
		return true
	}
	self := d
	if k := n.Kind(); k != yang.KindChoice && k != yang.KindCase {
		self = d.Implied(n, "")
	}
	ok, doubt := v.ctx.When(n, self)
	switch {
	case doubt&xpath.Spent != 0:
		v.spent(self, rules.Whens[0].Expr)
	case !doubt.Known():
		v.openWhens(n)
	}
	return ok && doubt.Known()
}

func (v *validator) openWhens(n *yang.Node) {
	rules := v.ctx.Rules(n)
	for i := range rules.Whens {
		v.open(n, "when", rules.Whens[i].Argument, rules.Whens[i].Pos())
	}
}

// Whens returns a function that says whether the when statements of a child that a node of
// the tree does not have hold, of those of choices and cases too: see
// [yang.EncodeOptions.When]. The tree must not change meanwhile.
func Whens(t *yang.Tree) func(parent *yang.Data, n *yang.Node) bool {
	return newValidator(t, false).demanded
}
