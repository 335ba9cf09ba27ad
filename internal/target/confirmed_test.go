// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

const changeToken = "strowger/core/upf/main@0123456789ab/1"

// confirmedChange is a change from old to new on a device of its own.
type confirmedChange struct {
	*netconftest.Server
	t      *testing.T
	e      Endpoint
	p      *Pool
	method Method
	r      ApplyRequest
	u      Undo
}

func newChange(t *testing.T, o netconftest.Options) *confirmedChange {
	t.Helper()
	if o.Running == nil {
		o.Running = config(t, hostname("old"))
	}
	s, e := newDevice(t, o)
	c := &confirmedChange{Server: s, t: t, e: e, p: newPool(t, Options{LockWait: time.Second}), method: methodFor(o.Profile)}
	c.plan(hostname("new"))
	return c
}

func methodFor(p netconftest.Profile) Method {
	switch {
	case p.NoCandidate || p.NoConfirmedCommit:
		return Reverse
	case p.ConfirmedCommit10Only:
		return Session
	}
	return Persistent
}

// plan makes the request for a change, and what undoes it.
func (c *confirmedChange) plan(content string) {
	c.t.Helper()
	c.r = request(c.t, c.Server, config(c.t, content))
	reverse, err := c.r.Plan.Reverse(c.Running()).EditConfig()
	if err != nil {
		c.t.Fatal(err)
	}
	c.u = Undo{Schema: testModel().Schema(), Filter: c.r.Filter, Before: c.Running().Digest()}
	if c.method == Reverse {
		c.u.Edit = reverse
	}
}

// restarted is what another process is: it knows of nothing, and has no session.
func (c *confirmedChange) restarted() {
	c.p.Close()
	c.p = newPool(c.t, Options{LockWait: time.Second})
}

func (c *confirmedChange) prepare() error {
	_, err := c.p.Prepare(c.t.Context(), c.e, changeToken, c.r)
	return err
}

func (c *confirmedChange) commit() error {
	_, err := c.p.CommitConfirmed(c.t.Context(), c.e, changeToken, c.r, Confirmation{Method: c.method, Timeout: time.Minute})
	return err
}

func (c *confirmedChange) confirm() (Ending, error) {
	return c.p.Confirm(c.t.Context(), c.e, changeToken, c.method, c.r)
}

func (c *confirmedChange) cancel() (Ending, error) {
	return c.p.Cancel(c.t.Context(), c.e, changeToken, c.method, c.u)
}

func (c *confirmedChange) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func startupHostname(s *netconftest.Server) string {
	if d := s.Startup().Get("/acme-router:system/hostname"); d != nil {
		return d.Value()
	}
	return ""
}

// holds says what running, startup and the locks must be; what ends is awaited.
func (c *confirmedChange) holds(running, startup string, locked, pending bool) {
	c.t.Helper()
	waitFor(c.t, fmt.Sprintf("running %s, startup %s, locked %t, pending %t", running, startup, locked, pending), func() bool {
		return runningHostname(c.Server) == running && startupHostname(c.Server) == startup &&
			(c.LockHolder("candidate") != 0 || c.LockHolder("running") != 0) == locked && c.CommitPending() == pending && (locked || !c.CandidateDirty())
	})
}

