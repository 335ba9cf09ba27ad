// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

const megabyte = 1_000_000

// yangTable is what the YANG engine takes.
func yangTable() *table {
	t := &table{
		name: "yang", title: "YANG engine",
		columns: []string{"Ours", "libyang (yanglint)", "goyang (Entry tree)"},
		notes: []string{
			"Fastest run. Memory: what the result keeps, which is what is limited, and by how much the process grew while",
			"it was made. yanglint: the process, less the same one without anything to load, with an empty document, or",
			"without writing; it has the modules of the documents loaded, ours all of the set.",
		},
	}
	work, set := "load all of OpenConfig", openConfig
	if setsDir() == "" {
		work, set = "load 180 modules", manyModules
		t.notes = append(t.notes, "STROWGER_YANG_SETS names no folder of public YANG sets: in place of OpenConfig there are modules of a like",
			"number of nodes, less text, and the documents are of one of the same shape.")
	}
	t.rows = append(t.rows,
		row{work, []cell{loaded(set, false), lintLoad(set), entryTree(set, 0)}, limit{time: 300 * time.Millisecond, live: 40 * megabyte}},
		row{"the same, every node visited", []cell{loaded(set, true), nil, nil}, limit{}})
	large := limit{time: 5 * time.Second, live: 300 * megabyte}
	t.rows = append(t.rows,
		row{"load a model of 1,000,000 nodes", []cell{loaded(largeModel, false), lintLoad(largeModel), entryTree(largeModel, 6_000*megabyte)}, large},
		row{"the same, every node visited", []cell{loaded(largeModel, true), nil, nil}, large},
		row{"decode + validate 5,000 leafs", []cell{decoded(5_000), lintValidate(5_000), nil}, limit{time: 10 * time.Millisecond}},
		row{"decode + validate 100,000 leafs", []cell{decoded(100_000), lintValidate(100_000), nil}, limit{time: 200 * time.Millisecond, live: 20 * megabyte}},
		row{"one leaf changed in 100,000: merge, diff, validate what it can affect, edit XML", []cell{changed(100_000), nil, nil}, limit{time: 50 * time.Millisecond}},
		row{"encode 100,000 leafs to XML", []cell{encoded(100_000), lintEncode(100_000), nil}, limit{time: 100 * time.Millisecond}},
	)
	return t
}

// growthTable shows that what is ten times as large takes ten times as long.
func growthTable() *table {
	sizes := []int{10_000, 100_000, 1_000_000}
	t := &table{name: "growth", title: "Growth of the YANG engine, by number of leafs",
		columns: []string{"10,000", "100,000", "1,000,000"},
		notes: []string{"At most: the last column's time for each, in times of the first's. What does not fit into a cache costs",
			"more; what grows with the square would cost 100 times as much."}}
	for _, work := range []struct {
		name string
		of   func(int) cell
	}{
		{"decode + validate", decoded},
		{"one leaf changed: merge, diff, validate, edit XML", changed},
		{"everything created: diff, edit XML", created},
		{"encode to XML", encoded},
	} {
		r := row{work: work.name, limit: limit{growth: 4}}
		for _, n := range sizes {
			r.cells = append(r.cells, perLeaf(n, work.of(n)))
		}
		t.rows = append(t.rows, r)
	}
	return t
}

func perLeaf(n int, c cell) cell {
	return func(ctx context.Context, runs int) (figure, error) {
		f, err := c(ctx, runs)
		f.Units = n
		return f, err
	}
}

// loaded measures compiling all modules of a model, and with visit making all its nodes.
func loaded(m func() (*model, error), visit bool) cell {
	return func(_ context.Context, runs int) (figure, error) {
		return measure(runs, func() (any, error) {
			x, err := m() // reading files is part of it
			if err != nil {
				return nil, err
			}
			s := yang.Compile(x.sources, yang.Options{})
			for _, p := range s.Problems() {
				if p.Severity == yang.Failure {
					return nil, errors.New(p.String())
				}
			}
			if visit {
				if n := count(s.Root()); n < x.nodes {
					return nil, fmt.Errorf("the model has %d nodes only", n)
				}
			}
			return s, nil
		})
	}
}

// count visits every node below n.
func count(n *yang.Node) int {
	total := 1
	for _, c := range n.Children() {
		total += count(c)
	}
	return total
}

// compiled returns the documents' model and its schema.
func compiled() (*model, *yang.Schema, error) {
	m, err := interfaces()
	if err != nil {
		return nil, nil, err
	}
	return m, yang.Compile(m.sources, yang.Options{}), nil
}

func decode(s *yang.Schema, text string) (*yang.Tree, error) {
	t, _, errs := yang.DecodeXML(s, strings.NewReader(text), yang.XMLOptions{ConfigOnly: true})
	return t, errs.Err()
}

func decoded(n int) cell {
	return func(_ context.Context, runs int) (figure, error) {
		m, s, err := compiled()
		if err != nil {
			return figure{}, err
		}
		text := m.document(n)
		if err := warm(m, s); err != nil {
			return figure{}, err
		}
		return measure(runs, func() (any, error) {
			t, err := decode(s, text)
			if err != nil {
				return nil, err
			}
			return t, validate.Complete(t).Err()
		})
	}
}

// warm makes the schema nodes of the documents, which is part of loading the schema.
func warm(m *model, s *yang.Schema) error {
	t, err := decode(s, m.document(leafsEach))
	if err != nil {
		return err
	}
	return validate.Complete(t).Err()
}

// changed measures what follows when a layer changes one leaf of what an NF has.
func changed(n int) cell {
	return func(_ context.Context, runs int) (figure, error) {
		m, s, err := compiled()
		if err != nil {
			return figure{}, err
		}
		observed, err := decode(s, m.document(n))
		if err != nil {
			return figure{}, err
		}
		intended := observed.Clone()
		owned := plan.Own(plan.Inventory{}, intended, yang.NewTree(s))
		mtu := 9000
		return measure(runs*2, func() (any, error) {
			layer := yang.NewTree(s)
			mtu++
			if _, err := layer.Set(m.leaf(n), fmt.Sprint(mtu), yang.Origin{}, false); err != nil {
				return nil, err
			}
			intended.Merge(layer)
			p := plan.Diff(intended, observed, owned, plan.Options{})
			if errs, _ := validate.Changed(intended, p.Touched()); len(errs) > 0 {
				return nil, errs.Err()
			}
			edit, err := p.EditConfig()
			if err == nil && (len(p.Changes) != 1 || !bytes.Contains(edit, []byte(fmt.Sprint(mtu)))) {
				err = fmt.Errorf("not one change, but:\n%s", p)
			}
			return edit, err
		})
	}
}

// created measures the plan and the edit that give an empty NF everything.
func created(n int) cell {
	return func(_ context.Context, runs int) (figure, error) {
		m, s, err := compiled()
		if err != nil {
			return figure{}, err
		}
		intended, err := decode(s, m.document(n))
		if err != nil {
			return figure{}, err
		}
		return measure(runs, func() (any, error) {
			return plan.Diff(intended, yang.NewTree(s), plan.Inventory{}, plan.Options{}).EditConfig()
		})
	}
}

func encoded(n int) cell {
	return func(_ context.Context, runs int) (figure, error) {
		m, s, err := compiled()
		if err != nil {
			return figure{}, err
		}
		t, err := decode(s, m.document(n))
		if err != nil {
			return figure{}, err
		}
		f, err := measure(runs, func() (any, error) { return nil, yang.EncodeXML(io.Discard, t.Root()) })
		f.Live = 0 // it keeps nothing
		return f, err
	}
}
