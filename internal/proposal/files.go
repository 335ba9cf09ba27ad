// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package proposal

import (
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/strowger/strowger/api/v1alpha1"
)

// maxBlamed bounds how many files are asked for their authors in one round: a storm
// must not wait for the history of a thousand files.
const maxBlamed = 32

// cachedFiles keeps what was read: many network functions are declared in the same
// few files.
type cachedFiles struct {
	fs.FS
	read    map[string][]byte
	folders map[string][]fs.DirEntry
}

func newCachedFiles(files fs.FS) *cachedFiles {
	return &cachedFiles{FS: files, read: map[string][]byte{}, folders: map[string][]fs.DirEntry{}}
}

// ReadFile is of [fs.ReadFileFS]. Nobody may write to what it returns.
func (c *cachedFiles) ReadFile(name string) ([]byte, error) {
	if data, ok := c.read[name]; ok {
		return data, nil
	}
	data, err := fs.ReadFile(c.FS, name)
	if err == nil {
		c.read[name] = data
	}
	return data, err
}

// ReadDir is of [fs.ReadDirFS].
func (c *cachedFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if entries, ok := c.folders[name]; ok {
		return entries, nil
	}
	entries, err := fs.ReadDir(c.FS, name)
	if err == nil {
		c.folders[name] = entries
	}
	return entries, err
}

// prefetch gets at once what the proposals of the items will read.
func (c *composer) prefetch(items []Item) error {
	roots, files := map[string]bool{}, map[string]bool{}
	for i := range items {
		edits := items[i].Propose && adopts(items[i].Entries)
		if !edits && !c.traced {
			continue
		}
		for _, l := range items[i].Layers {
			switch {
			case l.Elsewhere != "":
			case l.File != "":
				files[l.File] = files[l.File] || edits
			case items[i].RootUnknown == "":
				roots[items[i].Root] = true
			}
		}
	}
	for _, root := range sortedKeys(roots) {
		if err := c.repo.Prefetch(root, isYAML); err != nil {
			return err
		}
	}
	folders := map[string]map[string]bool{}
	for file, edited := range files {
		if !edited {
			continue
		}
		dir, name := path.Dir(file), path.Base(file)
		if folders[dir] == nil {
			folders[dir] = map[string]bool{}
		}
		folders[dir][name] = true
	}
	for _, dir := range sortedKeys(folders) {
		if err := c.repo.Prefetch(dir, func(name string) bool { return folders[dir][path.Base(name)] }); err != nil {
			return err
		}
	}
	return nil
}

func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func adopts(entries []v1alpha1.DriftEntry) bool {
	return slices.ContainsFunc(entries, func(e v1alpha1.DriftEntry) bool { return e.Action == v1alpha1.DriftAdopt })
}

// blame fills in who wrote the lines that were found, for a bounded number of files.
// What the history does not tell stays empty.
func (c *composer) blame(outcomes []Outcome) {
	lines := map[string][]int{}
	for i := range outcomes {
		for file, found := range outcomes[i].lines {
			lines[file] = append(lines[file], found...)
		}
	}
	files := sortedKeys(lines)
	for _, file := range files[:min(len(files), maxBlamed)] {
		slices.Sort(lines[file])
		lines[file] = slices.Compact(lines[file])
		authors, err := c.repo.Blame(file, lines[file])
		if err != nil {
			continue
		}
		for i := range outcomes {
			for _, o := range outcomes[i].Origins {
				if o == nil || o.File != file {
					continue
				}
				if a, ok := authors[int(o.Line)]; ok && a.Name != "" {
					o.Author = clip(a.Name + " <" + a.Email + ">")
				}
			}
		}
	}
}

// clip bounds an author to what the API takes.
func clip(s string) string {
	const most = 256
	if len(s) <= most {
		return s
	}
	r := []rune(s)
	for len(string(r)) > most {
		r = r[:len(r)-1]
	}
	return string(r)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
