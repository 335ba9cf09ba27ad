// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
)

var coreRepository = types.NamespacedName{Namespace: "flux-system", Name: "core"}

// found is a lookup that finds a name.
func found(name string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return name, nil }
}

func TestAuthorsAreLookedUpOnce(t *testing.T) {
	var a authors
	var looked atomic.Int32
	release := make(chan struct{})
	slow := func(context.Context) (string, error) {
		looked.Add(1)
		<-release
		return "Ada <a@x>", nil
	}
	for range 3 {
		a.ask(coreRepository, "1", slow)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := a.await(ctx, "1"); got != "" {
		t.Errorf("before it was found: %q", got)
	}
	close(release)
	if got := a.await(t.Context(), "1"); got != "Ada <a@x>" {
		t.Errorf("got %q", got)
	}
	if got := a.await(t.Context(), "2"); got != "" {
		t.Errorf("nobody asked, but got %q", got)
	}
	if n := looked.Load(); n != 1 {
		t.Errorf("looked up %d times", n)
	}
}

// One lookup of a repository goes on at a time; those of others do not wait for it.
func TestAuthorsTakeTurns(t *testing.T) {
	var a authors
	var now, most atomic.Int32
	for i := range 20 {
		a.ask(coreRepository, fmt.Sprint(i), func(context.Context) (string, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-1)
			return "x", nil
		})
	}
	for i := range 20 {
		a.await(t.Context(), fmt.Sprint(i))
	}
	if n := most.Load(); n != 1 {
		t.Errorf("%d at a time", n)
	}
	hold := make(chan struct{})
	defer close(hold)
	a.ask(coreRepository, "held", func(context.Context) (string, error) { <-hold; return "", nil })
	a.ask(types.NamespacedName{Name: "other"}, "free", found("y"))
	if got := a.await(t.Context(), "free"); got != "y" {
		t.Errorf("got %q", got)
	}
}

func TestAuthorsAreNotAskedForAgainAtOnce(t *testing.T) {
	var a authors
	a.ask(coreRepository, "1", func(context.Context) (string, error) { return "", errors.New("out of order") })
	if got := a.await(t.Context(), "1"); got != "" {
		t.Errorf("got %q", got)
	}
	a.ask(coreRepository, "2", func(context.Context) (string, error) { return "", errors.New("out of order") })
	a.ask(coreRepository, "1", found("too soon"))
	if got := a.await(t.Context(), "1"); got != "" {
		t.Errorf("asked again at once: %q", got)
	}
	a.ask(types.NamespacedName{Name: "mirror"}, "2", found("elsewhere"))
	if got := a.await(t.Context(), "2"); got != "elsewhere" {
		t.Errorf("got %q", got)
	}
	a.mu.Lock()
	lookup := a.asked[authorKey{coreRepository, "1"}]
	lookup.failed = lookup.failed.Add(-authorRetry)
	a.mu.Unlock()
	a.ask(coreRepository, "1", found("later"))
	if got := a.await(t.Context(), "1"); got != "later" {
		t.Errorf("got %q", got)
	}
}

func TestAuthorsAreBounded(t *testing.T) {
	var a authors
	for i := range maxAuthors + 10 {
		a.keep(fmt.Sprint(i), "x")
		a.known("0")
	}
	if len(a.names) != maxAuthors || len(a.order) != maxAuthors {
		t.Errorf("%d names, %d in order", len(a.names), len(a.order))
	}
	if a.known("0") == "" || a.known("5") != "" || a.known(fmt.Sprint(maxAuthors+9)) == "" {
		t.Error("it is not the one used longest ago that was forgotten")
	}
}

// A history gets the authors that were not known in time.
func TestCompleteHistory(t *testing.T) {
	r := &NetworkFunctionReconciler{}
	r.authors.keep("aaa", "Ada <a@x>")
	nf := &v1alpha1.NetworkFunction{}
	nf.Status.History = []v1alpha1.HistoryEntry{
		{Revision: "main@sha1:aaa"}, {Revision: "main@sha1:bbb"}, {}, {Revision: "main@sha1:aaa", Author: "somebody"},
	}
	if !r.completeHistory(nf) || r.completeHistory(nf) {
		t.Error("it must say what it changed")
	}
	for i, want := range []string{"Ada <a@x>", "", "", "somebody"} {
		if got := nf.Status.History[i].Author; got != want {
			t.Errorf("%d: got %q, want %q", i, got, want)
		}
	}
}
