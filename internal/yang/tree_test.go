// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func set(t testing.TB, tree *Tree, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if _, err := tree.Set(pairs[i], pairs[i+1], Origin{Layer: &Layer{Name: "l"}, Line: i}, false); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSetGetDelete(t *testing.T) {
	tree := NewTree(testSchema(t))
	set(t, tree,
		"/t-net:net/interface[name='b']/mtu", "1500",
		"/t-net:net/interface[name='a']/t-aug:mtu", "9",
		"/t-net:net/interface[name='b']/unit[sub='x'][id='010']/note", "it's",
		"/t-net:net/interface[name='b']/dns[.='z']", "",
		"/t-net:net/interface[name='b']/dns", "a",
		"/t-net:net/server", "",
	)
	want := []string{
		"/t-net:net",
		"/t-net:net/interface[name='a']",
		"/t-net:net/interface[name='a']/name = a",
		"/t-net:net/interface[name='a']/t-aug:mtu = 9",
		"/t-net:net/interface[name='b']",
		"/t-net:net/interface[name='b']/name = b",
		"/t-net:net/interface[name='b']/mtu = 1500",
		"/t-net:net/interface[name='b']/dns[.='z'] = z",
		"/t-net:net/interface[name='b']/dns[.='a'] = a",
		"/t-net:net/interface[name='b']/unit[id='10'][sub='x']",
		"/t-net:net/interface[name='b']/unit[id='10'][sub='x']/id = 10",
		"/t-net:net/interface[name='b']/unit[id='10'][sub='x']/sub = x",
		"/t-net:net/interface[name='b']/unit[id='10'][sub='x']/note = it's",
		"/t-net:net/server",
	}
	if diff := cmp.Diff(want, dump(tree)); diff != "" {
		t.Fatal(diff)
	}
	tree.Walk(func(d *Data) bool {
		if tree.Get(d.Path()) != d {
			t.Errorf("Get(%s) is another node", d.Path())
		}
		return true
	})
	if tree.Delete("/t-net:net/interface[name='a']/name") {
		t.Error("a key was deleted")
	}
	clone := tree.Clone()
	for _, p := range []string{"/t-net:net/interface[name='a']", "/t-net:net/interface[name='b']", "/t-net:net/server"} {
		if !tree.Delete(p) {
			t.Errorf("%s not deleted", p)
		}
	}
	if !tree.Empty() {
		t.Errorf("left: %v", dump(tree))
	}
	if diff := cmp.Diff(want, dump(clone)); diff != "" {
		t.Errorf("the clone changed: %s", diff)
	}
	for _, bad := range []string{"", "net", "/net", "/t-net:nope", "/t-net:net/interface", "/t-net:net/interface[name='a'", "/t-net:net/interface[mtu='1']"} {
		if _, err := tree.Set(bad, "", Origin{}, false); err == nil {
			t.Errorf("Set(%q) is accepted", bad)
		}
	}
}

func TestPathQuotes(t *testing.T) {
	tree := NewTree(testSchema(t))
	for _, v := range []string{"a'b", `a"b`, `a'b"c''`, "a]b/c", "", "[x='y']"} {
		var b strings.Builder
		quote(&b, v)
		path := "/t-net:net/interface[name=" + b.String() + "]"
		d, err := tree.Set(path, "", Origin{}, false)
		if err != nil {
			t.Fatal(err)
		}
		if d.Path() != path || d.Keys()[0] != v || tree.Get(path) != d {
			t.Errorf("%q: %s", v, d.Path())
		}
	}
}

func TestCaseSwitch(t *testing.T) {
	tree := NewTree(testSchema(t))
	set(t, tree, "/t-net:net/server/password", "x", "/t-net:net/server/key-name", "k", "/t-net:net/server/key-bits", "5")
	if tree.Get("/t-net:net/server/password") != nil || tree.Get("/t-net:net/server/key-name") == nil {
		t.Errorf("%v", dump(tree))
	}
	over := NewTree(tree.Schema())
	set(t, over, "/t-net:net/server/t-aug:otp", "1")
	o := tree.Merge(over)
	if tree.Get("/t-net:net/server/key-name") != nil || tree.Get("/t-net:net/server/t-aug:otp") == nil {
		t.Errorf("%v", dump(tree))
	}
	if len(o) != 2 || o[0].New != "" || !strings.HasPrefix(o[0].Path, "/t-net:net/server/key-") {
		t.Errorf("%+v", o)
	}
}

