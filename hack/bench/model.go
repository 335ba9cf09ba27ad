// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

// model is a set of modules, and documents for it.
type model struct {
	sources []yang.Source
	// generated says that the names of the sources are not those of files.
	generated bool
	// nodes is how many schema nodes it has at least.
	nodes int
	// used are the modules that the documents need.
	used []string
	// module and namespace are those of the interfaces, types the namespace and name of
	// an interface's type.
	module, namespace string
	typeNS, typeName  string
}

var submodule = regexp.MustCompile(`(?m)^\s*submodule\s`)

// moduleName returns the name of the module in a file.
func moduleName(path string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".yang"), "@")
	return name
}

// setsDir is the folder of public YANG sets; "" when it is not known.
func setsDir() string { return os.Getenv("STROWGER_YANG_SETS") }

// openConfig is the public OpenConfig set.
func openConfig() (*model, error) {
	sources, err := yangdir.Read(filepath.Join(setsDir(), "openconfig"))
	return &model{sources: sources, nodes: 15_000, used: []string{"openconfig-interfaces", "iana-if-type"},
		module: "openconfig-interfaces", namespace: "http://openconfig.net/yang/interfaces",
		typeNS: "urn:ietf:params:xml:ns:yang:iana-if-type", typeName: "ethernetCsmacd"}, err
}

//go:embed modules/bench-interfaces.yang
var benchInterfaces []byte

// interfaces is OpenConfig where its modules are at hand, and a module of the same shape
// where not.
func interfaces() (*model, error) {
	if setsDir() != "" {
		return openConfig()
	}
	return embedded(), nil
}

// embedded is the module of our own.
func embedded() *model {
	return &model{sources: []yang.Source{{Name: "bench-interfaces.yang", Data: benchInterfaces}}, generated: true,
		used: []string{"bench-interfaces"}, module: "bench-interfaces", namespace: "urn:example:bench-interfaces",
		typeNS: "urn:example:bench-interfaces", typeName: "ethernet"}
}

// manyModules is about as many modules and nodes as OpenConfig has, for where that is not
// at hand.
func manyModules() (*model, error) {
	m := &model{generated: true, nodes: 15_000}
	for i := range 180 {
		name := fmt.Sprintf("bench-interfaces-%d", i)
		text := strings.ReplaceAll(string(benchInterfaces), "bench-interfaces", name)
		text = strings.Replace(text, "container interfaces {", "grouping all {", 1)
		text = strings.TrimSuffix(strings.TrimSpace(text), "}") + "  container one { uses all; } container two { uses all; } container three { uses all; }\n}\n"
		m.sources = append(m.sources, yang.Source{Name: name + ".yang", Data: []byte(text)})
	}
	return m, nil
}

// leafsEach is how many leafs an interface of a document has, its keys included.
const leafsEach = 10

// document returns XML with interfaces of n leafs in all.
func (m *model) document(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<interfaces xmlns=%q>", m.namespace)
	for i := range n / leafsEach {
		fmt.Fprintf(&b, `<interface><name>eth%[1]d</name><config><name>eth%[1]d</name><type xmlns:t=%[2]q>t:%[3]s</type>`+
			`<mtu>1500</mtu><description>interface number %[1]d</description><enabled>true</enabled></config>`+
			`<hold-time><config><up>10</up><down>20</down></config></hold-time>`+
			`<subinterfaces><subinterface><index>0</index><config><index>0</index></config></subinterface></subinterfaces></interface>`,
			i, m.typeNS, m.typeName)
	}
	b.WriteString("</interfaces>")
	return b.String()
}

// leaf is the path of a leaf in the middle of a document of n leafs.
func (m *model) leaf(n int) string {
	return fmt.Sprintf("/%s:interfaces/interface[name='eth%d']/config/mtu", m.module, n/leafsEach/2)
}

// largeModel is a module of more than a million nodes: floors, each a grouping that uses
// the one below ten times; the lowest has a list with nine leafs of many types.
func largeModel() (*model, error) {
	var b strings.Builder
	b.WriteString(largeHead)
	for floor := 1; floor <= largeFloors; floor++ {
		fmt.Fprintf(&b, "  grouping floor%d {\n", floor)
		for i := range 10 {
			fmt.Fprintf(&b, "    container part%d { uses floor%d; }\n", i, floor-1)
		}
		b.WriteString("  }\n")
	}
	fmt.Fprintf(&b, "  container top { uses floor%d; }\n}\n", largeFloors)
	return &model{sources: []yang.Source{{Name: "bench-large.yang", Data: []byte(b.String())}}, generated: true, nodes: 1_000_000}, nil
}

const largeFloors = 5

const largeHead = `module bench-large {
  yang-version 1.1;
  namespace "urn:example:bench-large";
  prefix b;

  identity kind;
  identity fast { base kind; }
  typedef percent { type uint8 { range "0..100"; } units percent; }
  typedef label { type string { length "1..64"; pattern "[a-z][a-z0-9-]*"; } }

  grouping floor0 {
    list entry {
      key name;
      leaf name { type label; }
      leaf enabled { type boolean; default true; }
      leaf mode { type enumeration { enum active; enum passive; } }
      leaf kind { type identityref { base kind; } }
      leaf load { type percent; }
      leaf peer { type leafref { path "../../entry/name"; } }
      leaf-list tag { type label; max-elements 8; }
      choice limit {
        leaf rate { type uint64; must "../enabled = 'true'"; }
        leaf share { type percent; when "../mode = 'active'"; }
      }
    }
  }
`
