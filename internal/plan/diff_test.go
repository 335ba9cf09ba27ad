// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares got with testdata/<name>.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}

const iface = `/t:net/interface[name='%']
/t:net/interface[name='%']/type = ether
/t:net/interface[name='%']/untagged
`

func ifaces(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString(strings.ReplaceAll(iface, "%", n))
	}
	return b.String()
}

func rules(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString("/t:net/rule[name='" + n + "']\n")
	}
	return b.String()
}

// diffCases: owned is what was declared before, on an NF that was empty unless seen
// says otherwise.
var diffCases = []struct {
	name               string
	intended, observed string
	owned, seen        string
	ignore             []Rule
	want               []string
}{
	{name: "empty"},
	{name: "create leaf", intended: "/t:sys/host = a", want: []string{"Create /t:sys/host"}},
	{name: "modify leaf", intended: "/t:sys/host = a", observed: "/t:sys/host = b", want: []string{"Modify /t:sys/host"}},
	{name: "foreign leaf stays", observed: "/t:sys/host = b"},
	{name: "owned leaf goes", observed: "/t:sys/host = b\n/t:sys/flag", owned: "/t:sys/host = a", want: []string{"Delete /t:sys/host"}},
	{name: "owned leaf is gone already", observed: "/t:sys/flag", owned: "/t:sys/host = a"},
	{name: "canonical values are equal", intended: "/t:sys/mtu = 9000", observed: "/t:sys/mtu = 09000"},

	{name: "default declared, not listed", intended: "/t:sys/mtu = 1500", observed: "/t:sys/host = a"},
	{name: "default declared, container absent", intended: "/t:sys/clock/zone = utc"},
	{name: "default listed, no longer declared", observed: "/t:sys/mtu = 1500", owned: "/t:sys/mtu = 1500"},
	{name: "default declared, another is there", intended: "/t:sys/mtu = 1500", observed: "/t:sys/mtu = 9000", want: []string{"Modify /t:sys/mtu"}},
	{name: "leaf-list defaults declared, not listed", intended: "/t:sys/algorithm[.='a']\n/t:sys/algorithm[.='b']"},
	{name: "leaf-list defaults and more", intended: "/t:sys/algorithm[.='a']\n/t:sys/algorithm[.='b']\n/t:sys/algorithm[.='c']",
		want: []string{"Create /t:sys/algorithm[.='a']", "Create /t:sys/algorithm[.='b']", "Create /t:sys/algorithm[.='c']"}},
	{name: "leaf-list defaults listed, no longer declared", observed: "/t:sys/algorithm[.='a']\n/t:sys/algorithm[.='b']",
		owned: "/t:sys/algorithm[.='a']\n/t:sys/algorithm[.='b']"},
	{name: "default in a presence container that is not there", intended: "/t:sys/ntp/burst = false",
		want: []string{"Create /t:sys/ntp", "Create /t:sys/ntp/burst"}},
	{name: "default of the default case", intended: "/t:sys/plain-port = 80"},
	{name: "default of a case that is in use", intended: "/t:sys/tls-port = 443", observed: "/t:sys/tls-options/ca = x"},
	{name: "default of a case that is not in use", intended: "/t:sys/tls-port = 443", want: []string{"Create /t:sys/tls-port"}},
	{name: "default of a case that is about to end", intended: "/t:sys/tls-port = 443", observed: "/t:sys/tls-options/ca = x",
		owned: "/t:sys/tls-options/ca = x", want: []string{"Delete /t:sys/tls-options/ca", "Create /t:sys/tls-port"}},
	{name: "default in a container of a case that is not in use", intended: "/t:sys/tls-options/verify = true",
		want: []string{"Create /t:sys/tls-options/verify"}},
	{name: "default case when another is in use", intended: "/t:sys/plain-port = 80", observed: "/t:sys/tls-port = 1",
		want: []string{"Create /t:sys/plain-port", "Delete /t:sys/tls-port implied"}},
	{name: "last node of a case, at its default", observed: "/t:sys/tls-port = 443", owned: "/t:sys/tls-port = 443",
		want: []string{"Delete /t:sys/tls-port"}},

	{name: "case switch takes all of the other case", intended: "/t:sys/u:speed = 9600",
		observed: "/t:sys/tls-port = 1\n/t:sys/tls-options/ca = x\n/t:sys/anchor[.='y']\n/t:sys/host = h",
		want:     []string{"Delete /t:sys/anchor[.='y'] implied", "Delete /t:sys/tls-options implied", "Delete /t:sys/tls-port implied", "Create /t:sys/u:speed"}},
	{name: "nested choice", intended: "/t:sys/pinned = x", observed: "/t:sys/tls-port = 1\n/t:sys/anchor[.='y']",
		want: []string{"Delete /t:sys/anchor[.='y'] implied", "Create /t:sys/pinned"}},
	{name: "case switch in a mandatory choice", intended: "/t:net/interface[name='n']/vlan = 5",
		observed: ifaces("n"), owned: ifaces("n"), seen: ifaces("n"),
		want: []string{"Delete /t:net/interface[name='n']/untagged implied", "Create /t:net/interface[name='n']/vlan"}},

	{name: "presence", intended: "/t:sys/ntp", want: []string{"Create /t:sys/ntp"}},
	{name: "presence goes", observed: "/t:sys/ntp/server = foreign", owned: "/t:sys/ntp", want: []string{"Delete /t:sys/ntp"}},
	{name: "presence of others stays", observed: "/t:sys/ntp/server = foreign", owned: "/t:sys/ntp", seen: "/t:sys/ntp"},

	{name: "create entry", intended: ifaces("n"),
		want: []string{"Create /t:net/interface[name='n']", "Create /t:net/interface[name='n']/type", "Create /t:net/interface[name='n']/untagged"}},
	{name: "created entry goes whole", observed: ifaces("n") + "/t:net/interface[name='n']/mtu = 9", owned: ifaces("n"),
		want: []string{"Delete /t:net/interface[name='n']"}},
	{name: "entry without foreign content goes whole", observed: ifaces("n") + "/t:net/interface[name='n']/enabled = true",
		owned: ifaces("n"), seen: ifaces("n"), want: []string{"Delete /t:net/interface[name='n']"}},
	{name: "entry with foreign content stays, with what it needs",
		observed: ifaces("n") + "/t:net/interface[name='n']/qos/class = c\n/t:net/interface[name='n']/mtu = 9",
		owned:    ifaces("n") + "/t:net/interface[name='n']/qos/class = c", seen: ifaces("n"),
		want: []string{"Delete /t:net/interface[name='n']/qos/class"}},
	{name: "foreign entry stays", observed: ifaces("m", "n"), owned: ifaces("n"), want: []string{"Delete /t:net/interface[name='n']"}},
	{name: "foreign leaf-list entries stay", intended: "/t:sys/dns[.='1']", observed: "/t:sys/dns[.='2']\n/t:sys/dns[.='3']",
		owned: "/t:sys/dns[.='1']\n/t:sys/dns[.='3']", want: []string{"Create /t:sys/dns[.='1']", "Delete /t:sys/dns[.='3']"}},
	{name: "system order does not matter", intended: "/t:sys/dns[.='1']\n/t:sys/dns[.='2']", observed: "/t:sys/dns[.='2']\n/t:sys/dns[.='1']"},

	{name: "one move", intended: rules("a", "b", "c", "d"), observed: rules("b", "c", "d", "a"),
		want: []string{"Modify /t:net/rule[name='a'] first"}},
	{name: "move to the end", intended: rules("b", "c", "a"), observed: rules("a", "b", "c"),
		want: []string{"Modify /t:net/rule[name='a'] last"}},
	{name: "insert between", intended: rules("a", "b", "c"), observed: rules("a", "c"),
		want: []string{"Create /t:net/rule[name='b'] after [name='a']"}},
	{name: "append in order", intended: rules("c", "b", "a"), observed: rules("x"),
		want: []string{"Create /t:net/rule[name='a']", "Create /t:net/rule[name='b']", "Create /t:net/rule[name='c']"}},
	{name: "before what is there, after what is foreign", intended: rules("b", "a"), observed: rules("x", "a"),
		want: []string{"Create /t:net/rule[name='b'] before [name='a']"}},
	{name: "foreign entries do not move", intended: rules("a", "b"), observed: rules("a", "x", "b")},
	{name: "leaf-list by user", intended: "/t:sys/search[.='b']\n/t:sys/search[.='a']", observed: "/t:sys/search[.='a']\n/t:sys/search[.='b']",
		want: []string{"Modify /t:sys/search[.='b'] first"}},

	{name: "ignore covers what is below", intended: "/t:sys/host = a\n/t:sys/clock/drift = x\n/t:sys/mtu = 1",
		ignore: []Rule{{Path: "/t:sys/clock"}, {Path: "/t:sys/mtu"}}, want: []string{"Create /t:sys/host"}},
	{name: "ignore one operation", intended: "/t:sys/host = a\n/t:sys/mtu = 1", observed: "/t:sys/host = b",
		ignore: []Rule{{Path: "/t:sys", Ops: []Op{Modify}}}, want: []string{"Create /t:sys/mtu"}},
	{name: "ignore in any entry", intended: ifaces("m", "n") + "/t:net/interface[name='n']/mtu = 9", observed: ifaces("n"),
		ignore: []Rule{{Path: "/t:net/interface/mtu"}, {Path: "/t:net/interface[name='m']"}}},
	{name: "ignore does not leave out content of what is created", intended: ifaces("n"), ignore: []Rule{{Path: "/t:net/interface/type"}},
		want: []string{"Create /t:net/interface[name='n']", "Create /t:net/interface[name='n']/type", "Create /t:net/interface[name='n']/untagged"}},
	{name: "ignore all", intended: "/t:sys/host = a", ignore: []Rule{{Path: "/"}}},
	{name: "an ignored entry is no anchor", intended: rules("a", "b", "c"), observed: rules("x", "c"),
		ignore: []Rule{{Path: "/t:net/rule[name='b']"}}, want: []string{"Create /t:net/rule[name='a'] before [name='c']"}},
}

