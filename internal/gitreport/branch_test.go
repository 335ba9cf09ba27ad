// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	lifeBranch = "drift/core5g/upf"
	reportFile = "drift/core5g/upf.yaml"
	layerFile  = "nf/upf/base.yaml"
)

// life is a branch that reports and adopts over time.
type life struct {
	*world
	t      *testing.T
	writer *Writer
	work   string
}

func newLife(t *testing.T) *life {
	w := newWorld(t)
	work := w.clone()
	return &life{world: w.serve(false), t: t, writer: New(Options{Backoff: time.Millisecond}), work: work}
}

// wants is a branch with a report, and the layer's file where one is given.
func wants(report, layer string) Branch {
	b := Branch{Name: lifeBranch, Files: map[string][]byte{reportFile: []byte(report)}, Report: map[string]bool{reportFile: true},
		Message: "drift\n\nNetworkFunction: core5g/upf\n"}
	if layer != "" {
		b.Files[layerFile] = []byte(layer)
	}
	return b
}

func (l *life) publish(b Branch) Written {
	l.t.Helper()
	out, err := publish(l.t, l.world, l.writer, b)
	if err != nil || out[0].Err != nil {
		l.t.Fatalf("%v, %+v", err, out)
	}
	return out[0]
}

func publish(t *testing.T, w *world, p *Writer, branches ...Branch) ([]Written, error) {
	t.Helper()
	return publishTo(t, Access{Repository: w.repo(), Secret: basic()}, p, branches...)
}

func publishTo(t *testing.T, a Access, p *Writer, branches ...Branch) ([]Written, error) {
	t.Helper()
	return p.Publish(t.Context(), a, func(context.Context, *Session) ([]Branch, error) { return branches, nil })
}

// onMain commits a file to main.
func (l *life) onMain(name, text string) string {
	l.t.Helper()
	l.git(l.work, "fetch", "-q", "origin")
	l.git(l.work, "checkout", "-q", "-B", "main", "origin/main")
	l.write(l.work, name, text)
	l.commitPush(l.work, "change "+name, "main")
	return l.rev("main")
}

// amend commits a file to the branch as a person does.
func (l *life) amend(name, text string) string {
	l.t.Helper()
	l.git(l.work, "fetch", "-q", "origin")
	l.git(l.work, "checkout", "-q", "-B", "review", "origin/"+lifeBranch)
	l.write(l.work, name, text)
	l.commitPush(l.work, "review", lifeBranch)
	return l.rev(lifeBranch)
}

// merge merges the branch into main: with a merge commit, fast-forward or squashed.
func (l *life) merge(how string) {
	l.t.Helper()
	l.git(l.work, "fetch", "-q", "origin")
	l.git(l.work, "checkout", "-q", "-B", "main", "origin/main")
	l.git(l.work, "merge", "-q", how, "origin/"+lifeBranch)
	if how == "--squash" {
		l.git(l.work, "commit", "-q", "-m", "squashed")
	}
	l.git(l.work, "push", "-q", "origin", "HEAD:main")
}

func (l *life) parents(want ...string) {
	l.t.Helper()
	if got := strings.TrimSpace(l.git(l.bare, "log", "-1", "--format=%P", lifeBranch)); got != strings.Join(want, " ") {
		l.t.Errorf("parents %s, want %s", got, want)
	}
}

func (l *life) holds(want map[string]string) {
	l.t.Helper()
	for name, text := range want {
		if got := l.show(lifeBranch, name); got != text {
			l.t.Errorf("%s is %q, want %q", name, got, text)
		}
	}
}

// mergeable says that the branch can be merged without a conflict.
func (l *life) mergeable() {
	l.t.Helper()
	l.git(l.bare, "merge-tree", "--write-tree", "main", lifeBranch)
}

