// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/strowger/strowger/internal/yang"
)

// Model is the YANG modules of a kind of device: compiled, and as text for get-schema. It is immutable
// and may be shared by any number of servers.
type Model struct {
	schema  *yang.Schema
	texts   []moduleText
	modules []*yang.Module // those announced: what is implemented, and what that imports
	library sync.Map       // libraryKey -> *element, the state data announced
	schemas *element       // netconf-state/schemas (RFC 6022)
	hello   []string       // capability URIs of the implemented modules
}

// moduleText is a module or submodule to hand out.
type moduleText struct {
	name, revision, belongsTo string
	needs                     []string // imported modules and included submodules
	text                      []byte
}

// NewModel compiles modules. Without refs, the newest revision of each is implemented with all its
// features. What does not compile is an error; the model is usable nevertheless, without it.
func NewModel(sources []yang.Source, refs ...yang.ModuleRef) (*Model, error) {
	m := &Model{schema: yang.Compile(sources, yang.Options{Implement: refs})}
	for _, source := range sources {
		if t, ok := readModuleText(source); ok {
			m.texts = append(m.texts, t)
		}
	}
	m.announce()
	schemas, err := parseElement([]byte(m.schemasXML()))
	if err != nil {
		return nil, fmt.Errorf("netconf-state: %w", err)
	}
	m.schemas = schemas.children[0].children[0]
	for _, module := range m.modules {
		if module.Implemented {
			m.hello = append(m.hello, helloURI(module))
		}
	}
	return m, m.problems()
}

// announce finds the modules that belong to the device: sources may hold those of other devices too.
func (m *Model) announce() {
	needed := make(map[string]bool)
	var need func(name string)
	need = func(name string) {
		if needed[name] {
			return
		}
		needed[name] = true
		for _, t := range m.texts {
			if t.name == name || t.belongsTo == name {
				for _, other := range t.needs {
					need(other)
				}
			}
		}
	}
	for _, module := range m.schema.Modules() {
		if module.Implemented {
			need(module.Name)
		}
	}
	for _, module := range m.schema.Modules() {
		if needed[module.Name] {
			m.modules = append(m.modules, module)
		}
	}
	m.texts = slices.DeleteFunc(m.texts, func(t moduleText) bool { return !needed[t.name] && !needed[t.belongsTo] })
}

// Schema returns the compiled modules.
func (m *Model) Schema() *yang.Schema { return m.schema }

func (m *Model) problems() error {
	var failures []string
	for _, p := range m.schema.Problems() {
		if p.Severity == yang.Failure {
			failures = append(failures, p.String())
		}
	}
	if len(failures) == 0 {
		return nil
	}
	return fmt.Errorf("%d problems in the YANG modules:\n%s", len(failures), strings.Join(failures, "\n"))
}

var (
	moduleHeader   = regexp.MustCompile(`(?m)^\s*(module|submodule)\s+["']?([A-Za-z_][\w.-]*)["']?\s*\{`)
	revisionHeader = regexp.MustCompile(`(?m)^\s*revision\s+["']?(\d{4}-\d\d-\d\d)["']?`)
	belongsTo      = regexp.MustCompile(`(?m)^\s*belongs-to\s+["']?([A-Za-z_][\w.-]*)["']?`)
	needsHeader    = regexp.MustCompile(`(?m)^\s*(?:import|include)\s+["']?([A-Za-z_][\w.-]*)["']?`)
)

func readModuleText(source yang.Source) (moduleText, bool) {
	header := moduleHeader.FindSubmatch(source.Data)
	if header == nil {
		return moduleText{}, false
	}
	t := moduleText{name: string(header[2]), text: source.Data}
	for _, revision := range revisionHeader.FindAllSubmatch(source.Data, -1) {
		t.revision = max(t.revision, string(revision[1]))
	}
	if string(header[1]) == "submodule" {
		if owner := belongsTo.FindSubmatch(source.Data); owner != nil {
			t.belongsTo = string(owner[1])
		}
	}
	for _, other := range needsHeader.FindAllSubmatch(source.Data, -1) {
		t.needs = append(t.needs, string(other[1]))
	}
	return t, true
}

// text finds a module or submodule; an empty revision takes the newest.
func (m *Model) text(name, revision string) (moduleText, error) {
	var found []moduleText
	for _, t := range m.texts {
		if t.name == name && (revision == "" || t.revision == revision) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return moduleText{}, &RPCError{Tag: "invalid-value", Message: fmt.Sprintf("there is no schema %s %s", name, revision)}
	}
	return slices.MaxFunc(found, func(a, b moduleText) int { return strings.Compare(a.revision, b.revision) }), nil
}

// submodules are those that belong to a module.
func (m *Model) submodules(module *yang.Module) []moduleText {
	var list []moduleText
	for _, t := range m.texts {
		if t.belongsTo == module.Name {
			list = append(list, t)
		}
	}
	return list
}

func helloURI(m *yang.Module) string {
	query := "module=" + m.Name
	if m.Revision != "" {
		query += "&revision=" + m.Revision
	}
	if len(m.Features) > 0 {
		query += "&features=" + strings.Join(m.Features, ",")
	}
	return m.Namespace + "?" + query
}

// capabilities are those of a device with a profile.
func (m *Model) capabilities(p Profile) []string {
	list := p.capabilities(url.QueryEscape(m.schema.Digest()))
	if p.Modules == InHello {
		list = append(list, m.hello...)
	}
	return list
}
