// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

func marshalKey(s ssh.Signer) []byte { return ssh.MarshalAuthorizedKey(s.PublicKey()) }

func runningHostname(s *netconftest.Server) string {
	if d := s.Running().Get("/acme-router:system/hostname"); d != nil {
		return d.Value()
	}
	return ""
}

func TestApply(t *testing.T) {
	tests := []struct {
		name     string
		profile  netconftest.Profile
		requests string
		result   ApplyResult
	}{
		{"candidate", netconftest.Profile{}, "[lock discard-changes edit-config validate commit get-config unlock]",
			ApplyResult{Datastore: "candidate"}},
		{"candidate and writable-running", netconftest.Profile{WritableRunning: true},
			"[lock lock discard-changes edit-config validate commit get-config unlock unlock]", ApplyResult{Datastore: "candidate"}},
		{"candidate and startup", netconftest.Profile{Startup: true, NoValidate: true},
			"[lock discard-changes edit-config commit get-config copy-config unlock]", ApplyResult{Datastore: "candidate", StartupSaved: true}},
		{"running", netconftest.Profile{NoCandidate: true}, "[lock edit-config get-config unlock]", ApplyResult{Datastore: "running"}},
		{"running and startup, base:1.0", netconftest.Profile{NoCandidate: true, Startup: true, NoValidate: true, Base10Only: true, NoRollbackOnError: true},
			"[lock edit-config get-config copy-config unlock]", ApplyResult{Datastore: "running", StartupSaved: true}},
		{"loses validated commits", netconftest.Profile{LosesValidatedCommits: true},
			"[lock discard-changes edit-config validate commit get-config discard-changes edit-config commit get-config unlock]",
			ApplyResult{Datastore: "candidate", Repeated: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, e := newDevice(t, netconftest.Options{Profile: tt.profile, Running: config(t, hostname("old"))})
			p := newPool(t, Options{})
			got, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("new"))))
			if err != nil {
				t.Fatal(err)
			}
			if runningHostname(s) != "new" || got.Observed.Get("/acme-router:system/hostname").Value() != "new" {
				t.Errorf("running has %q", runningHostname(s))
			}
			if tt.profile.Startup && s.Startup().Get("/acme-router:system/hostname").Value() != "new" {
				t.Error("startup was not saved")
			}
			if fmt.Sprint(s.Requests()) != tt.requests || fmt.Sprint(got.RPCs) != tt.requests {
				t.Errorf("requests %v\nwant     %s", s.Requests(), tt.requests)
			}
			if got.Datastore != tt.result.Datastore || got.Repeated != tt.result.Repeated || got.StartupSaved != tt.result.StartupSaved || got.SessionID == 0 {
				t.Errorf("got %+v", got)
			}
			clean(t, s)
			if tt.result.Repeated { // and the device's habit is remembered
				s.ResetRequests()
				if again, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("newer")))); err != nil || again.Repeated || s.Count("validate") != 0 || runningHostname(s) != "newer" {
					t.Errorf("again: %v, %v", err, s.Requests())
				}
			}
		})
	}
}

// clean makes sure that neither locks nor uncommitted changes are left.
func clean(t *testing.T, s *netconftest.Server) {
	t.Helper()
	waitFor(t, "locks and candidate to be free", func() bool {
		return s.LockHolder("candidate") == 0 && s.LockHolder("running") == 0 && !s.CandidateDirty()
	})
}

// An rpc-error is told in the terms of the plan, and without secrets.
func TestViolations(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{})
	p := newPool(t, Options{})
	intended := yang.NewTree(testModel().Schema())
	origin := yang.Origin{Layer: &yang.Layer{Name: "base", File: "base.yaml"}, Line: 7}
	if _, err := intended.Set("/acme-router:system/password", "s3cr3t word", origin, true); err != nil {
		t.Fatal(err)
	}
	s.Fail("edit-config",
		netconftest.RPCError{Tag: "invalid-value", AppTag: "weak", Path: "/acme-router:system/password", Message: "the password 's3cr3t word' is weak"},
		netconftest.RPCError{Tag: "operation-failed", Path: "/other:thing", Message: "also s3cr3t word"})
	_, err := p.Apply(t.Context(), e, request(t, s, intended))
	var failure *Error
	if !errors.As(err, &failure) || failure.Reason != RPCError || failure.Op != "edit-config" || len(failure.Violations) != 2 {
		t.Fatalf("got %v", err)
	}
	first := failure.Violations[0]
	if first.Path != "/acme-router:system/password" || first.Origin != origin || first.AppTag != "weak" {
		t.Errorf("got %+v", first)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, failure), "s3cr3t") {
		t.Errorf("a secret is told: %v", err)
	}
	if !strings.Contains(err.Error(), "base base.yaml:7") {
		t.Errorf("the origin is not told: %v", err)
	}
}

