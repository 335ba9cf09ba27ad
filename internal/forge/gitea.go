// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	sdk "code.gitea.io/sdk/gitea"
)

// giteaPage is what Gitea gives at most unless told otherwise (MAX_RESPONSE_ITEMS).
const giteaPage = 50

// gitea is a repository on Gitea or Forgejo: https://docs.gitea.com/api/.
type gitea struct {
	api
	base, owner, repo string
	labels            known
}

// client for one call: the SDK keeps the context in the client. It asks nothing
// of the server.
func (f *gitea) client(ctx context.Context) (*sdk.Client, error) {
	return sdk.NewClient(f.base, sdk.SetGiteaVersion(""), sdk.SetHTTPClient(f.http), sdk.SetContext(ctx))
}

// Find is Forge's. Gitea filters by no branch, so the open ones are listed.
func (f *gitea) Find(ctx context.Context, head string) (*PullRequest, error) {
	pr, err := f.find(ctx, func(pr PullRequest) bool { return pr.Head == head })
	return pr, f.fail("look for the pull request of "+head, err)
}

func (f *gitea) find(ctx context.Context, is func(PullRequest) bool) (*PullRequest, error) {
	var found *PullRequest
	err := f.open(ctx, func(pr PullRequest) bool {
		if is(pr) {
			found = &pr
		}
		return found == nil
	})
	return found, err
}

// open visits the open pull requests until visit says no.
func (f *gitea) open(ctx context.Context, visit func(PullRequest) bool) error {
	c, err := f.client(ctx)
	if err != nil {
		return err
	}
	return pages(func(o sdk.ListOptions) (int, *sdk.Response, bool, error) {
		list, res, err := c.ListRepoPullRequests(f.owner, f.repo, sdk.ListPullRequestsOptions{ListOptions: o, State: sdk.StateOpen})
		more := true
		for _, p := range list {
			if p.Head != nil && p.Base != nil && p.Head.RepoID == p.Base.RepoID {
				more = more && visit(*fromGitea(p))
			}
		}
		return len(list), res, more, err
	})
}

// pages asks for page after page until all are there: of some lists Gitea tells
// only the total, and a page may be smaller than was asked for.
func pages(page func(sdk.ListOptions) (n int, res *sdk.Response, more bool, err error)) error {
	seen := 0
	for i := range maxPages {
		n, res, more, err := page(sdk.ListOptions{Page: i + 1, PageSize: giteaPage})
		if err != nil || !more || n == 0 {
			return err
		}
		seen += n
		total, err := strconv.Atoi(res.Header.Get("X-Total-Count"))
		if err == nil && seen >= total {
			return nil
		}
	}
	return nil
}

// Get is Forge's.
func (f *gitea) Get(ctx context.Context, number int64) (*PullRequest, error) {
	doing := fmt.Sprintf("read pull request %d", number)
	c, err := f.client(ctx)
	if err != nil {
		return nil, f.fail(doing, err)
	}
	p, _, err := c.GetPullRequest(f.owner, f.repo, number)
	if err != nil {
		return nil, f.fail(doing, err)
	}
	pr := fromGitea(p)
	if pr.State == Closed {
		if pr.DecidedBy, err = f.closedBy(ctx, number); err != nil && !declined(err) {
			return nil, f.fail(doing, err)
		}
	}
	return pr, nil
}

// closedBy finds in the timeline who closed last; the pull request does not say.
// The SDK cannot read a timeline in which a label was set.
func (f *gitea) closedBy(ctx context.Context, number int64) (who string, err error) {
	address := fmt.Sprintf("%s/api/v1/repos/%s/%s/issues/%d/timeline", f.base, url.PathEscape(f.owner), url.PathEscape(f.repo), number)
	err = pages(func(o sdk.ListOptions) (int, *sdk.Response, bool, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s?page=%d&limit=%d", address, o.Page, o.PageSize), nil)
		if err != nil {
			return 0, nil, false, err
		}
		res, err := f.http.Do(req)
		if err != nil {
			return 0, nil, false, err
		}
		defer res.Body.Close()
		var list []struct {
			Type string    `json:"type"`
			User *sdk.User `json:"user"`
		}
		err = json.NewDecoder(res.Body).Decode(&list)
		for _, e := range list {
			if e.Type == "close" && e.User != nil {
				who = e.User.UserName
			}
		}
		return len(list), &sdk.Response{Response: res}, true, err
	})
	return who, err
}

