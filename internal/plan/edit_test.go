// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// indent lays out XML for golden files; what is sent has no white space added.
func indent(t *testing.T, content []byte) string {
	t.Helper()
	var b strings.Builder
	depth, text := 0, false
	rest := string(content)
	dec := xml.NewDecoder(strings.NewReader("<x>" + rest + "</x>"))
	for {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, content)
		}
	}
	for rest != "" {
		end := strings.IndexByte(rest, '>') + 1
		if rest[0] != '<' {
			end = strings.IndexByte(rest, '<')
		}
		tok := rest[:end]
		rest = rest[end:]
		switch {
		case tok[0] != '<':
			b.WriteString(tok)
			text = true
		case strings.HasPrefix(tok, "</"):
			depth--
			if !text {
				b.WriteString("\n" + strings.Repeat("  ", depth))
			}
			b.WriteString(tok)
			text = false
		default:
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(strings.Repeat("  ", depth) + tok)
			if !strings.HasSuffix(tok, "/>") {
				depth++
			}
			text = false
		}
	}
	return b.String() + "\n"
}

const goldenIntended = `
/t:contact = noc@example.com
/t:sys/host = <new> & "improved"
/t:sys/flag
/t:sys/kind = u:slow
/t:sys/search[.='c.example']
/t:sys/search[.='a.example']
/t:sys/search[.='b.example']
/t:sys/ntp
/t:sys/clock/zone = utc
/t:sys/u:speed = 9600
/t:sys/blob = {"t:x": {"y": [1, 2]}}
/t:net/interface[name='n3']/type = ether
/t:net/interface[name='n3']/vlan = 7
/t:net/interface[name='n3']/mtu = 9000
/t:net/interface[name='n3']/u:vendor = acme
/t:net/interface[name='n3']/address[ip='10.0.0.1'][prefix='24']/label = n3
/t:net/interface[name='n4']/type = ether
/t:net/interface[name='n4']/untagged
/t:net/interface[name='n4']/u:tunnel
/t:net/rule[name='web']
/t:net/rule[name='ssh']
/t:net/rule[name='dns']/match[id='2']/port = 53
/t:net/rule[name='dns']/match[id='1']/port = 853
!/t:net/peer[name='p']/secret = hunter2
`

const goldenObserved = `
/t:sys/host = old
/t:sys/mtu = 9000
/t:sys/tls-port = 8443
/t:sys/search[.='a.example']
/t:sys/search[.='b.example']
/t:sys/search[.='c.example']
/t:sys/blob = {"t:x": 1}
/t:sys/dns[.='192.0.2.1']
/t:sys/dns[.='192.0.2.2']
/t:net/interface[name='n3']/type = ether
/t:net/interface[name='n3']/vlan = 7
/t:net/interface[name='n3']/mtu = 1500
/t:net/interface[name='n6']/type = ether
/t:net/interface[name='n6']/untagged
/t:net/interface[name='n6']/mtu = 1500
/t:net/interface[name='n9']/type = ether
/t:net/interface[name='n9']/untagged
/t:net/rule[name='foreign']
/t:net/rule[name='ssh']
/t:net/rule[name='web']
/t:net/peer[name='p']/secret = hunter1
`

const goldenOwned = `
/t:sys/mtu = 9000
/t:sys/dns[.='192.0.2.2']
/t:net/interface[name='n6']/mtu = 1500
/t:net/interface[name='n9']/type = ether
/t:net/interface[name='n9']/untagged
`

const goldenSeen = `
/t:net/interface[name='n6']/type = ether
/t:net/interface[name='n6']/untagged
`

func goldenPlan(t *testing.T) (p *Plan, observed *yang.Tree) {
	s := testSchema(t)
	observed = testTree(t, s, goldenObserved)
	owned := Own(Inventory{}, testTree(t, s, goldenOwned), testTree(t, s, goldenSeen))
	return Diff(testTree(t, s, goldenIntended), observed, owned, Options{}), observed
}

func TestGolden(t *testing.T) {
	p, observed := goldenPlan(t)
	for name, p := range map[string]*Plan{"plan": p, "reverse": p.Reverse(observed)} {
		golden(t, name+".txt", p.String()+p.Summary()+"\n")
		edit, err := p.EditConfig()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".xml", indent(t, edit))
	}
}

// TestEditIsMinimal: one leaf in 1,000 entries edits one entry.
func TestEditIsMinimal(t *testing.T) {
	s := testSchema(t)
	a := yang.NewTree(s)
	for i := range 1000 {
		path := fmt.Sprintf("/t:net/interface[name='n%d']", i)
		for _, leaf := range [][2]string{{"type", "ether"}, {"mtu", "1500"}, {"untagged", ""}} {
			if _, err := a.Set(path+"/"+leaf[0], leaf[1], yang.Origin{}, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	b := a.Clone()
	if _, err := a.Set("/t:net/interface[name='n500']/mtu", "9000", yang.Origin{}, false); err != nil {
		t.Fatal(err)
	}
	edit, err := Diff(a, b, everything(b), Options{}).EditConfig()
	if err != nil {
		t.Fatal(err)
	}
	want := `<net xmlns="urn:example:t"><interface><name>n500</name><mtu>9000</mtu></interface></net>`
	if string(edit) != want {
		t.Errorf("got %s", edit)
	}
}

func TestEditRefusesAnchorNobodyCanName(t *testing.T) {
	s := testSchema(t)
	a := testTree(t, s, "")
	for _, name := range []string{"x", `it's "y"`, "z"} {
		if _, err := a.Set("/t:net/rule"+predicate("name", name), "", yang.Origin{}, false); err != nil {
			t.Fatal(err)
		}
	}
	b := a.Clone()
	b.Delete("/t:net/rule[name='z']")
	if _, err := b.Set("/t:net/rule[name='last']", "", yang.Origin{}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := Diff(a, b, Inventory{}, Options{}).EditConfig(); err == nil {
		t.Error("a key with both kinds of quotes was put into yang:key")
	}
}

func TestFilter(t *testing.T) {
	s := testSchema(t)
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprintf("n%02d", i)
	}
	var out strings.Builder
	for _, tc := range []struct{ name, tree, owned string }{
		{"nothing", "", ""},
		{"leaf and leaf-list at the top", "/t:contact = a\n/t:note[.='x']", "/t:note[.='y']"},
		{"list at the top", "/t:flat[id='a']", ""},
		{"container with leafs", "/t:sys/host = a", ""},
		{"container with containers only", "/t:sys/clock/zone = a", ""},
		{"presence container", "/t:sys/ntp/server = a", ""},
		{"choice", "/t:sys/tls-options/ca = a", ""},
		{"few entries", ifaces("a", "b"), ifaces("<c>")},
		{"entries by leafref and by identity", "/t:refs/oc[name='a']/config/name = a\n/t:refs/kinds[kind='t:fast']", ""},
		{"many entries", ifaces(many...), ""},
		{"ordered by user", rules("a") + ifaces("a"), ""},
		{"tainted key", "!/t:net/peer[name='x']/name = x", ""},
	} {
		tree := testTree(t, s, tc.tree)
		got := Filter(s, everything(testTree(t, s, tc.owned)), tree)
		out.WriteString("# " + tc.name + "\n")
		if len(got) > 0 {
			out.WriteString(indent(t, got))
		}
	}
	golden(t, "filter.txt", out.String())
}
