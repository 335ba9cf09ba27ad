// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// gitBranch is the branch that new repositories have.
const gitBranch = "main"

// GitServer serves bare repositories over HTTP. Two accounts may read; one of them may also push.
type GitServer struct {
	*Service
	// URL is where the server answers; repositories are below it.
	URL string
	// Username and Password may push.
	Username, Password string
	// ReadOnlyUsername and ReadOnlyPassword may only fetch: a push is answered 403.
	ReadOnlyUsername, ReadOnlyPassword string

	dir string
}

// addGit runs the Git server on an empty folder.
func (e *environment) addGit(s *Stack, _ Options) (starter, error) {
	dir, err := e.folder("git")
	if err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	g := &GitServer{
		URL:      "http://" + addrs[0],
		Username: "git", Password: rand.Text(),
		ReadOnlyUsername: "reader", ReadOnlyPassword: rand.Text(),
		dir: dir,
	}
	g.Service = e.supervisor.add(&Service{
		name: "git-server",
		path: s.Tools[ToolGitServer],
		args: []string{"--addr", addrs[0], "--dir", dir, "--user", g.Username, "--read-only-user", g.ReadOnlyUsername},
		env: []string{
			"GIT_SERVER_PASSWORD=" + g.Password,
			"GIT_SERVER_READ_ONLY_PASSWORD=" + g.ReadOnlyPassword,
		},
		ready: httpReady(http.DefaultClient, "http://"+addrs[0]+"/readyz", nil),
	})
	s.Git = g
	return g.Start, nil
}

// CreateRepo makes an empty repository, such as "core/network", and returns its URL without credentials.
func (g *GitServer) CreateRepo(ctx context.Context, name string) (string, error) {
	if _, err := g.git(ctx, g.dir, "init", "--quiet", "--bare", "--initial-branch", gitBranch, g.RepoDir(name)); err != nil {
		return "", fmt.Errorf("creating repository %s: %w", name, err)
	}
	return g.RepoURL(name), nil
}

// RepoURL returns where a repository is fetched from and pushed to.
func (g *GitServer) RepoURL(name string) string { return g.URL + "/" + name + ".git" }

// RepoDir returns the folder of the bare repository.
func (g *GitServer) RepoDir(name string) string { return filepath.Join(g.dir, name+".git") }

// Commit writes files, by path, on top of a branch of a repository, pushes them and returns the commit's hash.
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

// Head returns the hash that a branch points to.
func (g *GitServer) Head(ctx context.Context, repo, branch string) (string, error) {
	hash, err := g.git(ctx, g.RepoDir(repo), "rev-parse", "--verify", "refs/heads/"+branch)
	if err != nil {
		return "", fmt.Errorf("reading branch %s of %s: %w", branch, repo, err)
	}
	return strings.TrimSpace(hash), nil
}

// Show returns a file as of a branch, tag or commit.
func (g *GitServer) Show(ctx context.Context, repo, revision, path string) ([]byte, error) {
	content, err := g.git(ctx, g.RepoDir(repo), "show", revision+":"+path)
	if err != nil {
		return nil, fmt.Errorf("reading %s of %s at %s: %w", path, repo, revision, err)
	}
	return []byte(content), nil
}

// RefusePushes makes the server reject every push to a repository with a reason, as a protected branch does.
func (g *GitServer) RefusePushes(repo, reason string) error {
	script := "#!/bin/sh\ncat >&2 <<'REASON'\n" + reason + "\nREASON\nexit 1\n"
	if err := os.MkdirAll(filepath.Dir(g.hook(repo)), 0o755); err != nil {
		return fmt.Errorf("refusing pushes to %s: %w", repo, err)
	}
	if err := os.WriteFile(g.hook(repo), []byte(script), 0o755); err != nil {
		return fmt.Errorf("refusing pushes to %s: %w", repo, err)
	}
	return nil
}

// AllowPushes undoes RefusePushes.
func (g *GitServer) AllowPushes(repo string) error {
	if err := os.RemoveAll(g.hook(repo)); err != nil {
		return fmt.Errorf("allowing pushes to %s: %w", repo, err)
	}
	return nil
}

func (g *GitServer) hook(repo string) string {
	return filepath.Join(g.RepoDir(repo), "hooks", "pre-receive")
}

func (g *GitServer) urlWithCredentials(repo string) string {
	credentials := url.UserPassword(g.Username, g.Password).String() + "@"
	return strings.Replace(g.RepoURL(repo), "://", "://"+credentials, 1)
}

// git runs one Git command, apart from the configuration of whoever runs the stack.
func (g *GitServer) git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Stack", "GIT_AUTHOR_EMAIL=stack@strowger.dev",
		"GIT_COMMITTER_NAME=Stack", "GIT_COMMITTER_EMAIL=stack@strowger.dev",
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
