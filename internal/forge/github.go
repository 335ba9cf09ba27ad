// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/go-github/v81/github"
)

const gitHubPage = 100

// gitHub is a repository on GitHub: https://docs.github.com/rest/pulls/pulls,
// https://docs.github.com/rest/commits/statuses.
type gitHub struct {
	api
	client      *github.Client
	owner, repo string
	labels      known
}

func newGitHub(a api, base *url.URL, owner, repo string) *gitHub {
	c := github.NewClient(a.http)
	c.BaseURL = base
	// The transport reads the limits, and the caller waits.
	c.DisableRateLimitCheck = true
	return &gitHub{api: a, client: c, owner: owner, repo: repo}
}

// Find is Forge's.
func (f *gitHub) Find(ctx context.Context, head string) (*PullRequest, error) {
	pr, err := f.find(ctx, head, "")
	return pr, f.fail("look for the pull request of "+head, err)
}

func (f *gitHub) find(ctx context.Context, head, base string) (*PullRequest, error) {
	list, _, err := f.client.PullRequests.List(ctx, f.owner, f.repo, &github.PullRequestListOptions{
		State: "open", Head: f.owner + ":" + head, Base: base, ListOptions: github.ListOptions{PerPage: gitHubPage}})
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if p.GetHead().GetRef() == head && own(p) {
			return fromGitHub(p), nil
		}
	}
	return nil, nil
}

// Get is Forge's.
func (f *gitHub) Get(ctx context.Context, number int64) (*PullRequest, error) {
	doing := fmt.Sprintf("read pull request %d", number)
	p, _, err := f.client.PullRequests.Get(ctx, f.owner, f.repo, int(number))
	if err != nil {
		return nil, f.fail(doing, err)
	}
	pr := fromGitHub(p)
	if pr.State == Closed {
		// Only the issue that every pull request is tells who closed it.
		issue, _, err := f.client.Issues.Get(ctx, f.owner, f.repo, int(number))
		if err != nil && !declined(err) {
			return nil, f.fail(doing, err)
		}
		pr.DecidedBy = issue.GetClosedBy().GetLogin()
	}
	return pr, nil
}

// ListOpen is Forge's.
func (f *gitHub) ListOpen(ctx context.Context) ([]PullRequest, error) {
	o := &github.PullRequestListOptions{State: "open", ListOptions: github.ListOptions{Page: 1, PerPage: gitHubPage}}
	var all []PullRequest
	for range maxOpen / gitHubPage {
		list, res, err := f.client.PullRequests.List(ctx, f.owner, f.repo, o)
		if err != nil {
			return nil, f.fail("list the open pull requests", err)
		}
		for _, p := range list {
			if own(p) {
				all = append(all, *fromGitHub(p))
			}
		}
		if res.NextPage == 0 {
			break
		}
		o.Page = res.NextPage
	}
	return all, nil
}

// Open is Forge's.
func (f *gitHub) Open(ctx context.Context, p Proposal) (*PullRequest, error) {
	doing := "open a pull request of " + p.Head
	p = p.bounded()
	var pr *PullRequest
	created, _, err := f.client.PullRequests.Create(ctx, f.owner, f.repo, &github.NewPullRequest{
		Title: &p.Title, Head: &p.Head, Base: &p.Base, Body: &p.Body})
	switch {
	case err == nil:
		pr = fromGitHub(created)
	case refusedWith(err, http.StatusUnprocessableEntity):
		// One that exists is refused as anything else is: look for it.
		var again error
		if pr, again = f.find(ctx, p.Head, p.Base); again != nil || pr == nil {
			return nil, f.fail(doing, err)
		}
	default:
		return nil, f.fail(doing, err)
	}
	f.label(ctx, pr.Number, p.Labels)
	return pr, nil
}

