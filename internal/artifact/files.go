// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
)

// Files are the regular files of one verified artifact.
type Files struct {
	content          *content
	revision, digest string
}

// Revision is the source's revision, such as main@sha1:….
func (f *Files) Revision() string { return f.revision }

// Digest is the verified digest of the archive.
func (f *Files) Digest() string { return f.digest }

// Paths are all files, sorted.
func (f *Files) Paths() []string { return slices.Clone(f.content.paths) }

// Read returns the bytes of one file; they must not be changed. A path that is
// no file is a *[PathNotFoundError].
func (f *Files) Read(name string) ([]byte, error) {
	p, err := clean(name)
	if err != nil {
		return nil, fmt.Errorf("artifact %s: %w", f.revision, err)
	}
	if data, ok := f.content.files[p]; ok {
		return data, nil
	}
	return nil, f.notFound(name)
}

// Match returns the files that any of the patterns names, sorted, each once. A
// pattern is a file, a folder (all files below it), or has the wildcards of
// path.Match, and ** for any number of folders. A pattern that names nothing is a
// *[PathNotFoundError].
func (f *Files) Match(patterns []string) ([]string, error) {
	found := map[string]bool{}
	for _, pattern := range patterns {
		p, err := clean(pattern)
		if err != nil {
			return nil, fmt.Errorf("artifact %s: pattern: %w", f.revision, err)
		}
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("artifact %s: pattern %q: %w", f.revision, pattern, err)
		}
		steps := strings.Split(p, "/")
		hit := false
		for _, name := range f.content.paths {
			if p == "" || name == p || strings.HasPrefix(name, p+"/") || matchSteps(steps, strings.Split(name, "/")) {
				found[name], hit = true, true
			}
		}
		if !hit {
			return nil, f.notFound(pattern)
		}
	}
	out := make([]string, 0, len(found))
	for name := range found {
		out = append(out, name)
	}
	sort.Strings(out)
	return out, nil
}

// matchSteps matches folder by folder. It keeps the set of pattern positions that
// the folders so far can have reached, so that many ** cannot make it slow.
func matchSteps(pattern, name []string) bool {
	reached := make([]bool, len(pattern)+1)
	reached[0] = true
	skip := func() {
		for i, p := range pattern {
			if reached[i] && p == "**" {
				reached[i+1] = true
			}
		}
	}
	skip()
	for _, n := range name {
		next := make([]bool, len(pattern)+1)
		for i, p := range pattern {
			if !reached[i] {
				continue
			}
			if p == "**" {
				next[i] = true
			} else if ok, _ := path.Match(p, n); ok {
				next[i+1] = true
			}
		}
		reached = next
		skip()
	}
	return reached[len(pattern)]
}

func (f *Files) notFound(name string) *PathNotFoundError {
	p, _ := clean(name)
	return &PathNotFoundError{Path: name, Revision: f.revision, Nearest: f.nearest(p), Link: f.content.links[p]}
}