// ListOpen is Forge's.
func (f *gitea) ListOpen(ctx context.Context) ([]PullRequest, error) {
	var all []PullRequest
	err := f.open(ctx, func(pr PullRequest) bool {
		all = append(all, pr)
		return true
	})
	if err != nil {
		return nil, f.fail("list the open pull requests", err)
	}
	return all, nil
}

// Open is Forge's.
func (f *gitea) Open(ctx context.Context, p Proposal) (*PullRequest, error) {
	doing := "open a pull request of " + p.Head
	p = p.bounded()
	c, err := f.client(ctx)
	if err != nil {
		return nil, f.fail(doing, err)
	}
	labels := f.labelIDs(c, p.Labels)
	created, _, err := c.CreatePullRequest(f.owner, f.repo, sdk.CreatePullRequestOption{
		Head: p.Head, Base: p.Base, Title: p.Title, Body: p.Body, Labels: labels})
	if err == nil {
		return fromGitea(created), nil
	}
	if !refusedWith(err, http.StatusConflict, http.StatusUnprocessableEntity) {
		return nil, f.fail(doing, err)
	}
	pr, again := f.find(ctx, func(pr PullRequest) bool { return pr.Head == p.Head && pr.Base == p.Base })
	if again != nil || pr == nil {
		return nil, f.fail(doing, err)
	}
	if len(labels) > 0 {
		// A pull request without labels is one too.
		_, _, _ = c.AddIssueLabels(f.owner, f.repo, pr.Number, sdk.IssueLabelsOption{Labels: labels})
	}
	return pr, nil
}

