// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"testing"
)

// history makes commits of three authors on main and returns them, the oldest first.
func (w *world) history() []string {
	w.t.Helper()
	work := w.clone()
	w.git(work, "checkout", "-q", "main")
	var commits []string
	for i := range 3 {
		w.write(work, "nf/upf/base.yaml", fmt.Sprintf("a: %d\n", i+10))
		w.git(work, "add", "-A")
		w.git(work, "-c", "user.name=unused", "-c", "user.email=unused", "commit", "-q", "--author", fmt.Sprintf("Ada %d <ada-%d@example.com>", i, i), "-m", "change")
		w.git(work, "push", "-q", "origin", "HEAD:refs/heads/main")
		commits = append(commits, w.rev("main"))
	}
	return commits
}

// forge lets the server do what the forges let theirs do.
func (w *world) forge() *world {
	w.git(w.bare, "config", "uploadpack.allowFilter", "true")
	w.git(w.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
	return w
}

func TestAuthorOf(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"a plain server": func(*world) {},
		"a forge":        func(w *world) { w.forge() },
		"only filters":   func(w *world) { w.git(w.bare, "config", "uploadpack.allowFilter", "true") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			prepare(w)
			commits := w.history()
			w.serve(false)
			for i, commit := range commits {
				got, err := New(Options{}).AuthorOf(t.Context(), Access{Repository: w.repo(), Secret: basic()}, commit)
				if err != nil {
					t.Fatal(err)
				}
				if want := fmt.Sprintf("Ada %d <ada-%d@example.com>", i, i); got.String() != want || got.Commit != commit || got.When.IsZero() {
					t.Errorf("got %+v, want %s", got, want)
				}
			}
		})
	}
}

func TestAuthorOfOverSSH(t *testing.T) {
	w := newWorld(t)
	commits := w.history()
	repo := w.serve(false).repo()
	var secret map[string][]byte
	repo.Spec.URL, secret = w.serveSSH()
	got, err := New(Options{}).AuthorOf(t.Context(), Access{Repository: repo, Secret: secret}, commits[2])
	if err != nil || got.Name != "Ada 2" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Neither folders nor files are fetched where the server can leave them out.
func TestAuthorOfIsCheap(t *testing.T) {
	w := newWorld(t)
	noise := make([]byte, 256<<10)
	_, _ = rand.Read(noise)
	work := w.clone()
	w.write(work, "large.bin", hex.EncodeToString(noise))
	w.commitPush(work, "large", "main")
	commits := w.history()
	w.serve(false)
	small, access := New(Options{MaxBytes: 64 << 10}), Access{Repository: w.repo(), Secret: basic()}
	if _, err := small.AuthorOf(t.Context(), access, commits[2]); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a plain server sends everything, but got %v", err)
	}
	w.forge()
	for _, commit := range commits {
		if _, err := small.AuthorOf(t.Context(), access, commit); err != nil {
			t.Error(err)
		}
	}
}

func TestAuthorOfErrors(t *testing.T) {
	w := newWorld(t)
	commits := w.history()
	w.serve(false)
	elsewhere := w.repo()
	elsewhere.Spec.URL = w.http.URL + "/none.git"
	for name, tc := range map[string]struct {
		access Access
		commit string
		want   Kind
	}{
		"beyond the history": {Access{Repository: w.repo(), Secret: basic()}, commits[0], ErrNotFound},
		"no such commit":     {Access{Repository: w.repo(), Secret: basic()}, "0123456789012345678901234567890123456789", ErrNotFound},
		"no commit":          {Access{Repository: w.repo(), Secret: basic()}, "main", ErrInvalid},
		"wrong password":     {Access{Repository: w.repo()}, commits[2], ErrAuth},
		"no such repository": {Access{Repository: elsewhere, Secret: basic()}, commits[2], ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Options{History: 2}).AuthorOf(t.Context(), tc.access, tc.commit)
			var typed *Error
			if !errors.As(err, &typed) || typed.Kind != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.before = func(http.ResponseWriter, *http.Request) bool { cancel(); return true }
	if _, err := New(Options{}).AuthorOf(ctx, Access{Repository: w.repo(), Secret: basic()}, commits[2]); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}
