// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"bytes"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func openConfig(b testing.TB) *Schema {
	b.Helper()
	return Compile(readSources(b, filepath.Join(sharedYANG(b), "openconfig")), Options{})
}

func BenchmarkCompileOpenConfig(b *testing.B) {
	src := readSources(b, filepath.Join(sharedYANG(b), "openconfig"))
	b.ReportAllocs()
	for b.Loop() {
		Compile(src, Options{})
	}
}

// interfacesXML is a document of OpenConfig interfaces, 10 leaves each.
func interfacesXML(n int) string {
	var b strings.Builder
	b.WriteString(`<interfaces xmlns="http://openconfig.net/yang/interfaces">`)
	for i := range n {
		fmt.Fprintf(&b, `<interface><name>eth%[1]d</name><config><name>eth%[1]d</name><type xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">ianaift:ethernetCsmacd</type><mtu>1500</mtu><loopback-mode>NONE</loopback-mode><description>interface number %[1]d</description><enabled>true</enabled></config><hold-time><config><up>10</up><down>20</down></config></hold-time><subinterfaces><subinterface><index>0</index></subinterface></subinterfaces></interface>`, i)
	}
	b.WriteString("</interfaces>")
	return b.String()
}

func BenchmarkDecodeXML(b *testing.B) {
	s := openConfig(b)
	for _, n := range []int{500, 1000, 10_000, 100_000} {
		text := interfacesXML(n)
		b.Run(fmt.Sprintf("leaves=%d", n*10), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, errs := DecodeXML(s, strings.NewReader(text), XMLOptions{})
				if len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}

func BenchmarkDecodeJSON(b *testing.B) {
	s := openConfig(b)
	for _, n := range []int{500, 10_000} {
		tree, _, _ := DecodeXML(s, strings.NewReader(interfacesXML(n)), XMLOptions{})
		var text bytes.Buffer
		_ = EncodeJSON(&text, tree, EncodeOptions{})
		b.Run(fmt.Sprintf("leaves=%d", n*10), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				doc, err := ParseJSON(text.Bytes())
				if err != nil {
					b.Fatal(err)
				}
				if _, errs := DecodeDoc(s, doc, nil); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}

// Lists that keep the user's order have an index of their own.
func BenchmarkLongLists(b *testing.B) {
	s := Compile([]Source{{Name: "l.yang", Data: []byte(`module l { namespace urn:l; prefix l; container c {
  list user { key k; ordered-by user; leaf k { type uint32; } } list system { key k; leaf k { type uint32; } }
  leaf-list users { type uint32; ordered-by user; } leaf-list systems { type uint32; } } }`)}}, Options{})
	for _, n := range []int{5_000, 50_000} {
		for _, kind := range []string{"<user><k>%d</k></user>", "<system><k>%d</k></system>", "<users>%d</users>", "<systems>%d</systems>"} {
			var text strings.Builder
			text.WriteString(`<c xmlns="urn:l">`)
			for i := range n {
				fmt.Fprintf(&text, kind, (i*7919)%n)
			}
			text.WriteString("</c>")
			name := fmt.Sprintf("%s=%d", strings.Trim(kind[:strings.IndexByte(kind, '>')], "<"), n)
			b.Run("decode/"+name, func(b *testing.B) {
				for b.Loop() {
					if _, _, errs := DecodeXML(s, strings.NewReader(text.String()), XMLOptions{}); len(errs) > 0 {
						b.Fatal(errs[0])
					}
				}
			})
			over, _, _ := DecodeXML(s, strings.NewReader(text.String()), XMLOptions{})
			b.Run("merge/"+name, func(b *testing.B) {
				for b.Loop() {
					t := NewTree(s)
					t.Merge(over)
					t.Merge(over)
				}
			})
		}
	}
}

func BenchmarkTreeMemory(b *testing.B) {
	s := openConfig(b)
	text := interfacesXML(10000)
	for b.Loop() {
		before := heap()
		tree, _, _ := DecodeXML(s, strings.NewReader(text), XMLOptions{})
		b.ReportMetric(float64(heap()-before)/100000, "B/leaf")
		runtime.KeepAlive(tree)
	}
}

func BenchmarkEncode(b *testing.B) {
	s := openConfig(b)
	tree, _, errs := DecodeXML(s, strings.NewReader(interfacesXML(10000)), XMLOptions{})
	if len(errs) > 0 {
		b.Fatal(errs[0])
	}
	var buf bytes.Buffer
	b.Run("xml", func(b *testing.B) {
		for b.Loop() {
			buf.Reset()
			_ = EncodeXML(&buf, tree.Root())
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			buf.Reset()
			_ = EncodeJSON(&buf, tree, EncodeOptions{})
		}
	})
	b.Run("clone", func(b *testing.B) {
		for b.Loop() {
			tree.Clone()
		}
	})
	b.Run("merge-one", func(b *testing.B) {
		over := NewTree(s)
		set(b, over, "/openconfig-interfaces:interfaces/interface[name='eth77']/config/mtu", "9000")
		for b.Loop() {
			tree.Merge(over)
		}
	})
	b.Run("digest", func(b *testing.B) {
		for b.Loop() {
			tree.Digest()
		}
	})
}

// A router's full model: a million nodes out of shared groupings.
func BenchmarkMillionNodes(b *testing.B) {
	var t strings.Builder
	t.WriteString("module big { namespace urn:big; prefix b; grouping leafs {")
	for i := range 100 {
		fmt.Fprintf(&t, "leaf l%d { type uint32; }", i)
	}
	t.WriteString("}")
	prev := "leafs"
	for _, g := range []string{"ten", "hundred", "thousand", "tenthousand"} {
		fmt.Fprintf(&t, "grouping %s {", g)
		for i := range 10 {
			fmt.Fprintf(&t, "container c%d { uses %s; }", i, prev)
		}
		t.WriteString("}")
		prev = g
	}
	t.WriteString("container all { uses tenthousand; } }")
	src := []Source{{Name: "big.yang", Data: []byte(t.String())}}
	for b.Loop() {
		before := heap()
		s := Compile(src, Options{})
		limit := 2_000_000
		b.ReportMetric(float64(visit(s.Root(), &limit)), "nodes")
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
		runtime.KeepAlive(s)
	}
}

func visit(n *Node, limit *int) int {
	sum := 0
	for _, c := range n.Children() {
		sum += 1 + visit(c, limit)
	}
	return sum
}
