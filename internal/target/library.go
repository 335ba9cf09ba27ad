// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/netconf"
)

const libraryNamespace = "urn:ietf:params:xml:ns:yang:ietf-yang-library"

// moduleSet is what one source announces.
type moduleSet struct {
	modules  []Module
	checksum string
}

func (l *link) readModules(ctx context.Context, source ModuleSource) (moduleSet, error) {
	switch source {
	case Library11:
		return l.readLibrary(ctx, `<yang-library xmlns="`+libraryNamespace+`"/>`)
	case Library10:
		return l.readLibrary(ctx, `<modules-state xmlns="`+libraryNamespace+`"/>`)
	}
	checksum, err := l.moduleChecksum(ctx, Hello)
	return moduleSet{modules: helloModules(l.Capabilities().Modules()), checksum: checksum}, err
}

func helloModules(announced []netconf.AnnouncedModule) []Module {
	modules := make([]Module, len(announced))
	for i, m := range announced {
		modules[i] = Module{Name: m.Name, Revision: m.Revision, Namespace: m.Namespace, Implemented: true,
			Features: m.Features, Deviations: m.Deviations}
	}
	return modules
}

// moduleChecksum asks for nothing but the NF's identification of its module set; where there is none, it
// only makes sure that the NF answers.
func (l *link) moduleChecksum(ctx context.Context, source ModuleSource) (string, error) {
	filter := ""
	switch source {
	case Library11:
		filter = `<yang-library xmlns="` + libraryNamespace + `"><content-id/></yang-library>`
	case Library10:
		filter = `<modules-state xmlns="` + libraryNamespace + `"><module-set-id/></modules-state>`
	}
	if filter == "" {
		return "", l.rpc(ctx, "get-config", func(ctx context.Context) error {
			_, err := l.GetConfig(ctx, netconf.Running, []byte{})
			return err
		})
	}
	set, err := l.readLibrary(ctx, filter)
	return set.checksum, err
}

func (l *link) readLibrary(ctx context.Context, filter string) (moduleSet, error) {
	var data []byte
	err := l.rpc(ctx, "get", func(ctx context.Context) error {
		var err error
		data, err = l.Get(ctx, []byte(filter))
		return err
	})
	if err != nil {
		return moduleSet{}, err
	}
	var doc xmlLibraryData
	if err := xml.Unmarshal(data, &doc); err != nil {
		return moduleSet{}, fmt.Errorf("%w: ietf-yang-library: %w", netconf.ErrProtocol, err)
	}
	if doc.Library != nil {
		return doc.Library.moduleSet(), nil
	}
	return doc.State.moduleSet(), nil
}

type xmlLibraryData struct {
	Library *xmlLibrary     `xml:"urn:ietf:params:xml:ns:yang:ietf-yang-library yang-library"`
	State   xmlModulesState `xml:"urn:ietf:params:xml:ns:yang:ietf-yang-library modules-state"`
}

// xmlModule is a module in either version of the library.
type xmlModule struct {
	Name        string   `xml:"name"`
	Revision    string   `xml:"revision"`
	Namespace   string   `xml:"namespace"`
	Conformance string   `xml:"conformance-type"`
	Features    []string `xml:"feature"`
	Submodules  []struct {
		Name     string `xml:"name"`
		Revision string `xml:"revision"`
	} `xml:"submodule"`
	Deviations []xmlDeviation `xml:"deviation"`
}

// xmlDeviation is a leaf-list entry in version 1.1 and a list entry with a name in 1.0.
type xmlDeviation struct {
	Name string `xml:"name"`
	Text string `xml:",chardata"`
}

func (x xmlModule) module(implemented bool) Module {
	m := Module{
		Name:        strings.TrimSpace(x.Name),
		Revision:    strings.TrimSpace(x.Revision),
		Namespace:   strings.TrimSpace(x.Namespace),
		Implemented: implemented,
	}
	for _, feature := range x.Features {
		m.Features = append(m.Features, strings.TrimSpace(feature))
	}
	for _, deviation := range x.Deviations {
		m.Deviations = append(m.Deviations, strings.TrimSpace(deviation.Name+deviation.Text))
	}
	for _, s := range x.Submodules {
		m.Submodules = append(m.Submodules, Submodule{strings.TrimSpace(s.Name), strings.TrimSpace(s.Revision)})
	}
	slices.Sort(m.Features)
	slices.Sort(m.Deviations)
	slices.SortFunc(m.Submodules, func(a, b Submodule) int { return strings.Compare(a.Name, b.Name) })
	return m
}

// xmlModulesState is RFC 7895.
type xmlModulesState struct {
	ID      string      `xml:"module-set-id"`
	Modules []xmlModule `xml:"module"`
}

func (x xmlModulesState) moduleSet() moduleSet {
	set := moduleSet{checksum: strings.TrimSpace(x.ID)}
	for _, m := range x.Modules {
		set.modules = append(set.modules, m.module(strings.TrimSpace(m.Conformance) != "import"))
	}
	return set
}

// xmlLibrary is RFC 8525.
type xmlLibrary struct {
	ID   string `xml:"content-id"`
	Sets []struct {
		Name       string      `xml:"name"`
		Modules    []xmlModule `xml:"module"`
		ImportOnly []xmlModule `xml:"import-only-module"`
	} `xml:"module-set"`
	Schemas []struct {
		Name string   `xml:"name"`
		Sets []string `xml:"module-set"`
	} `xml:"schema"`
	Datastores []struct {
		Name   string `xml:"name"`
		Schema string `xml:"schema"`
	} `xml:"datastore"`
}

func (x *xmlLibrary) moduleSet() moduleSet {
	set := moduleSet{checksum: strings.TrimSpace(x.ID)}
	used := x.runningSets()
	seen := make(map[string]bool)
	add := func(list []xmlModule, implemented bool) {
		for _, one := range list {
			m := one.module(implemented)
			if id := m.Name + "@" + m.Revision; !seen[id] {
				seen[id] = true
				set.modules = append(set.modules, m)
			}
		}
	}
	for _, s := range x.Sets {
		if used == nil || slices.Contains(used, s.Name) {
			add(s.Modules, true)
		}
	}
	for _, s := range x.Sets {
		if used == nil || slices.Contains(used, s.Name) {
			add(s.ImportOnly, false)
		}
	}
	return set
}

// runningSets returns the names of the module sets of the running datastore's schema, or nil if the
// library does not tell.
func (x *xmlLibrary) runningSets() []string {
	schema := ""
	for _, d := range x.Datastores {
		name := strings.TrimSpace(d.Name)
		if i := strings.IndexByte(name, ':'); i >= 0 {
			name = name[i+1:]
		}
		if name == "running" || (name == "conventional" && schema == "") {
			schema = d.Schema
		}
	}
	for _, s := range x.Schemas {
		if s.Name == schema {
			return s.Sets
		}
	}
	return nil
}