func TestMerge(t *testing.T) {
	s := testSchema(t)
	base := mustDecodeYAML(t, s, `t-net:net: {interface: [{name: a, kind: t-types:wired, mtu: 100, tag: [x, y]}], rule: [{id: 3}, {id: 1}], server: {host: h}}`)
	over := mustDecodeYAML(t, s, `t-net:net: {interface: [{name: a, kind: t-types:wired, mtu: 200, tag: [z]}, {name: b, kind: t-types:wireless}], rule: [{id: 2}, {id: 3, action: drop}]}`)
	over.Get("/t-net:net/interface[name='a']/mtu").taint = true
	before := over.Digest()
	overrides := base.Merge(over)
	want := mustDecodeYAML(t, s, `t-net:net: {interface: [{name: a, kind: t-types:wired, mtu: 200, tag: [z]}, {name: b, kind: t-types:wireless}], rule: [{id: 3, action: drop}, {id: 1}, {id: 2}], server: {host: h}}`)
	if diff := cmp.Diff(dump(want), dump(base)); diff != "" {
		t.Error(diff)
	}
	if over.Digest() != before {
		t.Error("the later layer changed")
	}
	var got []string
	for _, o := range overrides {
		got = append(got, fmt.Sprintf("%s: %s -> %s (%v)", o.Path, o.Old, o.New, o.Tainted))
	}
	if diff := cmp.Diff([]string{"/t-net:net/interface[name='a']/mtu: 100 -> 200 (true)", "/t-net:net/interface[name='a']/tag: x, y -> z (false)"}, got); diff != "" {
		t.Error(diff)
	}
	if !base.Get("/t-net:net/interface[name='a']/mtu").Tainted() {
		t.Error("taint is lost")
	}
}

func TestMove(t *testing.T) {
	tree := mustDecodeYAML(t, testSchema(t), `t-net:net: {rule: [{id: 1}, {id: 2}, {id: 3}]}`)
	at := func(id string) *Data { return tree.Get("/t-net:net/rule[id='" + id + "']") }
	order := func() string {
		out := ""
		for _, d := range tree.Get("/t-net:net").Entries("", "rule") {
			out += d.Keys()[0]
		}
		return out
	}
	for _, tc := range []struct {
		d, anchor string
		after     bool
		want      string
	}{{"3", "", false, "312"}, {"3", "", true, "123"}, {"1", "2", true, "213"}, {"3", "2", false, "321"}, {"3", "1", true, "213"}} {
		var anchor *Data
		if tc.anchor != "" {
			anchor = at(tc.anchor)
		}
		tree.Move(at(tc.d), anchor, tc.after)
		if order() != tc.want {
			t.Errorf("%+v: %s", tc, order())
		}
	}
}

func TestDigestIgnoresOrderAndOrigin(t *testing.T) {
	s := testSchema(t)
	a := mustDecodeYAML(t, s, "t-net:net: {interface: [{name: a, kind: t-types:wired}, {name: b, kind: t-types:wired}], peer: {}}")
	b := mustDecodeYAML(t, s, "\n\nt-net:net: {interface: [{kind: t-types:wired, name: b}, {name: a, kind: t-types:wired}]}")
	if a.Digest() != b.Digest() {
		t.Error("different digests of equal data")
	}
	c := mustDecodeYAML(t, s, "t-net:net: {rule: [{id: 1}, {id: 2}]}")
	d := mustDecodeYAML(t, s, "t-net:net: {rule: [{id: 2}, {id: 1}]}")
	if c.Digest() == d.Digest() {
		t.Error("the order of an ordered-by user list does not count")
	}
}

