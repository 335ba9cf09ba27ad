// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/storage/memory"
)

// writer makes new objects beside what was fetched, and remembers them in the
// order they were made: they are the pack that is pushed.
type writer struct {
	from storer.EncodedObjectStorer
	to   *memory.Storage
	made []plumbing.Hash
}

func newWriter(from storer.EncodedObjectStorer) *writer {
	return &writer{from: from, to: memory.NewStorage()}
}

func (w *writer) store(o plumbing.EncodedObject) (plumbing.Hash, error) {
	h, err := w.to.SetEncodedObject(o)
	if err == nil {
		w.made = append(w.made, h)
	}
	return h, err
}

// blob makes a file's content.
func (w *writer) blob(content []byte) (plumbing.Hash, error) {
	o := w.to.NewEncodedObject()
	o.SetType(plumbing.BlobObject)
	o.SetSize(int64(len(content)))
	out, err := o.Writer()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if _, err := out.Write(content); err != nil {
		return plumbing.ZeroHash, err
	}
	if err := out.Close(); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.store(o)
}

// put gives the tree that is like tree but has the blob at path. The new hash
// is the old one where the blob is there already.
func (w *writer) put(tree plumbing.Hash, path []string, blob plumbing.Hash) (plumbing.Hash, error) {
	var entries []object.TreeEntry
	if !tree.IsZero() {
		t, err := object.GetTree(w.from, tree)
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("tree %s: %w", tree, err)
		}
		entries = slices.Clone(t.Entries)
	}
	i := slices.IndexFunc(entries, func(e object.TreeEntry) bool { return e.Name == path[0] })
	entry := object.TreeEntry{Name: path[0], Mode: filemode.Regular, Hash: blob}
	if len(path) > 1 {
		below := plumbing.ZeroHash
		if i >= 0 {
			if entries[i].Mode != filemode.Dir {
				return plumbing.ZeroHash, &occupiedError{name: path[0]}
			}
			below = entries[i].Hash
		}
		sub, err := w.put(below, path[1:], blob)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		entry.Mode, entry.Hash = filemode.Dir, sub
	} else if i >= 0 && entries[i].Mode == filemode.Dir {
		return plumbing.ZeroHash, &occupiedError{name: path[0], dir: true}
	}
	if i >= 0 {
		if entries[i].Hash == entry.Hash {
			return tree, nil
		}
		entries[i] = entry
	} else {
		entries = append(entries, entry)
	}
	return w.tree(entries)
}

func (w *writer) tree(entries []object.TreeEntry) (plumbing.Hash, error) {
	sort.Sort(object.TreeEntrySorter(entries))
	o := w.to.NewEncodedObject()
	if err := (&object.Tree{Entries: entries}).Encode(o); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.store(o)
}

// commit makes a commit of tree on top of parent.
func (w *writer) commit(tree, parent plumbing.Hash, c change, when time.Time) (plumbing.Hash, error) {
	sig := object.Signature{Name: c.author.Name, Email: c.author.Email, When: when}
	o := w.to.NewEncodedObject()
	commit := &object.Commit{
		Author: sig, Committer: sig, Message: c.message,
		TreeHash: tree, ParentHashes: []plumbing.Hash{parent},
	}
	if err := commit.Encode(o); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.store(o)
}

// peel follows annotated tags to the commit.
func peel(s storer.EncodedObjectStorer, h plumbing.Hash) (*object.Commit, error) {
	for range 8 {
		tag, err := object.GetTag(s, h)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		h = tag.Target
	}
	return object.GetCommit(s, h)
}

// occupiedError: something else is where the file or its folder should be.
type occupiedError struct {
	name string
	dir  bool
}

func (e *occupiedError) Error() string {
	if e.dir {
		return fmt.Sprintf("%s is a folder in the repository", e.name)
	}
	return fmt.Sprintf("%s is not a folder in the repository", e.name)
}
