// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// artifactServer serves artifacts as source-controller does.
type artifactServer struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte
}

func newArtifactServer() *artifactServer {
	s := &artifactServer{files: map[string][]byte{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		data, ok := s.files[r.URL.Path]
		s.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}))
	return s
}

// put stores files as an artifact and returns what a source says of it.
func (s *artifactServer) put(t *testing.T, revision string, files map[string]string) *meta.Artifact {
	t.Helper()
	data := tarball(t, files)
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	path := "/" + digest + ".tar.gz"
	s.mu.Lock()
	s.files[path] = data
	s.mu.Unlock()
	size := int64(len(data))
	return &meta.Artifact{
		URL: s.URL + path, Path: path, Revision: revision, Digest: "sha256:" + digest,
		Size: &size, LastUpdateTime: metav1.Now(),
	}
}

func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	tw := tar.NewWriter(gz)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gitRepository stands for one that source-controller reconciled: an object with
// a real artifact behind it.
func (w *world) gitRepository(name, revision string, files map[string]string) *sourcev1.GitRepository {
	w.t.Helper()
	repo := w.emptyRepository(name)
	w.create(repo)
	w.publish(repo, revision, files)
	return repo
}

// emptyRepository is one that source-controller has not fetched yet.
func (w *world) emptyRepository(name string) *sourcev1.GitRepository {
	return &sourcev1.GitRepository{
		ObjectMeta: w.meta(name),
		Spec:       sourcev1.GitRepositorySpec{URL: "https://git.example.com/core.git", Interval: metav1.Duration{Duration: time.Hour}},
	}
}

// layer is one read from a file of a GitRepository.
func layer(name, repository, path string) v1alpha1.ConfigLayer {
	return v1alpha1.ConfigLayer{Name: name, SourceRef: &v1alpha1.SourceReference{Kind: "GitRepository", Name: repository}, Path: path}
}

// publish gives a source a new artifact.
func (w *world) publish(repo *sourcev1.GitRepository, revision string, files map[string]string) {
	w.t.Helper()
	w.editStatus(repo, func() {
		repo.Status.Artifact = artifacts.put(w.t, revision, files)
		repo.Status.ObservedGeneration = repo.Generation
		repo.Status.Conditions = []metav1.Condition{{
			Type: meta.ReadyCondition, Status: metav1.ConditionTrue, Reason: meta.SucceededReason,
			Message: "stored artifact for revision " + revision, LastTransitionTime: metav1.Now(), ObservedGeneration: repo.Generation,
		}}
	})
}
