// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

// TestFewestMoves: for all orders of up to five entries, of which the NF has some, the plan
// moves no more of them than a search over all ways to move one after the other.
func TestFewestMoves(t *testing.T) {
	s := testSchema(t)
	list := func(names string) *yang.Tree {
		var b strings.Builder
		for _, n := range names {
			b.WriteString("/t:net/rule[name='" + string(n) + "']\n/t:sys/search[.='" + string(n) + "']\n")
		}
		return testTree(t, s, b.String())
	}
	for want, moves := range distances("abcde") {
		for _, have := range []string{"abcde", "bcd", "xabcdey", ""} {
			p := Compare(list(want), list(have), Options{})
			fewest := moves
			if have != "abcde" {
				both := func(names, of string) string {
					return strings.Map(func(r rune) rune {
						if strings.ContainsRune(of, r) {
							return r
						}
						return -1
					}, names)
				}
				fewest = distances(both(have, want))[both(want, have)]
			}
			count := 0
			for i := range p.Changes {
				if p.Changes[i].Moves() {
					count++
				}
			}
			if count != 2*fewest {
				t.Errorf("%s from %s: %d moves in two lists, where %d do in each:\n%s", want, have, count, fewest, p)
			}
			if got := Apply(list(have), p); dump(got) != dump(list(want)) {
				t.Errorf("%s from %s:\n%s\ngives\n%s", want, have, p, dump(got))
			}
		}
	}
}

// distances returns, for every order of entries, how many single moves it takes to get
// there: a search breadth first.
func distances(from string) map[string]int {
	out := map[string]int{from: 0}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for i := range at {
			rest := at[:i] + at[i+1:]
			for k := range len(rest) + 1 {
				next := rest[:k] + at[i:i+1] + rest[k:]
				if _, known := out[next]; !known {
					out[next] = out[at] + 1
					queue = append(queue, next)
				}
			}
		}
	}
	return out
}

func TestLongestIncreasing(t *testing.T) {
	for _, a := range [][]int{nil, {1}, {2, 1}, {3, 1, 2}, {5, 1, 6, 2, 7, 3, 8}} {
		var kept []int
		for i, keep := range longestIncreasing(a) {
			if keep {
				kept = append(kept, a[i])
			}
		}
		if !slices.IsSorted(kept) || len(kept) != longest(a) {
			t.Errorf("%v: kept %v, where %d can be kept", a, kept, longest(a))
		}
	}
}

// longest is the length of a longest increasing subsequence, by trying all of them.
func longest(a []int) int {
	best := 0
	for mask := range 1 << len(a) {
		last, n, ok := -1, 0, true
		for i, v := range a {
			if mask&(1<<i) != 0 {
				ok = ok && v > last
				last, n = v, n+1
			}
		}
		if ok {
			best = max(best, n)
		}
	}
	return best
}
