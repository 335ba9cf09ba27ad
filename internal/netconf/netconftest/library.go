// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

const (
	libraryNamespace    = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
	monitoringNamespace = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
	datastoresNamespace = "urn:ietf:params:xml:ns:yang:ietf-datastores"
)

// libraryKey is what the library depends on beside the modules.
type libraryKey struct {
	announced  ModuleAnnouncement
	datastores string
}

// datastores are the names that a device with the profile has in its library.
func (p Profile) datastores() []string {
	if !p.NMDA {
		return []string{running, "operational"}
	}
	list := []string{running}
	if !p.NoCandidate {
		list = append(list, candidate)
	}
	if p.Startup {
		list = append(list, startup)
	}
	return append(list, "intended", "operational")
}

// libraryOf returns the state data of the YANG library in a data element, in the versions that the profile
// announces; nil for InHello.
func (m *Model) libraryOf(p Profile) (*element, error) {
	key := libraryKey{p.Modules, strings.Join(p.datastores(), " ")}
	if known, ok := m.library.Load(key); ok {
		return known.(*element), nil
	}
	text := m.modulesState()
	switch p.Modules {
	case InHello:
		return nil, nil
	case InLibrary11:
		text = m.yangLibrary(p.datastores()) + text
	}
	root, err := parseElement([]byte("<data>" + text + "</data>"))
	if err != nil {
		return nil, fmt.Errorf("yang library: %w", err)
	}
	known, _ := m.library.LoadOrStore(key, root)
	return known.(*element), nil
}

// yangLibrary is RFC 8525: one module set, one schema, for all datastores.
func (m *Model) yangLibrary(datastores []string) string {
	var b strings.Builder
	b.WriteString(`<yang-library xmlns="` + libraryNamespace + `"><module-set><name>all</name>`)
	for _, implemented := range []bool{true, false} {
		for _, module := range m.modules {
			if module.Implemented != implemented {
				continue
			}
			tag := "module"
			if !implemented {
				tag = "import-only-module"
			}
			b.WriteString("<" + tag + ">")
			writeLeaf(&b, "name", module.Name)
			if module.Revision != "" || !implemented { // revision is a key of import-only modules
				b.WriteString("<revision>" + module.Revision + "</revision>")
			}
			writeLeaf(&b, "namespace", module.Namespace)
			m.writeSubmodules(&b, module)
			writeFeatures(&b, module, implemented)
			b.WriteString("</" + tag + ">")
		}
	}
	b.WriteString(`</module-set><schema><name>all</name><module-set>all</module-set></schema>`)
	for _, datastore := range datastores {
		b.WriteString(`<datastore><name xmlns:ds="` + datastoresNamespace + `">ds:` + datastore + `</name><schema>all</schema></datastore>`)
	}
	writeLeaf(&b, "content-id", m.schema.Digest())
	b.WriteString("</yang-library>")
	return b.String()
}

// modulesState is RFC 7895.
func (m *Model) modulesState() string {
	var b strings.Builder
	b.WriteString(`<modules-state xmlns="` + libraryNamespace + `">`)
	writeLeaf(&b, "module-set-id", m.schema.Digest())
	for _, module := range m.modules {
		b.WriteString("<module>")
		writeLeaf(&b, "name", module.Name)
		b.WriteString("<revision>" + module.Revision + "</revision>")
		writeLeaf(&b, "namespace", module.Namespace)
		writeFeatures(&b, module, module.Implemented)
		if module.Implemented {
			b.WriteString("<conformance-type>implement</conformance-type>")
		} else {
			b.WriteString("<conformance-type>import</conformance-type>")
		}
		m.writeSubmodules(&b, module)
		b.WriteString("</module>")
	}
	b.WriteString("</modules-state>")
	return b.String()
}

func (m *Model) writeSubmodules(b *strings.Builder, module *yang.Module) {
	for _, s := range m.submodules(module) {
		b.WriteString("<submodule>")
		writeLeaf(b, "name", s.name)
		writeLeaf(b, "revision", s.revision)
		b.WriteString("</submodule>")
	}
}

func writeFeatures(b *strings.Builder, module *yang.Module, implemented bool) {
	if implemented {
		for _, feature := range module.Features {
			writeLeaf(b, "feature", feature)
		}
	}
}

// schemasXML is the list of schemas in ietf-netconf-monitoring (RFC 6022).
func (m *Model) schemasXML() string {
	var b strings.Builder
	b.WriteString(`<data><netconf-state xmlns="` + monitoringNamespace + `"><schemas>`)
	for _, t := range m.texts {
		b.WriteString("<schema>")
		writeLeaf(&b, "identifier", t.name)
		b.WriteString("<version>" + t.revision + "</version><format>yang</format>")
		owner := t.name
		if t.belongsTo != "" {
			owner = t.belongsTo
		}
		if module := m.schema.Module(owner); module != nil {
			writeLeaf(&b, "namespace", module.Namespace)
		}
		b.WriteString("<location>NETCONF</location></schema>")
	}
	b.WriteString("</schemas></netconf-state></data>")
	return b.String()
}

func writeLeaf(b *strings.Builder, name, value string) {
	if value != "" {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(b, []byte(value)) // a Builder does not fail
		b.WriteString("</" + name + ">")
	}
}