var changeProfiles = []struct {
	name                      string
	profile                   netconftest.Profile
	prepared, commit, confirm string
	cancel                    string
}{
	{"1.1", netconftest.Profile{}, "lock discard-changes edit-config validate", "commit get-config", "commit get-config unlock",
		"cancel-commit get-config unlock"},
	{"1.1, writable-running, startup", netconftest.Profile{WritableRunning: true, Startup: true}, "lock lock discard-changes edit-config validate",
		"commit get-config", "commit get-config copy-config unlock unlock", "cancel-commit get-config unlock unlock"},
	{"1.1, no validate", netconftest.Profile{NoValidate: true}, "lock discard-changes edit-config", "commit get-config", "commit get-config unlock",
		"cancel-commit get-config unlock"},
	{"1.1, loses validated commits", netconftest.Profile{LosesValidatedCommits: true}, "lock discard-changes edit-config validate",
		"commit get-config cancel-commit discard-changes edit-config commit get-config", "commit get-config unlock", "cancel-commit get-config unlock"},
	{"1.1, as netconfd", netconftest.Profile{LosesValidatedCommits: true, PendingDeniesLocks: true}, "lock discard-changes edit-config validate",
		"commit get-config cancel-commit discard-changes edit-config commit get-config", "commit get-config unlock", "cancel-commit get-config unlock"},
	{"1.1, ignores persist-id", netconftest.Profile{IgnoresPersistID: true}, "lock discard-changes edit-config validate", "commit get-config",
		"commit get-config unlock", "cancel-commit get-config unlock"},
	{"1.0, startup", netconftest.Profile{ConfirmedCommit10Only: true, Startup: true}, "lock discard-changes edit-config validate", "commit get-config",
		"commit get-config copy-config unlock", "close-session lock discard-changes get-config unlock"},
	{"1.0, loses validated commits", netconftest.Profile{ConfirmedCommit10Only: true, LosesValidatedCommits: true}, "lock discard-changes edit-config validate",
		"commit get-config discard-changes edit-config commit get-config", "commit get-config unlock", "close-session lock discard-changes get-config unlock"},
	{"no confirmed commit", netconftest.Profile{NoConfirmedCommit: true, Startup: true}, "lock discard-changes edit-config validate", "commit get-config",
		"get-config copy-config unlock", "get-config edit-config validate commit get-config copy-config unlock"},
	{"no confirmed commit, loses validated commits", netconftest.Profile{NoConfirmedCommit: true, LosesValidatedCommits: true},
		"lock discard-changes edit-config validate", "commit get-config discard-changes edit-config commit get-config", "get-config unlock",
		"get-config edit-config commit get-config unlock"},
	{"running", netconftest.Profile{NoCandidate: true}, "lock edit-config", "edit-config get-config", "get-config unlock",
		"get-config edit-config get-config unlock"},
	{"running, startup, neither validate nor rollback", netconftest.Profile{NoCandidate: true, Startup: true, NoValidate: true, NoRollbackOnError: true},
		"lock", "edit-config get-config", "get-config copy-config unlock", "get-config edit-config get-config copy-config unlock"},
}

// A change that is confirmed, or cancelled, by each kind of device.
func TestConfirmedChange(t *testing.T) {
	for _, tt := range changeProfiles {
		saved := func(name string) string { // what startup is while running has a name
			if tt.profile.Startup {
				return "old"
			}
			return name
		}
		begin := func(t *testing.T) *confirmedChange {
			c := newChange(t, netconftest.Options{Profile: tt.profile, Startup: config(t, hostname("old"))})
			steps := []struct {
				name     string
				do       func() error
				requests string
				running  string
			}{{"prepare", c.prepare, tt.prepared, "old"}, {"commit", c.commit, tt.commit, "new"}}
			for _, step := range steps {
				c.ResetRequests()
				c.must(step.do())
				if diff := cmp.Diff(step.requests, strings.Join(c.Requests(), " ")); diff != "" {
					t.Errorf("%s: %s", step.name, diff)
				}
				c.holds(step.running, saved(step.running), true, step.name == "commit" && c.method != Reverse)
			}
			c.ResetRequests()
			return c
		}
		t.Run(tt.name+"/confirmed", func(t *testing.T) {
			t.Parallel()
			c := begin(t)
			end, err := c.confirm()
			c.must(err)
			if diff := cmp.Diff(tt.confirm, strings.Join(c.Requests(), " ")); diff != "" {
				t.Error(diff)
			}
			if end.StartupSaved != tt.profile.Startup || end.Unknown || end.SessionID == 0 || end.Observed.Get("/acme-router:system/hostname").Value() != "new" ||
				fmt.Sprint(end.RPCs) != "["+tt.confirm+"]" || end.Observation.Digest == "" {
				t.Errorf("got %+v", end)
			}
			c.holds("new", "new", false, false)
			if end, err = c.confirm(); err != nil || end.Unknown == (c.method == Reverse) {
				t.Errorf("again: %+v, %v", end, err)
			}
			c.holds("new", "new", false, false)
		})
		t.Run(tt.name+"/cancelled", func(t *testing.T) {
			t.Parallel()
			c := begin(t)
			end, err := c.cancel()
			c.must(err)
			if diff := cmp.Diff(tt.cancel, strings.Join(c.Requests(), " ")); diff != "" {
				t.Error(diff)
			}
			if end.Observed.Digest() != c.u.Before || end.Unknown {
				t.Errorf("got %+v", end)
			}
			c.holds("old", "old", false, false)
			if end, err = c.cancel(); err != nil || end.Unknown != (c.method == Persistent) || end.Observed.Digest() != c.u.Before {
				t.Errorf("again: %+v, %v", end, err)
			}
			c.holds("old", "old", false, false)
			if _, err := c.confirm(); ReasonOf(err) != CommitExpired {
				t.Errorf("confirmed after it was cancelled: %v", err)
			}
			c.holds("old", "old", false, false)
		})
		t.Run(tt.name+"/only prepared", func(t *testing.T) {
			t.Parallel()
			c := newChange(t, netconftest.Options{Profile: tt.profile, Startup: config(t, hostname("old"))})
			c.must(c.prepare())
			end, err := c.cancel()
			c.must(err)
			if end.Observed.Digest() != c.u.Before || end.StartupSaved {
				t.Errorf("got %+v", end)
			}
			c.holds("old", "old", false, false)
			c.must(c.prepare())
			if _, err := c.confirm(); ReasonOf(err) != CommitExpired {
				t.Errorf("confirmed, never committed: %v", err)
			}
			c.holds("old", "old", false, false)
		})
		t.Run(tt.name+"/restarted", func(t *testing.T) {
			t.Parallel()
			c := begin(t)
			c.restarted()
			end, err := c.confirm()
			if c.method == Session {
				if ReasonOf(err) != CommitExpired {
					t.Errorf("got %v", err)
				}
				c.holds("old", "old", false, false)
				return
			}
			c.must(err)
			if end.Unknown || end.StartupSaved != tt.profile.Startup {
				t.Errorf("got %+v", end)
			}
			c.holds("new", "new", false, false)
		})
		t.Run(tt.name+"/restarted and cancelled", func(t *testing.T) {
			t.Parallel()
			c := begin(t)
			c.restarted()
			end, err := c.cancel()
			c.must(err)
			if end.Observed.Digest() != c.u.Before {
				t.Errorf("got %+v", end)
			}
			c.holds("old", "old", false, false)
		})
	}
}

