// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// session runs what looks at the repository, and fails where that fails.
func (l *life) session(look func(*Session) error) {
	l.t.Helper()
	_, err := l.writer.Publish(l.t.Context(), Access{Repository: l.repo(), Secret: basic()}, func(_ context.Context, s *Session) ([]Branch, error) {
		return nil, look(s)
	})
	if err != nil {
		l.t.Error(err)
	}
}

// fetches counts how often objects were asked for.
func (w *world) fetches() *int {
	n := new(int)
	w.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "git-upload-pack") {
			*n++
		}
		return true
	}
	return n
}

// onDemand has the server hand out single files.
func (w *world) onDemand() {
	w.git(w.bare, "config", "uploadpack.allowFilter", "true")
	w.git(w.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
}

func TestFilesIsAFileSystem(t *testing.T) {
	for name, prepare := range map[string]func(*life){
		"whole clone":              func(*life) {},
		"partial clone":            func(l *life) { l.onDemand() },
		"filter without any file":  func(l *life) { l.git(l.bare, "config", "uploadpack.allowFilter", "true") },
		"any file, without filter": func(l *life) { l.git(l.bare, "config", "uploadpack.allowAnySHA1InWant", "true") },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLife(t)
			prepare(l)
			l.onMain("empty", "")
			l.session(func(s *Session) error {
				return fstest.TestFS(s.Files(), "README.md", "nf/upf/base.yaml", "dri", "empty")
			})
		})
	}
}

func TestFilesOnDemand(t *testing.T) {
	l := newLife(t)
	l.onDemand()
	for _, name := range []string{"a/1.yaml", "a/2.yaml", "a/b/3.yaml", "a/4.txt"} {
		l.onMain(name, name)
	}
	if err := os.Symlink("1.yaml", l.work+"/a/link.yaml"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(l.work+"/a/module.yaml", 0o755); err != nil {
		t.Fatal(err)
	}
	l.git(l.work, "update-index", "--add", "--cacheinfo", "160000,"+l.rev("main")+",a/module.yaml")
	l.onMain("last", "last")
	n := l.fetches()
	after := func(what string, want int) {
		t.Helper()
		if *n != want {
			t.Errorf("%s: %d requests, want %d", what, *n, want)
		}
	}
	prefetch := func(s *Session) error {
		return s.Prefetch("a", func(name string) bool { return strings.HasSuffix(name, ".yaml") })
	}
	l.session(func(s *Session) error {
		after("opened", 1)
		if _, err := fs.ReadDir(s.Files(), "a/b"); err != nil {
			return err
		}
		after("a folder", 1)
		if err := prefetch(s); err != nil {
			return err
		}
		after("prefetched", 2)
		for _, name := range []string{"a/1.yaml", "a/2.yaml", "a/b/3.yaml"} {
			if got, err := fs.ReadFile(s.Files(), name); err != nil || string(got) != name {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		after("read", 2)
		if got, err := fs.ReadFile(s.Files(), "a/4.txt"); err != nil || string(got) != "a/4.txt" {
			t.Errorf("%q, %v", got, err)
		}
		after("another", 3)
		for _, name := range []string{"a/link.yaml", "a/module.yaml", "a"} {
			if _, err := fs.ReadFile(s.Files(), name); err == nil || errors.Is(err, fs.ErrNotExist) || errors.As(err, new(*Error)) {
				t.Errorf("%s is no file: %v", name, err)
			}
		}
		if _, err := fs.ReadFile(s.Files(), "a/1.yaml/x"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("below a file: %v", err)
		}
		if err := s.Prefetch("nowhere", func(string) bool { return true }); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("no folder: %v", err)
		}
		return s.Prefetch("README.md", func(string) bool { return false })
	})
	*n = 0
	l.session(prefetch)
	after("another session", 1)
}

// A file that is larger than the cache is read all the same.
func TestFilesBeyondTheCache(t *testing.T) {
	l := newLife(t)
	l.onDemand()
	l.writer = New(Options{CacheBytes: 4})
	l.session(func(s *Session) error {
		for _, name := range []string{"README.md", "nf/upf/base.yaml", "README.md"} {
			if got, err := fs.ReadFile(s.Files(), name); err != nil || len(got) == 0 {
				return err
			}
		}
		return nil
	})
}

// What keeps a file from being read is an *Error, and not that it does not exist.
func TestFilesOfAServerThatFails(t *testing.T) {
	l := newLife(t)
	l.onDemand()
	l.session(func(s *Session) error {
		l.before = func(rw http.ResponseWriter, _ *http.Request) bool {
			http.Error(rw, "out of order", http.StatusBadGateway)
			return false
		}
		_, err := fs.ReadFile(s.Files(), "README.md")
		var typed *Error
		if !errors.As(err, &typed) || typed.Kind != ErrUnreachable || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v", err)
		}
		if err := s.Prefetch(".", func(string) bool { return true }); !errors.As(err, &typed) {
			t.Errorf("%v", err)
		}
		return nil
	})
}

func TestFilesBounded(t *testing.T) {
	l := newLife(t)
	l.onDemand()
	l.writer = New(Options{MaxBytes: 64 << 10})
	l.onMain("big", noise(300<<10))
	l.session(func(s *Session) error {
		if _, err := fs.ReadFile(s.Files(), "big"); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%v", err)
		}
		_, err := fs.ReadFile(s.Files(), "README.md")
		return err
	})
}

// noise is text that cannot be compressed much, the same each time.
func noise(n int) string {
	text := make([]byte, n)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = byte(' ' + random.IntN(94))
	}
	return string(text)
}
