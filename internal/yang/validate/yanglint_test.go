// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"bytes"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// grow puts random nodes below a schema node, few values, so that constraints are hit.
func grow(r *rand.Rand, tree *yang.Tree, n *yang.Node, path string, odds int) {
	value := func() string { return []string{"1", "2", "7"}[r.Intn(3)] }
	literal := func(c *yang.Node) string {
		switch names := c.Type().Names(); {
		case c.Type().Kind() == yang.TypeIdentityref:
			all := c.Type().Bases()[0].Derived()
			return all[r.Intn(len(all))].QName()
		case c.Type().Kind() == yang.TypeInstanceIdentifier:
			all := []string{"/e:net/if[name='1']", "/e:net/if[name='2']/addr", "/e:near/w", "/e:far/list[.='1']"}
			return all[r.Intn(len(all))]
		case len(names) > 0:
			return names[r.Intn(len(names))]
		}
		return value()
	}
	for _, c := range n.DataChildren() {
		if !c.Config() || c.IsKey() || r.Intn(odds) == 0 {
			continue
		}
		p := path + "/" + c.Name()
		if c.Module() != n.Module() {
			p = path + "/" + c.QName()
		}
		switch c.Kind() {
		case yang.KindContainer:
			_, _ = tree.Set(p, "", yang.Origin{}, false)
			grow(r, tree, c, p, odds)
		case yang.KindLeaf:
			_, _ = tree.Set(p, literal(c), yang.Origin{}, false)
		case yang.KindAnyData:
			_, _ = tree.Set(p, "{}", yang.Origin{}, false)
		case yang.KindLeafList:
			for range r.Intn(3) {
				_, _ = tree.Set(p, value(), yang.Origin{}, false)
			}
		case yang.KindList:
			for range r.Intn(4) {
				entry := p
				for _, k := range c.Keys() {
					entry += "[" + k.Name() + "='" + value() + "']"
				}
				_, _ = tree.Set(entry, "", yang.Origin{}, false)
				grow(r, tree, c, entry, odds)
			}
		}
	}
}

// TestAgainstYanglint compares verdicts with libyang's on random documents.
func TestAgainstYanglint(t *testing.T) {
	text := strings.NewReplacer("if-feature off;", "config false;", "feature off;", "").Replace(model)
	agree(t, []string{text}, 120, func(r *rand.Rand) int { return 2 + r.Intn(30) })
}

// TestExpressionsAgainstYanglint is the same for must, when, leafref and
// instance-identifier, on random documents, such in which most violations were repaired,
// and such in which one leaf was changed after that. No instance-identifier names a default value here: to us it exists when it is
// in use (RFC 7950 section 7.6.1), libyang looks before it adds defaults.
func TestExpressionsAgainstYanglint(t *testing.T) {
	agree(t, []string{expressionModel}, 160, func(r *rand.Rand) int { return 1 + r.Intn(12) })
}

// Names without prefix are in the module that uses a grouping or augments; those of a
// typedef keep the prefixes of the module it is written in.
var twoModules = []string{`module one { yang-version 1.1; namespace urn:one; prefix o;
  identity kind; identity base1 { base kind; }
  typedef lref { type leafref { path "/o:c/o:l/o:k"; } }
  grouping grp { leaf g1 { type string; } leaf g2 { type string; must "../g1"; } leaf g3 { type leafref { path "../g1"; } } }
  container c { leaf on { type string; } list l { key k; leaf k { type string; } leaf kind { type identityref { base kind; } must ". != 'o:base1'"; } } uses grp; }
}`, `module two { yang-version 1.1; namespace urn:two; prefix t; import one { prefix x; }
  identity leafy { base x:kind; }
  typedef again { type x:lref; }
  augment /x:c { when "x:on = '1'";
    leaf x { type string; must "../x:on and ../x"; } leaf y { type string; default d; }
    container tc { leaf m { type string; must "../../y"; mandatory true; } } }
  augment /x:c/x:l { leaf r { type x:lref; } leaf r2 { type again; } leaf idx { when "../x:k = '2' or derived-from(../x:kind, 'leafy')"; type string; } }
  container tgrp { uses x:grp; }
}`}