func TestBranchGoesOn(t *testing.T) {
	l := newLife(t)
	first := l.publish(wants("1", "a: 2\n"))
	l.parents(l.rev("main"))
	second := l.publish(wants("2", "a: 3\n"))
	l.parents(first.Commit)
	if !second.Pushed || second.Amended || second.Commit != l.rev(lifeBranch) {
		t.Errorf("%+v", second)
	}

	l.onMain("elsewhere", "x")
	if o := l.publish(wants("2", "a: 3\n")); o.Pushed || o.Commit != second.Commit {
		t.Errorf("base moved elsewhere: %+v", o)
	}
	l.writer = New(Options{})
	if o := l.publish(wants("2", "a: 3\n")); o.Pushed || o.Branch != lifeBranch {
		t.Errorf("after a restart: %+v", o)
	}

	base := l.onMain(layerFile, "a: 1\nb: 1\n")
	l.publish(wants("2", "a: 3\nb: 1\n"))
	l.parents(second.Commit, base)
	l.holds(map[string]string{reportFile: "2", layerFile: "a: 3\nb: 1\n", "elsewhere": "x"})
	l.mergeable()

	l.publish(wants("3", ""))
	l.holds(map[string]string{reportFile: "3", layerFile: "a: 1\nb: 1\n"})
	if o := l.publish(wants("3", "")); o.Pushed {
		t.Errorf("the same again: %+v", o)
	}
	l.git(l.bare, "fsck", "--strict")
}

func TestBranchAfterMerge(t *testing.T) {
	for _, how := range []string{"--no-ff", "--ff-only", "--squash"} {
		for _, more := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, main moved on %v", how, more), func(t *testing.T) {
				l := newLife(t)
				l.publish(wants("1", "a: 2\n"))
				l.merge(how)
				if o := l.publish(wants("1", "a: 2\n")); o.Pushed {
					t.Errorf("what was merged is pushed again: %+v", o)
				}
				if more {
					l.onMain("elsewhere", "x")
				}
				o := l.publish(wants("2", "a: 3\n"))
				if !o.Pushed || o.Amended {
					t.Errorf("%+v", o)
				}
				l.holds(map[string]string{reportFile: "2", layerFile: "a: 3\n"})
				l.mergeable()
				if got := l.git(l.bare, "diff", "--name-only", "main..."+lifeBranch); got != reportFile+"\n"+layerFile+"\n" {
					t.Errorf("it proposes %q", got)
				}
			})
		}
	}
}

func TestBranchDeletedAfterMerge(t *testing.T) {
	l := newLife(t)
	l.publish(wants("1", "a: 2\n"))
	l.merge("--no-ff")
	l.git(l.bare, "branch", "-q", "-D", lifeBranch)
	if o := l.publish(wants("1", "a: 2\n")); o.Pushed || o.Branch != "main" || o.Commit != l.rev("main") {
		t.Errorf("main holds it: %+v", o)
	}
	if o := l.publish(wants("2", "a: 3\n")); !o.Pushed {
		t.Errorf("%+v", o)
	}
	l.parents(l.rev("main"))
}

func TestBranchOfAPerson(t *testing.T) {
	l := newLife(t)
	l.publish(wants("1", "a: 2\n"))
	theirs := l.amend(layerFile, "a: 2 # reviewed\n")
	for i, text := range []string{"2", "3"} {
		before := l.rev(lifeBranch)
		o := l.publish(wants(text, "a: 9\n"))
		if !o.Amended || !o.Pushed {
			t.Errorf("%+v", o)
		}
		if i == 0 && before != theirs {
			t.Fatal("the person's commit is gone")
		}
		l.parents(before)
		l.holds(map[string]string{reportFile: text, layerFile: "a: 2 # reviewed\n"})
	}
	if o := l.publish(wants("3", "a: 10\n")); !o.Amended || o.Pushed {
		t.Errorf("the same report: %+v", o)
	}

	tip, base := l.rev(lifeBranch), l.onMain("elsewhere", "x")
	anew := wants("3", "a: 10\n")
	anew.Restart = true
	if o := l.publish(anew); o.Amended || !o.Pushed {
		t.Errorf("restart: %+v", o)
	}
	l.parents(tip, base)
	l.holds(map[string]string{reportFile: "3", layerFile: "a: 10\n"})
	if o := l.publish(wants("3", "a: 10\n")); o.Amended || o.Pushed {
		t.Errorf("after it: %+v", o)
	}
}

// What a person left on the branch is not proposed again, though all that is wanted is there.
func TestBranchRestartDropsWhatWasDecided(t *testing.T) {
	l := newLife(t)
	l.publish(wants("1", "a: 2\n"))
	l.amend("extra.yaml", "x: 1\n")
	b := wants("1", "a: 2\n")
	b.Restart = true
	if o := l.publish(b); !o.Pushed {
		t.Errorf("%+v", o)
	}
	if got := l.git(l.bare, "diff", "--name-only", "main", lifeBranch); got != reportFile+"\n"+layerFile+"\n" {
		t.Errorf("it proposes %q", got)
	}
	if o := l.publish(b); o.Pushed {
		t.Errorf("again: %+v", o)
	}
}

