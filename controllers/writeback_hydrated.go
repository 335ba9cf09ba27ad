// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
)

// Hydrated is the full configuration of a NetworkFunction as it was applied, on its
// way to Git.
type Hydrated struct {
	// Repository to push to, as namespace/name of the GitRepository.
	Repository string
	// Branch and Path of the file, placeholders filled.
	Branch, Path string
	// Digest of the applied tree, as in status.lastAppliedDigest.
	Digest string
	// Revision that it was applied at; may be empty.
	Revision string
	// Content of the file.
	Content []byte
}

// HydratedStore holds hydrated configurations until they are in Git. It lives in
// memory: after a restart the NetworkFunctions put theirs again.
type HydratedStore struct {
	// Repositories wakes the write-back of a GitRepository, Functions the
	// NetworkFunction whose configuration is in Git.
	Repositories, Functions wakes

	mu      sync.Mutex
	pending map[types.NamespacedName]packed
	done    map[types.NamespacedName]v1alpha1.HydratedCommit
}

// packed is a Hydrated whose content is compressed.
type packed struct {
	Hydrated
	gzipped []byte
	// failure is why it could not be committed, as far as that was told.
	failure string
}

// NewHydratedStore makes an empty one.
func NewHydratedStore() *HydratedStore {
	return &HydratedStore{
		Repositories: newWakes(), Functions: newWakes(),
		pending: map[types.NamespacedName]packed{}, done: map[types.NamespacedName]v1alpha1.HydratedCommit{},
	}
}

// Put hands over what was applied, in place of what waits of the same
// NetworkFunction.
func (s *HydratedStore) Put(nf types.NamespacedName, h Hydrated) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	// Writing to memory does not fail.
	_, _ = z.Write(h.Content)
	_ = z.Close()
	p := packed{Hydrated: h, gzipped: b.Bytes()}
	p.Content = nil

	s.mu.Lock()
	before, waits := s.pending[nf]
	p.failure = before.failure
	s.pending[nf] = p
	s.mu.Unlock()
	if !waits || before.Digest != h.Digest || before.Repository != h.Repository || before.Branch != h.Branch || before.Path != h.Path {
		s.Repositories.send(h.Repository)
	}
}

// Done is where the configuration of a NetworkFunction was committed last since the
// manager started, and whether any was.
func (s *HydratedStore) Done(nf types.NamespacedName) (v1alpha1.HydratedCommit, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.done[nf]
	return c, ok
}

// Forget drops what is held of a NetworkFunction that is gone.
func (s *HydratedStore) Forget(nf types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, nf)
	delete(s.done, nf)
}

// waiting is what waits for a repository, by NetworkFunction, still packed.
func (s *HydratedStore) waiting(repository string) map[types.NamespacedName]packed {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[types.NamespacedName]packed{}
	for nf, p := range s.pending {
		if p.Repository == repository {
			out[nf] = p
		}
	}
	return out
}

// committed notes that what waited is in Git, and wakes the NetworkFunction. What
// was put meanwhile goes on waiting.
func (s *HydratedStore) committed(nf types.NamespacedName, p packed, commit string) {
	s.mu.Lock()
	if now, ok := s.pending[nf]; ok && now.Digest == p.Digest && now.Repository == p.Repository && now.Branch == p.Branch && now.Path == p.Path {
		delete(s.pending, nf)
	}
	s.done[nf] = v1alpha1.HydratedCommit{Repository: p.Repository, Branch: p.Branch, Path: p.Path, Commit: commit, Digest: p.Digest}
	s.mu.Unlock()
	s.Functions.send(nf.String())
}

// refused notes why what waits of a NetworkFunction is not in Git, and says whether
// that is news.
func (s *HydratedStore) refused(nf types.NamespacedName, failure string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pending[nf]
	if !ok || p.failure == failure {
		return false
	}
	p.failure = failure
	s.pending[nf] = p
	return true
}

// content unpacks.
func (p packed) content() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(p.gzipped))
	if err != nil {
		return nil, fmt.Errorf("unpacking a hydrated configuration: %w", err)
	}
	return io.ReadAll(z)
}

// hydratedBranches are the branches that hold nothing but hydrated files, sorted.
func hydratedBranches(waiting map[types.NamespacedName]packed) ([]gitreport.Branch, error) {
	names := map[string][]types.NamespacedName{}
	for nf, p := range waiting {
		names[p.Branch] = append(names[p.Branch], nf)
	}
	out := make([]gitreport.Branch, 0, len(names))
	for branch, members := range names {
		slices.SortFunc(members, compareNames)
		b := gitreport.Branch{Name: branch, Files: map[string][]byte{}, Detached: true, Message: hydratedMessage(members, waiting)}
		for _, nf := range members {
			content, err := waiting[nf].content()
			if err != nil {
				return nil, err
			}
			b.Files[waiting[nf].Path] = content
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b gitreport.Branch) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// hydratedMessage is the message of a commit of hydrated files.
func hydratedMessage(members []types.NamespacedName, waiting map[types.NamespacedName]packed) string {
	var b strings.Builder
	if len(members) == 1 {
		fmt.Fprintf(&b, "hydrated(%s)", members[0])
		if r := waiting[members[0]].Revision; r != "" {
			b.WriteString(": applied " + gitreport.ShortRevision(r))
		}
	} else {
		fmt.Fprintf(&b, "hydrated: %d network functions", len(members))
	}
	b.WriteString("\n\n")
	const most = 200
	for _, nf := range members[:min(most, len(members))] {
		fmt.Fprintf(&b, "NetworkFunction: %s\n", nf)
		if r := waiting[nf].Revision; r != "" && len(members) == 1 {
			fmt.Fprintf(&b, "Revision: %s\n", r)
		}
	}
	return b.String()
}

func compareNames(a, b types.NamespacedName) int { return strings.Compare(a.String(), b.String()) }
