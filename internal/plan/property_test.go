// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

// Each property is tried on as many random trees as cases says, from the seed first on.
var (
	cases = flag.Int("cases", 500, "random cases per property")
	first = flag.Uint64("first", 0, "seed of the first random case")
)

// forRandom calls f with seeded generators.
func forRandom(t *testing.T, f func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand)) {
	t.Helper()
	s := testSchema(t)
	n := uint64(*cases)
	if testing.Short() {
		n /= 10
	}
	for seed := *first; seed < *first+n; seed++ {
		f(t, s, seed, rand.New(rand.NewPCG(seed, 1)))
		if t.Failed() {
			return
		}
	}
}

func TestPropertyApplyReaches(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		exact := (&differ{all: true, exact: true}).run(a, b, nil)
		if got := Apply(b, exact); dump(got) != dump(a) {
			t.Errorf("seed %d: exact (-want +got):\n%s\nplan:\n%s", seed, cmp.Diff(dump(a), dump(got)), exact)
		}
		for name, p := range map[string]*Plan{
			"compare": Compare(a, b, Options{}),
			"diff":    Diff(a, b, everything(b), Options{}),
		} {
			after := Apply(b, p)
			if again := Compare(a, after, Options{}); !again.Empty() {
				t.Errorf("seed %d: %s: after the plan\n%s\nremains\n%s", seed, name, p, again)
			}
			if again := Diff(a, after, Own(everything(b), a, b), Options{}); !again.Empty() {
				t.Errorf("seed %d: %s: after the plan\n%s\nis owned and remains\n%s", seed, name, p, again)
			}
		}
	})
}

func TestPropertyNoDifference(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a := randomTree(t, s, r)
		for _, p := range []*Plan{Diff(a, a, everything(a), Options{}), Diff(a, a.Clone(), Inventory{}, Options{}), Compare(a, a, Options{})} {
			if !p.Empty() {
				t.Errorf("seed %d: a tree differs from itself:\n%s", seed, p)
			}
		}
	})
}

func TestPropertyReverse(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		owned := Own(Inventory{}, part(b, r, 0.5), part(b, r, 0.5))
		p := Diff(a, b, owned, Options{})
		back := p.Reverse(b)
		if got := Apply(Apply(b, p), back); dump(got) != dump(b) {
			t.Errorf("seed %d: (-want +got):\n%s\nplan:\n%s\nreverse:\n%s", seed, cmp.Diff(dump(b), dump(got)), p, back)
		}
	})
}

// TestPropertyForeign: whatever is not declared, not owned and not displaced by
// another case of a choice is as it was, in the order it was.
func TestPropertyForeign(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		b := randomTree(t, s, r)
		was := part(b, r, 0.4)
		before := part(b, r, 0.4)
		owned := Own(Inventory{}, was, before)
		a := part(randomTree(t, s, r), r, 0.5)
		p := Diff(a, b, owned, Options{})
		after := Apply(b, p)
		b.Walk(func(d *yang.Data) bool {
			n := d.Node()
			if a.Get(d.Path()) != nil || was.Get(d.Path()) != nil && !n.IsKey() {
				// Declared or owned: what is created by us goes with all that is in it.
				return after.Get(d.Path()) != nil || !createdHere(was, before, d)
			}
			if slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Implied && below(d.Path(), c.old.Path()) }) {
				return false
			}
			got := after.Get(d.Path())
			if got == nil && (n.Kind() != yang.KindContainer || n.Presence()) && !n.IsKey() && !atDefaultIn(d) {
				t.Errorf("seed %d: foreign %s is gone:\n%s", seed, d.Path(), p)
			} else if got != nil && got.Value() != d.Value() {
				t.Errorf("seed %d: foreign %s changed:\n%s", seed, d.Path(), p)
			}
			return got != nil
		})
		checkForeignOrder(t, seed, a, b, after, p)
		if again := Diff(a, after, Own(owned, a, b), Options{}); !again.Empty() {
			t.Errorf("seed %d: after the plan\n%s\nremains\n%s", seed, p, again)
		}
	})
}