// labelIDs are the numbers of labels, as far as the forge lets have them.
func (f *gitea) labelIDs(c *sdk.Client, labels []string) []int64 {
	var ids []int64
	for _, l := range labels {
		if id, ok := f.labelID(c, l); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// labelID finds a label among the repository's and the organization's, or creates it.
func (f *gitea) labelID(c *sdk.Client, name string) (int64, bool) {
	if id, ok := f.labels.id(name); ok {
		return id, true
	}
	learn := func(list []*sdk.Label) {
		for _, l := range list {
			if _, ok := f.labels.id(l.Name); !ok {
				f.labels.add(l.Name, l.ID)
			}
		}
	}
	_ = pages(func(o sdk.ListOptions) (int, *sdk.Response, bool, error) {
		list, res, err := c.ListRepoLabels(f.owner, f.repo, sdk.ListLabelsOptions{ListOptions: o})
		learn(list)
		return len(list), res, true, err
	})
	// A user has no labels of this kind, which is answered as not found.
	_ = pages(func(o sdk.ListOptions) (int, *sdk.Response, bool, error) {
		list, res, err := c.ListOrgLabels(f.owner, sdk.ListOrgLabelsOptions{ListOptions: o})
		learn(list)
		return len(list), res, true, err
	})
	if id, ok := f.labels.id(name); ok {
		return id, true
	}
	l, _, err := c.CreateLabel(f.owner, f.repo, sdk.CreateLabelOption{Name: name, Color: "#" + labelColor})
	if err != nil {
		return 0, false
	}
	f.labels.add(name, l.ID)
	return l.ID, true
}

// Update is Forge's.
func (f *gitea) Update(ctx context.Context, number int64, p Proposal) (*PullRequest, error) {
	p = p.bounded()
	pr, err := f.Get(ctx, number)
	if err != nil || pr.says(p) {
		return pr, err
	}
	c, err := f.client(ctx)
	if err != nil {
		return nil, f.fail("update a pull request", err)
	}
	edited, _, err := c.EditPullRequest(f.owner, f.repo, number, sdk.EditPullRequestOption{Title: p.Title, Body: &p.Body})
	if err != nil {
		return nil, f.fail(fmt.Sprintf("update pull request %d", number), err)
	}
	return fromGitea(edited), nil
}

// Close is Forge's.
func (f *gitea) Close(ctx context.Context, number int64, comment string) error {
	c, err := f.client(ctx)
	if err != nil {
		return f.fail("close a pull request", err)
	}
	note := func() error {
		_, _, err := c.CreateIssueComment(f.owner, f.repo, number, sdk.CreateIssueCommentOption{Body: comment})
		return err
	}
	if comment == "" {
		note = nil
	}
	return f.close(ctx, f, number, note, func() error {
		closed := sdk.StateClosed
		_, _, err := c.EditPullRequest(f.owner, f.repo, number, sdk.EditPullRequestOption{State: &closed})
		return err
	})
}

// Statuses is Forge's.
func (f *gitea) Statuses(ctx context.Context, commit string) (map[string]Status, error) {
	doing := "read the statuses of commit " + commit
	if err := checkCommit(commit); err != nil {
		return nil, f.fail(doing, err)
	}
	c, err := f.client(ctx)
	if err != nil {
		return nil, f.fail(doing, err)
	}
	all, ids := map[string]Status{}, map[string]int64{}
	err = pages(func(o sdk.ListOptions) (int, *sdk.Response, bool, error) {
		list, res, err := c.ListStatuses(f.owner, f.repo, commit, sdk.ListStatusesOption{ListOptions: o})
		for _, s := range list {
			// The numbers rise; the times are of seconds.
			if s.ID >= ids[s.Context] {
				ids[s.Context] = s.ID
				all[s.Context] = Status{Context: s.Context, State: stateOfGitea(s.State), Description: s.Description, URL: s.TargetURL}
			}
		}
		return len(list), res, true, err
	})
	if err != nil {
		return nil, f.fail(doing, err)
	}
	return all, nil
}

// SetStatus is Forge's.
func (f *gitea) SetStatus(ctx context.Context, commit string, s Status) error {
	doing := "set the status " + s.Context + " of commit " + commit
	if err := checkCommit(commit); err != nil {
		return f.fail(doing, err)
	}
	c, err := f.client(ctx)
	if err != nil {
		return f.fail(doing, err)
	}
	s = s.bounded()
	_, _, err = c.CreateStatus(f.owner, f.repo, commit, sdk.CreateStatusOption{
		State: sdk.StatusState(s.State), Context: s.Context, Description: s.Description, TargetURL: s.URL})
	return f.fail(doing, err)
}

// stateOfGitea: a warning does not fail.
func stateOfGitea(s sdk.StatusState) string {
	if s == sdk.StatusWarning {
		return StatusSuccess
	}
	return string(s)
}

func fromGitea(p *sdk.PullRequest) *PullRequest {
	pr := &PullRequest{Number: p.Index, URL: p.HTMLURL, Title: p.Title, Body: p.Body, State: Open}
	if p.Head != nil {
		pr.Head = p.Head.Ref
		// A branch that is gone is kept under refs/pull; its name is the label.
		if strings.HasPrefix(pr.Head, "refs/") {
			pr.Head = p.Head.Name
		}
	}
	if p.Base != nil {
		pr.Base = p.Base.Ref
	}
	switch {
	case p.HasMerged:
		pr.State = Merged
		if p.MergedCommitID != nil {
			pr.MergeCommit = *p.MergedCommitID
		}
		if p.MergedBy != nil {
			pr.DecidedBy = p.MergedBy.UserName
		}
	case p.State == sdk.StateClosed:
		pr.State = Closed
	}
	return pr
}
