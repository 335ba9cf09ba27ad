// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Echoes are values that an NF keeps in another form than they were sent: the hash of
// a password (ianach:crypt-hash of RFC 7317), an address in lower case. That such a
// value comes back in that form is no difference.
//
// No value is in it, only digests: one of the path, and one of path, value sent and
// value that came back together. So a guess of what was sent can be tested by those
// only who know what the NF made of it. See Try for what else is in it meanwhile.
//
// Echoes are immutable. The zero Echoes remember and learn nothing.
type Echoes struct {
	salt string
	of   map[echoDigest]echoDigest // by the path's digest that of both values
	// before has, by the path's digest, that of the value before what is being tried.
	before map[echoDigest]echoDigest
	trying echoDigest
}

// echoBytes is the length of a digest: no two of a few thousand paths meet by chance.
const echoBytes = 12

type echoDigest [echoBytes]byte

// NewEchoes returns Echoes that learn. The salt tells one object's digests from
// another's.
func NewEchoes(salt string) Echoes {
	return Echoes{salt: salt, of: map[echoDigest]echoDigest{}}
}

// Len returns how many values are remembered.
func (e Echoes) Len() int { return len(e.of) }

// Keep returns the echoes of what intended declares, whatever its values.
func (e Echoes) Keep(intended *yang.Tree) Echoes {
	if len(e.of) == 0 {
		return e
	}
	kept := e
	kept.of = map[echoDigest]echoDigest{}
	intended.Walk(func(d *yang.Data) bool {
		if echoing(d) {
			path := e.digest(d.Path())
			if pair, ok := e.of[path]; ok {
				kept.of[path] = pair
			}
		}
		return true
	})
	return kept
}

// Try returns Echoes which also remember what was there before p was first tried, for a
// configuration that id names. Stored before p is carried out, they tell after a crash a
// value that the NF has rewritten from one that it never took: a try that was cut off
// may have been carried out.
func (e Echoes) Try(p *Plan, id string) Echoes {
	if e.of == nil {
		return e
	}
	trying := e.digest("try", id)
	out := Echoes{salt: e.salt, of: e.of, trying: trying, before: map[echoDigest]echoDigest{}}
	if e.trying == trying {
		maps.Copy(out.before, e.before)
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		if c.Op == Delete || c.new == nil || !echoing(c.new) || !hasForms(c.new) {
			continue
		}
		path := c.new.Path()
		if at := e.digest(path); out.before[at] == (echoDigest{}) {
			out.before[at] = e.was(path, c)
		}
	}
	return out
}

// Tried returns the Echoes once what was tried is done, or certainly was not.
func (e Echoes) Tried() Echoes { return Echoes{salt: e.salt, of: e.of} }

// was is the digest of what is at a path before a change, and of what shall be.
func (e Echoes) was(path string, c *Change) echoDigest {
	if c.old == nil {
		return e.digest("none", path)
	}
	return e.digest("was", path, valueOf(c.new), valueOf(c.old))
}

// Learn looks at what still differs after made was carried out. A value that came back
// as something else - neither what was sent nor what was there before - is remembered
// in the Echoes returned; paths names those, for people to read. What remains was lost:
// it is not there, or still what it was.
func (e Echoes) Learn(made, left *Plan) (learned Echoes, paths []string, lost *Plan) {
	if e.of == nil || made.Empty() || left.Empty() {
		return e, nil, left
	}
	sent := make(map[string]*Change, len(made.Changes))
	for i := range made.Changes {
		c := &made.Changes[i]
		sent[c.Path] = c
	}
	learned = e
	learned.of = maps.Clone(e.of)
	lost = left.Select(func(c *Change) bool {
		if !e.rewritten(sent[c.Path], c) {
			return true
		}
		path := c.new.Path()
		learned.of[e.digest(path)] = e.pair(path, c.new, c.old)
		paths = append(paths, c.Path)
		return false
	})
	return learned, paths, lost
}

// rewritten says whether the NF made something of its own of what was sent.
func (e Echoes) rewritten(sent, left *Change) bool {
	if sent == nil || sent.new == nil || left.Op != Modify || left.old == nil || left.new == nil || !echoing(left.new) {
		return false
	}
	if slices.Contains(left.new.Node().Defaults(), left.old.Value()) && sent.Op == Create {
		return false // the default was in use before
	}
	if sent.old == nil || valueOf(sent.old) != valueOf(left.old) {
		return true
	}
	path := left.new.Path()
	before, tried := e.before[e.digest(path)]
	return tried && before != e.was(path, left) || !left.Tainted && sameText(valueOf(left.new), valueOf(left.old))
}

// hasForms says whether a value may be written in several ways that its type does not
// know to be the same. Only of those it is remembered what was there before.
func hasForms(d *yang.Data) bool {
	t := d.ValueType()
	return t == nil || t.Kind() == yang.TypeString || t.Kind() == yang.TypeBinary
}

// sameText says whether two values are the same in other words, as far as that can be
// told: in case and space around, or as addresses.
func sameText(a, b string) bool {
	if strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) {
		return true
	}
	x, err := netip.ParseAddr(a)
	y, err2 := netip.ParseAddr(b)
	if err == nil && err2 == nil {
		return x == y
	}
	p, err := netip.ParsePrefix(a)
	q, err2 := netip.ParsePrefix(b)
	return err == nil && err2 == nil && p == q
}

// echoing says whether a node has a value that its path does not hold.
func echoing(d *yang.Data) bool {
	switch d.Node().Kind() {
	case yang.KindLeaf:
		return !d.Node().IsKey()
	case yang.KindAnyData, yang.KindAnyXML:
		return true
	}
	return false
}

// valueOf is the value as it is compared.
func valueOf(d *yang.Data) string {
	switch d.Node().Kind() {
	case yang.KindAnyData, yang.KindAnyXML:
		return anyXML(d)
	}
	return d.Value()
}

// has says whether have is the form in which the NF keeps want.
func (e Echoes) has(want, have *yang.Data) bool {
	if len(e.of) == 0 {
		return false
	}
	path := want.Path()
	pair, ok := e.of[e.digest(path)]
	return ok && pair == e.pair(path, want, have)
}

func (e Echoes) pair(path string, want, have *yang.Data) echoDigest {
	return e.digest(path, valueOf(want), valueOf(have))
}

// digest is that of some texts, none of which can be taken for a part of another.
func (e Echoes) digest(texts ...string) (out echoDigest) {
	n := 8 + len(e.salt)
	for _, t := range texts {
		n += 8 + len(t)
	}
	b := make([]byte, 0, n)
	for _, t := range append([]string{e.salt}, texts...) {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(t))), t...)
	}
	sum := sha256.Sum256(b)
	copy(out[:], sum[:])
	return out
}