func TestLockDenied(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	p := newPool(t, Options{LockWait: 300 * time.Millisecond})
	rival := newPool(t, Options{})
	held := s.Hold("edit-config")
	theirs := e
	theirs.Key = "other"
	done := make(chan error)
	change := request(t, s, config(t, hostname("theirs")))
	go func() {
		_, err := rival.Apply(t.Context(), theirs, change)
		done <- err
	}()
	waitFor(t, "the rival's lock", func() bool { return s.LockHolder("candidate") != 0 && s.Count("edit-config") == 1 })
	_, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("ours"))))
	if ReasonOf(err) != LockDenied || !strings.Contains(err.Error(), fmt.Sprintf("held by session %d", s.LockHolder("candidate"))) {
		t.Fatalf("got %v", err)
	}
	held()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("ours")))); err != nil || runningHostname(s) != "ours" {
		t.Errorf("got %v", err)
	}
}

// A lock that is denied is tried again, and several are taken in one order only: whoever has the first may
// be waiting for the second.
func TestLockAgain(t *testing.T) {
	denied := netconftest.RPCError{Tag: "lock-denied", Message: "wait"}
	for name, tt := range map[string]struct {
		profile  netconftest.Profile
		nth      int
		requests string
	}{
		"candidate": {netconftest.Profile{}, 1,
			"lock discard-changes discard-changes lock discard-changes edit-config validate commit get-config unlock"},
		"first of two": {netconftest.Profile{WritableRunning: true}, 1,
			"lock lock discard-changes unlock discard-changes lock lock discard-changes edit-config validate commit get-config unlock unlock"},
		"second of two": {netconftest.Profile{WritableRunning: true}, 2,
			"lock lock discard-changes lock discard-changes edit-config validate commit get-config unlock unlock"},
		"running": {netconftest.Profile{NoCandidate: true}, 1, "lock lock edit-config get-config unlock"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, e := newDevice(t, netconftest.Options{Profile: tt.profile, Running: config(t, hostname("old"))})
			s.Inject(netconftest.Fault{Operation: "lock", Nth: tt.nth, Do: netconftest.AnswerErrors, Errors: []netconftest.RPCError{denied}})
			if _, err := newPool(t, Options{}).Apply(t.Context(), e, request(t, s, config(t, hostname("new")))); err != nil || runningHostname(s) != "new" {
				t.Fatalf("got %v", err)
			}
			if diff := cmp.Diff(tt.requests, strings.Join(s.Requests(), " ")); diff != "" {
				t.Error(diff)
			}
			clean(t, s)
		})
	}
}

// Whoever gives up while a lock is waited for, or while a reply is, leaves nothing behind.
func TestCancelledApply(t *testing.T) {
	for _, operation := range []string{"lock", "edit-config", "commit"} {
		t.Run(operation, func(t *testing.T) {
			s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
			p := newPool(t, Options{})
			ctx, cancel := context.WithCancel(t.Context())
			release := s.Hold(operation)
			defer release()
			done := make(chan error, 1)
			change := request(t, s, config(t, hostname("new")))
			go func() {
				_, err := p.Apply(ctx, e, change)
				done <- err
			}()
			waitFor(t, "the request", func() bool { return s.Count(operation) == 1 })
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) || ReasonOf(err) != "" {
				t.Errorf("got %s: %v", ReasonOf(err), err)
			}
			release()
			clean(t, s)
			if _, err := p.Apply(t.Context(), e, change); err != nil {
				t.Errorf("the next attempt: %v", err)
			}
			clean(t, s)
		})
	}
}

// What somebody left in the candidate is neither committed nor in the way.
func TestDirtyCandidate(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	p := newPool(t, Options{})
	rival := newPool(t, Options{})
	theirs := e
	theirs.Key = "other"
	err := rival.with(t.Context(), theirs, "edit", func(l *link) error {
		r := request(t, s, config(t, hostname("left")+`<interfaces xmlns="urn:acme:router"><rule><id>left</id></rule></interfaces>`))
		edit, err := r.Plan.EditConfig()
		if err != nil {
			return err
		}
		tx := &transaction{link: l, target: "candidate", endpoint: theirs}
		return tx.together(t.Context(), step{method: tx.edit(edit)})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.SetRunning(config(t, hostname("old")))
	if _, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("ours")))); err != nil {
		t.Fatal(err)
	}
	if got := len(s.Running().Leaves()); got != 1 || runningHostname(s) != "ours" {
		t.Errorf("running has %d leaves", got)
	}
}

