// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// GitHook is a moment of a push.
type GitHook string

const (
	// PreReceive is when the server has everything and no branch was moved yet.
	PreReceive GitHook = "pre-receive"
	// PostReceive is when the branches were moved and the client was not answered yet.
	PostReceive GitHook = "post-receive"
)

// Names of the hooks of this file, which run after Gitea's own.
const (
	hookRefusal = "refusal"
	hookHold    = "hold"
	hookCount   = "pushes"
)

// RefusePushes makes the server reject every push to a repository with a reason, as a protected branch does.
func (g *GitServer) RefusePushes(repo, reason string) error {
	return g.installHook(repo, PreReceive, hookRefusal, "cat >&2 <<'REASON'\n"+reason+"\nREASON\nexit 1\n")
}

// AllowPushes undoes RefusePushes.
func (g *GitServer) AllowPushes(repo string) error {
	return g.removeHook(repo, PreReceive, hookRefusal)
}

// Hold is a push that is held up while something is done about the one who pushes.
type Hold struct {
	server  *GitServer
	repo    string
	hook    GitHook
	reached string
}

// HoldPush holds the next push to a repository at a moment until the Hold is released. A push that was held before
// its branches were moved is refused then: its client is taken to be gone.
func (g *GitServer) HoldPush(repo string, hook GitHook) (*Hold, error) {
	h := &Hold{server: g, repo: repo, hook: hook, reached: filepath.Join(g.RepoDir(repo), "held-at-"+string(hook))}
	if err := os.RemoveAll(h.reached); err != nil {
		return nil, fmt.Errorf("preparing to hold a push: %w", err)
	}
	// It ends when the file of the hook is removed. Gitea moves refs of its own too, which pass.
	script := "cat >'" + h.reached + ".partial'\ngrep -q ' refs/heads/' '" + h.reached + ".partial' || exit 0\nmv '" + h.reached + ".partial' '" + h.reached + "'\nwhile [ -e \"$0\" ]; do sleep 0.05; done\n"
	if hook == PreReceive {
		script += "echo 'the push was held for too long' >&2\nexit 1\n"
	}
	return h, g.installHook(repo, hook, hookHold, script)
}

// Reached returns the branches that the push that is held would move, or moved; none as long as none is held.
func (h *Hold) Reached() []string {
	content, err := os.ReadFile(h.reached)
	if err != nil {
		return nil
	}
	var branches []string
	for line := range strings.Lines(string(content)) {
		if f := strings.Fields(line); len(f) == 3 {
			branches = append(branches, strings.TrimPrefix(f[2], "refs/heads/"))
		}
	}
	return branches
}

// Release lets the push end, and others pass.
func (h *Hold) Release() error { return h.server.removeHook(h.repo, h.hook, hookHold) }

// CountPushes returns a function that says what each push to a repository moved since then: the names of the
// branches, one push after the other.
func (g *GitServer) CountPushes(repo string) (pushes func() ([][]string, error), err error) {
	record := filepath.Join(g.RepoDir(repo), "pushes")
	if err := os.RemoveAll(record); err != nil {
		return nil, fmt.Errorf("preparing to count pushes: %w", err)
	}
	// One line for each push; it is read whole before it is written, so that two pushes do not mix.
	script := "line=\nwhile read -r old new ref; do line=\"$line ${ref#refs/heads/}\"; done\necho \"$line\" >>'" + record + "'\n"
	if err := g.installHook(repo, PostReceive, hookCount, script); err != nil {
		return nil, err
	}
	return func() ([][]string, error) {
		content, err := os.ReadFile(record)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading the record of pushes: %w", err)
		}
		var all [][]string
		for line := range strings.Lines(string(content)) {
			all = append(all, strings.Fields(line))
		}
		return all, nil
	}, nil
}

// installHook puts a script where Gitea's delegating hook runs it after its own.
func (g *GitServer) installHook(repo string, hook GitHook, name, script string) error {
	path := g.hookPath(repo, hook, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making the folder of hook %s of %s: %w", hook, repo, err)
	}
	// A hook that is being written must not be run.
	partial := path + ".partial"
	if err := os.WriteFile(partial, []byte("#!/bin/sh\n"+script), 0o644); err != nil {
		return fmt.Errorf("writing hook %s of %s: %w", hook, repo, err)
	}
	if err := os.Chmod(partial, 0o755); err != nil {
		return fmt.Errorf("making hook %s of %s executable: %w", hook, repo, err)
	}
	if err := os.Rename(partial, path); err != nil {
		return fmt.Errorf("installing hook %s of %s: %w", hook, repo, err)
	}
	return nil
}

func (g *GitServer) removeHook(repo string, hook GitHook, name string) error {
	if err := os.RemoveAll(g.hookPath(repo, hook, name)); err != nil {
		return fmt.Errorf("removing hook %s of %s: %w", hook, repo, err)
	}
	return nil
}

func (g *GitServer) hookPath(repo string, hook GitHook, name string) string {
	return filepath.Join(g.RepoDir(repo), "hooks", string(hook)+".d", "stack-"+name)
}
