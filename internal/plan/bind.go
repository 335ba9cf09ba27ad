// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Bind returns a plan that was read back from JSON as one that can be applied: its nodes
// are those of the schema, their values those that the plan shows. A plan that holds a
// value that came from a Secret, or anydata, shows digests only, and is an error; so is
// one of another schema.
func (p *Plan) Bind(s *yang.Schema) (*Plan, error) {
	b := binder{intended: yang.NewTree(s), observed: yang.NewTree(s)}
	out := &Plan{Changes: slices.Clone(p.Changes)}
	for i := range out.Changes {
		c := &out.Changes[i]
		if err := b.change(c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Path, err)
		}
	}
	for i := range out.Changes {
		if c := &out.Changes[i]; c.Implied {
			if c.cause = b.cause(c.old); c.cause == nil {
				return nil, fmt.Errorf("%s: the plan declares no other case of its choice", c.Path)
			}
		}
	}
	out.intended = b.intended.Root()
	return out, nil
}

// binder makes the parts of both trees that a plan speaks of.
type binder struct{ intended, observed *yang.Tree }

// digestInPath is the key of an entry that came from a Secret.
var digestInPath = regexp.MustCompile(`=['"]sha256:[0-9a-f]{12}['"]\]`)

func (b *binder) change(c *Change) (err error) {
	if c.Tainted || digestInPath.MatchString(c.Path) {
		return fmt.Errorf("its value came from a Secret, of which the plan holds only a digest")
	}
	if c.Op != Delete {
		if c.new, err = b.intended.Set(c.Path, c.valueIn(c.New), c.Origin, false); err != nil {
			return err
		}
	}
	if c.Op != Create {
		if c.old, err = b.observed.Set(c.Path, c.valueIn(c.Old), yang.Origin{}, false); err != nil {
			return err
		}
	}
	if k := c.data().Node().Kind(); k == yang.KindAnyData || k == yang.KindAnyXML {
		return fmt.Errorf("it is %s, of which the plan holds only a digest", k)
	}
	if c.Insert == nil || c.Insert.Anchor == "" {
		return nil
	}
	place := *c.Insert
	steps := splitPath(c.Path)
	name, _, _ := strings.Cut(steps[len(steps)-1], "[")
	anchor := c.Path[:len(c.Path)-len(steps[len(steps)-1])] + name + place.Anchor
	if digestInPath.MatchString(anchor) {
		return fmt.Errorf("its place is beside an entry whose key came from a Secret")
	}
	place.anchor, err = b.intended.Set(anchor, "", yang.Origin{}, false)
	c.Insert = &place
	return err
}

// valueIn returns the value to set: that of a leaf-list entry is in its path.
func (c *Change) valueIn(shown string) string {
	steps := splitPath(c.Path)
	if _, _, item := leafListStep(steps[len(steps)-1]); item {
		return ""
	}
	return shown
}

// cause returns a declared node of another case than the one that old is in.
func (b *binder) cause(old *yang.Data) *yang.Data {
	parent := b.intended.Root()
	if up := old.Parent(); up.Parent() != nil {
		if parent = b.intended.Get(up.Path()); parent == nil {
			return nil
		}
	}
	i := slices.IndexFunc(parent.Children(), func(c *yang.Data) bool { return exclude(c.Node(), old.Node()) })
	if i < 0 {
		return nil
	}
	return parent.Children()[i]
}
