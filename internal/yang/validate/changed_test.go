// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

// treesModel has what the other test models lack: conditions on containers without
// presence in cases, defaults that depend on defaults, unique over containers, references
// over references, positions, and expressions that look at everything.
const treesModel = `module t {
  yang-version 1.1; namespace urn:t; prefix t;
  identity kind; identity a { base kind; } identity b { base a; }
  container top {
    leaf on { type boolean; default false; }
    leaf chain1 { when "../on = 'true'"; type string; default "1"; }
    leaf chain2 { when "../chain1 = '1'"; type string; default "2"; must "not(../limit) or ../limit > 1"; }
    leaf limit { type uint8; must "count(../item) <= . or ../chain2"; }
    choice how { default c2;
      case c1 { container box { when "../on = 'true'"; leaf need { type string; mandatory true; } container inner { leaf deep { type string; mandatory true; } leaf d { type string; default "7"; must "../../../limit != 7"; } }
          list many { key k; leaf k { type string; } leaf v { type string; must "../../inner/deep != '2'"; } } }
        leaf side { type string; } choice nest { mandatory true; leaf n1 { type string; } container n2 { leaf x { type string; mandatory true; } } } }
      case c2 { leaf two { type string; default "1"; must "not(../side)"; must "not(../../top/item[name = current()])"; }
        container c2box { leaf x { type string; mandatory true; } leaf y { type string; default "2"; must "../../limit != 2"; } } }
      container c3 { must "../limit or not(h)"; leaf h { type string; } }
    }
    list item { key name; unique "u c/w"; unique "kind"; min-elements 0; max-elements 3; ordered-by user;
      must "position() < 3 or t:first" ; must "not(preceding-sibling::item[1]/u = u)";
      leaf name { type string; }
      leaf u { type string; } leaf kind { type identityref { base kind; } }
      leaf first { type leafref { path "../../item/name"; } }
      leaf far { type leafref { path "../../item[name = current()/../first]/u"; } }
      leaf at { type instance-identifier; }
      leaf via { type string; must "deref(../first)/../u = . or deref(../at)/../limit"; when "../first or derived-from(../kind, 't:a')"; }
      container c { when "../../on = 'true' or ../u = '7'"; leaf w { type string; default "1"; } leaf must-w { type string; mandatory true; }
        container cc { leaf x { type string; default "1"; must "../../u != '2'"; } } }
      list sub { key id; min-elements 1; leaf id { type string; } leaf-list tag { type string; max-elements 2; must ". != ../id"; } leaf up { type string; default "1"; must "count(../../sub) < 3 or ../../../../top/on = 'true'"; } }
    }
    leaf everything { type string; must "count(//tag) < 4"; must "string(..) != 'x' and not(../descendant::x = '7')"; }
    leaf axis { type string; must "not(following::z) and not(preceding::u = '7') and not(../*[. = 'nope'])"; }
  }
  container guarded { when "/t:top/on = 'true'"; leaf z { type string; default "1"; must "/t:top/limit"; } leaf need { type string; mandatory true; } }
  container pres { presence p; leaf need { type string; mandatory true; } leaf d { type string; default "1"; must "not(/top/item/kind)"; } }
  augment /t:top/t:c3 { when "t:h = '1'"; leaf aug { type string; mandatory true; } leaf augd { type string; default "1"; must "../../limit = 1 or ../../limit = 7"; } }
}`

var propertyModels = map[string][]string{"structure": {model}, "expressions": {expressionModel}, "modules": twoModules, "trees": {treesModel}}

// TestChangedIsComplete: on random valid trees with random edits, Changed finds what
// Complete finds.
func TestChangedIsComplete(t *testing.T) {
	for name, modules := range propertyModels {
		t.Run(name, func(t *testing.T) {
			var sources []yang.Source
			for i, text := range modules {
				sources = append(sources, yang.Source{Name: fmt.Sprintf("m%d.yang", i), Data: []byte(text)})
			}
			s := yang.Compile(sources, yang.Options{})
			sow := sower{schema: s, tops: []string{"/"}, values: []string{"1", "2", "7", "true", "/t:top/on", "/t:top/item[name='1']", "/e:net/if[name='1']"}}
			property(t, s, func(r *rand.Rand, tree *yang.Tree, odds int) {
				if odds < 4 {
					grow(r, tree, s.Root(), "", odds)
				}
				for range odds {
					sow.leaf(r, tree)
				}
			}, 800)
		})
	}
}