// createdHere reports whether d was declared by us and not there before, or is
// something with nothing foreign in it, which may go whole.
func createdHere(was, before *yang.Tree, d *yang.Data) bool {
	if was.Get(d.Path()) == nil {
		return false
	}
	owned := Own(Inventory{}, was, before).root
	var chain []*yang.Data
	for x := d; x.Parent() != nil; x = x.Parent() {
		chain = append(chain, x)
	}
	slices.Reverse(chain)
	for _, x := range chain {
		if owned = owned.find(x); owned == nil {
			return false
		}
	}
	return owned.created || !foreign(d, owned)
}

func atDefaultIn(d *yang.Data) bool { return slices.Contains(d.Node().Defaults(), d.Value()) }

func checkForeignOrder(t *testing.T, seed uint64, a, b, after *yang.Tree, p *Plan) {
	t.Helper()
	order := func(in, other *yang.Tree) []string {
		var out []string
		in.Walk(func(d *yang.Data) bool {
			if d.Node().OrderedByUser() && a.Get(d.Path()) == nil && other.Get(d.Path()) != nil {
				out = append(out, d.Path())
			}
			return true
		})
		return out
	}
	x, y := order(b, after), order(after, b)
	// Entries of an outer list may move with theirs: compare list by list.
	group := func(paths []string) map[string][]string {
		m := map[string][]string{}
		for _, path := range paths {
			d := b.Get(path)
			key := d.Parent().Path() + "/" + d.Node().Name()
			m[key] = append(m[key], path)
		}
		return m
	}
	if d := cmp.Diff(group(x), group(y)); d != "" {
		t.Errorf("seed %d: foreign entries moved:\n%s\n%s", seed, d, p)
	}
}

func TestPropertyEditConfig(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		p := Diff(a, b, Own(Inventory{}, part(b, r, 0.7), part(b, r, 0.5)), Options{})
		edit, err := p.EditConfig()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got, want := editServer(t, b, edit), Apply(b, p)
		if dump(got) != dump(want) {
			t.Errorf("seed %d: (-apply +server):\n%s\nplan:\n%s\nedit:\n%s", seed, cmp.Diff(dump(want), dump(got)), p, edit)
		}
		// The same edit again changes nothing.
		if again := editServer(t, got, edit); dump(again) != dump(want) {
			t.Errorf("seed %d: second time (-want +got):\n%s\nedit:\n%s", seed, cmp.Diff(dump(want), dump(again)), edit)
		}
	})
}

func TestPropertySelect(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		p := Diff(a, b, everything(b), Options{})
		part := p.Select(func(*Change) bool { return r.IntN(2) == 0 })
		var left []Rule
		for _, c := range p.Changes {
			if !slices.ContainsFunc(part.Changes, func(x Change) bool { return x.Path == c.Path }) {
				left = append(left, Rule{Path: c.Path})
			}
		}
		edit, err := part.EditConfig()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got, want := editServer(t, b, edit), Apply(b, part)
		if dump(got) != dump(want) {
			t.Errorf("seed %d: (-apply +server):\n%s\nplan:\n%s\nedit:\n%s", seed, cmp.Diff(dump(want), dump(got)), part, edit)
		}
		if again := Diff(a, want, everything(b), Options{Ignore: left}); !again.Empty() {
			t.Errorf("seed %d: after the part\n%s\nof\n%s\nremains more than the rest:\n%s", seed, part, p, again)
		}
		rest := Diff(a, want, everything(b), Options{})
		if got := Apply(want, rest); !Compare(a, got, Options{}).Empty() {
			t.Errorf("seed %d: the rest of the plan does not get there:\n%s", seed, rest)
		}
	})
}

// TestPropertyJSON: a plan that is read back says the same, and bound to the schema does
// the same.
func TestPropertyJSON(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		p := Diff(a, b, Own(Inventory{}, part(b, r, 0.7), part(b, r, 0.5)), Options{})
		p = p.Select(func(c *Change) bool { return c.data().Node().Kind() != yang.KindAnyData })
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var read Plan
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		again, err := json.Marshal(&read)
		if err != nil || string(again) != string(text) || read.String() != p.String() || read.Digest() != p.Digest() {
			t.Errorf("seed %d: %v\n%s\nwas read back as\n%s", seed, err, text, again)
		}
		bound, err := read.Bind(s)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, p)
		}
		want, _ := p.EditConfig()
		if got, err := bound.EditConfig(); err != nil || string(got) != string(want) {
			t.Errorf("seed %d: %v, other edits (-want +got):\n%s", seed, err, cmp.Diff(string(want), string(got)))
		}
		if got, want := Apply(b, bound), Apply(b, p); dump(got) != dump(want) {
			t.Errorf("seed %d: (-want +got):\n%s", seed, cmp.Diff(dump(want), dump(got)))
		}
		half := func(c *Change) bool { return len(c.Path)%2 == 0 }
		if got, want := bound.Select(half), p.Select(half); got.String() != want.String() {
			t.Errorf("seed %d: parts differ (-want +got):\n%s", seed, cmp.Diff(want.String(), got.String()))
		}
	})
}

