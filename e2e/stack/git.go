// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"code.gitea.io/sdk/gitea"
)

// gitBranch is the branch that new repositories have.
const gitBranch = "main"

// GitServer is a Gitea: repositories over HTTP, pull requests and webhooks. It can be stopped and started again on
// the same address.
type GitServer struct {
	*Service
	// URL is where the server answers; repositories are below it.
	URL string
	// Username and Password may push to every repository, and open pull requests.
	Username, Password string
	// ReadOnlyUsername and ReadOnlyPassword may only fetch: a push is answered 403.
	ReadOnlyUsername, ReadOnlyPassword string
	// PlannerUsername and PlannerPassword are those of the person who commits, and merges and closes pull requests.
	PlannerUsername, PlannerPassword string

	dir   string
	token string
}

// API returns a client of Gitea's API that acts as the planner, who is the site's administrator. It ends with the context.
func (g *GitServer) API(ctx context.Context) (*gitea.Client, error) {
	// The version is that of the pinned program, and need not be asked for.
	api, err := gitea.NewClient(g.URL, gitea.SetToken(g.token), gitea.SetContext(ctx), gitea.SetGiteaVersion(""))
	if err != nil {
		return nil, fmt.Errorf("making a client of Gitea: %w", err)
	}
	return api, nil
}

// splitRepo returns the owner and the name of a repository such as "core/network".
func splitRepo(repo string) (owner, name string, err error) {
	owner, name, ok := strings.Cut(repo, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return "", "", fmt.Errorf("repository %q is not named as owner/name", repo)
	}
	return owner, name, nil
}

// CreateRepo makes an empty private repository, such as "core/network", that the operator may push to and the reader
// fetch, and returns its URL without credentials. The owner is an organisation, which is made too if it is not there.
func (g *GitServer) CreateRepo(ctx context.Context, repo string) (string, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return "", err
	}
	api, err := g.API(ctx)
	if err != nil {
		return "", err
	}
	if _, response, err := api.GetOrg(owner); err != nil {
		if response == nil || response.StatusCode != http.StatusNotFound {
			return "", fmt.Errorf("looking for organisation %s: %w", owner, err)
		}
		if _, _, err := api.CreateOrg(gitea.CreateOrgOption{Name: owner, Visibility: gitea.VisibleTypePublic}); err != nil {
			return "", fmt.Errorf("creating organisation %s: %w", owner, err)
		}
	}
	if _, _, err := api.CreateOrgRepo(owner, gitea.CreateRepoOption{Name: name, Private: true, DefaultBranch: gitBranch}); err != nil {
		return "", fmt.Errorf("creating repository %s: %w", repo, err)
	}
	for account, mode := range map[string]gitea.AccessMode{g.Username: gitea.AccessModeWrite, g.ReadOnlyUsername: gitea.AccessModeRead} {
		if _, err := api.AddCollaborator(owner, name, account, gitea.AddCollaboratorOption{Permission: &mode}); err != nil {
			return "", fmt.Errorf("giving %s access to repository %s: %w", account, repo, err)
		}
	}
	return g.RepoURL(repo), nil
}

// RepoURL returns where a repository is fetched from and pushed to.
func (g *GitServer) RepoURL(name string) string { return g.URL + "/" + name + ".git" }

// RepoDir returns the folder of the bare repository, which is named in lower case.
func (g *GitServer) RepoDir(name string) string {
	return filepath.Join(g.dir, "repositories", strings.ToLower(name)+".git")
}

// Commit writes files, by path, on top of a branch of a repository, pushes them as the planner and returns the commit's hash.
// A branch that does not exist is started from the default branch. A file with nil content is removed.
func (g *GitServer) Commit(ctx context.Context, repo, branch, message string, files map[string][]byte) (string, error) {
	work, err := os.MkdirTemp("", "strowger-commit-")
	if err != nil {
		return "", fmt.Errorf("making a work tree: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()

	if _, err := g.git(ctx, work, "clone", "--quiet", g.urlWithCredentials(repo), "."); err != nil {
		return "", fmt.Errorf("cloning %s: %w", repo, err)
	}
	if _, err := g.git(ctx, work, "checkout", "--quiet", "-B", branch, "origin/"+branch); err != nil {
		// The remote has no such branch: start it from where the clone is, which may be an empty repository.
		if _, err := g.git(ctx, work, "checkout", "--quiet", "-B", branch); err != nil {
			return "", fmt.Errorf("starting branch %s of %s: %w", branch, repo, err)
		}
	}
	if err := writeFiles(work, files); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"add", "--all"},
		{"commit", "--quiet", "--allow-empty", "--message", message},
		{"push", "--quiet", "origin", branch},
	} {
		if _, err := g.git(ctx, work, args...); err != nil {
			return "", fmt.Errorf("committing to %s: %w", repo, err)
		}
	}
	return g.Head(ctx, repo, branch)
}

// Head returns the hash that a branch points to. It is read from the server's folder, whether the server runs or not.
func (g *GitServer) Head(ctx context.Context, repo, branch string) (string, error) {
	hash, err := g.Read(ctx, repo, "rev-parse", "--verify", "refs/heads/"+branch)
	if err != nil {
		return "", fmt.Errorf("reading branch %s of %s: %w", branch, repo, err)
	}
	return strings.TrimSpace(hash), nil
}

// Show returns a file as of a branch, tag or commit.
func (g *GitServer) Show(ctx context.Context, repo, revision, path string) ([]byte, error) {
	content, err := g.Read(ctx, repo, "show", revision+":"+path)
	if err != nil {
		return nil, fmt.Errorf("reading %s of %s at %s: %w", path, repo, revision, err)
	}
	return []byte(content), nil
}

// Read runs a Git command that only reads, such as log, in the server's repository and returns what it prints.
func (g *GitServer) Read(ctx context.Context, repo string, args ...string) (string, error) {
	return g.git(ctx, g.RepoDir(repo), args...)
}

func (g *GitServer) urlWithCredentials(repo string) string {
	credentials := url.UserPassword(g.PlannerUsername, g.PlannerPassword).String() + "@"
	return strings.Replace(g.RepoURL(repo), "://", "://"+credentials, 1)
}

// git runs one Git command, apart from the configuration of whoever runs the stack.
func (g *GitServer) git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0",
		// The server's folders belong to another user.
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		"GIT_AUTHOR_NAME="+gitPlannerName, "GIT_AUTHOR_EMAIL="+gitEmail(gitPlanner),
		"GIT_COMMITTER_NAME="+gitPlannerName, "GIT_COMMITTER_EMAIL="+gitEmail(gitPlanner),
	)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// writeFiles writes or, where the content is nil, removes files below a folder.
func writeFiles(dir string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(dir, name)
		if content == nil {
			if err := os.RemoveAll(path); err != nil {
				return fmt.Errorf("removing %s: %w", name, err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("making the folder of %s: %w", name, err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}