// property edits random trees; cases is their number.
func property(t *testing.T, s *yang.Schema, grow func(*rand.Rand, *yang.Tree, int), cases int64) {
	edits, wrong, failed := 0, 0, 0
	for seed := range cases {
		r := rand.New(rand.NewSource(seed))
		tree := yang.NewTree(s)
		grow(r, tree, 2+r.Intn(12))
		if !mend(r, tree) {
			continue
		}
		for range 4 {
			before := tree.Clone()
			for range 1 + r.Intn(3) {
				alter(r, tree, grow)
			}
			paths := changedPaths(r, before.Root(), tree.Root(), nil)
			want := Complete(tree)
			got, _ := Changed(tree, paths)
			edits++
			if len(want) > 0 {
				wrong++
			}
			if diff := cmp.Diff(texts(want), texts(got)); diff != "" {
				if failed++; failed < 4 {
					t.Errorf("seed %d, changed %q (-Complete +Changed)\n%s\n%s", seed, paths, diff, yamlOf(tree))
				}
				break
			}
			if len(want) > 0 && !mend(r, tree) {
				break
			}
		}
	}
	if edits < 150 || wrong < 20 || wrong > edits*9/10 {
		t.Errorf("%d edits, %d of them invalid: the trees show nothing", edits, wrong)
	}
	t.Logf("%d edits, %d of them invalid, %d found otherwise", edits, wrong, failed)
}

func texts(errs yang.Errors) []string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Error())
	}
	return out
}

func yamlOf(tree *yang.Tree) string {
	var out string
	for _, d := range tree.Leaves() {
		out += d.Path() + " = " + d.Value() + "\n"
	}
	return out
}

// mend makes a tree valid; false when that takes too long.
func mend(r *rand.Rand, tree *yang.Tree) bool {
	for range 30 {
		errs := Complete(tree)
		if len(errs) == 0 {
			return true
		}
		if all := tree.Leaves(); len(all) > 0 && r.Intn(3) == 0 {
			tree.Remove(all[r.Intn(len(all))])
		}
		for _, e := range errs {
			if d := tree.Get(e.Path); d != nil && e.AppTag != "too-few-elements" {
				if d.Node().IsKey() {
					d = d.Parent()
				}
				tree.Remove(d)
				continue
			}
			for _, v := range []string{"1", "t:b", "true", "[1]", "{}"} {
				if _, err := tree.Set(e.Path, v, yang.Origin{}, false); err == nil {
					break
				}
			}
			if e.AppTag == "too-few-elements" {
				for i := range 2 {
					_, _ = tree.Set(fmt.Sprintf("%s[%s='%d']", e.Path, "k", i), "", yang.Origin{}, false)
					_, _ = tree.Set(fmt.Sprintf("%s[%s='%d']", e.Path, "id", i), "", yang.Origin{}, false)
				}
			}
		}
	}
	return false
}

// alter changes a tree at one place.
func alter(r *rand.Rand, tree *yang.Tree, grow func(*rand.Rand, *yang.Tree, int)) {
	var all []*yang.Data
	tree.Walk(func(d *yang.Data) bool {
		all = append(all, d)
		return true
	})
	if len(all) == 0 || r.Intn(4) == 0 {
		grow(r, tree, 4)
		return
	}
	d := all[r.Intn(len(all))]
	switch n := d.Node(); {
	case n.OrderedByUser() && r.Intn(2) == 0:
		tree.Move(d, nil, r.Intn(2) == 0)
	case n.Kind() == yang.KindLeaf && !n.IsKey() && r.Intn(3) > 0:
		values := []string{"1", "2", "7", "true", "false", "t:a", "t:b"}
		_, _ = tree.Set(d.Path(), values[r.Intn(len(values))], yang.Origin{}, false)
	default:
		tree.Remove(d)
	}
}

