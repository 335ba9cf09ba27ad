// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// openConfig loads the public OpenConfig set; the test is skipped where it is not there.
func openConfig(t testing.TB) *yang.Schema {
	t.Helper()
	dir := os.Getenv("STROWGER_YANG_SETS")
	if dir == "" {
		t.Skip("NOT TESTED: STROWGER_YANG_SETS is not set to the folder of the public YANG sets")
	}
	var sources []yang.Source
	err := filepath.WalkDir(filepath.Join(dir, "openconfig"), func(p string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".yang" {
			return err
		}
		b, err := os.ReadFile(p)
		sources = append(sources, yang.Source{Name: filepath.Base(p), Data: b})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return yang.Compile(sources, yang.Options{})
}

// interfaces returns a tree of OpenConfig interfaces, 10 leaves each.
func interfaces(t testing.TB, s *yang.Schema, n int) *yang.Tree {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<interfaces xmlns="http://openconfig.net/yang/interfaces">`)
	for i := range n {
		fmt.Fprintf(&b, `<interface><name>eth%[1]d</name><config><name>eth%[1]d</name><type xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">ianaift:ethernetCsmacd</type><mtu>1500</mtu><loopback-mode>NONE</loopback-mode><description>interface number %[1]d</description><enabled>true</enabled></config><hold-time><config><up>10</up><down>20</down></config></hold-time><subinterfaces><subinterface><index>0</index><config><index>0</index></config></subinterface></subinterfaces></interface>`, i)
	}
	b.WriteString("</interfaces>")
	tree, _, errs := yang.DecodeXML(s, strings.NewReader(b.String()), yang.XMLOptions{})
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	return tree
}

func BenchmarkOpenConfig(b *testing.B) {
	s := openConfig(b)
	for _, n := range []int{500, 10000} {
		tree := interfaces(b, s, n)
		b.Run(fmt.Sprintf("complete/leaves=%d", n*10), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if errs := Complete(tree); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
		path := "/openconfig-interfaces:interfaces/interface[name='eth77']/config/mtu"
		b.Run(fmt.Sprintf("changed/leaves=%d", n*10), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if errs, _ := Changed(tree, []string{path}); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
		})
	}
}
