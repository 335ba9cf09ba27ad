// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/yang"
)

// Schemas holds each compiled module set once, however many libraries and
// targets use it, and forgets it when none does any more.
type Schemas struct {
	mu        sync.Mutex
	sets      map[string]*schemaSet
	libraries map[types.NamespacedName]string
	targets   map[types.NamespacedName]string

	libraryChanged chan event.TypedGenericEvent[*v1alpha1.YANGLibrary]
	targetChanged  chan event.TypedGenericEvent[*v1alpha1.Target]
}

// schemaSet is compiled by the first that asks; the others wait for it.
type schemaSet struct {
	once   sync.Once
	schema *yang.Schema
}

// NewSchemas returns an empty store.
func NewSchemas() *Schemas {
	const backlog = 1024
	return &Schemas{
		sets:           map[string]*schemaSet{},
		libraries:      map[types.NamespacedName]string{},
		targets:        map[types.NamespacedName]string{},
		libraryChanged: make(chan event.TypedGenericEvent[*v1alpha1.YANGLibrary], backlog),
		targetChanged:  make(chan event.TypedGenericEvent[*v1alpha1.Target], backlog),
	}
}

// CompileLibrary compiles the modules of a library, unless that set is known,
// and tells the targets that use the library when it changed.
func (s *Schemas) CompileLibrary(lib *v1alpha1.YANGLibrary, sources []yang.Source, opts yang.Options) *yang.Schema {
	key := contentKey(sources, opts)
	set := s.compile(key, sources, opts)
	if s.assign(s.libraries, nameOf(lib), key, set) {
		s.libraryChanged <- event.TypedGenericEvent[*v1alpha1.YANGLibrary]{Object: lib}
	}
	return set.schema
}

// CompileTarget compiles the modules a target announced itself.
func (s *Schemas) CompileTarget(t *v1alpha1.Target, sources []yang.Source, opts yang.Options) *yang.Schema {
	key := contentKey(sources, opts)
	set := s.compile(key, sources, opts)
	s.assignTarget(t, key, set)
	return set.schema
}

// ShareLibrary makes a target use the set of a library. It returns nil when the
// library is not compiled yet.
func (s *Schemas) ShareLibrary(t *v1alpha1.Target, library types.NamespacedName) *yang.Schema {
	s.mu.Lock()
	key := s.libraries[library]
	set := s.sets[key]
	s.mu.Unlock()
	if set == nil {
		return nil
	}
	s.assignTarget(t, key, set)
	return set.schema
}

// HasLibrary says whether a library was compiled since the manager started.
func (s *Schemas) HasLibrary(name types.NamespacedName) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.libraries[name] != ""
}

// OfTarget returns the set a target uses, nil if none is ready.
func (s *Schemas) OfTarget(t types.NamespacedName) *yang.Schema {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set := s.sets[s.targets[t]]; set != nil {
		return set.schema
	}
	return nil
}

// ForgetLibrary and ForgetTarget let go of what a deleted object used.
func (s *Schemas) ForgetLibrary(name types.NamespacedName) { s.assign(s.libraries, name, "", nil) }

// ForgetTarget lets go of what a deleted target used.
func (s *Schemas) ForgetTarget(name types.NamespacedName) { s.assign(s.targets, name, "", nil) }

func (s *Schemas) assignTarget(t *v1alpha1.Target, key string, set *schemaSet) {
	if s.assign(s.targets, nameOf(t), key, set) {
		s.targetChanged <- event.TypedGenericEvent[*v1alpha1.Target]{Object: t}
	}
}

func (s *Schemas) compile(key string, sources []yang.Source, opts yang.Options) *schemaSet {
	s.mu.Lock()
	set := s.sets[key]
	if set == nil {
		set = &schemaSet{}
		s.sets[key] = set
	}
	s.mu.Unlock()
	set.once.Do(func() {
		schema := yang.Compile(sources, opts)
		s.mu.Lock()
		set.schema = schema
		s.mu.Unlock()
	})
	return set
}

// assign sets or clears the set of one user, drops sets nobody uses, and says
// whether the user's set changed.
func (s *Schemas) assign(users map[types.NamespacedName]string, user types.NamespacedName, key string, set *schemaSet) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := users[user]
	if old == key {
		return false
	}
	if key == "" {
		delete(users, user)
	} else {
		users[user] = key
		s.sets[key] = set // its last user may just have gone
	}
	if old != "" && !inUse(old, s.libraries) && !inUse(old, s.targets) {
		delete(s.sets, old)
	}
	return true
}

func inUse(key string, users map[types.NamespacedName]string) bool {
	for _, k := range users {
		if k == key {
			return true
		}
	}
	return false
}

// contentKey identifies a set before it is compiled.
func contentKey(sources []yang.Source, opts yang.Options) string {
	h := sha256.New()
	for _, src := range sources {
		fmt.Fprintf(h, "%q %d\n", src.Name, len(src.Data))
		h.Write(src.Data)
	}
	for _, m := range opts.Implement {
		fmt.Fprintf(h, "%q %q %q %t\n", m.Name, m.Revision, m.Features, m.AllFeatures)
	}
	return hex.EncodeToString(h.Sum(nil))
}
