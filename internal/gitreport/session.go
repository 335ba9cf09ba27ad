// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"os"
	"path/filepath"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/memory"
)

// Session is a repository as it was when a Publish began.
type Session struct {
	w      *Writer
	ctx    context.Context // of the Publish: fs.FS has no place for it
	remote *remote
	refs   *refs
	access Access
	track  tracked

	base       *object.Commit
	baseBranch string
	dir        string
	store      *filesystem.Storage
	// made are the objects of new commits.
	made *memory.Storage
	// still is what Flux follows, which must not have moved for a push; nil: it may have.
	still *command
	// pushes that were made.
	pushes int
	// deep says that the history was fetched, whole that all files of base are in store.
	deep  bool
	whole bool
}

// open asks the server for its references and fetches the tip of what Flux follows.
func (w *Writer) open(ctx context.Context, rem *remote, a Access) (*Session, error) {
	refs, err := rem.refs(ctx)
	if err != nil {
		return nil, &phaseError{phase: fetching, err: err}
	}
	s := &Session{w: w, ctx: ctx, remote: rem, refs: refs, access: a, track: trackedBy(a.Repository), made: memory.NewStorage()}
	s.track.others = a.Protected
	if err := s.fetchBase(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *Session) fetchBase(ctx context.Context) error {
	tip, branch, err := s.track.resolve(s.refs)
	if err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp(s.w.o.Dir, "gitreport-"); err != nil {
		return err
	}
	if s.dir, err = filepath.EvalSymlinks(s.dir); err != nil {
		return err
	}
	s.store = filesystem.NewStorage(osfs.New(s.dir, osfs.WithBoundOS()), cache.NewObjectLRU(4*cache.MiByte))
	if err := s.refs.fetch(ctx, s.store, 1, false, tip); err != nil {
		return &phaseError{phase: fetching, err: err}
	}
	if s.base, err = peel(s.store, tip); err != nil {
		return &phaseError{phase: fetching, err: err}
	}
	s.baseBranch = branch
	return nil
}

func (s *Session) close() {
	s.refs.Close()
	if s.store != nil {
		_ = s.store.Close()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// Base is the commit at the tip of what Flux follows.
func (s *Session) Base() string { return s.base.Hash.String() }

// fetch asks for more, on a connection of its own where the first cannot be used again.
func (s *Session) fetch(ctx context.Context, get func(*refs) error) error {
	again, err := s.remote.refs(ctx)
	if err != nil {
		return &phaseError{phase: fetching, err: err}
	}
	defer again.Close()
	if err := get(again); err != nil {
		return &phaseError{phase: fetching, err: err}
	}
	return nil
}

// tree finds a tree among what was fetched and what was made.
func (s *Session) tree(h plumbing.Hash) (*object.Tree, error) {
	if t, err := object.GetTree(s.made, h); err == nil {
		return t, nil
	}
	return object.GetTree(s.store, h)
}
