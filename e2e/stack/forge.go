// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"code.gitea.io/sdk/gitea"
)

const (
	// mergeTimeout bounds the wait until Gitea, which looks for conflicts aside, can merge.
	mergeTimeout = time.Minute
	mergePoll    = 200 * time.Millisecond
	pullsPerPage = 50
)

// PullRequests returns the pull requests of a repository, those of one branch if head names it, newest first.
func (g *GitServer) PullRequests(ctx context.Context, repo, head string) ([]*gitea.PullRequest, error) {
	owner, name, api, err := g.repoAPI(ctx, repo)
	if err != nil {
		return nil, err
	}
	var found []*gitea.PullRequest
	options := gitea.ListPullRequestsOptions{
		ListOptions: gitea.ListOptions{Page: 1, PageSize: pullsPerPage}, State: gitea.StateAll,
	}
	for {
		page, _, err := api.ListRepoPullRequests(owner, name, options)
		if err != nil {
			return nil, fmt.Errorf("listing the pull requests of %s: %w", repo, err)
		}
		for _, pull := range page {
			if head == "" || pull.Head.Name == head {
				found = append(found, pull)
			}
		}
		if len(page) < pullsPerPage {
			return found, nil
		}
		options.Page++
	}
}

// PullRequest returns one.
func (g *GitServer) PullRequest(ctx context.Context, repo string, number int64) (*gitea.PullRequest, error) {
	owner, name, api, err := g.repoAPI(ctx, repo)
	if err != nil {
		return nil, err
	}
	pull, _, err := api.GetPullRequest(owner, name, number)
	if err != nil {
		return nil, fmt.Errorf("reading pull request %d of %s: %w", number, repo, err)
	}
	return pull, nil
}

// MergePullRequest merges one with a merge commit, whose hash it returns, as the planner. It waits while Gitea still
// looks whether the branch can be merged.
func (g *GitServer) MergePullRequest(ctx context.Context, repo string, number int64) (commit string, err error) {
	owner, name, api, err := g.repoAPI(ctx, repo)
	if err != nil {
		return "", err
	}
	limited, cancel := context.WithTimeoutCause(ctx, mergeTimeout, fmt.Errorf("not mergeable within %s", mergeTimeout))
	defer cancel()
	for {
		merged, response, err := api.MergePullRequest(owner, name, number, gitea.MergePullRequestOption{Style: gitea.MergeStyleMerge})
		if merged {
			break
		}
		if again := response != nil && (response.StatusCode == http.StatusMethodNotAllowed || response.StatusCode == http.StatusConflict); !again {
			return "", fmt.Errorf("merging pull request %d of %s: %w", number, repo, errors.Join(err, statusOf(response)))
		}
		if err := sleep(limited, mergePoll); err != nil {
			return "", fmt.Errorf("merging pull request %d of %s: %w: %w", number, repo, err, statusOf(response))
		}
	}
	pull, err := g.PullRequest(ctx, repo, number)
	if err != nil {
		return "", err
	}
	if pull.MergedCommitID == nil {
		return "", fmt.Errorf("pull request %d of %s was merged and has no commit", number, repo)
	}
	return *pull.MergedCommitID, nil
}

// ClosePullRequest closes one without merging it, as the planner.
func (g *GitServer) ClosePullRequest(ctx context.Context, repo string, number int64) error {
	owner, name, api, err := g.repoAPI(ctx, repo)
	if err != nil {
		return err
	}
	closed := gitea.StateClosed
	if _, _, err := api.EditPullRequest(owner, name, number, gitea.EditPullRequestOption{State: &closed}); err != nil {
		return fmt.Errorf("closing pull request %d of %s: %w", number, repo, err)
	}
	return nil
}

// AddWebhook has the server tell a URL of pushes to a repository, signed with a secret, as GitHub's webhooks are.
func (g *GitServer) AddWebhook(ctx context.Context, repo, url, secret string) error {
	owner, name, api, err := g.repoAPI(ctx, repo)
	if err != nil {
		return err
	}
	_, _, err = api.CreateRepoHook(owner, name, gitea.CreateHookOption{
		Type: gitea.HookTypeGitea, Active: true, Events: []string{"push"}, BranchFilter: gitBranch,
		Config: map[string]string{"url": url, "secret": secret, "content_type": "json"},
	})
	if err != nil {
		return fmt.Errorf("adding a webhook to %s: %w", repo, err)
	}
	return nil
}

// repoAPI splits the name of a repository and makes a client.
func (g *GitServer) repoAPI(ctx context.Context, repo string) (owner, name string, api *gitea.Client, err error) {
	if owner, name, err = splitRepo(repo); err != nil {
		return "", "", nil, err
	}
	api, err = g.API(ctx)
	return owner, name, api, err
}

// statusOf turns what the server answered into an error.
func statusOf(response *gitea.Response) error {
	if response == nil || response.Response == nil {
		return errors.New("no answer")
	}
	return fmt.Errorf("the server answers %s", response.Status)
}