// What nobody confirms, the device takes back; a confirmation that comes too late says so.
func TestExpiredChange(t *testing.T) {
	for _, profile := range []netconftest.Profile{{}, {ConfirmedCommit10Only: true}} {
		for _, restarted := range []bool{false, true} {
			t.Run(fmt.Sprint(methodFor(profile), restarted), func(t *testing.T) {
				t.Parallel()
				c := newChange(t, netconftest.Options{Profile: profile})
				_, err := c.p.CommitConfirmed(t.Context(), c.e, changeToken, c.r, Confirmation{Method: c.method, Timeout: time.Second})
				c.must(err)
				waitFor(t, "the device to take it back", func() bool { return !c.CommitPending() })
				if restarted {
					c.restarted()
				}
				_, err = c.confirm()
				want := CommitExpired
				if c.method == Session && !restarted {
					want = ReadBackMismatch // it says ok to any commit of the session
				}
				var failure *Error
				if !errors.As(err, &failure) || failure.Reason != want || failure.Remaining.Empty() {
					t.Errorf("got %v", err)
				}
				c.holds("old", "old", false, false)
			})
		}
	}
}

// An undo of what is final already is saved, also when it was cut off before.
func TestUndoOfTheFinal(t *testing.T) {
	c := newChange(t, netconftest.Options{Profile: netconftest.Profile{Startup: true}, Startup: config(t, hostname("old"))})
	edit, err := c.r.Plan.Reverse(c.Running()).EditConfig()
	c.must(err)
	c.u.Edit = edit
	c.must(c.commit())
	_, err = c.confirm()
	c.must(err)
	c.holds("new", "new", false, false)
	c.Fail("copy-config", netconftest.RPCError{Tag: "resource-denied", Message: "no space"})
	if _, err := c.cancel(); ReasonOf(err) != RPCError {
		t.Errorf("got %v", err)
	}
	c.holds("old", "new", false, false)
	end, err := c.cancel()
	c.must(err)
	if !end.Unknown || !end.StartupSaved {
		t.Errorf("got %+v", end)
	}
	c.holds("old", "old", false, false)
}

// Secrets in an undo are not told.
func TestUndoConceals(t *testing.T) {
	withPassword := func(name, password string) string {
		return `<system xmlns="urn:acme:router"><hostname>` + name + `</hostname><password>` + password + `</password></system>`
	}
	c := newChange(t, netconftest.Options{Profile: netconftest.Profile{NoConfirmedCommit: true}, Running: config(t, withPassword("old", "s3cr3t word"))})
	c.plan(withPassword("new", "other"))
	c.must(c.commit())
	c.Fail("edit-config", netconftest.RPCError{Tag: "invalid-value", Message: "the password 's3cr3t word' was used before"})
	_, err := c.cancel()
	if ReasonOf(err) != RPCError || strings.Contains(fmt.Sprintf("%v %+v", err, err), "s3cr3t") || !strings.Contains(err.Error(), "was used before") {
		t.Errorf("got %v", err)
	}
	_, err = c.cancel()
	c.must(err)
	if got := c.Running().Get("/acme-router:system/password").Value(); got != "s3cr3t word" || runningHostname(c.Server) != "old" {
		t.Errorf("password %q", got)
	}
}

