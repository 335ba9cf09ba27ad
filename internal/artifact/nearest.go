// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"path"
	"sort"
	"strings"
)

const (
	maxNearest = 3
	// maxCompared bounds the paths that are compared, maxCompareLen their length.
	maxCompared   = 5000
	maxCompareLen = 256
)

// nearest returns the paths that a person most likely meant: the same name
// elsewhere, or one a few letters away.
func (f *Files) nearest(want string) []string {
	type candidate struct {
		path     string
		distance int
	}
	var all []candidate
	if len(want) > maxCompareLen || want == "" {
		return nil
	}
	for i, p := range f.content.paths {
		if i == maxCompared {
			break
		}
		if len(p) > maxCompareLen {
			continue
		}
		sameName, reach := path.Base(p) == path.Base(want), max(2, len(want)/4)
		if !sameName && max(len(p)-len(want), len(want)-len(p)) > reach {
			continue
		}
		d := distance(strings.ToLower(want), strings.ToLower(p))
		if sameName {
			d = min(d, 2)
		}
		if d > reach {
			continue
		}
		all = append(all, candidate{p, d})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].distance < all[j].distance })
	var out []string
	for i := 0; i < len(all) && i < maxNearest && all[i].distance <= all[0].distance+1; i++ {
		out = append(out, all[i].path)
	}
	return out
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
		}
		prev, cur = cur, prev
	}
	return prev[len(b)]
}
