// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/storage/memory"
)

// AuthorOf says who wrote a commit, given by its hash. It fetches that one commit
// without its folders and files, where the server hands out single commits and allows
// partial clone; else the newest Options.History commits of what Flux follows, among
// which it looks for it. It writes nothing anywhere. Errors are *Error, ErrNotFound
// where the commit was not found, or the context's own when it was cancelled.
func (w *Writer) AuthorOf(ctx context.Context, a Access, commit string) (Author, error) {
	subject := fmt.Sprintf("commit %s of GitRepository %s/%s", commit, a.Repository.Namespace, a.Repository.Name)
	if !plumbing.IsHash(commit) {
		return Author{}, &Error{Kind: ErrInvalid, Subject: subject, Message: "it is no SHA-1"}
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout(a.Repository))
	defer cancel()
	rem, err := w.remote(ctx, a)
	if err != nil {
		return Author{}, withSubject(err, subject)
	}
	defer rem.close()
	c, err := w.commitOnly(ctx, rem, trackedBy(a.Repository), plumbing.NewHash(commit))
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return Author{}, &Error{Kind: ErrNotFound, Subject: subject,
			Message: fmt.Sprintf("it is not among the newest %d of what Flux follows", w.o.History), Err: err}
	}
	if err != nil {
		return Author{}, classify(ctx, &phaseError{phase: fetching, err: err}, subject)
	}
	return Author{
		Name: oneLine(c.Author.Name), Email: oneLine(c.Author.Email), Commit: c.Hash.String(), When: c.Author.When,
	}, nil
}

// commitOnly fetches as little as the server allows to see one commit.
func (w *Writer) commitOnly(ctx context.Context, rem *remote, track tracked, commit plumbing.Hash) (*object.Commit, error) {
	r, err := rem.refs(ctx)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	want, depth := commit, 1
	if !r.advertises(commit) && !r.handsOutFiles() {
		if want, _, err = track.resolve(r); err != nil {
			return nil, err
		}
		depth = w.o.History
	}
	store := memory.NewStorage()
	if err := r.commits(ctx, store, depth, want); err != nil {
		return nil, err
	}
	return object.GetCommit(store, commit)
}

// advertises says whether a reference, or the tag it stands for, leads to a commit.
func (r *refs) advertises(commit plumbing.Hash) bool {
	for _, known := range []map[string]plumbing.Hash{r.References, r.Peeled} {
		if slices.Contains(slices.Collect(maps.Values(known)), commit) {
			return true
		}
	}
	return r.Head != nil && *r.Head == commit
}

// commits stores commits, depth commits deep, without trees and files where the server
// can leave them out.
func (r *refs) commits(ctx context.Context, into *memory.Storage, depth int, want plumbing.Hash) error {
	req := packp.NewUploadPackRequestFromCapabilities(r.Capabilities)
	req.Wants = []plumbing.Hash{want}
	if r.Capabilities.Supports(capability.Shallow) {
		req.Depth = packp.DepthCommits(depth)
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return err
		}
	}
	if r.Capabilities.Supports(capability.Filter) {
		req.Filter = packp.FilterTreeDepth(0)
		if err := req.Capabilities.Set(capability.Filter); err != nil {
			return err
		}
	}
	return r.unpack(ctx, into, req)
}
