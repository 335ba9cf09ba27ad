// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"runtime"
	"sort"
	"sync"
)

// Compile compiles modules to a schema. It never fails as a whole and never panics:
// what cannot be compiled is in Problems, the rest stays usable.
func Compile(sources []Source, opts Options) *Schema {
	s := &Schema{
		digest:      compileDigest(sources, opts),
		modules:     map[string][]*Module{},
		byNS:        map[string]*Module{},
		expressions: map[string]*expression{},
	}
	c := &compiler{s: s, opts: opts, groupingState: map[*grouping]int{}, typedefState: map[*typedef]int{}}
	c.load(sources)
	c.grammar()
	c.link()
	c.implement()
	c.needed()
	c.collect()
	c.body()
	c.overlays()
	c.dropProblems()
	s.finish()
	return s
}

// compiler is the state of one Compile; it is gone when the schema is ready.
type compiler struct {
	s             *Schema
	opts          Options
	subs          map[string][]*unit // submodules by name
	groupingState map[*grouping]int
	typedefState  map[*typedef]int
}

// problem records a problem at a statement.
func (c *compiler) problem(sev Severity, u *unit, st *stmt, format string, args ...any) {
	p := Problem{Severity: sev, Message: fmt.Sprintf(format, args...)}
	if u != nil {
		p.Module = u.name
		p.Pos = u.pos(st)
	}
	if st != nil {
		p.Statement = st.String()
		if len(p.Statement) > 200 {
			p.Statement = p.Statement[:200] + "…"
		}
	}
	c.s.problems = append(c.s.problems, p)
}

func (c *compiler) failure(u *unit, st *stmt, format string, args ...any) {
	c.problem(Failure, u, st, format, args...)
}

func (c *compiler) warning(u *unit, st *stmt, format string, args ...any) {
	c.problem(Warning, u, st, format, args...)
}

// compileDigest is over everything that decides the schema, in a fixed order.
func compileDigest(sources []Source, opts Options) string {
	sums := make([]string, len(sources))
	for i, src := range sources {
		d := sha256.Sum256(src.Data)
		sums[i] = string(d[:])
	}
	sort.Strings(sums)
	h := sha256.New()
	for _, d := range sums {
		h.Write([]byte(d))
	}
	refs := append([]ModuleRef(nil), opts.Implement...)
	sort.Slice(refs, func(i, j int) bool {
		return refs[i].Name < refs[j].Name || refs[i].Name == refs[j].Name && refs[i].Revision < refs[j].Revision
	})
	for _, r := range refs {
		writeField(h, r.Name)
		writeField(h, r.Revision)
		features := append([]string(nil), r.Features...)
		sort.Strings(features)
		for _, f := range features {
			writeField(h, f)
		}
		writeField(h, fmt.Sprint(r.AllFeatures))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func writeField(h hash.Hash, s string) {
	fmt.Fprintf(h, "%d:%s;", len(s), s)
}

// parseAll parses the sources on all processors; the results keep their order.
func parseAll(sources []Source) ([]parsed, []error) {
	out := make([]parsed, len(sources))
	errs := make([]error, len(sources))
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), 8) {
		wg.Go(func() {
			for i := range next {
				out[i], errs[i] = parseSource(sources[i])
			}
		})
	}
	for i := range sources {
		next <- i
	}
	close(next)
	wg.Wait()
	return out, errs
}
