// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

func TestUnmanaged(t *testing.T) {
	s := testSchema(t)
	for _, tc := range []struct {
		name               string
		declared, observed string
		others             string
		paths              []string // nil: of what is declared
		want               []string
	}{
		{name: "nothing"},
		{name: "what is declared, with any value", declared: "/t:sys/host = a", observed: "/t:sys/host = b"},
		{name: "a leaf beside it", declared: "/t:sys/host = a", observed: "/t:sys/host = a\n/t:sys/flag", want: []string{"/t:sys/flag"}},
		{name: "elsewhere nobody looks", declared: "/t:sys/host = a", observed: "/t:contact = me\n/t:flat[id='1']"},
		{name: "everywhere", declared: "/t:sys/host = a", observed: "/t:contact = me\n/t:flat[id='1']/value = x", paths: []string{"/"},
			want: []string{"/t:contact = me", "/t:flat[id='1']", "/t:flat[id='1']/value = x"}},
		{name: "a default means nothing", declared: "/t:sys/host = a", observed: "/t:sys/mtu = 1500\n/t:sys/clock/zone = utc\n/t:sys/algorithm[.='a']\n/t:sys/algorithm[.='b']"},
		{name: "another value does", declared: "/t:sys/host = a", observed: "/t:sys/mtu = 9000\n/t:sys/clock/zone = cet\n/t:sys/algorithm[.='a']",
			want: []string{"/t:sys/algorithm[.='a'] = a", "/t:sys/clock/zone = cet", "/t:sys/mtu = 9000"}},
		{name: "so does the default of a case", declared: "/t:sys/host = a", observed: "/t:sys/plain-port = 80", want: []string{"/t:sys/plain-port = 80"}},
		{name: "a foreign entry, with what is in it", declared: ifaces("1"), observed: ifaces("1", "2") + "/t:net/interface[name='2']/mtu = 9\n/t:net/interface[name='2']/enabled = true\n/t:net/interface[name='2']/qos/class = x\n/t:net/interface[name='2']/address[ip='::1'][prefix='64']/label = y",
			want: []string{"/t:net/interface[name='2']", "/t:net/interface[name='2']/address[ip='::1'][prefix='64']", "/t:net/interface[name='2']/address[ip='::1'][prefix='64']/label = y",
				"/t:net/interface[name='2']/mtu = 9", "/t:net/interface[name='2']/qos/class = x", "/t:net/interface[name='2']/type = ether", "/t:net/interface[name='2']/untagged"}},
		{name: "in an entry of ours, without its key", declared: ifaces("1"), observed: ifaces("1") + "/t:net/interface[name='1']/mtu = 9\n/t:net/interface[name='1']/address[ip='::1'][prefix='64']/label = x",
			want: []string{"/t:net/interface[name='1']/address[ip='::1'][prefix='64']", "/t:net/interface[name='1']/address[ip='::1'][prefix='64']/label = x", "/t:net/interface[name='1']/mtu = 9"}},
		{name: "a presence container", declared: "/t:sys/host = a", observed: "/t:sys/ntp/server = x", want: []string{"/t:sys/ntp", "/t:sys/ntp/server = x"}},
		{name: "what others own is theirs", declared: ifaces("1"), observed: ifaces("1", "2", "3") + "/t:net/interface[name='2']/mtu = 9", others: ifaces("2"),
			want: []string{"/t:net/interface[name='2']/mtu = 9", "/t:net/interface[name='3']", "/t:net/interface[name='3']/type = ether", "/t:net/interface[name='3']/untagged"}},
		{name: "a list", declared: ifaces("1"), observed: ifaces("2") + rules("a"), paths: []string{"/t:net/rule"}, want: []string{"/t:net/rule[name='a']"}},
		{name: "one entry", declared: ifaces("1"), observed: ifaces("2", "3"), paths: []string{"/t:net/interface[name='3']"}, want: []string{"/t:net/interface[name='3']", "/t:net/interface[name='3']/type = ether", "/t:net/interface[name='3']/untagged"}},
		{name: "in foreign entries", declared: ifaces("1"), observed: ifaces("2") + "/t:net/interface[name='2']/mtu = 9", paths: []string{"/t:net/interface/mtu"}, want: []string{"/t:net/interface[name='2']/mtu = 9"}},
		{name: "two paths", declared: ifaces("1"), observed: rules("a") + "/t:sys/flag", paths: []string{"/t:sys", "/t:net/rule", "no path"}, want: []string{"/t:net/rule[name='a']", "/t:sys/flag"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			declared, observed := testTree(t, s, tc.declared), testTree(t, s, tc.observed)
			area := Area{Paths: tc.paths}
			if tc.paths == nil {
				area = AreaOf(declared)
			}
			found, more := Unmanaged(observed, area, Claims{Declared: declared, Owned: []Inventory{everything(testTree(t, s, tc.others))}}, 10)
			var got []string
			for _, c := range found {
				line := c.Path
				if c.Old != "" {
					line += " = " + c.Old
				}
				got = append(got, line)
			}
			if d := cmp.Diff(tc.want, got); d != "" || more {
				t.Errorf("more: %t, -want +got:\n%s", more, d)
			}

			// What the filter asks for holds all of the area.
			filter := Filter(s, area.Cover(s), declared)
			seen := served(t, s, observed, filter)
			again, _ := Unmanaged(seen, area, Claims{Declared: declared, Owned: []Inventory{everything(testTree(t, s, tc.others))}}, 10)
			if len(again) != len(found) {
				t.Errorf("%d found in what the filter %s selects, want %d", len(again), filter, len(found))
			}
		})
	}
}

