// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// writer makes the new objects of one branch, and remembers them in the order they
// were made: they are its part of the pack that is pushed.
type writer struct {
	session *Session
	made    []plumbing.Hash
}

func (w *writer) store(o plumbing.EncodedObject) (plumbing.Hash, error) {
	h, err := w.session.made.SetEncodedObject(o)
	if err == nil {
		w.made = append(w.made, h)
	}
	return h, err
}

// folder is what is to be in a folder.
type folder struct {
	files   map[string][]byte
	folders map[string]*folder
}

func newFolder() *folder { return &folder{files: map[string][]byte{}, folders: map[string]*folder{}} }

// foldersOf arranges files by their folders.
func foldersOf(files map[string][]byte) *folder {
	root := newFolder()
	for path, content := range files {
		at := root
		parts := strings.Split(path, "/")
		for _, name := range parts[:len(parts)-1] {
			if at.folders[name] == nil {
				at.folders[name] = newFolder()
			}
			at = at.folders[name]
		}
		at.files[parts[len(parts)-1]] = content
	}
	return root
}

// with gives the tree that is like tree but has the files; it is tree itself where
// that has them already.
func (w *writer) with(tree plumbing.Hash, files map[string][]byte) (plumbing.Hash, error) {
	return w.fill(tree, foldersOf(files))
}

func (w *writer) fill(tree plumbing.Hash, f *folder) (plumbing.Hash, error) {
	var entries []object.TreeEntry
	if !tree.IsZero() {
		t, err := w.session.tree(tree)
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("tree %s: %w", tree, err)
		}
		entries = slices.Clone(t.Entries)
	}
	changed := false
	set := func(e object.TreeEntry) {
		i := slices.IndexFunc(entries, func(o object.TreeEntry) bool { return o.Name == e.Name })
		switch {
		case i < 0:
			entries, changed = append(entries, e), true
		case entries[i] != e:
			entries[i], changed = e, true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.folders)) {
		have := find(entries, name)
		if have.Name != "" && have.Mode != filemode.Dir {
			return plumbing.ZeroHash, &occupiedError{name: name}
		}
		below, err := w.fill(have.Hash, f.folders[name])
		if err != nil {
			return plumbing.ZeroHash, err
		}
		set(object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: below})
	}
	for _, name := range slices.Sorted(maps.Keys(f.files)) {
		have := find(entries, name)
		if have.Mode == filemode.Dir {
			return plumbing.ZeroHash, &occupiedError{name: name, dir: true}
		}
		e := object.TreeEntry{Name: name, Mode: filemode.Regular, Hash: plumbing.ComputeHash(plumbing.BlobObject, f.files[name])}
		if have.Mode == filemode.Executable {
			e.Mode = filemode.Executable
		}
		if e.Hash != have.Hash {
			if _, err := w.blob(f.files[name]); err != nil {
				return plumbing.ZeroHash, err
			}
		}
		set(e)
	}
	if !changed {
		return tree, nil
	}
	return w.tree(entries)
}

// find is the entry of a name, the zero one where there is none.
func find(entries []object.TreeEntry, name string) object.TreeEntry {
	for _, e := range entries {
		if e.Name == name {
			return e
		}
	}
	return object.TreeEntry{}
}

// at is the file at a path of a tree, zero where there is none.
func (w *writer) at(tree plumbing.Hash, path string) (plumbing.Hash, error) {
	for part := range strings.SplitSeq(path, "/") {
		if tree.IsZero() {
			return tree, nil
		}
		t, err := w.session.tree(tree)
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			return plumbing.ZeroHash, nil // a file is where a folder was expected
		}
		if err != nil {
			return plumbing.ZeroHash, err
		}
		i := slices.IndexFunc(t.Entries, func(e object.TreeEntry) bool { return e.Name == part })
		if i < 0 {
			return plumbing.ZeroHash, nil
		}
		tree = t.Entries[i].Hash
	}
	return tree, nil
}

// blob makes a file's content.
func (w *writer) blob(content []byte) (plumbing.Hash, error) {
	o := w.session.made.NewEncodedObject()
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

func (w *writer) tree(entries []object.TreeEntry) (plumbing.Hash, error) {
	sort.Sort(object.TreeEntrySorter(entries))
	o := w.session.made.NewEncodedObject()
	if err := (&object.Tree{Entries: entries}).Encode(o); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.store(o)
}

// commit makes a commit.
func (w *writer) commit(plan commitPlan, message string) (plumbing.Hash, error) {
	o := w.session.w.o
	trailers := plan.trailers
	if o.SignOff {
		trailers = append(trailers, fmt.Sprintf("Signed-off-by: %s <%s>", o.Author.Name, o.Author.Email))
	}
	sig := object.Signature{Name: o.Author.Name, Email: o.Author.Email, When: o.Now()}
	commit := &object.Commit{
		Author: sig, Committer: sig, Message: withTrailers(message, trailers),
		TreeHash: plan.tree, ParentHashes: plan.parents,
	}
	if err := sign(commit, o.Signer); err != nil {
		return plumbing.ZeroHash, err
	}
	encoded := w.session.made.NewEncodedObject()
	if err := commit.Encode(encoded); err != nil {
		return plumbing.ZeroHash, err
	}
	return w.store(encoded)
}

// withTrailers adds to the trailers of a message.
func withTrailers(message string, trailers []string) string {
	message = strings.TrimRight(message, "\n") + "\n"
	if len(trailers) == 0 {
		return message
	}
	if len(trailersOf(message)) == 0 || !strings.Contains(strings.TrimSpace(message), "\n\n") {
		message += "\n"
	}
	return message + strings.Join(trailers, "\n") + "\n"
}

// pack holds objects as they are sent.
func pack(from storer.EncodedObjectStorer, objects []plumbing.Hash) (io.ReadCloser, error) {
	var b bytes.Buffer
	if _, err := packfile.NewEncoder(&b, from, false).Encode(objects, 0); err != nil {
		return nil, err
	}
	return io.NopCloser(&b), nil
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
