// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
)

func TestHydratedStore(t *testing.T) {
	s := NewHydratedStore()
	nf := types.NamespacedName{Namespace: "core", Name: "upf"}
	h := Hydrated{Repository: "core/network", Branch: "strowger/hydrated", Path: "core/upf.yaml", Digest: "d1", Content: []byte(strings.Repeat("a: 1\n", 1000))}
	for range 3 {
		s.Put(nf, h)
	}
	if n := len(s.Repositories); n != 1 {
		t.Errorf("the same content woke the repository %d times", n)
	}
	waiting := s.waiting("core/network")
	if len(waiting) != 1 || len(s.waiting("core/other")) != 0 {
		t.Fatalf("waiting is %v", waiting)
	}
	if n := len(waiting[nf].gzipped); n > 200 || waiting[nf].Content != nil {
		t.Errorf("%d bytes are held of %d", n, len(h.Content))
	}
	branches, err := hydratedBranches(waiting)
	if err != nil {
		t.Fatal(err)
	}
	if len(branches) != 1 || !branches[0].Detached || string(branches[0].Files["core/upf.yaml"]) != string(h.Content) {
		t.Errorf("branches are %+v", branches)
	}

	// What is put while the one before is pushed goes on waiting.
	before := waiting[nf]
	h.Digest = "d2"
	s.Put(nf, h)
	s.committed(nf, before, "c1")
	if c, ok := s.Done(nf); !ok || c.Digest != "d1" || c.Commit != "c1" {
		t.Errorf("done is %+v", c)
	}
	if len(s.waiting("core/network")) != 1 {
		t.Error("the newer configuration was lost")
	}
	s.committed(nf, s.waiting("core/network")[nf], "c2")
	if c, _ := s.Done(nf); c.Digest != "d2" || len(s.waiting("core/network")) != 0 || len(s.Functions) != 2 {
		t.Errorf("done is %+v", c)
	}
	s.Forget(nf)
	if _, ok := s.Done(nf); ok {
		t.Error("what is gone is still known")
	}
}