func TestProcedure(t *testing.T) {
	tests := []struct {
		profile netconftest.Profile
		want    Procedure
	}{
		{netconftest.Profile{}, Procedure{Method: Persistent, Candidate: true, Validates: true, RollsBack: true}},
		{netconftest.Profile{ConfirmedCommit10Only: true, Startup: true}, Procedure{Method: Session, Candidate: true, Validates: true, RollsBack: true, KeepsStartup: true}},
		{netconftest.Profile{NoConfirmedCommit: true, NoValidate: true}, Procedure{Method: Reverse, Candidate: true, RollsBack: true}},
		{netconftest.Profile{NoCandidate: true}, Procedure{Method: Reverse, Validates: true, RollsBack: true}},
		{netconftest.Profile{NoCandidate: true, NoRollbackOnError: true}, Procedure{Method: Reverse, Validates: true}},
	}
	for _, tt := range tests {
		s, e := newDevice(t, netconftest.Options{Profile: tt.profile})
		got, err := newPool(t, Options{}).Procedure(t.Context(), e)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil || s.Count("") != 0 {
			t.Errorf("%v %s", err, diff)
		}
	}
}

// A method that the device does not have is refused, and nothing is left behind.
func TestMethodThatIsNotThere(t *testing.T) {
	for method, profile := range map[Method]netconftest.Profile{
		Persistent: {ConfirmedCommit10Only: true}, Session: {NoConfirmedCommit: true}, "Telepathy": {},
	} {
		c := newChange(t, netconftest.Options{Profile: profile})
		c.method = method
		c.must(c.prepare())
		if err := c.commit(); ReasonOf(err) != Unsupported {
			t.Errorf("%s: got %v", method, err)
		}
		c.holds("old", "old", false, false)
	}
}

// What cannot be read back is told, and can be cancelled.
func TestConfirmedReadBackMismatch(t *testing.T) {
	for _, profile := range []netconftest.Profile{{NoValidate: true}, {NoValidate: true, ConfirmedCommit10Only: true}} {
		c := newChange(t, netconftest.Options{Profile: profile})
		c.r.Edit = []byte(`<interfaces xmlns="urn:acme:router"><rule><id>1</id></rule></interfaces>`)
		if err := c.commit(); ReasonOf(err) != ReadBackMismatch {
			t.Fatalf("got %v", err)
		}
		if !c.CommitPending() {
			t.Error("it was not to be cancelled")
		}
		_, err := c.cancel()
		c.must(err)
		c.holds("old", "old", false, false)
		if c.Running().Get("/acme-router:interfaces/rule[id='1']") != nil {
			t.Error("it is still there")
		}
	}
}

// A commit that was refused, and made nevertheless, is taken back at once.
func TestRefusedAndMade(t *testing.T) {
	for _, profile := range []netconftest.Profile{{}, {ConfirmedCommit10Only: true}} {
		c := newChange(t, netconftest.Options{Profile: profile})
		c.Inject(netconftest.Fault{Operation: "commit", Do: netconftest.AnswerErrorsAfter, Errors: []netconftest.RPCError{{Tag: "operation-failed", Message: "no"}}})
		if err := c.commit(); ReasonOf(err) != RPCError {
			t.Errorf("got %v", err)
		}
		c.holds("old", "old", false, false)
	}
}

// What a commit is told beside its parameters reaches a device that has a place for it, also when it is repeated.
func TestComment(t *testing.T) {
	router, err := os.ReadFile("../netconf/netconftest/testdata/acme-router.yang")
	if err != nil {
		t.Fatal(err)
	}
	model, err := netconftest.NewModel([]yang.Source{
		{Name: "acme-router.yang", Data: router},
		{Name: "ietf-netconf.yang", Data: []byte(`module ietf-netconf { namespace "urn:ietf:params:xml:ns:netconf:base:1.0"; prefix nc; rpc commit; }`)},
		{Name: "vendor.yang", Data: []byte(`module vendor { namespace "urn:vendor"; prefix v; import ietf-netconf { prefix nc; }
			augment "/nc:commit/nc:input" { leaf comment { type string; } } }`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	comment := []byte(`<comment xmlns="urn:vendor">main@0123456789ab</comment>`)
	c := newChange(t, netconftest.Options{Model: model, Profile: netconftest.Profile{LosesValidatedCommits: true}})
	_, err = c.p.CommitConfirmed(t.Context(), c.e, changeToken, c.r, Confirmation{Method: c.method, Timeout: time.Minute, Comment: comment})
	c.must(err)
	_, err = c.confirm()
	c.must(err)
	c.plan(hostname("newer"))
	c.r.Comment = comment
	_, err = c.p.Apply(t.Context(), c.e, c.r)
	c.must(err)
	if diff := cmp.Diff(strings.Repeat("main@0123456789ab ", 3), strings.Join(c.Comments(), " ")+" "); diff != "" {
		t.Error(diff)
	}
}