func describeChange(c Change) string {
	s := string(c.Op) + " " + c.Path
	if c.Insert != nil {
		s += " " + c.Insert.String()
	}
	if c.Implied {
		s += " implied"
	}
	return s
}

func TestDiff(t *testing.T) {
	s := testSchema(t)
	for _, tc := range diffCases {
		t.Run(tc.name, func(t *testing.T) {
			intended, observed := testTree(t, s, tc.intended), testTree(t, s, tc.observed)
			owned := Own(Inventory{}, testTree(t, s, tc.owned), testTree(t, s, tc.seen))
			p := Diff(intended, observed, owned, Options{Ignore: tc.ignore})
			var got []string
			for _, c := range p.Changes {
				got = append(got, describeChange(c))
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if len(tc.ignore) == 0 {
				after := Apply(observed, p)
				if again := Diff(intended, after, Own(owned, intended, observed), Options{}); !again.Empty() {
					t.Errorf("after apply:\n%s", again)
				}
			}
			if back := Apply(Apply(observed, p), p.Reverse(observed)); dump(back) != dump(observed) {
				t.Errorf("reverse (-want +got):\n%s", cmp.Diff(dump(observed), dump(back)))
			}
		})
	}
}

func TestTaint(t *testing.T) {
	s := testSchema(t)
	intended := testTree(t, s, `!/t:net/peer[name='p']/secret = hunter2
!/t:net/peer[name='p']/token[.='hunter2']`)
	plans := []*Plan{Diff(intended, yang.NewTree(s), Inventory{}, Options{})}

	owned := Own(Inventory{}, intended, yang.NewTree(s))
	seen := testTree(t, s, "/t:net/peer[name='p']/secret = hunter2\n/t:net/peer[name='p']/token[.='hunter2']")
	if p := Diff(intended, seen, owned, Options{}); !p.Empty() {
		t.Errorf("nothing differs, but:\n%s", p)
	}
	plans = append(plans,
		plans[0].Reverse(yang.NewTree(s)),
		Diff(testTree(t, s, "/t:net/peer[name='p']"), seen, owned, Options{}),
		Diff(testTree(t, s, "/t:net/peer[name='p']/secret = plain"), seen, owned, Options{}),
		Diff(yang.NewTree(s), seen, owned, Options{}),
		Diff(intended, testTree(t, s, "/t:net/peer[name='p']/secret = hunter2x"), owned, Options{}),
	)
	for i := 2; i < 5; i++ {
		plans = append(plans, plans[i].Reverse(seen))
	}
	for i, p := range plans {
		if p.Empty() {
			t.Errorf("plan %d is empty", i)
		}
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if all := p.String() + string(out) + fmt.Sprintf("%v %+v", *p, *p); strings.Contains(all, "hunter2") {
			t.Errorf("plan %d shows a secret:\n%s\n%s", i, p, out)
		}
	}
	edit, err := plans[0].EditConfig()
	if err != nil || !strings.Contains(string(edit), "hunter2") {
		t.Errorf("the edit needs the real value: %s, %v", edit, err)
	}
	text, err := gunzip(owned.Encode())
	if err != nil || strings.Contains(text, "hunter2") || strings.Contains(strings.Join(owned.Roots(), " "), "hunter2") {
		t.Errorf("inventory shows a secret: %s, %v", text, err)
	}
}

// TestBindRefuses: what a plan shows as a digest cannot be applied from its JSON.
func TestBindRefuses(t *testing.T) {
	s := testSchema(t)
	for _, intended := range []string{
		"!/t:net/peer[name='p']/secret = x", "!/t:net/peer[name='p']/name = p", "/t:sys/blob = {}",
	} {
		p := Diff(testTree(t, s, intended), yang.NewTree(s), Inventory{}, Options{})
		if _, err := p.Bind(s); err == nil {
			t.Errorf("bound:\n%s", p)
		}
	}
	elsewhere := &Plan{Changes: []Change{{Path: "/t:nowhere", Op: Create, New: "x"}}}
	if _, err := elsewhere.Bind(s); err == nil {
		t.Error("a plan of another schema was bound")
	}
}

func TestPlanJSON(t *testing.T) {
	s := testSchema(t)
	p := Diff(testTree(t, s, rules("a", "b")+"/t:sys/host = a"), testTree(t, s, rules("b")+"/t:sys/host = b"), Inventory{}, Options{})
	out, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", string(out)+"\n")
	var back Plan
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if back.String() != p.String() || back.Digest() != p.Digest() {
		t.Errorf("read back:\n%s", back.String())
	}
	if _, err := back.EditConfig(); err == nil {
		t.Error("a plan read back from JSON made an edit")
	}
	if bound, err := back.Bind(s); err != nil || bound.String() != p.String() {
		t.Errorf("bound: %v\n%s", err, bound)
	}
}
