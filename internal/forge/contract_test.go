// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// laboratory is a forge with a repository whose main branch is there: a fake, or a
// real one.
type laboratory interface {
	options() Options
	// branch makes a branch with a commit that main lacks.
	branch(t *testing.T, name string)
	// commit gives one that is there.
	commit(t *testing.T) string
	// merge and shut decide as a person does.
	merge(t *testing.T, number int64) (by, commit string)
	shut(t *testing.T, number int64) (by string)
	labels(t *testing.T, number int64) []string
	comments(t *testing.T, number int64) []string
	// written counts the requests that were no reading.
	written(t *testing.T) int
}

func fakes(t *testing.T) map[Provider]*fake {
	return map[Provider]*fake{
		GitHub: newFake(t, gitHubDialect{}, "core/network"),
		GitLab: newFake(t, gitLabDialect{}, "telco/core/network"),
		Gitea:  newFake(t, giteaDialect{}, "core/network"),
	}
}

func connected(t *testing.T, o Options) Forge {
	t.Helper()
	f, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestContract(t *testing.T) {
	for p, f := range fakes(t) {
		t.Run(string(p), func(t *testing.T) { contract(t, f) })
	}
}

// contract is what every forge does the same.
func contract(t *testing.T, lab laboratory) {
	f := connected(t, lab.options())
	if f.Provider() != lab.options().Provider {
		t.Errorf("provider %s", f.Provider())
	}
	for name, test := range map[string]func(*testing.T, laboratory, Forge){
		"a pull request is opened once":          testOpen,
		"an update writes what changed":          testUpdate,
		"merged and closed are told apart":       testDecisions,
		"closing explains, once":                 testClose,
		"a decided one does not stand in a way":  testAgain,
		"statuses are the latest of a context":   testStatuses,
		"what cannot be is refused in one line":  testRefusals,
		"all open pull requests are listed once": testList,
	} {
		t.Run(name, func(t *testing.T) { test(t, lab, f) })
	}
}

func propose(t *testing.T, lab laboratory, head string) Proposal {
	t.Helper()
	lab.branch(t, head)
	return Proposal{Head: head, Base: "main", Title: "drift: " + head, Body: "one\n\n| a | b |\n| --- | --- |\n", Labels: []string{"drift", "network"}}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func testOpen(t *testing.T, lab laboratory, f Forge) {
	one := must[*PullRequest](t)
	p := propose(t, lab, "drift/core5g/open")
	if pr := one(f.Find(t.Context(), p.Head)); pr != nil {
		t.Fatalf("found %+v", pr)
	}
	pr := one(f.Open(t.Context(), p))
	if pr.Number == 0 || !strings.HasPrefix(pr.URL, "http") || !pr.says(p) {
		t.Errorf("%+v", pr)
	}
	want := PullRequest{Number: pr.Number, URL: pr.URL, Head: p.Head, Base: "main", Title: p.Title, Body: pr.Body, State: Open}
	if d := cmp.Diff(want, *pr); d != "" {
		t.Error(d)
	}
	// As after a crash before its number was written down.
	for name, again := range map[string]*PullRequest{
		"open": one(f.Open(t.Context(), p)),
		"find": one(f.Find(t.Context(), p.Head)),
		"get":  one(f.Get(t.Context(), pr.Number)),
	} {
		if d := cmp.Diff(pr, again); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	got := lab.labels(t, pr.Number)
	slices.Sort(got)
	if d := cmp.Diff(p.Labels, got); d != "" {
		t.Error(d)
	}
}

func testUpdate(t *testing.T, lab laboratory, f Forge) {
	one := must[*PullRequest](t)
	p := propose(t, lab, "drift/core5g/update")
	pr := one(f.Open(t.Context(), p))
	before := lab.written(t)
	if d := cmp.Diff(pr, one(f.Update(t.Context(), pr.Number, p))); d != "" {
		t.Error(d)
	}
	if n := lab.written(t) - before; n != 0 {
		t.Errorf("%d writes for nothing", n)
	}
	p.Title, p.Body = "drift: two", "two\nlines"
	if pr = one(f.Update(t.Context(), pr.Number, p)); !pr.says(p) || pr.State != Open {
		t.Errorf("%+v", pr)
	}
	if n := lab.written(t) - before; n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
	if d := cmp.Diff(pr, one(f.Get(t.Context(), pr.Number))); d != "" {
		t.Error(d)
	}
}

func testDecisions(t *testing.T, lab laboratory, f Forge) {
	one := must[*PullRequest](t)
	merged := one(f.Open(t.Context(), propose(t, lab, "drift/core5g/merged")))
	closed := one(f.Open(t.Context(), propose(t, lab, "drift/core5g/closed")))

	by, commit := lab.merge(t, merged.Number)
	got := one(f.Get(t.Context(), merged.Number))
	if got.State != Merged || got.MergeCommit != commit || got.DecidedBy != by {
		t.Errorf("%+v, want merged as %s by %s", got, commit, by)
	}
	by = lab.shut(t, closed.Number)
	got = one(f.Get(t.Context(), closed.Number))
	if got.State != Closed || got.MergeCommit != "" || got.DecidedBy != by || got.Head != closed.Head {
		t.Errorf("%+v, want closed by %s", got, by)
	}
	before := lab.written(t)
	for _, n := range []int64{merged.Number, closed.Number} {
		if err := f.Close(t.Context(), n, "never mind"); err != nil {
			t.Error(err)
		}
	}
	if lab.written(t) != before {
		t.Error("decided ones are written to")
	}
	if got = one(f.Get(t.Context(), merged.Number)); got.State != Merged {
		t.Errorf("%+v", got)
	}
}

func testClose(t *testing.T, lab laboratory, f Forge) {
	one := must[*PullRequest](t)
	pr := one(f.Open(t.Context(), propose(t, lab, "drift/core5g/close")))
	for range 2 {
		if err := f.Close(t.Context(), pr.Number, "The drift is gone."); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"The drift is gone."}, lab.comments(t, pr.Number)); d != "" {
		t.Error(d)
	}
	if got := one(f.Get(t.Context(), pr.Number)); got.State != Closed {
		t.Errorf("%+v", got)
	}
	silent := one(f.Open(t.Context(), propose(t, lab, "drift/core5g/silent")))
	if err := f.Close(t.Context(), silent.Number, ""); err != nil || len(lab.comments(t, silent.Number)) != 0 {
		t.Errorf("%v, comments %q", err, lab.comments(t, silent.Number))
	}
}

func testAgain(t *testing.T, lab laboratory, f Forge) {
	one := must[*PullRequest](t)
	p := propose(t, lab, "drift/core5g/again")
	first := one(f.Open(t.Context(), p))
	lab.shut(t, first.Number)
	if pr := one(f.Find(t.Context(), p.Head)); pr != nil {
		t.Errorf("found %+v", pr)
	}
	second := one(f.Open(t.Context(), p))
	if second.Number == first.Number || second.State != Open {
		t.Errorf("%+v", second)
	}
}

func testStatuses(t *testing.T, lab laboratory, f Forge) {
	commit := lab.commit(t)
	const a, b = "strowger/core5g/upf", "strowger/core5g/amf"
	long := strings.Repeat("ü", 300)
	for _, s := range []Status{
		{Context: a, State: StatusPending, Description: "validating"},
		{Context: a, State: StatusPending, Description: "validating"},
		{Context: b, State: StatusFailure, Description: long, URL: "https://example.com/amf"},
		{Context: a, State: StatusSuccess, Description: "applied", URL: "https://example.com/upf"},
	} {
		if err := f.SetStatus(t.Context(), commit, s); err != nil {
			t.Fatal(err)
		}
	}
	got := must[map[string]Status](t)(f.Statuses(t.Context(), commit))
	want := map[string]Status{
		a: {Context: a, State: StatusSuccess, Description: "applied", URL: "https://example.com/upf"},
		b: {Context: b, State: StatusFailure, Description: strings.Repeat("ü", 139) + "…", URL: "https://example.com/amf"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	failed := Status{Context: "c", State: StatusError, Description: long}
	if err := f.SetStatus(t.Context(), commit, failed); err != nil {
		t.Fatal(err)
	}
	if got := must[map[string]Status](t)(f.Statuses(t.Context(), commit))["c"]; !got.Same(failed) || got.Same(want[a]) {
		t.Errorf("%+v", got)
	}
}

func testRefusals(t *testing.T, lab laboratory, f Forge) {
	wrong := lab.options()
	wrong.Token, wrong.Password = "wr0ng-t0ken", ""
	elsewhere := lab.options()
	elsewhere.RepositoryURL = strings.TrimSuffix(elsewhere.RepositoryURL, ".git") + "-hidden"
	for name, c := range map[string]struct {
		err  error
		kind Kind
	}{
		"a wrong token":             {second(connected(t, wrong).ListOpen(t.Context())), ErrAuth},
		"a hidden repository":       {second(connected(t, elsewhere).ListOpen(t.Context())), ErrNotFound},
		"no such pull request":      {second(f.Get(t.Context(), 4711)), ErrNotFound},
		"closing what is not there": {f.Close(t.Context(), 4711, "x"), ErrNotFound},
		"no commit":                 {f.SetStatus(t.Context(), "../..", Status{Context: "a", State: StatusPending}), ErrRejected},
	} {
		checkError(t, name, c.err, c.kind)
	}
	_, err := f.Open(t.Context(), Proposal{Head: "not/there", Base: "main", Title: "x"})
	if !errors.Is(err, ErrRejected) && !errors.Is(err, ErrNotFound) {
		t.Errorf("no such branch: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// checkError checks what holds of every error: kind, one line, where, no secret.
func checkError(t *testing.T, name string, err error, kind Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %q", name, err, kind)
		return
	}
	s := explained(err).Error()
	if strings.ContainsAny(s, "\n\t") || len([]rune(s)) > 1000 {
		t.Errorf("%s: not one short line: %q", name, s)
	}
	if strings.Contains(s, fakeToken) || strings.Contains(s, "wr0ng-t0ken") {
		t.Errorf("%s: a secret: %s", name, s)
	}
	if !strings.Contains(s, "://") {
		t.Errorf("%s: does not say where: %s", name, s)
	}
}

// explained is the error as callers see it, empty where it is another.
func explained(err error) *Error {
	e := &Error{}
	_ = errors.As(err, &e)
	return e
}

func testList(t *testing.T, lab laboratory, f Forge) {
	if fake, ok := lab.(*fake); ok {
		fake.mu.Lock()
		for i := range 230 {
			fake.add(fakePull{head: fmt.Sprintf("seed/%d", i), base: "main", fork: i%10 == 0})
		}
		fake.mu.Unlock()
	}
	pr := must[*PullRequest](t)(f.Open(t.Context(), propose(t, lab, "drift/core5g/list")))
	seen := map[int64]PullRequest{}
	seeds := 0
	for _, p := range must[[]PullRequest](t)(f.ListOpen(t.Context())) {
		if _, twice := seen[p.Number]; twice || p.State != Open {
			t.Errorf("%+v, twice: %t", p, twice)
		}
		seen[p.Number] = p
		if strings.HasPrefix(p.Head, "seed/") {
			seeds++
		}
	}
	if d := cmp.Diff(*pr, seen[pr.Number]); d != "" {
		t.Error(d)
	}
	if _, ok := lab.(*fake); ok && seeds != 207 {
		t.Errorf("%d of the 207 that are no fork's", seeds)
	}
}
