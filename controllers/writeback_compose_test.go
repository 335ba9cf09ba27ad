// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
)

// TestDueBranches are those that have something new, and no others.
func TestDueBranches(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	report := func(name, branch string, change func(*v1alpha1.DriftReportStatus)) *member {
		d := &v1alpha1.DriftReport{ObjectMeta: metav1.ObjectMeta{Namespace: "core", Name: name}}
		d.Status = v1alpha1.DriftReportStatus{State: v1alpha1.DriftOpen, Digest: "d1", Git: &v1alpha1.GitReport{Branch: branch, Digest: "d1"}}
		change(&d.Status)
		return &member{report: d}
	}
	proposes := func(s *v1alpha1.DriftReportStatus) { s.ProposedDigest = "p1" }
	published := publication{branch: "a", proposed: "p1"}
	for _, c := range []struct {
		name      string
		members   []*member
		published map[string]publication
		refused   string
		want      []string
	}{
		{name: "a new drift", members: []*member{report("x", "a", func(s *v1alpha1.DriftReportStatus) { s.Git.Digest = "" })}, want: []string{"a"}},
		{name: "a drift that is in Git", members: []*member{report("x", "a", func(*v1alpha1.DriftReportStatus) {})}},
		{name: "a record of what was corrected", members: []*member{report("x", "a", func(s *v1alpha1.DriftReportStatus) { s.State, s.Git.Digest = v1alpha1.DriftCorrected, "" })}, want: []string{"a"}},
		{name: "what is gone", members: []*member{report("x", "a", func(s *v1alpha1.DriftReportStatus) { s.State, s.Git.Digest = v1alpha1.DriftGone, "" })}},
		{name: "a refused branch", members: []*member{report("x", "a", func(s *v1alpha1.DriftReportStatus) { s.Git.Digest = "" })}, refused: "a"},
		{name: "a proposal after a restart", members: []*member{report("x", "a", proposes)}, want: []string{"a"}},
		{name: "a proposal that is there", members: []*member{report("x", "a", proposes)}, published: map[string]publication{"x": published}},
		{name: "a proposal at another revision", members: []*member{report("x", "a", proposes)},
			published: map[string]publication{"x": {branch: "a", proposed: "p1", revision: "old"}}, want: []string{"a"}},
		{name: "a decided proposal", members: []*member{report("x", "a", func(s *v1alpha1.DriftReportStatus) {
			proposes(s)
			s.Git.PullRequest = &v1alpha1.PullRequest{Number: 1, State: v1alpha1.PullRequestClosed, Digest: "p1"}
		})}},
		{name: "a proposal after another was decided", members: []*member{report("x", "a", func(s *v1alpha1.DriftReportStatus) {
			proposes(s)
			s.Git.PullRequest = &v1alpha1.PullRequest{Number: 1, State: v1alpha1.PullRequestMerged, Digest: "p0"}
		})}, want: []string{"a"}},
		{name: "one less on a shared branch", members: []*member{report("x", "a", proposes)},
			published: map[string]publication{"x": published, "y": published}, want: []string{"a"}},
		{name: "the last one left", published: map[string]publication{"x": published}},
		{name: "a branch that was renamed", members: []*member{report("x", "b", proposes)},
			published: map[string]publication{"x": published}, want: []string{"b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rd := &round{now: now, members: c.members, repository: &sourcev1.GitRepository{}, state: &repositoryState{
				published: map[types.NamespacedName]publication{}, refused: map[string]*pace{},
			}}
			for name, p := range c.published {
				rd.state.published[types.NamespacedName{Namespace: "core", Name: name}] = p
			}
			if c.refused != "" {
				p := &pace{}
				p.failed(now)
				rd.state.refused[c.refused] = p
			}
			got := slices.Sorted(maps.Keys((&WriteBackReconciler{}).dueBranches(rd)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if c.refused != "" && rd.again == 0 {
				t.Error("nobody looks at the refused branch again")
			}
		})
	}
}

func TestBaseBranch(t *testing.T) {
	for _, c := range []struct {
		ref  *sourcev1.GitRepositoryRef
		want string
	}{
		{nil, "master"},
		{&sourcev1.GitRepositoryRef{}, "master"},
		{&sourcev1.GitRepositoryRef{Branch: "main"}, "main"},
		{&sourcev1.GitRepositoryRef{Branch: "main", Commit: "c1"}, "main"},
		{&sourcev1.GitRepositoryRef{Name: "refs/heads/main"}, "main"},
		{&sourcev1.GitRepositoryRef{Tag: "v1"}, ""},
		{&sourcev1.GitRepositoryRef{SemVer: ">=1"}, ""},
		{&sourcev1.GitRepositoryRef{Commit: "c1"}, ""},
		{&sourcev1.GitRepositoryRef{Branch: "main", Name: "refs/tags/v1"}, ""},
	} {
		got, err := baseBranch(&sourcev1.GitRepository{Spec: sourcev1.GitRepositorySpec{Reference: c.ref}})
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: base is %q, %v", c.ref, got, err)
		}
	}
}

func TestLinkFile(t *testing.T) {
	for _, c := range []struct {
		provider  forge.Provider
		url, want string
	}{
		{forge.GitHub, "https://github.com/core/network.git", "https://github.com/core/network/blob/main/a%20b.yaml#L3"},
		{forge.GitLab, "ssh://git@gitlab.example.com:2222/core/network", "https://gitlab.example.com/core/network/-/blob/main/a%20b.yaml#L3"},
		{forge.Gitea, "http://gitea.example.com:3000/sub/core/network.git", "http://gitea.example.com:3000/sub/core/network/src/branch/main/a%20b.yaml#L3"},
	} {
		if got := linkFile(c.provider, c.url, "main")("a b.yaml", 3); got != c.want {
			t.Errorf("%s: %s, want %s", c.url, got, c.want)
		}
	}
}

func TestCommitOf(t *testing.T) {
	for revision, want := range map[string]string{
		"main@sha1:0123": "0123", "refs/heads/main@sha256:4567": "4567", "sha1:89ab": "89ab", "": "", "v1.0.0": "",
	} {
		if got := commitOf(revision); got != want {
			t.Errorf("commit of %q is %q, want %q", revision, got, want)
		}
	}
}
