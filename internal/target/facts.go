// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// Facts are what an NF says about itself.
type Facts struct {
	SessionID uint64
	// Capabilities are the protocol capabilities in short form, sorted, such as "candidate:1.0".
	Capabilities []string
	// Modules are the YANG modules announced, sorted by name and revision.
	Modules []Module
	// ModuleSource says where they were announced.
	ModuleSource ModuleSource
	// ModuleSetDigest identifies the modules with their revisions, features and deviations.
	ModuleSetDigest string

	checksum string // the NF's own identification of its module set, if it has one
}

// ModuleSource is where an NF announces its modules.
type ModuleSource string

// The sources of modules, in order of preference.
const (
	Library11 ModuleSource = "yang-library:1.1" // RFC 8525
	Library10 ModuleSource = "yang-library:1.0" // RFC 7895
	Hello     ModuleSource = "hello"            // RFC 6020 section 5.6.4
)

// Module is a YANG module of an NF.
type Module struct {
	Name, Revision, Namespace string
	// Implemented is false for modules that others merely import.
	Implemented          bool
	Features, Deviations []string
	Submodules           []Submodule
}

// Submodule is a part of a Module.
type Submodule struct{ Name, Revision string }

// Facts returns what the NF says about itself. It costs one RPC at least, so that its success says that
// the NF answers; modules are read again only on a new session or when the NF says that they changed.
func (p *Pool) Facts(ctx context.Context, e Endpoint) (Facts, error) {
	var facts Facts
	err := p.with(ctx, e, "get", func(l *link) error {
		known, err := l.knownFacts(ctx)
		facts = known
		return err
	})
	return facts, err
}

// knownFacts returns the remembered facts if they still hold, and else learns them.
func (l *link) knownFacts(ctx context.Context) (Facts, error) {
	if known := l.device.facts; known != nil && known.SessionID == l.ID() {
		checksum, err := l.moduleChecksum(ctx, known.ModuleSource)
		if err != nil {
			return Facts{}, err
		}
		if checksum == known.checksum {
			return *known, nil
		}
	}
	facts, err := l.learnFacts(ctx)
	if err != nil {
		return Facts{}, err
	}
	l.device.facts = &facts
	return facts, nil
}

func (l *link) learnFacts(ctx context.Context) (Facts, error) {
	facts := Facts{SessionID: l.ID(), Capabilities: l.Capabilities().Names()}
	for _, source := range l.moduleSources() {
		set, err := l.readModules(ctx, source)
		if refused := (netconf.RPCErrors)(nil); errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return Facts{}, err
		}
		if len(set.modules) > 0 {
			facts.Modules, facts.ModuleSource, facts.checksum = set.modules, source, set.checksum
			break
		}
	}
	slices.SortFunc(facts.Modules, func(a, b Module) int {
		return strings.Compare(a.Name+"@"+a.Revision, b.Name+"@"+b.Revision)
	})
	facts.ModuleSetDigest = moduleSetDigest(facts.Modules)
	return facts, nil
}

// moduleSources are those worth asking, best first.
func (l *link) moduleSources() []ModuleSource {
	announced := l.Capabilities()
	inHello := slices.ContainsFunc(announced.Modules(), func(m netconf.AnnouncedModule) bool { return m.Name == "ietf-yang-library" })
	var sources []ModuleSource
	if announced.Has(netconf.YANGLibrary11) {
		sources = append(sources, Library11)
	}
	if inHello || announced.Has(netconf.YANGLibrary10, netconf.YANGLibrary11) {
		sources = append(sources, Library10)
	}
	return append(sources, Hello)
}

func moduleSetDigest(modules []Module) string {
	h := sha256.New()
	for _, m := range modules {
		fmt.Fprintf(h, "%q %q %q %t %q %q %q\n", m.Name, m.Revision, m.Namespace, m.Implemented, m.Features, m.Deviations, m.Submodules)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// refs names the implemented modules for yang.Compile.
func (f Facts) refs() []yang.ModuleRef {
	var refs []yang.ModuleRef
	for _, m := range f.Modules {
		if m.Implemented {
			refs = append(refs, yang.ModuleRef{Name: m.Name, Revision: m.Revision, Features: m.Features})
		}
	}
	return refs
}
