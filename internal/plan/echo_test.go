// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

const peer = "/t:net/peer[name='p']"

// TestLearn: what an NF made of a value is told from what it lost.
func TestLearn(t *testing.T) {
	s := testSchema(t)
	for _, tc := range []struct {
		name                    string
		intended, before, after string
		rewritten, lost         []string
	}{
		{name: "as sent", intended: "/t:sys/host = A", before: "/t:sys/host = x", after: "/t:sys/host = A"},
		{name: "rewritten", intended: "/t:sys/host = A", before: "/t:sys/host = x", after: "/t:sys/host = a", rewritten: []string{"/t:sys/host"}},
		{name: "created and rewritten", intended: "/t:sys/host = A", after: "/t:sys/host = a", rewritten: []string{"/t:sys/host"}},
		{name: "in a created entry", intended: "!" + peer + "/secret = word", after: peer + "/secret = $6$x", rewritten: []string{peer + "/secret"}},
		{name: "still the old value", intended: "/t:sys/host = A", before: "/t:sys/host = x", after: "/t:sys/host = x", lost: []string{"/t:sys/host"}},
		{name: "still the old value, in another case", intended: "/t:sys/host = Bern", before: "/t:sys/host = bern", after: "/t:sys/host = bern",
			rewritten: []string{"/t:sys/host"}},
		{name: "still the old address, in other words", intended: "/t:sys/host = 2001:DB8:0::1", before: "/t:sys/host = 2001:db8::1", after: "/t:sys/host = 2001:db8::1",
			rewritten: []string{"/t:sys/host"}},
		{name: "still the old prefix", intended: "/t:sys/host = 10.0.0.1/24", before: "/t:sys/host = 10.0.0.2/24", after: "/t:sys/host = 10.0.0.2/24",
			lost: []string{"/t:sys/host"}},
		{name: "still the old secret, in another case", intended: "!/t:sys/host = Bern", before: "/t:sys/host = bern", after: "/t:sys/host = bern",
			lost: []string{"/t:sys/host"}},
		{name: "missing", intended: "/t:sys/host = A", before: "/t:sys/host = x", after: "/t:sys/mtu = 9", lost: []string{"/t:sys/host"}},
		{name: "missing as before", intended: "/t:sys/host = A", lost: []string{"/t:sys/host"}},
		{name: "still the default, now shown", intended: "/t:sys/mtu = 9000", after: "/t:sys/mtu = 1500", lost: []string{"/t:sys/mtu"}},
		{name: "another entry", intended: "/t:sys/dns[.='A']", after: "/t:sys/dns[.='a']", lost: []string{"/t:sys/dns[.='A']"}},
		{name: "order", intended: rules("b", "a"), before: rules("a", "b"), after: rules("a", "b"), lost: []string{"/t:net/rule[name='b']"}},
		{name: "each by itself", intended: "/t:sys/host = A\n/t:sys/mtu = 9", before: "/t:sys/host = x\n/t:sys/mtu = 8", after: "/t:sys/host = a\n/t:sys/mtu = 8",
			rewritten: []string{"/t:sys/host"}, lost: []string{"/t:sys/mtu"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			intended, before, after := testTree(t, s, tc.intended), testTree(t, s, tc.before), testTree(t, s, tc.after)
			made := Diff(intended, before, Inventory{}, Options{})
			left := Diff(intended, after, Inventory{}, Options{})
			learned, rewritten, lost := NewEchoes("uid").Learn(made, left)
			var gone []string
			for _, c := range lost.Changes {
				gone = append(gone, c.Path)
			}
			if d := cmp.Diff(tc.rewritten, rewritten) + cmp.Diff(tc.lost, gone); d != "" || learned.Len() != len(tc.rewritten) {
				t.Errorf("%d learned (-want +got):\n%s", learned.Len(), d)
			}
			again := Diff(intended, after, Inventory{}, Options{Echoes: learned})
			if len(again.Changes) != len(tc.lost) {
				t.Errorf("still differs:\n%s", again)
			}
			if strict, _, all := (Echoes{}).Learn(made, left); strict.Len() != 0 || len(all.Changes) != len(left.Changes) {
				t.Errorf("the zero Echoes learnt, or passed over:\n%s", all)
			}
		})
	}
}

// learnt are the echoes of one peer's secret, hashed.
func learnt(t *testing.T, s *yang.Schema) Echoes {
	t.Helper()
	intended := testTree(t, s, "!"+peer+"/secret = word")
	learned, _, lost := NewEchoes("uid").Learn(Diff(intended, yang.NewTree(s), Inventory{}, Options{}),
		Diff(intended, testTree(t, s, peer+"/secret = $6$hash"), Inventory{}, Options{}))
	if learned.Len() != 1 || !lost.Empty() {
		t.Fatalf("learnt %d, lost:\n%s", learned.Len(), lost)
	}
	return learned
}

// TestEchoHoldsForBothValues: another value on either side is a difference, and so is
// the same pair elsewhere.
func TestEchoHoldsForBothValues(t *testing.T) {
	s := testSchema(t)
	echoes := learnt(t, s)
	for _, tc := range []struct {
		intended, observed string
		differs            bool
	}{
		{peer + "/secret = word", peer + "/secret = $6$hash", false},
		{peer + "/secret = word", peer + "/secret = word", false},
		{peer + "/secret = other", peer + "/secret = $6$hash", true},
		{peer + "/secret = word", peer + "/secret = $6$other", true},
		{peer + "/secret = word", peer, true},
		{"/t:net/peer[name='q']/secret = word", "/t:net/peer[name='q']/secret = $6$hash", true},
	} {
		p := Diff(testTree(t, s, tc.intended), testTree(t, s, tc.observed), Inventory{}, Options{Echoes: echoes})
		if p.Empty() == tc.differs {
			t.Errorf("%s on the NF, %s intended:\n%s", tc.observed, tc.intended, p)
		}
	}
	if other, err := DecodeEchoes("another uid", echoes.Encode()); err != nil {
		t.Error(err)
	} else if p := Diff(testTree(t, s, peer+"/secret = word"), testTree(t, s, peer+"/secret = $6$hash"), Inventory{}, Options{Echoes: other}); p.Empty() {
		t.Error("the echoes of one object hold for another")
	}
}

