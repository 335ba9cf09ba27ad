// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

const (
	// schemasInFlight is how many get-schema requests are sent before the first reply is awaited.
	schemasInFlight = 8
	// maxCachedSets bounds the module sets kept; a set is what one type and release of NF announces.
	maxCachedSets = 16
)

// Schema returns the text of all modules that the NF announces (get-schema, RFC 6022) and of those they
// import, sorted by name, and which of them it implements. NFs that announce the same module set share
// one copy. Modules that the NF announces but does not hand out are left out; yang.Compile then says so.
func (p *Pool) Schema(ctx context.Context, e Endpoint) ([]yang.Source, []yang.ModuleRef, error) {
	var sources []yang.Source
	var refs []yang.ModuleRef
	err := p.with(ctx, e, "get-schema", func(l *link) error {
		facts, err := l.knownFacts(ctx)
		if err != nil {
			return err
		}
		refs = facts.refs()
		var cached bool
		if sources, cached = p.schemas.get(facts.ModuleSetDigest); !cached {
			if sources, err = l.fetchSchema(ctx, facts); err != nil {
				return err
			}
			p.schemas.put(facts.ModuleSetDigest, sources)
		}
		return nil
	})
	return sources, refs, err
}

// schemaFile names a file to fetch.
type schemaFile struct{ name, revision string }

func (f schemaFile) String() string {
	if f.revision == "" {
		return f.name
	}
	return f.name + "@" + f.revision
}

func (l *link) fetchSchema(ctx context.Context, facts Facts) ([]yang.Source, error) {
	var wanted []schemaFile
	for _, m := range facts.Modules {
		wanted = append(wanted, schemaFile{m.Name, m.Revision})
		for _, s := range m.Submodules {
			wanted = append(wanted, schemaFile{s.Name, s.Revision})
		}
	}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("%w: it announces no YANG modules; give its schema as a YANGLibrary", netconf.ErrUnsupported)
	}
	have := make(map[string]bool)
	var sources []yang.Source
	var refused error
	for len(wanted) > 0 {
		for _, f := range wanted {
			have[f.name] = true
		}
		fetched, err := l.fetchFiles(ctx, wanted)
		if rpc := (netconf.RPCErrors)(nil); errors.As(err, &rpc) {
			refused = err
		} else if err != nil {
			return nil, err
		}
		sources = append(sources, fetched...)
		wanted = missing(fetched, have)
	}
	if len(sources) == 0 && refused != nil {
		return nil, refused
	}
	slices.SortFunc(sources, func(a, b yang.Source) int { return strings.Compare(a.Name, b.Name) })
	return sources, nil
}

// fetchFiles fetches several files at once. What the server refuses is left out, and the last refusal
// returned with the rest.
func (l *link) fetchFiles(ctx context.Context, files []schemaFile) ([]yang.Source, error) {
	calls := make([]*netconf.Call, len(files))
	var sources []yang.Source
	var refused error
	started := 0
	for i, file := range files {
		for ; started < len(files) && started < i+schemasInFlight; started++ {
			call, err := l.startAll(ctx, netconf.GetSchema{Identifier: files[started].name, Version: files[started].revision})
			if err != nil {
				return nil, err
			}
			calls[started] = call[0]
		}
		err := l.rpc(ctx, "get-schema", func(ctx context.Context) error {
			text, err := calls[i].Text(ctx)
			if err == nil {
				sources = append(sources, yang.Source{Name: file.String() + ".yang", Data: text})
			}
			return err
		})
		if rpc := (netconf.RPCErrors)(nil); errors.As(err, &rpc) {
			refused = err
		} else if err != nil {
			return nil, err
		}
	}
	return sources, refused
}

var importStatement = regexp.MustCompile(`(?m)^\s*(?:import|include)\s+["']?([A-Za-z_][\w.-]*)["']?`)

// missing returns the modules that the sources import and that nobody announced. What only looks like an
// import is refused by the server, which does no harm.
func missing(sources []yang.Source, have map[string]bool) []schemaFile {
	var files []schemaFile
	for _, s := range sources {
		for _, match := range importStatement.FindAllSubmatch(s.Data, -1) {
			if name := string(match[1]); !have[name] {
				have[name] = true
				files = append(files, schemaFile{name: name})
			}
		}
	}
	return files
}

// schemaCache keeps the modules of the sets used last, by digest.
type schemaCache struct {
	mu   sync.Mutex
	sets []cachedSet // the one used last comes last
}

type cachedSet struct {
	digest  string
	sources []yang.Source
}

func (c *schemaCache) get(digest string) ([]yang.Source, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.sets, func(s cachedSet) bool { return s.digest == digest })
	if i < 0 {
		return nil, false
	}
	set := c.sets[i]
	c.sets = append(slices.Delete(c.sets, i, i+1), set)
	return slices.Clone(set.sources), true
}

func (c *schemaCache) put(digest string, sources []yang.Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sets = slices.DeleteFunc(c.sets, func(s cachedSet) bool { return s.digest == digest })
	if len(c.sets) >= maxCachedSets {
		c.sets = slices.Delete(c.sets, 0, 1)
	}
	c.sets = append(c.sets, cachedSet{digest, slices.Clone(sources)})
}
