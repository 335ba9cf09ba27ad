// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

func withState(t *testing.T, s *yang.Schema, names ...string) *yang.Tree {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<net xmlns="urn:example:t">`)
	for _, name := range names {
		b.WriteString(`<interface><name>` + name + `</name><type>ether</type><untagged/><counters><in>` + name + `</in>` +
			`<seen>x</seen><seen>x</seen><sample><value>1</value></sample><sample><value>1</value></sample></counters></interface>`)
	}
	tree, _, errs := yang.DecodeXML(s, strings.NewReader(b.String()+"</net>"), yang.XMLOptions{})
	if errs.Err() != nil {
		t.Fatal(errs)
	}
	return tree
}

// TestStateIsPassedOver: state, with its lists without keys and its repeated values, is
// neither compared nor owned nor deleted.
func TestStateIsPassedOver(t *testing.T) {
	s := testSchema(t)
	have := withState(t, s, "1", "2")
	bare := testTree(t, s, ifaces("1", "2"))
	for name, pair := range map[string][2]*yang.Tree{
		"same": {have, have}, "no state declared": {bare, have}, "state declared": {have, bare},
	} {
		for _, p := range []*Plan{Compare(pair[0], pair[1], Options{}), Diff(pair[0], pair[1], everything(have), Options{})} {
			if !p.Empty() {
				t.Errorf("%s: differs:\n%s", name, p)
			}
		}
	}
	if got, want := everything(have).Len(), everything(bare).Len(); got != want {
		t.Errorf("%d nodes are owned, of which %d are configuration", got, want)
	}
	p := Compare(testTree(t, s, ifaces("1")+"/t:net/interface[name='1']/mtu = 9"), have, Options{})
	want := "   t:net\n     interface[name='1']\n+      mtu: 9\n-    interface[name='2']\n"
	if p.String() != want {
		t.Errorf("got\n%swant\n%s", p, want)
	}
	back := Apply(Apply(have, p), p.Reverse(have))
	if left := Compare(have, back, Options{}); !left.Empty() {
		t.Errorf("not restored:\n%s", left)
	}
}