// label sets labels as far as the forge lets: a pull request without them is one too.
func (f *gitHub) label(ctx context.Context, number int64, labels []string) {
	if len(labels) == 0 {
		return
	}
	for _, l := range labels {
		if _, ok := f.labels.id(l); ok {
			continue
		}
		_, _, err := f.client.Issues.CreateLabel(ctx, f.owner, f.repo, &github.Label{Name: &l, Color: github.Ptr(labelColor)})
		// Unprocessable: it exists already.
		if err == nil || refusedWith(err, http.StatusUnprocessableEntity) {
			f.labels.add(l, 0)
		}
	}
	_, _, _ = f.client.Issues.AddLabelsToIssue(ctx, f.owner, f.repo, int(number), labels)
}

// Update is Forge's.
func (f *gitHub) Update(ctx context.Context, number int64, p Proposal) (*PullRequest, error) {
	p = p.bounded()
	pr, err := f.Get(ctx, number)
	if err != nil || pr.says(p) {
		return pr, err
	}
	edited, _, err := f.client.PullRequests.Edit(ctx, f.owner, f.repo, int(number), &github.PullRequest{Title: &p.Title, Body: &p.Body})
	if err != nil {
		return nil, f.fail(fmt.Sprintf("update pull request %d", number), err)
	}
	return fromGitHub(edited), nil
}

// Close is Forge's.
func (f *gitHub) Close(ctx context.Context, number int64, comment string) error {
	note := func() error {
		_, _, err := f.client.Issues.CreateComment(ctx, f.owner, f.repo, int(number), &github.IssueComment{Body: &comment})
		return err
	}
	if comment == "" {
		note = nil
	}
	return f.close(ctx, f, number, note, func() error {
		_, _, err := f.client.PullRequests.Edit(ctx, f.owner, f.repo, int(number), &github.PullRequest{State: github.Ptr("closed")})
		return err
	})
}

// Statuses is Forge's.
func (f *gitHub) Statuses(ctx context.Context, commit string) (map[string]Status, error) {
	doing := "read the statuses of commit " + commit
	if err := checkCommit(commit); err != nil {
		return nil, f.fail(doing, err)
	}
	all := map[string]Status{}
	o := &github.ListOptions{Page: 1, PerPage: gitHubPage}
	for range maxPages {
		combined, res, err := f.client.Repositories.GetCombinedStatus(ctx, f.owner, f.repo, commit, o)
		if err != nil {
			return nil, f.fail(doing, err)
		}
		for _, s := range combined.Statuses {
			all[s.GetContext()] = Status{Context: s.GetContext(), State: s.GetState(), Description: s.GetDescription(), URL: s.GetTargetURL()}
		}
		if res.NextPage == 0 {
			break
		}
		o.Page = res.NextPage
	}
	return all, nil
}

// SetStatus is Forge's.
func (f *gitHub) SetStatus(ctx context.Context, commit string, s Status) error {
	doing := "set the status " + s.Context + " of commit " + commit
	if err := checkCommit(commit); err != nil {
		return f.fail(doing, err)
	}
	s = s.bounded()
	o := github.RepoStatus{State: &s.State, Context: &s.Context, Description: &s.Description}
	if s.URL != "" {
		o.TargetURL = &s.URL
	}
	_, _, err := f.client.Repositories.CreateStatus(ctx, f.owner, f.repo, commit, o)
	return f.fail(doing, err)
}

// own tells whether the head is a branch of the repository; a fork that was
// deleted has none.
func own(p *github.PullRequest) bool {
	return p.GetHead().GetRepo().GetID() != 0 && p.GetHead().GetRepo().GetID() == p.GetBase().GetRepo().GetID()
}

func fromGitHub(p *github.PullRequest) *PullRequest {
	pr := &PullRequest{
		Number: int64(p.GetNumber()),
		URL:    p.GetHTMLURL(),
		Head:   p.GetHead().GetRef(),
		Base:   p.GetBase().GetRef(),
		Title:  p.GetTitle(),
		Body:   p.GetBody(),
		State:  Open,
	}
	switch {
	case p.GetMerged() || p.MergedAt != nil:
		// Before that, the merge commit is one of a trial.
		pr.State, pr.MergeCommit, pr.DecidedBy = Merged, p.GetMergeCommitSHA(), p.GetMergedBy().GetLogin()
	case p.GetState() == "closed":
		pr.State = Closed
	}
	return pr
}
