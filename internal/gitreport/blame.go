// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/utils/diff"
	"github.com/sergi/go-diff/diffmatchpatch"
)

// Author is who wrote a line.
type Author struct {
	Name, Email string
	// Commit that wrote it, and When it was authored.
	Commit string
	When   time.Time
}

// String is the author as Git writes one.
func (a Author) String() string {
	if a.Email == "" {
		return a.Name
	}
	return a.Name + " <" + a.Email + ">"
}

// Blame says who wrote lines, counted from 1, of a file at Base, by the history of
// first parents as far back as Options.History. A renamed file begins with the commit
// that renamed it: its older lines are that commit's. A line that is older has no author;
// nor has any where the server does not hand out history or single files: then the
// result is empty, which is no error.
func (s *Session) Blame(path string, lines []int) (map[int]Author, error) {
	key := s.Base() + ":" + path
	authors, ok := s.w.blames.get(key)
	if !ok {
		var err error
		if authors, err = s.blame(path); s.ctx.Err() != nil {
			return nil, s.failed("history of "+path, err)
		}
		s.w.blames.put(key, authors) // also that the server does not tell
	}
	out := map[int]Author{}
	for _, line := range lines {
		if line >= 1 && line <= len(authors) && authors[line-1].Commit != "" {
			out[line] = authors[line-1]
		}
	}
	return out, nil
}

// version is a file as a commit left it.
type version struct {
	commit *object.Commit
	file   plumbing.Hash
}

// blame returns the author of each line.
func (s *Session) blame(path string) ([]Author, error) {
	if !s.refs.handsOutFiles() || s.w.o.History < 2 {
		return nil, nil
	}
	if err := s.fetchHistory(); err != nil {
		return nil, err
	}
	versions, whole, err := s.versions(path)
	if err != nil || len(versions) == 0 {
		return nil, err
	}
	hashes := make([]plumbing.Hash, 0, len(versions))
	for _, v := range versions {
		hashes = append(hashes, v.file)
	}
	if err := s.files(hashes); err != nil {
		return nil, err
	}
	newest, err := s.file(versions[0].file)
	if err != nil {
		return nil, err
	}
	authors := make([]Author, countLines(string(newest)))
	// lines maps the lines of the version in hand to those of the newest; -1: not there.
	lines := make([]int, len(authors))
	for i := range lines {
		lines[i] = i
	}
	text := string(newest)
	for i, v := range versions {
		if i == len(versions)-1 {
			if whole {
				credit(authors, lines, v.commit)
			}
			break
		}
		older, err := s.file(versions[i+1].file)
		if err != nil {
			return nil, err
		}
		var fresh []int
		lines, fresh = follow(string(older), text, lines)
		credit(authors, fresh, v.commit)
		text = string(older)
	}
	return authors, nil
}

// follow returns the lines of the older text in terms of the newest one, and those
// that the newer text, whose lines are given so, has of its own.
func follow(older, newer string, lines []int) (old, fresh []int) {
	at := 0
	for _, d := range diff.Do(older, newer) {
		n := countLines(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			old = append(old, lines[at:at+n]...)
			at += n
		case diffmatchpatch.DiffInsert:
			fresh = append(fresh, lines[at:at+n]...)
			at += n
		case diffmatchpatch.DiffDelete:
			for range n {
				old = append(old, -1)
			}
		}
	}
	return old, fresh
}

func credit(authors []Author, lines []int, c *object.Commit) {
	for _, line := range lines {
		if line >= 0 {
			authors[line] = Author{Name: oneLine(c.Author.Name), Email: oneLine(c.Author.Email), Commit: c.Hash.String(), When: c.Author.When}
		}
	}
}

func countLines(s string) int {
	n := strings.Count(s, "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		n++
	}
	return n
}

// fetchHistory fetches older commits and their folders, once.
func (s *Session) fetchHistory() error {
	if s.deep {
		return nil
	}
	s.deep = true
	return s.fetch(s.ctx, func(r *refs) error { return r.fetch(s.ctx, s.store, s.w.o.History, false, s.base.Hash) })
}

// versions are the commits that changed a file, newest first. whole says that the
// last of them is the one that made the file.
func (s *Session) versions(path string) (out []version, whole bool, err error) {
	w := &writer{session: s}
	for c := s.base; ; {
		file, err := w.at(c.TreeHash, path)
		if err != nil {
			return nil, false, err
		}
		if file.IsZero() {
			return out, true, nil
		}
		if n := len(out); n > 0 && out[n-1].file == file {
			out[n-1].commit = c // it was there before already
		} else {
			out = append(out, version{commit: c, file: file})
		}
		if len(c.ParentHashes) == 0 {
			return out, true, nil
		}
		c, err = object.GetCommit(s.store, c.ParentHashes[0])
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			return out, false, nil // as far as was fetched
		}
		if err != nil {
			return nil, false, err
		}
	}
}

// blameCache keeps the authors of files at a base. A new base empties what is old.
type blameCache struct {
	mu      sync.Mutex
	authors map[string][]Author
}

const maxBlames = 256

func newBlameCache() *blameCache { return &blameCache{authors: map[string][]Author{}} }

func (c *blameCache) get(key string) ([]Author, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.authors[key]
	return a, ok
}

func (c *blameCache) put(key string, a []Author) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.authors) >= maxBlames {
		clear(c.authors)
	}
	c.authors[key] = a
}