// changedPaths returns the roots of the differences below two nodes; of a container
// without presence it or what is in it.
func changedPaths(r *rand.Rand, a, b *yang.Data, out []string) []string {
	id := func(d *yang.Data) string { return d.Path() }
	inA := map[string]*yang.Data{}
	for _, k := range a.Children() {
		inA[id(k)] = k
	}
	whole := func(d *yang.Data) {
		if d.Node().Kind() == yang.KindContainer && !d.Node().Presence() && len(d.Children()) > 0 && r.Intn(2) == 0 {
			for _, k := range d.Children() {
				out = append(out, k.Path())
			}
			return
		}
		out = append(out, d.Path())
	}
	kept := map[*yang.Node][2][]string{}
	for _, k := range b.Children() {
		old := inA[id(k)]
		delete(inA, id(k))
		switch {
		case old == nil:
			whole(k)
			continue
		case old.Value() != k.Value():
			out = append(out, k.Path())
		}
		if k.Node().OrderedByUser() {
			pair := kept[k.Node()]
			pair[1] = append(pair[1], id(k))
			kept[k.Node()] = pair
		}
		out = changedPaths(r, old, k, out)
	}
	for _, k := range a.Children() {
		if inA[id(k)] != nil {
			whole(k)
			continue
		}
		if k.Node().OrderedByUser() {
			pair := kept[k.Node()]
			pair[0] = append(pair[0], id(k))
			kept[k.Node()] = pair
		}
	}
	for _, pair := range kept {
		for i := range pair[0] {
			if pair[0][i] != pair[1][i] && !slices.Contains(out, pair[0][i]) {
				out = append(out, pair[0][i])
			}
		}
	}
	return out
}

// TestChangedOpenConfig is the same for the public OpenConfig set: interfaces, network
// instances and what they refer to.
func TestChangedOpenConfig(t *testing.T) {
	s := openConfig(t)
	sow := sower{schema: s, tops: []string{"/openconfig-interfaces:interfaces", "/openconfig-network-instance:network-instances", "/openconfig-acl:acl", "/openconfig-qos:qos"},
		values: []string{"1", "2", "true", "64", "10.0.0.1", "10.0.0.0/8", "00:11:22:33:44:55"}}
	property(t, s, func(r *rand.Rand, tree *yang.Tree, odds int) {
		for range 6 {
			sow.leaf(r, tree)
		}
	}, 60)
}

// sower sets random leaves.
type sower struct {
	schema *yang.Schema
	tops   []string // where to begin
	values []string
}

func (w *sower) leaf(r *rand.Rand, tree *yang.Tree) {
	n, err := w.schema.Find(w.tops[r.Intn(len(w.tops))])
	if err != nil {
		return
	}
	path := strings.TrimSuffix(n.DataPath(), "/")
	for range 12 {
		kids := slices.DeleteFunc(slices.Clone(n.DataChildren()), func(c *yang.Node) bool { return !c.Config() || c.IsKey() })
		if len(kids) == 0 {
			return
		}
		c := kids[r.Intn(len(kids))]
		name := c.Name()
		if c.Module() != n.Module() {
			name = c.QName()
		}
		path += "/" + name
		n = c
		if c.Kind() == yang.KindList {
			for _, k := range c.Keys() {
				path += fmt.Sprintf("[%s='%s']", k.Name(), w.value(r, k))
			}
			if _, err := tree.Set(path, "", yang.Origin{}, false); err != nil {
				return
			}
			if c.Child("", "config") == nil {
				continue
			}
			for _, k := range c.Keys() { // OpenConfig's keys are references to leafs in config
				_, _ = tree.Set(path+"/config/"+k.Name(), tree.Get(path+"/"+k.Name()).Value(), yang.Origin{}, false)
			}
		}
		if c.Type() != nil {
			_, _ = tree.Set(path, w.value(r, c), yang.Origin{}, false)
			return
		}
	}
}

func (w *sower) value(r *rand.Rand, n *yang.Node) string {
	t := n.Type()
	for t.Kind() == yang.TypeLeafref && n.LeafrefTarget() != nil {
		n = n.LeafrefTarget()
		t = n.Type()
	}
	if names := t.Names(); len(names) > 0 {
		return names[r.Intn(len(names))]
	}
	if t.Kind() == yang.TypeIdentityref {
		if all := t.Bases()[0].Derived(); len(all) > 0 {
			return all[r.Intn(len(all))].QName()
		}
	}
	for range 12 {
		v := w.values[r.Intn(len(w.values))]
		if _, err := n.Canonical(v); err == nil {
			return v
		}
	}
	return "1"
}