// generate makes a random tree of the configuration nodes below a schema node.
func generate(r *rand.Rand, at *Data, depth int) {
	for _, n := range at.node.DataChildren() {
		if !n.Config() || n.IsKey() || r.Intn(3) == 0 || depth > 6 {
			continue
		}
		if len(at.clearCases(n)) > 0 && r.Intn(2) == 0 {
			continue
		}
		switch n.Kind() {
		case KindContainer:
			c := &Data{node: n}
			at.insert(c)
			generate(r, c, depth+1)
		case KindList:
			for range r.Intn(40) {
				c := &Data{node: n}
				for _, k := range n.Keys() {
					c.add(&Data{node: k, value: randomValue(r, k)})
				}
				if at.entry(n, c.Keys()) != nil {
					continue
				}
				generate(r, c, depth+3)
				at.insert(c)
			}
		case KindLeafList:
			for range r.Intn(4) {
				v := randomValue(r, n)
				if at.entry(n, []string{v}) == nil {
					at.insert(&Data{node: n, value: v})
				}
			}
		case KindLeaf:
			at.insert(&Data{node: n, value: randomValue(r, n)})
		case KindAnyData:
			at.insert(&Data{node: n, value: `{"a":["1",{"b":"x<y"}],"t-net:c":{"d":""}}`})
		}
	}
}

// randomValue returns a canonical value of the node's type.
func randomValue(r *rand.Rand, n *Node) string {
	pool := []string{"0", "1", "5", "20", "100", "true", "false", "mid", "high", "read exec", "AQID", "", "abc", "a-1",
		"t-types:wired", "t-types:cable", "t-aug:fibre", "-1.5", "7.25", "1500", "8999", " x ", "é<&>\"'", "null", "yes", "1e3", "0x1", "~", "- a", "a: b", "#c",
		"line\nline\ttab", "-77", "12345678901234567890", "-9223372036854775808", "/t-net:net/interface[name='a']/mtu", `/t-net:net/interface[name="it's"]`, fmt.Sprint(r.Intn(300))}
	for range 1000 {
		v := pool[r.Intn(len(pool))]
		if c, err := n.Canonical(v); err == nil {
			return c
		}
	}
	panic("no value for " + n.SchemaPath())
}

func TestRoundTripProperty(t *testing.T) {
	s := testSchema(t)
	for seed := range int64(150) {
		r := rand.New(rand.NewSource(seed))
		tree := NewTree(s)
		generate(r, tree.Root(), 0)
		roundTrip(t, tree)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		clone := tree.Clone()
		if o := clone.Merge(tree); len(o) > 0 || clone.Digest() != tree.Digest() {
			t.Fatalf("seed %d: a tree merged into itself changed: %+v", seed, o)
		}
		empty := NewTree(s)
		empty.Merge(tree)
		if empty.Digest() != tree.Digest() {
			t.Fatalf("seed %d: merging into an empty tree", seed)
		}
		copied := NewTree(s)
		for _, d := range tree.Leaves() {
			copied.Copy(d)
		}
		tree.Walk(func(d *Data) bool {
			if tree.Get(d.Path()) != d {
				t.Fatalf("seed %d: Get(%s)", seed, d.Path())
			}
			if d.Leaf() && copied.Get(d.Path()) == nil {
				t.Fatalf("seed %d: Copy lost %s", seed, d.Path())
			}
			return true
		})
	}
}

func TestMergePropertyLaterWins(t *testing.T) {
	s := testSchema(t)
	for seed := range int64(100) {
		r := rand.New(rand.NewSource(seed))
		a, b := NewTree(s), NewTree(s)
		generate(r, a.Root(), 0)
		generate(r, b.Root(), 0)
		m := a.Clone()
		m.Merge(b)
		for _, d := range b.Leaves() {
			if got := m.Get(d.Path()); got == nil || got.Value() != d.Value() {
				t.Fatalf("seed %d: %s is not the later value", seed, d.Path())
			}
		}
		roundTrip(t, m)
		again := m.Clone()
		if o := again.Merge(b); len(o) > 0 || again.Digest() != m.Digest() {
			t.Fatalf("seed %d: merging twice is not merging once", seed)
		}
	}
}
