// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// interfacesTree has n interfaces of 10 leaves each, keys included.
func interfacesTree(tb testing.TB, s *yang.Schema, n int) *yang.Tree {
	tb.Helper()
	t := yang.NewTree(s)
	layer := &yang.Layer{Name: "base", File: "base.yaml", Revision: "main@sha1:abc"}
	for i := range n {
		path := fmt.Sprintf("/t:net/interface[name='eth%d']", i)
		for _, leaf := range [][2]string{
			{"type", "ether"}, {"enabled", "false"}, {"mtu", fmt.Sprint(1500 + i%7)}, {"vlan", fmt.Sprint(i % 4000)},
			{"u:vendor", "acme"}, {"qos/class", "gold"}, {"u:tunnel/remote", fmt.Sprintf("192.0.2.%d", i%250)},
			{fmt.Sprintf("address[ip='10.0.%d.%d'][prefix='24']/label", i/250, i%250), "n3"},
		} {
			if _, err := t.Set(path+"/"+leaf[0], leaf[1], yang.Origin{Layer: layer, Line: i}, false); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return t
}

type bench struct {
	schema             *yang.Schema
	intended, observed *yang.Tree // one leaf apart
	empty              *yang.Tree
	owned              Inventory
	encoded            []byte
}

func newBench(b *testing.B) *bench {
	s := testSchema(b)
	x := &bench{schema: s, observed: interfacesTree(b, s, 10_000), empty: yang.NewTree(s)}
	x.intended = x.observed.Clone()
	if _, err := x.intended.Set("/t:net/interface[name='eth5000']/mtu", "9000", yang.Origin{}, false); err != nil {
		b.Fatal(err)
	}
	x.owned = everything(x.observed)
	x.encoded = x.owned.Encode()
	b.ReportAllocs()
	b.ResetTimer()
	return x
}

// All benchmarks are on 100,000 leaves in 10,000 list entries.

func BenchmarkDiffOneLeaf(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		if p := Diff(x.intended, x.observed, x.owned, Options{}); len(p.Changes) != 1 {
			b.Fatal(p)
		}
	}
}

func BenchmarkDiffOneLeafAndEdit(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		if _, err := Diff(x.intended, x.observed, x.owned, Options{}).EditConfig(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiffCreateAll(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		Diff(x.intended, x.empty, Inventory{}, Options{})
	}
}

func BenchmarkDiffDeleteAll(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		Diff(x.empty, x.observed, x.owned, Options{})
	}
}

func BenchmarkEditConfigCreateAll(b *testing.B) {
	x := newBench(b)
	p := Diff(x.intended, x.empty, Inventory{}, Options{})
	b.ResetTimer()
	for b.Loop() {
		edit, err := p.EditConfig()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(edit)))
	}
}

func BenchmarkOwn(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		Own(x.owned, x.intended, x.observed)
	}
}

func BenchmarkInventoryEncode(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		b.ReportMetric(float64(len(x.owned.Encode())), "encoded-bytes")
	}
}

func BenchmarkInventoryDecode(b *testing.B) {
	x := newBench(b)
	for b.Loop() {
		if _, err := DecodeInventory(x.encoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyOneLeaf(b *testing.B) {
	x := newBench(b)
	p := Diff(x.intended, x.observed, x.owned, Options{})
	b.ResetTimer()
	for b.Loop() {
		Apply(x.observed, p)
	}
}

func BenchmarkString(b *testing.B) {
	x := newBench(b)
	p := Diff(x.intended, x.empty, Inventory{}, Options{})
	b.ResetTimer()
	for b.Loop() {
		_ = p.String()
	}
}
