// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
)

// Options of a Writer. The zero value is usable.
type Options struct {
	// Dir for temporary files. Default: the system's.
	Dir string
	// MaxBytes a server may send in one answer. Default 256 MiB.
	MaxBytes int64
	// CacheBytes of files that are kept from one Publish to the next. Default 64 MiB.
	CacheBytes int64
	// History is how many commits Blame looks at. Default 200.
	History int
	// Attempts when others push to the same branches. Default 5.
	Attempts int
	// Backoff before the second attempt, doubled for each further one. Default 100 ms.
	Backoff time.Duration
	// Timeout of each part of a Publish, which are fetching and each push, where the
	// GitRepository has none. Default 60 s.
	Timeout time.Duration
	// Now gives the time of a commit. Default time.Now.
	Now func() time.Time
	// Author of the commits. Default Strowger.
	Author Signature
	// SignOff adds a Signed-off-by trailer.
	SignOff bool
	// Signer signs the commits; nil: they are not signed.
	Signer Signer
}

// Writer writes to Git what is reported there. It may be used concurrently. What
// it remembers only saves work: another Writer does the same.
type Writer struct {
	o      Options
	files  *fileCache
	blames *blameCache
	apps   apps
}

// New makes a Writer.
func New(o Options) *Writer {
	setDefault(&o.MaxBytes, 256<<20)
	setDefault(&o.CacheBytes, 64<<20)
	setDefault(&o.History, 200)
	setDefault(&o.Attempts, 5)
	setDefault(&o.Backoff, 100*time.Millisecond)
	setDefault(&o.Timeout, time.Minute)
	setDefault(&o.Author.Name, "Strowger")
	setDefault(&o.Author.Email, "strowger@nf.strowger.dev")
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Writer{o: o, files: newFileCache(o.CacheBytes), blames: newBlameCache()}
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Access is a repository and what is needed to write to it.
type Access struct {
	// Repository is the Flux GitRepository.
	Repository *sourcev1.GitRepository
	// Secret is the data of the Secret its spec.secretRef names, nil where it names none.
	Secret map[string][]byte
	// ProxySecret is the same for spec.proxySecretRef.
	ProxySecret map[string][]byte
	// Protected are further branches never to be written to, see Reconciled.
	Protected []string
}

// Branch is what a branch is to hold.
type Branch struct {
	// Name of the branch.
	Name string
	// Files by path, beside those of the branch that Flux follows.
	Files map[string][]byte
	// Report says which of Files are reports: where a person has committed to the
	// branch, only they are written.
	Report map[string]bool
	// Message of a commit, without the trailers that Publish adds.
	Message string
	// Restart says that the branch begins anew: what a person committed to it before
	// was decided, and stays only in its history.
	Restart bool
	// Detached says that the branch holds nothing of what Flux follows: only Files,
	// and the files that it holds already.
	Detached bool
}

// Written is what became of a branch.
type Written struct {
	// Branch that holds the files. It is the one that Flux follows where that holds
	// them all already and the branch does not exist.
	Branch string
	// Commit at its head.
	Commit string
	// Pushed is false where it held the same already.
	Pushed bool
	// Amended says that a person has committed to the branch.
	Amended bool
	// Err is why the branch could not be written, an *Error.
	Err error
}

// Publish makes one push of what compose wants, or a few where it is very many
// branches, and returns what became of each of
// the branches, in compose's order. When a branch moves meanwhile, or the one that
// Flux follows, compose is called again with a new Session. Errors are *Error, those
// of compose as they are, or the context's own when it was cancelled.
func (w *Writer) Publish(ctx context.Context, a Access, compose func(context.Context, *Session) ([]Branch, error)) ([]Written, error) {
	subject := "push to GitRepository " + a.Repository.Namespace + "/" + a.Repository.Name
	rem, err := w.connect(ctx, a)
	if err != nil {
		return nil, withSubject(err, subject)
	}
	defer rem.close()
	pushed := map[string]bool{}
	wait := w.o.Backoff
	for n := 1; ; n++ {
		written, err := w.attempt(ctx, rem, a, compose, pushed, n == w.o.Attempts)
		if !errors.As(err, new(*movedError)) {
			return written, withSubject(err, subject)
		}
		if n == w.o.Attempts {
			return written, nil // what keeps moving has its error
		}
		select {
		case <-ctx.Done():
			return nil, classify(ctx, ctx.Err(), subject)
		case <-time.After(wait):
			wait *= 2
		}
	}
}

func (w *Writer) connect(ctx context.Context, a Access) (*remote, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout(a.Repository))
	defer cancel()
	return w.remote(ctx, a)
}

func (w *Writer) timeout(repo *sourcev1.GitRepository) time.Duration {
	if t := repo.Spec.Timeout; t != nil && t.Duration > 0 {
		return t.Duration
	}
	return w.o.Timeout
}

// attempt fetches, composes, commits and pushes once, from nothing. What was pushed
// is noted in pushed, by branch, also beside an error. The last attempt is content with
// a base that has moved since.
func (w *Writer) attempt(ctx context.Context, rem *remote, a Access, compose func(context.Context, *Session) ([]Branch, error), pushed map[string]bool, last bool) ([]Written, error) {
	s, changes, err := w.prepare(ctx, rem, a, compose, last)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return nil, err
	}
	err = s.push(ctx, changes)
	out := make([]Written, 0, len(changes))
	for _, c := range changes {
		if c.written.Pushed {
			pushed[c.branch.Name] = true
		}
		c.written.Pushed = c.written.Err == nil && pushed[c.branch.Name]
		out = append(out, c.written)
	}
	return out, err
}

// prepare does all of an attempt but the push. The Session is to be closed also
// beside an error.
func (w *Writer) prepare(ctx context.Context, rem *remote, a Access, compose func(context.Context, *Session) ([]Branch, error), last bool) (*Session, []*change, error) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout(a.Repository))
	defer cancel()
	s, err := w.open(ctx, rem, a)
	if err != nil {
		return nil, nil, classify(ctx, err, "")
	}
	if tip, ok := s.refs.References[s.track.ref.String()]; ok && !last {
		s.still = &command{ref: s.track.ref, old: tip}
	}
	branches, err := compose(ctx, s)
	if err != nil {
		return s, nil, err
	}
	changes, err := s.changes(ctx, branches)
	if err != nil {
		return s, nil, classify(ctx, err, "")
	}
	return s, changes, nil
}
