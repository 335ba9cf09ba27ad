// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Options of a Pusher. The zero value is usable.
type Options struct {
	// Dir for temporary files. Default: the system's.
	Dir string
	// MaxBytes a server may send in one answer. Default 256 MiB.
	MaxBytes int64
	// Attempts when others push to the same branch. Default 5.
	Attempts int
	// Backoff before the second attempt, doubled for each further one. Default 100 ms.
	Backoff time.Duration
	// Timeout of one Push where the GitRepository has none. Default 60 s.
	Timeout time.Duration
	// Now gives the time of a commit. Default time.Now.
	Now func() time.Time
}

// Pusher writes reports to Git. It holds no state and may be used concurrently.
type Pusher struct{ o Options }

// New makes a Pusher.
func New(o Options) *Pusher {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 256 << 20
	}
	if o.Attempts <= 0 {
		o.Attempts = 5
	}
	if o.Backoff <= 0 {
		o.Backoff = 100 * time.Millisecond
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Pusher{o: o}
}

// Push commits the report to its branch of the repository behind the Flux
// GitRepository, with the data of the Secret its spec.secretRef names (nil
// where it names none). The branch is made from what Flux reconciles if it is
// not there yet. Content that the branch holds already is not pushed again.
// Errors are *Error, or the context's own when it was cancelled.
func (p *Pusher) Push(ctx context.Context, repo *sourcev1.GitRepository, secret map[string][]byte, r Report) (Result, error) {
	c, err := r.change()
	if err != nil {
		return Result{}, err
	}
	t := trackedBy(repo)
	t.others = r.Protected
	subject := "push to branch " + c.branch + " of GitRepository " + repo.Namespace + "/" + repo.Name
	if err := supported(repo); err != nil {
		err.Subject = subject
		return Result{}, err
	}
	if err := t.guard(c.ref(), ""); err != nil {
		return Result{}, withSubject(err, subject)
	}
	rem, err := newRemote(repo.Spec.URL, secret, p.o.MaxBytes)
	if err != nil {
		return Result{}, err
	}
	defer rem.close()

	timeout := p.o.Timeout
	if repo.Spec.Timeout != nil && repo.Spec.Timeout.Duration > 0 {
		timeout = repo.Spec.Timeout.Duration
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	res, err := p.retry(ctx, rem, t, c)
	if err != nil {
		return Result{}, classify(ctx, err, subject)
	}
	return res, nil
}

// retry attempts the push again while others move the branch.
func (p *Pusher) retry(ctx context.Context, rem *remote, t tracked, c change) (Result, error) {
	wait := p.o.Backoff
	for n := 1; ; n++ {
		res, err := p.attempt(ctx, rem, t, c)
		var moved *movedError
		if !errors.As(err, &moved) || n == p.o.Attempts {
			return res, err
		}
		select {
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// attempt fetches, writes, commits and pushes once, from nothing.
func (p *Pusher) attempt(ctx context.Context, rem *remote, t tracked, c change) (Result, error) {
	refs, err := rem.refs(ctx)
	if err != nil {
		return Result{}, &phaseError{phase: fetching, err: err}
	}
	defer refs.Close()
	if err := t.guard(c.ref(), refs.defaultBranch()); err != nil {
		return Result{}, err
	}
	branch := c.branch
	old, exists := refs.References[c.ref().String()]
	tip := old
	if !exists {
		if tip, branch, err = t.resolve(refs); err != nil {
			return Result{}, err
		}
		if err := parentBranch(refs, c.ref()); err != nil {
			return Result{}, err
		}
	}

	dir, err := os.MkdirTemp(p.o.Dir, "gitreport-")
	if err != nil {
		return Result{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return Result{}, err
	}
	store := filesystem.NewStorage(osfs.New(dir, osfs.WithBoundOS()), cache.NewObjectLRU(4*cache.MiByte))
	defer store.Close()
	if err := refs.fetch(ctx, tip, store); err != nil {
		return Result{}, &phaseError{phase: fetching, err: err}
	}
	w := newWriter(store)
	commit, err := p.write(w, tip, c)
	if err != nil {
		return Result{}, err
	}
	if commit.IsZero() {
		return Result{Branch: branch, Commit: tip.String()}, nil
	}
	if err := p.send(ctx, rem, w, c.ref(), old, commit); err != nil {
		return Result{}, err
	}
	return Result{Branch: c.branch, Commit: commit.String(), Pushed: true}, nil
}

// write makes the commit on top of tip; zero where nothing would change.
func (p *Pusher) write(w *writer, tip plumbing.Hash, c change) (plumbing.Hash, error) {
	parent, err := peel(w.from, tip)
	if err != nil {
		return plumbing.ZeroHash, &phaseError{phase: fetching, err: err}
	}
	blob, err := w.blob(c.content)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	tree, err := w.put(parent.TreeHash, c.path, blob)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if tree == parent.TreeHash {
		return plumbing.ZeroHash, nil
	}
	return w.commit(tree, parent.Hash, c, p.o.Now())
}

// send pushes the new objects. A refusal because the branch moved is told from
// one that will stay by looking at the branch again.
func (p *Pusher) send(ctx context.Context, rem *remote, w *writer, ref plumbing.ReferenceName, old, commit plumbing.Hash) error {
	var pack bytes.Buffer
	if _, err := packfile.NewEncoder(&pack, w.to, false).Encode(w.made, 0); err != nil {
		return err
	}
	err := rem.push(ctx, ref, old, commit, io.NopCloser(&pack))
	var refused *refusedError
	if !errors.As(err, &refused) {
		if err != nil {
			return &phaseError{phase: pushing, err: err}
		}
		return nil
	}
	if strings.Contains(refused.status, "lock") && !strings.Contains(refused.status, "hook") {
		return &movedError{branch: ref} // somebody else is just writing it
	}
	now, err := rem.refs(ctx)
	if err != nil {
		return refused
	}
	defer now.Close()
	if now.References[ref.String()] != old {
		return &movedError{branch: ref}
	}
	return refused
}

// supported refuses what needs more than the Secret's data.
func supported(repo *sourcev1.GitRepository) *Error {
	p := repo.Spec.Provider
	if p != "" && p != sourcev1.GitProviderGeneric {
		return &Error{Kind: ErrInvalid, Message: "spec.provider " + p + " is not supported for writing",
			Remedy: "name a GitRepository with a secretRef in spec.drift.report.gitRepositoryRef"}
	}
	if repo.Spec.ProxySecretRef != nil {
		return &Error{Kind: ErrInvalid, Message: "spec.proxySecretRef is not supported for writing",
			Remedy: "name a GitRepository without a proxy in spec.drift.report.gitRepositoryRef"}
	}
	return nil
}

func withSubject(err error, subject string) error {
	var e *Error
	if errors.As(err, &e) && e.Subject == "" {
		c := *e
		c.Subject = subject
		return &c
	}
	return err
}
