// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/go-git/go-git/v5/plumbing"
)

// tracked is what Flux reconciles of a repository.
type tracked struct {
	// ref the artifact comes from: a branch, a tag, or HEAD.
	ref plumbing.ReferenceName
	// branch named in the spec, also where another field takes precedence.
	branch plumbing.ReferenceName
	// others that Flux reconciles.
	others []string
}

// trackedBy reads the reference with Flux's precedence: commit, name, semver,
// tag, branch, and master where nothing is said.
func trackedBy(repo *sourcev1.GitRepository) tracked {
	spec := repo.Spec.Reference
	if spec == nil {
		spec = &sourcev1.GitRepositoryRef{}
	}
	var t tracked
	if spec.Branch != "" {
		t.branch = plumbing.NewBranchReferenceName(spec.Branch)
	}
	switch {
	case spec.Commit != "":
		t.ref = plumbing.HEAD
		if t.branch != "" {
			t.ref = t.branch
		}
	case spec.Name != "":
		t.ref = plumbing.ReferenceName(strings.TrimSuffix(spec.Name, "^{}"))
	case spec.SemVer != "":
		t.ref = plumbing.HEAD
		if a := repo.Status.Artifact; a != nil {
			if tag, _, ok := strings.Cut(a.Revision, "@"); ok {
				t.ref = plumbing.NewTagReferenceName(tag)
			}
		}
	case spec.Tag != "":
		t.ref = plumbing.NewTagReferenceName(spec.Tag)
	case t.branch != "":
		t.ref = t.branch
	default:
		t.ref = plumbing.NewBranchReferenceName("master")
	}
	return t
}

// Reconciled gives the branches that any of the GitRepositories with the same
// URL as repo has Flux reconcile, for Access.Protected.
func Reconciled(repo *sourcev1.GitRepository, all []sourcev1.GitRepository) []string {
	var branches []string
	for i := range all {
		if !sameURL(repo.Spec.URL, all[i].Spec.URL) {
			continue
		}
		t := trackedBy(&all[i])
		for _, ref := range []plumbing.ReferenceName{t.ref, t.branch} {
			if ref.IsBranch() && !slices.Contains(branches, ref.Short()) {
				branches = append(branches, ref.Short())
			}
		}
	}
	slices.Sort(branches)
	return branches
}

// SameRepository says whether the files of a's artifact are those at the tip of what b
// follows: both have the same URL and the same reference.
func SameRepository(a, b *sourcev1.GitRepository) bool {
	return sameURL(a.Spec.URL, b.Spec.URL) && trackedBy(a).ref == trackedBy(b).ref
}

// sameURL: equal but for how one writes and reads it: scheme, user, port, .git.
func sameURL(a, b string) bool {
	key := func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return s
		}
		return strings.ToLower(u.Hostname()) + "/" + strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	}
	return key(a) == key(b)
}

// guard refuses the branches that only people write to: those Flux reconciles,
// and the server's default branch.
func (t tracked) guard(branch, defaultBranch plumbing.ReferenceName) error {
	var why string
	switch {
	case branch == t.ref, branch == t.branch:
		why = "is the branch Flux reconciles"
	case slices.Contains(t.others, branch.Short()):
		why = "is reconciled by another GitRepository"
	case branch == defaultBranch:
		why = "is the default branch of the repository"
	default:
		return nil
	}
	return &Error{Kind: ErrProtectedBranch, Message: fmt.Sprintf("%s %s", branch.Short(), why),
		Remedy: "set spec.drift.report.branch to a branch of its own, such as " + DefaultBranch}
}

// resolve finds the commit a new report branch starts from and where it is.
func (t tracked) resolve(r *refs) (plumbing.Hash, string, error) {
	if h, ok := r.References[t.ref.String()]; ok {
		return h, t.ref.Short(), nil
	}
	if t.ref == plumbing.HEAD && r.Head != nil {
		return *r.Head, r.defaultBranch().Short(), nil
	}
	return plumbing.ZeroHash, "", &Error{Kind: ErrNotFound,
		Message: fmt.Sprintf("there is no %s to start the branch from", t.ref),
		Remedy:  "correct spec.ref of the GitRepository"}
}

// parentBranch refuses a new branch below or above an existing one: Git keeps
// branches like files and folders.
func parentBranch(r *refs, branch plumbing.ReferenceName) error {
	var found plumbing.ReferenceName
	for name := range r.References {
		if strings.HasPrefix(branch.String(), name+"/") || strings.HasPrefix(name, branch.String()+"/") {
			if found == "" || name < found.String() {
				found = plumbing.ReferenceName(name)
			}
		}
	}
	if found == "" {
		return nil
	}
	return &Error{Kind: ErrRejected,
		Message: fmt.Sprintf("Git cannot have the branch %s beside the existing branch %s", branch.Short(), found.Short()),
		Remedy:  "delete or rename that branch, or set another spec.drift.report.branch"}
}
