// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"bytes"
	"fmt"
	"math/rand"

	"github.com/strowger/strowger/internal/yang"
)

// Case is one document with both verdicts.
type Case struct {
	Seed     int64
	Mutation string // "" of a document as it was made
	Document []byte
	Ours     Verdict
	Theirs   Verdict

	root *yang.Node // the root of the tree: of a datastore, an operation or a notification
}

// String shows all of it.
func (c *Case) String() string {
	return fmt.Sprintf("seed %d, %s:\nyanglint: valid %t %s\nours: valid %t %s\n%s",
		c.Seed, c.Mutation, c.Theirs.Valid, c.Theirs.Reason, c.Ours.Valid, c.Ours.Reason, c.Document)
}

// Make makes the cases of seeds from first on: each document, and the same one broken.
// Verdicts are ours only.
func Make(g *Generator, first int64, seeds int) []Case {
	var out []Case
	for seed := first; seed < first+int64(seeds); seed++ {
		r := rand.New(rand.NewSource(seed))
		t := g.Tree(r)
		doc := XML(t)
		if !t.Empty() { // yanglint takes nothing for no document
			out = append(out, Case{Seed: seed, Document: doc, root: t.Root().Node()})
		}
		if broken, name := Mutate(r, t, doc); name != "" && len(broken) > 0 {
			out = append(out, Case{Seed: seed, Mutation: name, Document: broken, root: t.Root().Node()})
		}
	}
	for i := range out {
		out[i].Ours = out[i].judge()
	}
	return out
}

// judge says whether the document is valid to us.
func (c *Case) judge() Verdict {
	t, _, errs := yang.DecodeXMLAt(c.root, bytes.NewReader(c.Document), yang.XMLOptions{ConfigOnly: true})
	if len(errs) == 0 {
		errs = violations(t)
	}
	if len(errs) > 0 {
		return Verdict{Reason: errs[0].Error()}
	}
	return Verdict{Valid: true}
}

// input is the document as yanglint takes it.
func (c *Case) input() Input {
	kind, n := Config, c.root
	switch n.Kind() {
	case yang.KindRoot:
		return Input{Kind: kind, Data: c.Document}
	case yang.KindInput:
		kind, n = RPC, n.Parent()
	default:
		kind = Notification
	}
	// The prefix leaves elements without namespace without one.
	name := "envelope:" + n.Name()
	return Input{Kind: kind, Data: fmt.Appendf(nil, "<%s xmlns:envelope=%q>%s</%s>", name, n.Module().Namespace, c.Document, name)}
}

// Compare asks the other side about the cases.
func Compare(l *Linter, dir string, cases []Case) error {
	docs := make([]Input, len(cases))
	for i := range cases {
		docs[i] = cases[i].input()
	}
	verdicts, err := l.Judge(dir, docs)
	for i := range verdicts {
		cases[i].Theirs = verdicts[i]
	}
	return err
}

// Report counts the verdicts on cases.
type Report struct {
	Cases, Valid int
	// Known counts the differences by name, Unknown are those that are not listed.
	Known   map[string]int
	Unknown []Case
}

// Summarize sorts the cases out.
func Summarize(cases []Case) Report {
	r := Report{Cases: len(cases), Known: map[string]int{}}
	for _, c := range cases {
		if c.Ours.Valid {
			r.Valid++
		}
		if c.Ours.Valid == c.Theirs.Valid && !c.Theirs.Crashed {
			continue
		}
		if d := known(&c); d != nil {
			r.Known[d.Name]++
			continue
		}
		r.Unknown = append(r.Unknown, c)
	}
	return r
}

func known(c *Case) *Difference {
	for i := range Differences {
		if d := &Differences[i]; d.explains(c) {
			return d
		}
	}
	return nil
}