// TestUnmanagedCover: the filter stays narrow where the area is.
func TestUnmanagedCover(t *testing.T) {
	s := testSchema(t)
	declared := testTree(t, s, ifaces("1"))
	for _, tc := range []struct {
		paths []string
		want  string
	}{
		{nil, `<net xmlns="urn:example:t"><interface><name>1</name></interface></net>`},
		{[]string{"/t:net/rule"}, `<net xmlns="urn:example:t"><interface><name>1</name></interface><rule/></net>`},
		{[]string{"/t:net/interface/mtu"}, `<net xmlns="urn:example:t"><interface/></net>`},
		{[]string{"/t:net"}, `<net xmlns="urn:example:t"/>`},
		{[]string{"/t:sys/clock"}, `<net xmlns="urn:example:t"><interface><name>1</name></interface></net><sys xmlns="urn:example:t"><clock/></sys>`},
		{[]string{"/t:sys/host", "/t:nothing"}, `<net xmlns="urn:example:t"><interface><name>1</name></interface></net><sys xmlns="urn:example:t"/>`},
	} {
		if got := string(Filter(s, Area{Paths: tc.paths}.Cover(s), declared)); got != tc.want {
			t.Errorf("%v:\ngot  %s\nwant %s", tc.paths, got, tc.want)
		}
	}
	if all := string(Filter(s, Area{Paths: []string{"/"}}.Cover(s))); !strings.Contains(all, "<flat") || !strings.Contains(all, "<contact") {
		t.Errorf("got %s", all)
	}
}

func TestUnmanagedIsBounded(t *testing.T) {
	s := testSchema(t)
	observed := testTree(t, s, ifaces("1", "2", "3"))
	for most, more := range map[int]bool{2: true, 3: false, 4: false} {
		found, got := Unmanaged(observed, Area{Paths: []string{"/"}}, Claims{}, most)
		if got != more || len(found) != 3*min(most, 3) { // each is an entry with two leaves in it
			t.Errorf("at most %d: %d found, more: %t", most, len(found), got)
		}
	}
	var b strings.Builder
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		b.WriteString(ifaces("1") + "/t:net/interface[name='1']/address[ip='" + id + "'][prefix='64']/label = x\n")
	}
	if found, more := Unmanaged(testTree(t, s, b.String()), Area{Paths: []string{"/"}}, Claims{}, 1); !more || len(found) != 1+contentFactor {
		t.Errorf("%d found, more: %t", len(found), more)
	}
}

// TestUnmanagedKeepsSecrets: those that are declared, and what looks like one.
func TestUnmanagedKeepsSecrets(t *testing.T) {
	s := testSchema(t)
	declared := testTree(t, s, "!/t:sys/host = hunter2\n!/t:net/peer[name='hunter3']/name = hunter3\n!/t:net/peer[name='hunter3']/token[.='hunter4']")
	observed := testTree(t, s, "/t:sys/host = hunter2\n/t:contact = hunter2\n/t:note[.='hunter2']\n/t:net/peer[name='hunter3']/secret = hunter5\n"+
		"/t:flat[id='hunter2']\n/t:net/peer[name='open']\n/t:sys/search[.='$6$hunter6']")
	for _, c := range []Claims{{Declared: declared}, {Declared: testTree(t, s, "!/t:sys/host = hunter2"), Owned: []Inventory{everything(declared)}}} {
		found, _ := Unmanaged(observed, Area{Paths: []string{"/"}}, c, 20)
		if len(found) != 6 {
			t.Errorf("%d found: %v", len(found), found)
		}
		for _, c := range found {
			if strings.Contains(c.Path+c.Old, "hunter") {
				t.Errorf("shows a secret: %s = %s", c.Path, c.Old)
			}
		}
	}
}

// TestWhatIsPlannedIsNoBusinessOfTheSearch: it is in the plan already.
func TestWhatIsPlannedIsNoBusinessOfTheSearch(t *testing.T) {
	s := testSchema(t)
	declared, observed := testTree(t, s, "/t:sys/plain-port = 8080"), testTree(t, s, "/t:sys/tls-port = 1\n/t:sys/flag")
	p := Diff(declared, observed, Inventory{}, Options{})
	found, _ := Unmanaged(observed, AreaOf(declared), Claims{Declared: declared, Planned: p}, 10)
	if len(found) != 1 || found[0].Path != "/t:sys/flag" {
		t.Errorf("got %v beside\n%s", found, p)
	}
}

// served returns what an NF answers to a subtree filter (RFC 6241 section 6.2): of
// containers and lists, with equal keys where the filter has some.
func served(t *testing.T, s *yang.Schema, running *yang.Tree, filter []byte) *yang.Tree {
	t.Helper()
	type element struct {
		XMLName xml.Name
		Text    string    `xml:",chardata"`
		Kids    []element `xml:",any"`
	}
	var top element
	if err := xml.Unmarshal([]byte("<filter>"+string(filter)+"</filter>"), &top); err != nil {
		t.Fatal(err)
	}
	out := yang.NewTree(s)
	var visit func(d *yang.Data, f element)
	visit = func(d *yang.Data, f element) {
		for _, c := range d.Children() {
			for _, k := range f.Kids {
				if c.Node().Name() != k.XMLName.Local {
					continue
				}
				keys := c.Node().Kind() == yang.KindList && len(k.Kids) > 0
				switch {
				case len(k.Kids) == 0, keys && slices.EqualFunc(k.Kids, c.Keys(), func(e element, v string) bool { return e.Text == v }):
					out.Copy(c)
				case !keys:
					visit(c, k)
				}
			}
		}
	}
	visit(running.Root(), top)
	return out
}