// A device that answers ok and does something else is found out; what is missing is told.
func TestReadBackMismatch(t *testing.T) {
	for _, profile := range []netconftest.Profile{{NoCandidate: true}, {NoValidate: true}} {
		s, e := newDevice(t, netconftest.Options{Profile: profile, Running: config(t, hostname("old"))})
		p := newPool(t, Options{})
		r := request(t, s, config(t, hostname("new")))
		r.Edit = []byte(`<system xmlns="urn:acme:router"/>`) // stands for an edit that the device ignores
		_, err := p.Apply(t.Context(), e, r)
		var failure *Error
		if !errors.As(err, &failure) || failure.Reason != ReadBackMismatch {
			t.Fatalf("got %v", err)
		}
		if diff := cmp.Diff(r.Plan.Digest(), failure.Remaining.Digest()); diff != "" || !strings.Contains(err.Error(), "/acme-router:system/hostname") {
			t.Errorf("remaining %s: %v", failure.Remaining, err)
		}
		clean(t, s)
	}
}

// What was lost although the device said ok is sent once more, without validate.
func TestPartialLoss(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	p := newPool(t, Options{})
	r := request(t, s, config(t, hostname("new")+`<interfaces xmlns="urn:acme:router"><rule><id>1</id></rule></interfaces>`))
	r.Edit = []byte(hostname("new"))
	got, err := p.Apply(t.Context(), e, r)
	if err != nil || !got.Repeated || s.Running().Get("/acme-router:interfaces/rule[id='1']") == nil {
		t.Fatalf("got %+v, %v", got, err)
	}
	clean(t, s)
}

// A plan may be a part of what is intended: what it leaves out is not missed.
func TestPartOfThePlan(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	p := newPool(t, Options{})
	r := request(t, s, config(t, hostname("new")+`<interfaces xmlns="urn:acme:router"><rule><id>1</id></rule></interfaces>`))
	r.Plan = r.Plan.Select(func(c *plan.Change) bool { return c.Path == "/acme-router:system/hostname" })
	got, err := p.Apply(t.Context(), e, r)
	if err != nil || got.Repeated || runningHostname(s) != "new" || len(s.Running().Leaves()) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestInvalidEdits(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{})
	p := newPool(t, Options{})
	for name, edit := range map[string]string{
		"state":   `<system xmlns="urn:acme:router"><uptime>1</uptime></system>`,
		"unknown": `<system xmlns="urn:acme:router"><hostnam>1</hostnam></system>`,
		"not XML": `<system xmlns="urn:acme:router">`,
	} {
		_, err := p.Apply(t.Context(), e, ApplyRequest{Schema: testModel().Schema(), Edit: []byte(edit), Intended: yang.NewTree(testModel().Schema())})
		if ReasonOf(err) != InvalidEdit {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if s.Count("") != 0 {
		t.Errorf("requests %v", s.Requests())
	}
}

func TestTranslatePath(t *testing.T) {
	namespaces := map[string]string{"ar": "urn:acme:router", "": "urn:acme:router", "x": "urn:unknown", "nc": "urn:ietf:params:xml:ns:netconf:base:1.0"}
	tests := []struct {
		path, want string
		ok         bool
	}{
		{"/ar:system/ar:hostname", "/acme-router:system/hostname", true},
		{"/nc:rpc/nc:edit-config/nc:config/ar:system/ar:hostname", "/acme-router:system/hostname", true},
		{"/system/hostname", "/acme-router:system/hostname", true},
		{"/acme-router:system/acme-router:hostname", "/acme-router:system/hostname", true},
		{"/ar:interfaces/ar:interface[ar:name='a/b:c[d]']/ar:mtu", "/acme-router:interfaces/interface[name='a/b:c[d]']/mtu", true},
		{"/x:system", "/x:system", false},
		{"system", "system", false},
		{"", "", false},
		{"/ar:system[", "/ar:system[", false},
	}
	for _, tt := range tests {
		got, ok := translatePath(testModel().Schema(), tt.path, namespaces)
		if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
			t.Errorf("%s: got %s, %t", tt.path, got, ok)
		}
	}
}
