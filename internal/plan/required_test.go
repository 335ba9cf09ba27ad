// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

// requiredModule: what an NF cannot do without, in an entry that is not ours.
const requiredModule = `module r {
  yang-version 1.1; namespace "urn:example:r"; prefix r;
  list entry {
    key id;
    leaf id { type string; }
    leaf foreign { type string; }
    leaf must { type string; mandatory true; }
    leaf may { type string; }
    leaf-list two { type string; min-elements 2; }
    list one { key k; min-elements 1; leaf k { type string; } leaf v { type string; } }
    choice needed { mandatory true; leaf x { type string; } leaf y { type string; } }
    choice optional {
      case a { leaf a-must { type string; mandatory true; } leaf a-may { type string; } }
      leaf b { type string; }
    }
  }
}`

func TestRequiredStays(t *testing.T) {
	s := yang.Compile([]yang.Source{{Name: "r.yang", Data: []byte(requiredModule)}}, yang.Options{})
	for _, p := range s.Problems() {
		t.Fatal(p)
	}
	tree := func(lines ...string) *yang.Tree {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString("/r:entry[id='e']" + l + "\n")
		}
		return testTree(t, s, b.String())
	}
	base := []string{"/foreign = f", "/must = m", "/x = x"}
	for _, tc := range []struct {
		name                      string
		owned, intended, observed []string
		want                      []string
	}{
		{"mandatory leaf", []string{"/must = m", "/may = m"}, nil, []string{"/may = m"}, []string{"Delete /r:entry[id='e']/may"}},
		{"mandatory choice", []string{"/x = x"}, nil, nil, nil},
		{"mandatory choice, other case", []string{"/x = x"}, []string{"/y = y"}, nil,
			[]string{"Delete /r:entry[id='e']/x implied", "Create /r:entry[id='e']/y"}},
		{"last elements", []string{"/two[.='1']", "/two[.='2']"}, nil, []string{"/two[.='1']", "/two[.='2']"}, nil},
		{"enough foreign elements", []string{"/two[.='1']"}, nil, []string{"/two[.='1']", "/two[.='2']", "/two[.='3']"},
			[]string{"Delete /r:entry[id='e']/two[.='1']"}},
		{"replaced elements", []string{"/two[.='1']", "/two[.='2']"}, []string{"/two[.='1']", "/two[.='3']"}, []string{"/two[.='1']", "/two[.='2']"},
			[]string{"Delete /r:entry[id='e']/two[.='2']", "Create /r:entry[id='e']/two[.='3']"}},
		{"last entry goes without its content", []string{"/one[k='1']/v = v"}, nil, []string{"/one[k='1']/v = v"},
			[]string{"Delete /r:entry[id='e']/one[k='1']/v"}},
		{"whole case with a mandatory leaf", []string{"/a-must = a", "/a-may = a"}, nil, []string{"/a-must = a", "/a-may = a"},
			[]string{"Delete /r:entry[id='e']/a-may", "Delete /r:entry[id='e']/a-must"}},
		{"mandatory leaf of a case that stays", []string{"/a-must = a"}, nil, []string{"/a-must = a", "/a-may = a"}, nil},
		{"all is ours: the entry goes", append(base, "/may = m"), nil, []string{"/may = m"}, []string{"Delete /r:entry[id='e']"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			observed := tree(append(base[:3:3], tc.observed...)...)
			owned := Own(Inventory{}, tree(tc.owned...), observed)
			p := Diff(tree(tc.intended...), observed, owned, Options{})
			var got []string
			for _, c := range p.Changes {
				got = append(got, describeChange(c))
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
