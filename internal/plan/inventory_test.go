// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

func TestOwnCreated(t *testing.T) {
	s := testSchema(t)
	n, ntp := ifaces("n"), "/t:sys/ntp\n"
	created := func(i Inventory, path string) bool {
		it := i.root
		d := testTree(t, s, n+ntp).Get(path)
		var chain []*yang.Data
		for ; d.Parent() != nil; d = d.Parent() {
			chain = append([]*yang.Data{d}, chain...)
		}
		for _, x := range chain {
			it = it.find(x)
		}
		return it.created
	}
	tree, none := testTree(t, s, n+ntp), yang.NewTree(s)
	first := Own(Inventory{}, tree, none)
	adopted := Own(Inventory{}, tree, tree)
	for _, tc := range []struct {
		name string
		got  Inventory
		want bool
	}{
		{"not seen before", first, true},
		{"seen before", adopted, false},
		{"created, still there", Own(first, tree, tree), true},
		{"adopted, still there", Own(adopted, tree, tree), false},
		{"adopted, then removed by others", Own(adopted, tree, none), true},
		{"NF not seen", Own(Inventory{}, tree, nil), false},
		{"NF not seen, created before", Own(first, tree, nil), true},
		{"union of both", Union(first, adopted), false},
		{"union with nothing", Union(first, Inventory{}), true},
	} {
		for _, path := range []string{"/t:net/interface[name='n']", "/t:sys/ntp"} {
			if got := created(tc.got, path); got != tc.want {
				t.Errorf("%s: created of %s is %v", tc.name, path, got)
			}
		}
	}
}

func TestInventoryRoots(t *testing.T) {
	s := testSchema(t)
	i := everything(testTree(t, s, ifaces("a", "b")+"/t:sys/clock/zone = x\n/t:contact = c"))
	want := []string{"/t:contact", "/t:net/interface[name='a']", "/t:net/interface[name='b']", "/t:sys/clock/zone"}
	if d := cmp.Diff(want, i.Roots()); d != "" {
		t.Error(d)
	}
	if i.Len() != 8 {
		t.Errorf("Len is %d", i.Len())
	}
	var many []string
	for n := range 100 {
		many = append(many, fmt.Sprintf("n%d", n))
	}
	i = everything(testTree(t, s, ifaces(many...)+"/t:sys/clock/zone = x"))
	if d := cmp.Diff([]string{"/t:net", "/t:sys/clock/zone"}, i.Roots()); d != "" {
		t.Error(d)
	}
	if (Inventory{}).Roots() != nil || (Inventory{}).Len() != 0 {
		t.Error("the zero inventory is not empty")
	}
}

// TestInventorySize: 5,000 leaves are less than 20 KB.
func TestInventorySize(t *testing.T) {
	i := everything(interfacesTree(t, testSchema(t), 500))
	if i.Len() < 5000 {
		t.Fatalf("only %d nodes", i.Len())
	}
	if n := len(i.Encode()); n > 20<<10 {
		t.Errorf("%d nodes take %d bytes", i.Len(), n)
	}
}

func TestInventoryText(t *testing.T) {
	s := testSchema(t)
	i := Own(Inventory{}, testTree(t, s, goldenIntended+"!/t:net/peer[name='p']/token[.='hunter2']\n"), testTree(t, s, goldenObserved))
	text, err := gunzip(i.Encode())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "inventory.txt", text)
}

func zip(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

var badInventories = []string{
	"", "strowger-inventory 2\n", "strowger-inventory 1\n-t:a", "strowger-inventory 1\n  -t:a\n",
	"strowger-inventory 1\n-a\n", "strowger-inventory 1\n?t:a\n", "strowger-inventory 1\n\n",
	"strowger-inventory 1\n-t:b\n-t:a\n", "strowger-inventory 1\n-t:a\n-t:a\n", "strowger-inventory 1\n-t:a\tk=\"v\"\n",
	"strowger-inventory 1\n=t:a\n", "strowger-inventory 1\n=t:a\t=v\n", "strowger-inventory 1\n$t:a\t=\"plain\"\n",
	"strowger-inventory 1\not:a\t=\"v\"\n", "strowger-inventory 1\n" + strings.Repeat("x", 100),
}

func TestDecodeInventoryRefuses(t *testing.T) {
	for _, text := range badInventories {
		if i, err := DecodeInventory(zip(text)); err == nil {
			t.Errorf("%q is accepted, with %d nodes", text, i.Len())
		} else if !strings.HasPrefix(err.Error(), "decode inventory: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := DecodeInventory([]byte("no gzip")); err == nil {
		t.Error("accepted what is no gzip")
	}
	if i, err := DecodeInventory(nil); err != nil || i.Len() != 0 {
		t.Errorf("nothing: %v, %v", i, err)
	}
}

func FuzzDecodeInventory(f *testing.F) {
	s := testSchema(f)
	for _, text := range append(badInventories, "strowger-inventory 1\n/t:sys\n -host\nct:x\ta=\"1\"\tb=\"\\n\"\n !u:y\n") {
		f.Add([]byte(text))
	}
	text, err := gunzip(everything(testTree(f, s, goldenIntended)).Encode())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(text))
	tree := testTree(f, s, goldenObserved)
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = DecodeInventory(text)
		i, err := DecodeInventory(zip(string(text)))
		if err != nil {
			return
		}
		back, err := DecodeInventory(i.Encode())
		if err != nil || back.Len() != i.Len() {
			t.Errorf("comes back as %v, %v", back, err)
		}
		_ = i.Roots()
		_ = Filter(s, i)
		_ = Union(i, everything(tree))
		p := Diff(yang.NewTree(s), tree, i, Options{})
		_ = Apply(tree, p)
		if _, err := p.EditConfig(); err != nil {
			t.Error(err)
		}
	})
}