// TestPropertyMinimal: nothing that is equal is touched, by the plan or its edit.
func TestPropertyMinimal(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		p := Diff(a, b, everything(b), Options{})
		changed := map[string]bool{}
		for i := range p.Changes {
			c := &p.Changes[i]
			path := c.data().Path()
			changed[path] = true
			in, ob := a.Get(path), b.Get(path)
			if c.Op == Create && (in == nil || ob != nil) || c.Op == Delete && (in != nil || ob == nil) ||
				c.Op == Modify && (in == nil || ob == nil || !c.Moves() && anyOrValue(in) == anyOrValue(ob)) {
				t.Errorf("seed %d: nothing to %s at %s:\n%s", seed, c.Op, path, p)
			}
		}
		checkTouched(t, seed, p, changed)
		edit, err := p.EditConfig()
		if err != nil {
			t.Fatal(err)
		}
		for path := range editLeafs(t, s, edit) {
			if !changed[path] {
				t.Errorf("seed %d: the edit touches %s:\n%s\n%s", seed, path, p, edit)
			}
		}
	})
}

// checkTouched: what is touched covers what is changed, and nothing twice.
func checkTouched(t *testing.T, seed uint64, p *Plan, changed map[string]bool) {
	t.Helper()
	covered := map[string]int{}
	for _, top := range p.Touched() {
		if !changed[top] {
			t.Errorf("seed %d: %s is touched, not changed:\n%s", seed, top, p)
		}
		for path := range changed {
			if below(path, top) {
				covered[path]++
			}
		}
	}
	for path := range changed {
		if covered[path] != 1 {
			t.Errorf("seed %d: %s is touched %d times:\n%s", seed, path, covered[path], p)
		}
	}
}

func anyOrValue(d *yang.Data) string {
	if d.Node().Kind() == yang.KindAnyData {
		return anyXML(d)
	}
	return d.Value()
}

// TestPropertyReverseEdit: the edit of the reverse plan restores a server exactly.
func TestPropertyReverseEdit(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		p := Diff(a, b, Own(Inventory{}, part(b, r, 0.5), part(b, r, 0.5)), Options{})
		there, err := p.EditConfig()
		back, err2 := p.Reverse(b).EditConfig()
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if got := editServer(t, editServer(t, b, there), back); dump(got) != dump(b) {
			t.Errorf("seed %d: (-want +got):\n%s\nthere: %s\nback: %s", seed, cmp.Diff(dump(b), dump(got)), there, back)
		}
	})
}

func TestPropertyInventory(t *testing.T) {
	forRandom(t, func(t *testing.T, s *yang.Schema, seed uint64, r *rand.Rand) {
		a, b := randomTree(t, s, r), randomTree(t, s, r)
		i := Own(Inventory{}, a, b)
		data := i.Encode()
		back, err := DecodeInventory(data)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if string(back.Encode()) != string(data) || back.Len() != i.Len() {
			t.Errorf("seed %d: another inventory comes back", seed)
		}
		if u := Union(i, back); string(u.Encode()) != string(data) {
			t.Errorf("seed %d: union with itself changes it", seed)
		}
		want, got := Diff(b, a, i, Options{}), Diff(b, a, back, Options{})
		if want.String() != got.String() {
			t.Errorf("seed %d: other plans:\n%s", seed, cmp.Diff(want.String(), got.String()))
		}
		all := Union(i, everything(b))
		for _, x := range []*yang.Tree{a, b} {
			if m := Union(all, everything(x)); m.Len() != all.Len() {
				t.Errorf("seed %d: union lacks something", seed)
			}
		}
	})
}
