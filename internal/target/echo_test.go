// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"fmt"
	"testing"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/plan"
)

const passwordPath = "/acme-router:system/password"

// TestApplyEchoes: a device that keeps values in a form of its own, in any of its ways
// to take a change, is taken at its word once; one that keeps the old value is not.
func TestApplyEchoes(t *testing.T) {
	before := `<system xmlns="urn:acme:router"><hostname>old</hostname><password>old-word</password></system>`
	after := `<system xmlns="urn:acme:router"><hostname>New</hostname><password>new-word</password></system>`
	for _, tt := range []struct {
		traits    []string
		rewritten []string
	}{
		{traits: nil},
		{traits: []string{"adds-defaults", "reorders", "rewrites-prefixes", "rewrites-values"}},
		{traits: []string{"hashes-passwords"}, rewritten: []string{passwordPath}},
		{traits: []string{"hashes-passwords", "running-only"}, rewritten: []string{passwordPath}},
		{traits: []string{"lowercases"}, rewritten: []string{"/acme-router:system/hostname"}},
		{traits: []string{"lowercases", "hashes-passwords", "loses-validated-commits"},
			rewritten: []string{"/acme-router:system/hostname", passwordPath}},
	} {
		t.Run(fmt.Sprint(tt.traits), func(t *testing.T) {
			profile, err := netconftest.ProfileOf(tt.traits...)
			if err != nil {
				t.Fatal(err)
			}
			s, e := newDevice(t, netconftest.Options{Profile: profile, Running: config(t, before)})
			p := newPool(t, Options{})
			r := request(t, s, config(t, after))
			r.Options.Echoes = plan.NewEchoes("uid")
			got, err := p.Apply(t.Context(), e, r)
			if err != nil || fmt.Sprint(got.Rewritten) != fmt.Sprint(tt.rewritten) || got.Echoes.Len() != len(tt.rewritten) {
				t.Fatalf("rewritten %v, %d echoes: %v", got.Rewritten, got.Echoes.Len(), err)
			}
			left := plan.Diff(r.Intended, got.Observed, r.Owned, plan.Options{Echoes: got.Echoes})
			if !left.Empty() {
				t.Errorf("still differs:\n%s", left)
			}
			clean(t, s)
		})
	}
}

// TestApplyEchoesBesideALoss: what was learnt is not lost with what the device lost.
func TestApplyEchoesBesideALoss(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{
		Profile: netconftest.Profile{NoValidate: true, HashesPasswords: true, Drops: []string{"/acme-router:system/hostname"}},
	})
	p := newPool(t, Options{})
	r := request(t, s, config(t, `<system xmlns="urn:acme:router"><hostname>new</hostname><password>new-word</password></system>`))
	r.Options.Echoes = plan.NewEchoes("uid")
	got, err := p.Apply(t.Context(), e, r)
	if ReasonOf(err) != ReadBackMismatch || got.Echoes.Len() != 1 || fmt.Sprint(got.Rewritten) != "["+passwordPath+"]" {
		t.Errorf("rewritten %v, %d echoes: %v", got.Rewritten, got.Echoes.Len(), err)
	}
	// Who cannot remember echoes is told of each.
	s.SetRunning(config(t, ""))
	r.Options.Echoes = plan.Echoes{}
	got, err = p.Apply(t.Context(), e, r)
	if ReasonOf(err) != ReadBackMismatch || got.Rewritten != nil {
		t.Errorf("rewritten %v: %v", got.Rewritten, err)
	}
	clean(t, s)
}
