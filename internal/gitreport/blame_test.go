// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// by commits all that is in the work tree as an author, to main.
func (l *life) by(author string) string {
	l.t.Helper()
	l.git(l.work, "add", "-A")
	l.git(l.work, "commit", "-q", "--author", author+" <"+strings.ToLower(author)+"@example.org>", "-m", "by "+author)
	l.git(l.work, "push", "-q", "origin", "HEAD:main")
	return l.rev("main")
}

// blame gives the authors of all lines.
func (l *life) blame(path string) (out map[int]Author) {
	l.t.Helper()
	l.session(func(s *Session) (err error) {
		lines := make([]int, 200)
		for i := range lines {
			lines[i] = i // 0 is no line
		}
		out, err = s.Blame(path, lines)
		return err
	})
	return out
}

func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

func TestBlame(t *testing.T) {
	l := newLife(t)
	l.onDemand()
	commits := map[string]string{}
	for _, v := range []struct{ author, text string }{
		{"Ann", lines("one", "two", "three", "four")},
		{"Bob", lines("zero", "one", "two", "three", "four")},
		{"Cid", lines("zero", "one", "three", "FOUR")},
	} {
		l.write(l.work, "x.yaml", v.text)
		commits[v.author] = l.by(v.author)
		l.write(l.work, "other.yaml", v.text)
		l.by("Eve")
	}
	got := l.blame("x.yaml")
	if len(got) != 4 {
		t.Errorf("%v", got)
	}
	for i, want := range []string{"Bob", "Ann", "Ann", "Cid"} {
		if a := got[i+1]; a.String() != want+" <"+strings.ToLower(want)+"@example.org>" || a.Commit != commits[want] || a.When.IsZero() {
			t.Errorf("line %d is by %+v, want %s", i+1, a, want)
		}
	}

	n := l.fetches()
	l.blame("x.yaml")
	if *n != 1 {
		t.Errorf("%d requests for what is known", *n)
	}
	l.writer = New(Options{History: 4}) // as far as Eve's commit after Bob's
	got = l.blame("x.yaml")
	if len(got) != 1 || got[4].Name != "Cid" {
		t.Errorf("bounded: %v", got)
	}

	l.git(l.work, "mv", "x.yaml", "y.yaml")
	l.by("Dan")
	l.writer = New(Options{})
	if got = l.blame("y.yaml"); len(got) != 4 || got[1].Name != "Dan" {
		t.Errorf("renamed: %v", got)
	}
	if got = l.blame("x.yaml"); len(got) != 0 {
		t.Errorf("gone: %v", got)
	}
	l.git(l.bare, "config", "uploadpack.allowAnySHA1InWant", "false")
	l.writer = New(Options{})
	if got = l.blame("y.yaml"); len(got) != 0 {
		t.Errorf("a server that hands out no files: %v", got)
	}
}

// The authors are those of git's own blame, whatever the history.
func TestBlameLikeGit(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newLife(t)
			l.onDemand()
			random := rand.New(rand.NewPCG(seed, 7))
			var text []string
			fresh := 0
			for range 12 {
				for range 1 + random.IntN(4) {
					fresh++
					line := fmt.Sprintf("line %d: all lines differ", fresh)
					at := random.IntN(len(text) + 1)
					switch {
					case at < len(text) && random.IntN(3) == 0:
						text[at] = line
					case at < len(text) && len(text) > 1 && random.IntN(3) == 0:
						text = append(text[:at:at], text[at+1:]...)
					default:
						text = append(text[:at:at], append([]string{line}, text[at:]...)...)
					}
				}
				l.write(l.work, "x.yaml", strings.TrimSuffix(lines(text...), strings.Repeat("\n", random.IntN(2))))
				if exec.Command("git", "-C", l.work, "diff", "--quiet").Run() == nil && strings.Contains(l.git(l.work, "ls-files"), "x.yaml") {
					continue
				}
				l.by([]string{"Ann", "Bob", "Cid"}[random.IntN(3)])
			}
			got := l.blame("x.yaml")
			for i, line := range strings.Split(strings.TrimSpace(l.git(l.work, "blame", "--first-parent", "-l", "-s", "--root", "x.yaml")), "\n") {
				commit, _, _ := strings.Cut(line, " ")
				if got[i+1].Commit != commit {
					t.Errorf("line %d: %+v, git says %s", i+1, got[i+1], line)
				}
			}
			if len(got) != len(text) {
				t.Errorf("%d lines of %d", len(got), len(text))
			}
		})
	}
}