// git commit --amend keeps our message and its trailers.
func TestBranchRewrittenByAPerson(t *testing.T) {
	l := newLife(t)
	l.publish(wants("1", "a: 2\n"))
	l.git(l.work, "fetch", "-q", "origin")
	l.git(l.work, "checkout", "-q", "-B", "review", "origin/"+lifeBranch)
	l.write(l.work, layerFile, "a: 2 # reviewed\n")
	l.git(l.work, "commit", "-qa", "--amend", "--no-edit")
	l.git(l.work, "push", "-qf", "origin", "HEAD:"+lifeBranch)
	if o := l.publish(wants("2", "a: 2\n")); !o.Amended {
		t.Errorf("%+v", o)
	}
	l.holds(map[string]string{reportFile: "2", layerFile: "a: 2 # reviewed\n"})
}

func TestBranchDetached(t *testing.T) {
	l := newLife(t)
	put := func(name, text string) Written {
		return l.publish(Branch{Name: "hydrated", Detached: true, Message: "hydrated", Files: map[string][]byte{name: []byte(text)}})
	}
	first := put("core5g/upf.xml", "<a/>")
	if got := strings.TrimSpace(l.git(l.bare, "log", "--format=%P", "hydrated")); got != "" || !first.Pushed {
		t.Errorf("%+v with parents %s", first, got)
	}
	put("core5g/smf.xml", "<b/>")
	if o := put("core5g/upf.xml", "<a/>"); o.Pushed || o.Commit != l.rev("hydrated") {
		t.Errorf("the same: %+v", o)
	}
	l.onMain("elsewhere", "x")
	put("core5g/upf.xml", "<c/>")
	if got := l.git(l.bare, "ls-tree", "-r", "--name-only", "hydrated"); got != "core5g/smf.xml\ncore5g/upf.xml\n" {
		t.Errorf("it holds %s", got)
	}
	if got := l.git(l.bare, "rev-list", "--count", "hydrated"); got != "3\n" {
		t.Errorf("%s commits", got)
	}
}

// An edited file that is executable stays so.
func TestBranchKeepsModes(t *testing.T) {
	l := newLife(t)
	l.git(l.work, "update-index", "--chmod=+x", layerFile)
	l.git(l.work, "commit", "-qm", "mode")
	l.git(l.work, "push", "-q", "origin", "HEAD:main")
	l.publish(wants("1", "a: 2\n"))
	if got := l.git(l.bare, "ls-tree", lifeBranch, layerFile); !strings.HasPrefix(got, "100755") {
		t.Error(got)
	}
}

// Whoever moves while compose works has it called again, with what is there now.
func TestComposeAgain(t *testing.T) {
	for _, moved := range []string{"branch", "base"} {
		t.Run(moved, func(t *testing.T) {
			l := newLife(t)
			l.publish(wants("1", "a: 2\n"))
			calls := 0
			var last string
			out, err := l.writer.Publish(t.Context(), Access{Repository: l.repo(), Secret: basic()}, func(_ context.Context, s *Session) ([]Branch, error) {
				calls++
				last = s.Base()
				if calls == 1 && moved == "branch" {
					l.amend("extra.yaml", "x: 1\n")
				} else if calls == 1 {
					l.onMain(layerFile, "a: 1\nb: 1\n")
				}
				return []Branch{wants("2", "a: 3\n")}, nil
			})
			if err != nil || out[0].Err != nil || calls != 2 || last != l.rev("main") {
				t.Errorf("%d calls, %+v, %v", calls, out, err)
			}
			if out[0].Amended != (moved == "branch") {
				t.Errorf("%+v", out)
			}
		})
	}
}

func TestComposeFails(t *testing.T) {
	l := newLife(t)
	mine := errors.New("mine")
	_, err := l.writer.Publish(t.Context(), Access{Repository: l.repo(), Secret: basic()}, func(context.Context, *Session) ([]Branch, error) { return nil, mine })
	if err != mine {
		t.Error(err)
	}
}