func TestModulesAgainstYanglint(t *testing.T) {
	agree(t, twoModules, 120, func(r *rand.Rand) int { return 1 + r.Intn(8) })
}

// agree compares the verdicts on random documents for a module. The odds are those of a
// node being left out, one in so many; with 1 only a few nodes are there.
func agree(t *testing.T, modules []string, cases int64, odds func(*rand.Rand) int) {
	lint, err := exec.LookPath("yanglint")
	if err != nil {
		t.Skip("NOT TESTED: yanglint (Debian libyang2-tools) is not installed")
	}
	dir := t.TempDir()
	var sources []yang.Source
	args := []string{"-t", "config", "-p", dir}
	for _, text := range modules {
		name := strings.Fields(text)[1] + ".yang"
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, yang.Source{Name: name, Data: []byte(text)})
		args = append(args, file)
	}
	s := yang.Compile(sources, yang.Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	data := filepath.Join(dir, "d.xml")
	args = append(args, data)
	valid, differ := 0, 0
	for seed := range cases {
		r := rand.New(rand.NewSource(seed))
		tree := yang.NewTree(s)
		if n := odds(r); n > 1 {
			grow(r, tree, s.Root(), "", n)
		} else {
			grow(r, tree, s.Root(), "", 30)
			thin(r, tree)
		}
		repair(r, tree)
		if r.Intn(3) == 0 {
			mutate(r, tree)
		}
		settle(tree)
		if tree.Empty() {
			continue
		}
		var x bytes.Buffer
		if err := yang.EncodeXMLWith(&x, yang.EncodeOptions{Indent: " "}, tree.Root()); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(data, x.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, lintErr := exec.Command(lint, args...).CombinedOutput()
		errs := Complete(tree)
		if (lintErr == nil) != (len(errs) == 0) {
			if differ++; differ < 5 {
				t.Errorf("seed %d: yanglint says %v %s\nwe say %v\n%s", seed, lintErr, out, errs, x.String())
			}
		}
		if len(errs) == 0 {
			valid++
		}
	}
	t.Logf("%d of %d documents are valid, %d verdicts differ", valid, cases, differ)
}

// mutate changes or removes one leaf.
func mutate(r *rand.Rand, tree *yang.Tree) {
	leaves := tree.Leaves()
	if len(leaves) == 0 {
		return
	}
	d := leaves[r.Intn(len(leaves))]
	switch {
	case d.Node().IsKey():
	case d.Node().Kind() == yang.KindLeaf && r.Intn(2) == 0:
		_, _ = tree.Set(d.Path(), []string{"1", "2", "7"}[r.Intn(3)], yang.Origin{}, false)
	default:
		tree.Remove(d)
	}
}

// settle removes what yanglint judges otherwise: empty containers without presence whose
// when is false are an error to libyang, but say nothing (RFC 7950 section 7.5.1: such a
// container has no meaning of its own).
func settle(tree *yang.Tree) {
	var empty []*yang.Data
	tree.Walk(func(d *yang.Data) bool {
		if d.Vacant() && len(d.Node().Whens()) > 0 {
			empty = append(empty, d)
		}
		return true
	})
	for _, d := range empty {
		tree.Remove(d)
	}
}

// thin removes most of what is in a tree.
func thin(r *rand.Rand, tree *yang.Tree) {
	var all []*yang.Data
	tree.Walk(func(d *yang.Data) bool {
		all = append(all, d)
		return true
	})
	for _, d := range all {
		if r.Intn(3) > 0 && !d.Node().IsKey() && d.Parent() != nil {
			tree.Delete(d.Path())
		}
	}
}

// repair removes what is wrong, some of it: random documents are hardly ever valid.
func repair(r *rand.Rand, tree *yang.Tree) {
	for range r.Intn(12) {
		errs := Complete(tree)
		if len(errs) == 0 {
			return
		}
		for _, e := range errs {
			if e.Tag == "data-missing" && e.AppTag == "" && tree.Get(e.Path) == nil {
				if _, err := tree.Set(e.Path, "1", yang.Origin{}, false); err == nil && tree.Get(e.Path).Node().Kind() == yang.KindAnyData {
					_, _ = tree.Set(e.Path, "{}", yang.Origin{}, false)
				}
				continue
			}
			tree.Delete(e.Path)
		}
	}
}
