// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
)

// gitServer is a bare repository with one commit on main, served over HTTP by
// the real git to who knows the password.
type gitServer struct {
	*httptest.Server
	t    *testing.T
	bare string

	pushes atomic.Int64
	down   atomic.Bool
}

const (
	gitUser     = "flux"
	gitPassword = "g1t-passw0rd"
)

func newGitServer(t *testing.T) *gitServer {
	t.Helper()
	g := &gitServer{t: t, bare: filepath.Join(t.TempDir(), "core.git")}
	work := t.TempDir()
	g.git(work, "init", "-q", "-b", "main")
	g.git(work, "commit", "-q", "--allow-empty", "-m", "first")
	g.git(work, "clone", "-q", "--bare", work, g.bare)
	g.git(g.bare, "config", "http.receivepack", "true")
	// As the forges do.
	g.git(g.bare, "config", "uploadpack.allowFilter", "true")
	g.git(g.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
	backend := &cgi.Handler{
		Path: strings.TrimSpace(g.git(work, "--exec-path")) + "/git-http-backend", Stderr: io.Discard,
		Env: append(gitEnvironment(), "GIT_PROJECT_ROOT="+filepath.Dir(g.bare), "GIT_HTTP_EXPORT_ALL=1"),
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != gitUser || password != gitPassword {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		if g.down.Load() {
			http.Error(w, "out of order", http.StatusServiceUnavailable)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
			g.pushes.Add(1)
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

func gitEnvironment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@example.com",
	}
}

func (g *gitServer) git(dir string, args ...string) string {
	g.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, gitEnvironment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		g.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// commit changes files of a branch, as people do, and returns the commit.
func (g *gitServer) commit(branch string, files map[string]string) string {
	g.t.Helper()
	work := g.t.TempDir()
	g.git(work, "clone", "-q", "-b", branch, g.bare, ".")
	for name, content := range files {
		path := filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			g.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			g.t.Fatal(err)
		}
	}
	g.git(work, "add", "-A")
	g.git(work, "commit", "-q", "-m", "by hand")
	g.git(work, "push", "-q", "origin", branch)
	return g.head(branch)
}

// file is what a branch holds; empty where it does not.
func (g *gitServer) file(branch, path string) string {
	g.t.Helper()
	if g.git(g.bare, "ls-tree", "refs/heads/"+branch, path) == "" {
		return ""
	}
	return g.git(g.bare, "show", "refs/heads/"+branch+":"+path)
}

// commits is how many commits a branch has more than main; main counts itself.
func (g *gitServer) commits(branch string) int {
	g.t.Helper()
	if g.git(g.bare, "for-each-ref", "refs/heads/"+branch) == "" {
		return 0
	}
	revisions := "main.." + branch
	if branch == "main" {
		revisions = branch
	}
	n, err := strconv.Atoi(strings.TrimSpace(g.git(g.bare, "rev-list", "--count", revisions)))
	if err != nil {
		g.t.Fatal(err)
	}
	return n
}

func (g *gitServer) head(branch string) string {
	return strings.TrimSpace(g.git(g.bare, "rev-parse", "refs/heads/"+branch))
}

// log is the message and the change of the last commit of a branch.
func (g *gitServer) log(branch string) string {
	return g.git(g.bare, "show", "refs/heads/"+branch)
}

// refuse has every push rejected with a reason, as a protected branch does.
func (g *gitServer) refuse(reason string) {
	g.t.Helper()
	hook := "#!/bin/sh\necho '" + reason + "' >&2\nexit 1\n"
	if err := os.WriteFile(g.hook(), []byte(hook), 0o755); err != nil {
		g.t.Fatal(err)
	}
}

// accept ends that.
func (g *gitServer) accept() {
	g.t.Helper()
	if err := os.Remove(g.hook()); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gitServer) hook() string { return filepath.Join(g.bare, "hooks", "pre-receive") }

// gitSource is the GitRepository of a Git server, with its credentials.
func (w *world) gitSource(git *gitServer) *sourcev1.GitRepository {
	w.t.Helper()
	w.create(w.secret("git", map[string]string{"username": gitUser, "password": gitPassword}))
	repo := w.emptyRepository("core")
	repo.Spec.URL = git.URL + "/core.git"
	repo.Spec.Reference = &sourcev1.GitRepositoryRef{Branch: "main"}
	repo.Spec.SecretRef = &meta.LocalObjectReference{Name: "git"}
	w.create(repo)
	return repo
}

// gitPassword changes the password that is used for the Git server.
func (w *world) gitPassword(password string) {
	w.t.Helper()
	credentials := w.secret("git", nil)
	w.edit(credentials, func() { credentials.StringData = map[string]string{"password": password} })
}