// TestEchoesKeep drops what is no longer declared.
func TestEchoesKeep(t *testing.T) {
	s := testSchema(t)
	echoes := learnt(t, s)
	for declared, want := range map[string]int{peer + "/secret = changed": 1, peer: 0, "/t:sys/host = a": 0} {
		if got := echoes.Keep(testTree(t, s, declared)).Len(); got != want {
			t.Errorf("%d are left with %s, not %d", got, declared, want)
		}
	}
	if (Echoes{}).Keep(testTree(t, s, peer)).Len() != 0 {
		t.Error("the zero Echoes kept something")
	}
}

// TestTry: after a try of which nobody knows how it ended, what is as it was before
// that was lost, and what is not has been rewritten.
func TestTry(t *testing.T) {
	s := testSchema(t)
	const host, secret = "/t:sys/host = ", peer + "/secret = "
	for _, tc := range []struct {
		name                          string
		intended, first, second, last string
		other                         bool
		rewritten                     int
	}{
		{name: "rewritten by the first", intended: host + "Word", first: host + "old", second: host + "hash", last: host + "hash", rewritten: 1},
		{name: "created by the first", intended: secret + "word", second: secret + "hash", last: secret + "hash", rewritten: 1},
		{name: "lost by both", intended: host + "word", first: host + "old", second: host + "old", last: host + "old"},
		{name: "rewritten by the second", intended: host + "word", first: host + "old", second: host + "old", last: host + "hash", rewritten: 1},
		{name: "the first was of something else", intended: host + "word", first: host + "old", second: host + "hash", last: host + "hash", other: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			intended := testTree(t, s, tc.intended)
			plan := func(observed string) *Plan { return Diff(intended, testTree(t, s, observed), Inventory{}, Options{}) }
			id := "sha256:1"
			if tc.other {
				id = "sha256:2"
			}
			stored := NewEchoes("uid").Try(plan(tc.first), id).Encode()
			if bytes.Contains(stored, []byte("old")) || bytes.Contains(stored, []byte("ord")) {
				t.Errorf("the stored form shows a value: %q", stored)
			}
			echoes, err := DecodeEchoes("uid", stored)
			if err != nil || !bytes.Equal(echoes.Encode(), stored) {
				t.Fatalf("read back: %v", err)
			}
			again := plan(tc.second)
			learned, paths, lost := echoes.Try(again, "sha256:1").Learn(again, plan(tc.last))
			if len(paths) != tc.rewritten || learned.Len() != tc.rewritten || len(lost.Changes) != 1-tc.rewritten {
				t.Errorf("rewritten %v, lost:\n%s", paths, lost)
			}
			if done := learned.Tried().Encode(); tc.rewritten == 0 && done != nil || len(done) >= len(learned.Encode()) {
				t.Errorf("%d bytes are left of the try", len(done))
			}
		})
	}
	if tried := (Echoes{}).Try(Diff(testTree(t, s, host+"x"), yang.NewTree(s), Inventory{}, Options{}), "1"); tried.Encode() != nil {
		t.Error("the zero Echoes remember a try")
	}
}

// TestEchoesEncode: the stored form is read back, is the same for the same content, and
// shows no value.
func TestEchoesEncode(t *testing.T) {
	s := testSchema(t)
	var intended, seen string
	for i := range 50 {
		intended += fmt.Sprintf("/t:net/peer[name='p%d']/secret = word\n", i)
		seen += fmt.Sprintf("/t:net/peer[name='p%d']/secret = $6$hash\n", i)
	}
	want, have := testTree(t, s, intended), testTree(t, s, seen)
	echoes, _, _ := NewEchoes("uid").Learn(Diff(want, yang.NewTree(s), Inventory{}, Options{}), Diff(want, have, Inventory{}, Options{}))
	data := echoes.Encode()
	for range 10 {
		back, err := DecodeEchoes("uid", data)
		if err != nil || back.Len() != 50 || !bytes.Equal(back.Encode(), data) {
			t.Fatalf("read back %d: %v", back.Len(), err)
		}
		if p := Diff(want, have, Inventory{}, Options{Echoes: back}); !p.Empty() {
			t.Fatalf("after reading back:\n%s", p)
		}
	}
	for _, text := range []string{"word", "hash", "peer"} {
		if bytes.Contains(data, []byte(text)) {
			t.Errorf("the stored form shows %q", text)
		}
	}
	if data := NewEchoes("uid").Encode(); data != nil {
		t.Errorf("nothing is stored as %q", data)
	}
	for _, wrong := range [][]byte{{9}, {1}, {1, 0xff, 0xff, 0xff, 0xff}, data[:len(data)-1], append(slices.Clone(data), 1)} {
		if back, err := DecodeEchoes("uid", wrong); err == nil || back.Len() != 0 || back.of == nil {
			t.Errorf("%d bytes were read as %d echoes", len(wrong), back.Len())
		}
	}
}
