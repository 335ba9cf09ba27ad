// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"
)

const gitLabPage = 100

// gitLab is a project on GitLab: https://docs.gitlab.com/api/merge_requests/,
// https://docs.gitlab.com/api/commits/#commit-status.
type gitLab struct {
	api
	client  *gitlab.Client
	project string
}

// unlimited leaves waiting to the caller.
type unlimited struct{}

// Wait is gitlab.RateLimiter's.
func (unlimited) Wait(context.Context) error { return nil }

func newGitLab(a api, base *url.URL, project string) (*gitLab, error) {
	// The transport puts the credentials on in place of the client's.
	c, err := gitlab.NewClient("", gitlab.WithBaseURL(base.String()), gitlab.WithHTTPClient(a.http),
		gitlab.WithoutRetries(), gitlab.WithCustomLimiter(unlimited{}), gitlab.WithURLWarningLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	return &gitLab{api: a, client: c, project: project}, nil
}

// Find is Forge's.
func (f *gitLab) Find(ctx context.Context, head string) (*PullRequest, error) {
	pr, err := f.find(ctx, head, "")
	return pr, f.fail("look for the merge request of "+head, err)
}

func (f *gitLab) find(ctx context.Context, head, base string) (*PullRequest, error) {
	o := &gitlab.ListProjectMergeRequestsOptions{State: gitlab.Ptr("opened"), SourceBranch: &head}
	if base != "" {
		o.TargetBranch = &base
	}
	list, _, err := f.client.MergeRequests.ListProjectMergeRequests(f.project, o, gitlab.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if m.SourceBranch == head && m.SourceProjectID == m.TargetProjectID {
			return fromGitLab(m), nil
		}
	}
	return nil, nil
}

// Get is Forge's.
func (f *gitLab) Get(ctx context.Context, number int64) (*PullRequest, error) {
	m, _, err := f.client.MergeRequests.GetMergeRequest(f.project, number, nil, gitlab.WithContext(ctx))
	if err != nil {
		return nil, f.fail(fmt.Sprintf("read merge request %d", number), err)
	}
	return fromGitLab(&m.BasicMergeRequest), nil
}

// ListOpen is Forge's.
func (f *gitLab) ListOpen(ctx context.Context) ([]PullRequest, error) {
	o := &gitlab.ListProjectMergeRequestsOptions{State: gitlab.Ptr("opened"), ListOptions: gitlab.ListOptions{Page: 1, PerPage: gitLabPage}}
	var all []PullRequest
	for range maxOpen / gitLabPage {
		list, res, err := f.client.MergeRequests.ListProjectMergeRequests(f.project, o, gitlab.WithContext(ctx))
		if err != nil {
			return nil, f.fail("list the open merge requests", err)
		}
		for _, m := range list {
			if m.SourceProjectID == m.TargetProjectID {
				all = append(all, *fromGitLab(m))
			}
		}
		if res.NextPage == 0 {
			break
		}
		o.Page = res.NextPage
	}
	return all, nil
}

// Open is Forge's. GitLab creates labels that the project lacks, and leaves out
// those that the user may not set.
func (f *gitLab) Open(ctx context.Context, p Proposal) (*PullRequest, error) {
	doing := "open a merge request of " + p.Head
	p = p.bounded()
	o := &gitlab.CreateMergeRequestOptions{Title: &p.Title, Description: &p.Body, SourceBranch: &p.Head, TargetBranch: &p.Base}
	if len(p.Labels) > 0 {
		o.Labels = gitlab.Ptr(gitlab.LabelOptions(p.Labels))
	}
	m, _, err := f.client.MergeRequests.CreateMergeRequest(f.project, o, gitlab.WithContext(ctx))
	if err == nil {
		return fromGitLab(&m.BasicMergeRequest), nil
	}
	if refusedWith(err, http.StatusConflict) {
		if pr, again := f.find(ctx, p.Head, p.Base); again == nil && pr != nil {
			return pr, nil
		}
	}
	return nil, f.fail(doing, err)
}

// Update is Forge's.
func (f *gitLab) Update(ctx context.Context, number int64, p Proposal) (*PullRequest, error) {
	p = p.bounded()
	pr, err := f.Get(ctx, number)
	if err != nil || pr.says(p) {
		return pr, err
	}
	m, _, err := f.client.MergeRequests.UpdateMergeRequest(f.project, number,
		&gitlab.UpdateMergeRequestOptions{Title: &p.Title, Description: &p.Body}, gitlab.WithContext(ctx))
	if err != nil {
		return nil, f.fail(fmt.Sprintf("update merge request %d", number), err)
	}
	return fromGitLab(&m.BasicMergeRequest), nil
}

// Close is Forge's.
func (f *gitLab) Close(ctx context.Context, number int64, comment string) error {
	note := func() error {
		_, _, err := f.client.Notes.CreateMergeRequestNote(f.project, number,
			&gitlab.CreateMergeRequestNoteOptions{Body: &comment}, gitlab.WithContext(ctx))
		return err
	}
	if comment == "" {
		note = nil
	}
	return f.close(ctx, f, number, note, func() error {
		_, _, err := f.client.MergeRequests.UpdateMergeRequest(f.project, number,
			&gitlab.UpdateMergeRequestOptions{StateEvent: gitlab.Ptr("close")}, gitlab.WithContext(ctx))
		return err
	})
}

// Statuses is Forge's. Without all=true GitLab gives the latest of each name.
func (f *gitLab) Statuses(ctx context.Context, commit string) (map[string]Status, error) {
	doing := "read the statuses of commit " + commit
	if err := checkCommit(commit); err != nil {
		return nil, f.fail(doing, err)
	}
	all, ids := map[string]Status{}, map[string]int64{}
	o := &gitlab.GetCommitStatusesOptions{ListOptions: gitlab.ListOptions{Page: 1, PerPage: gitLabPage}}
	for range maxPages {
		list, res, err := f.client.Commits.GetCommitStatuses(f.project, commit, o, gitlab.WithContext(ctx))
		if err != nil {
			return nil, f.fail(doing, err)
		}
		for _, s := range list {
			// One name may be in the pipelines of several refs.
			if s.ID >= ids[s.Name] {
				ids[s.Name] = s.ID
				all[s.Name] = Status{Context: s.Name, State: stateOfBuild(s.Status), Description: s.Description, URL: s.TargetURL}
			}
		}
		if res.NextPage == 0 {
			break
		}
		o.Page = res.NextPage
	}
	return all, nil
}

// SetStatus is Forge's.
func (f *gitLab) SetStatus(ctx context.Context, commit string, s Status) error {
	doing := "set the status " + s.Context + " of commit " + commit
	if err := checkCommit(commit); err != nil {
		return f.fail(doing, err)
	}
	s = s.bounded()
	o := &gitlab.SetCommitStatusOptions{State: buildOfState(s.State), Name: &s.Context, Description: &s.Description}
	if s.URL != "" {
		o.TargetURL = &s.URL
	}
	_, _, err := f.client.Commits.SetCommitStatus(f.project, commit, o, gitlab.WithContext(ctx))
	var refused *answerError
	if o.State == gitlab.Pending && errors.As(err, &refused) && refused.status == http.StatusBadRequest &&
		strings.HasPrefix(refused.words, "Cannot transition status") {
		// It is pending or running already: a job's states take no event that leads where it is.
		return nil
	}
	return f.fail(doing, err)
}

func buildOfState(state string) gitlab.BuildStateValue {
	switch state {
	case StatusSuccess:
		return gitlab.Success
	case StatusFailure, StatusError:
		return gitlab.Failed
	}
	return gitlab.Pending
}

func stateOfBuild(state string) string {
	switch gitlab.BuildStateValue(state) {
	case gitlab.Success:
		return StatusSuccess
	case gitlab.Failed, gitlab.Canceled:
		return StatusFailure
	}
	return StatusPending
}

func fromGitLab(m *gitlab.BasicMergeRequest) *PullRequest {
	pr := &PullRequest{
		Number: m.IID,
		URL:    m.WebURL,
		Head:   m.SourceBranch,
		Base:   m.TargetBranch,
		Title:  m.Title,
		Body:   m.Description,
		State:  Open,
	}
	switch m.State {
	case "merged":
		pr.State, pr.MergeCommit = Merged, firstOf(m.MergeCommitSHA, m.SquashCommitSHA, m.SHA)
		if m.MergeUser != nil {
			pr.DecidedBy = m.MergeUser.Username
		}
	case "closed":
		pr.State = Closed
		if m.ClosedBy != nil {
			pr.DecidedBy = m.ClosedBy.Username
		}
	}
	return pr
}

// firstOf gives the first that is not empty: a merge that only moves the branch
// forward has no commit of its own.
func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
