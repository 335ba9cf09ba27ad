// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// many branches, each with a report of its own.
func many(n int, text string) []Branch {
	out := make([]Branch, n)
	for i := range out {
		p := fmt.Sprintf("drift/core/nf-%d.yaml", i)
		out[i] = Branch{Name: fmt.Sprintf("drift/core/nf-%d", i), Files: map[string][]byte{p: []byte(text + p)}, Report: map[string]bool{p: true}, Message: "drift\n"}
	}
	return out
}

// counting counts the pushes that arrive.
func (w *world) counting() *int {
	n := new(int)
	w.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "git-receive-pack") {
			*n++
		}
		return true
	}
	return n
}

func TestThousandBranchesInFewPushes(t *testing.T) {
	w := newWorld(t)
	pushes := w.counting()
	w.serve(false)
	for round, text := range []string{"a", "a", "b"} {
		start := time.Now()
		out, err := publish(t, w, New(Options{}), many(1000, text)...)
		t.Logf("round %d took %v", round, time.Since(start))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out {
			if o.Err != nil || o.Pushed != (round != 1) {
				t.Fatalf("round %d: %+v", round, o)
			}
		}
	}
	if *pushes != 2*1000/mostBranches {
		t.Errorf("%d pushes, want %d for what is new and as many for what changed", *pushes, 1000/mostBranches)
	}
	if got := w.git(w.bare, "for-each-ref", "--format=%(refname)", "refs/heads/drift/"); strings.Count(got, "\n") != 1000 {
		t.Errorf("%d branches", strings.Count(got, "\n"))
	}
}

func TestHookRefusesOneOfMany(t *testing.T) {
	w := newWorld(t)
	pushes := w.counting()
	w.hook("pre-receive", "while read o n r; do case $r in */nf-7) echo 'no seven' >&2; exit 1;; esac; done")
	w.serve(false)
	out, err := publish(t, w, New(Options{}), many(20, "a")...)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		if o.Pushed != (i != 7) || (o.Err != nil) != (i == 7) {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if err := out[7].Err; !errors.Is(err, ErrRejected) || !strings.Contains(err.Error(), "no seven") {
		t.Error(err)
	}
	if *pushes > 11 {
		t.Errorf("%d pushes", *pushes)
	}
}

func TestHookRefusesAll(t *testing.T) {
	w := newWorld(t)
	pushes := w.counting()
	w.hook("pre-receive", "echo 'no' >&2; exit 1")
	w.serve(false)
	out, err := publish(t, w, New(Options{}), many(200, "a")...)
	if err != nil || *pushes > 2*maxPushes {
		t.Errorf("%d pushes, %v", *pushes, err)
	}
	for _, o := range out {
		if !errors.Is(o.Err, ErrRejected) {
			t.Fatalf("%+v", o)
		}
	}
}

func TestBadBranchesAmongGoodOnes(t *testing.T) {
	w := newWorld(t).serve(false)
	w.git(w.bare, "branch", "taken", "main")
	file := map[string][]byte{"x": []byte("1")}
	branches := []Branch{{Name: "good/1"}, {Name: "a..b"}, {Name: "main"}, {Name: "live"}, {Name: "taken/below"}, {Name: "good/2"}}
	kinds := []Kind{"", ErrInvalid, ErrProtectedBranch, ErrProtectedBranch, ErrRejected, ""}
	for i := range branches {
		branches[i].Files, branches[i].Message = file, "m"
	}
	out, err := New(Options{}).Publish(t.Context(), Access{Repository: w.repo(), Secret: basic(), Protected: []string{"live"}},
		func(context.Context, *Session) ([]Branch, error) { return branches, nil })
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range out {
		if o.Pushed != (kinds[i] == "") || kinds[i] != "" && !errors.Is(o.Err, kinds[i]) || kinds[i] == "" && o.Err != nil {
			t.Errorf("%s: %+v", branches[i].Name, o)
		}
		if o.Err != nil && !errors.As(o.Err, new(*Error)) {
			t.Errorf("%T", o.Err)
		}
	}
}

// Two of one Publish that Git cannot have beside each other do not disturb a third.
func TestBranchesThatExcludeEachOther(t *testing.T) {
	w := newWorld(t).serve(false)
	file := map[string][]byte{"x": []byte("1")}
	out, err := publish(t, w, New(Options{Backoff: time.Millisecond}),
		Branch{Name: "a", Files: file, Message: "m"}, Branch{Name: "a/b", Files: file, Message: "m"}, Branch{Name: "c", Files: file, Message: "m"})
	if err != nil || !out[2].Pushed {
		t.Fatalf("%+v, %v", out, err)
	}
	if (out[0].Err == nil) == (out[1].Err == nil) {
		t.Errorf("one of two: %+v", out)
	}
}

func TestNoRoomForTemporaryFiles(t *testing.T) {
	w := newWorld(t).serve(false)
	_, err := publish(t, w, New(Options{Dir: "/nonexistent/folder"}), many(1, "a")...)
	if !errors.Is(err, ErrLocal) || !errors.As(err, new(*Error)) {
		t.Error(err)
	}
}
