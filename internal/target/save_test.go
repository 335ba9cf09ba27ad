// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"fmt"
	"testing"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

func TestSave(t *testing.T) {
	for _, tt := range []struct {
		name     string
		profile  netconftest.Profile
		requests string
	}{
		{"startup", netconftest.Profile{Startup: true}, "[copy-config]"},
		{"no startup", netconftest.Profile{}, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, e := newDevice(t, netconftest.Options{
				Profile: tt.profile, Running: config(t, hostname("new")), Startup: config(t, hostname("old")),
			})
			if err := newPool(t, Options{}).Save(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(s.Requests()); got != tt.requests {
				t.Errorf("requests %s, want %s", got, tt.requests)
			}
			if runningHostname(s) != "new" {
				t.Errorf("running has %q", runningHostname(s))
			}
			if tt.profile.Startup && s.Startup().Get("/acme-router:system/hostname").Value() != "new" {
				t.Error("startup was not saved")
			}
		})
	}
}
