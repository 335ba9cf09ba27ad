// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"code.gitea.io/sdk/gitea"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/e2e/stack"
)

// TestGitServer sees the Git server do alone what scenarios need of a forge.
func TestGitServer(t *testing.T) {
	g := NewWithT(t)
	server, stop, err := stack.StartGit(t.Context(), stack.Options{Log: t.Output()})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(stop)

	for name, test := range map[string]func(*testing.T, *stack.GitServer, string){
		"refuses pushes on request": testRefusedPush,
		"merges and closes":         testPullRequests,
		"is down for a while":       testGitDown,
		"holds and counts pushes":   testHeldPush,
		"tells a webhook":           testWebhook,
	} {
		t.Run(name, func(t *testing.T) {
			repo := fmt.Sprintf("core/network-%d", len(name))
			url, err := server.CreateRepo(t.Context(), repo)
			NewWithT(t).Expect(err).NotTo(HaveOccurred())
			NewWithT(t).Expect(url).To(Equal(server.URL + "/" + repo + ".git"))
			test(t, server, repo)
		})
	}
}

func testRefusedPush(t *testing.T, server *stack.GitServer, repo string) {
	g, ctx := NewWithT(t), t.Context()
	file := map[string][]byte{"a": []byte("b")}

	g.Expect(server.RefusePushes(repo, "branch is protected")).To(Succeed())
	_, err := server.Commit(ctx, repo, "main", "No", file)
	g.Expect(err).To(MatchError(ContainSubstring("branch is protected")))

	g.Expect(server.AllowPushes(repo)).To(Succeed())
	hash, err := server.Commit(ctx, repo, "main", "Yes", file)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(server.Head(ctx, repo, "main")).To(Equal(hash))
	g.Expect(server.Show(ctx, repo, hash, "a")).To(Equal([]byte("b")))

	_, err = server.Commit(ctx, repo, "other", "A branch", map[string][]byte{"a": nil, "c": []byte("d")})
	g.Expect(err).NotTo(HaveOccurred())
	_, err = server.Show(ctx, repo, "other", "a")
	g.Expect(err).To(HaveOccurred())
}

// propose makes a branch with one change, and a pull request as the operator.
func propose(ctx context.Context, g *WithT, server *stack.GitServer, repo, branch string) *gitea.PullRequest {
	g.THelper()
	_, err := server.Commit(ctx, repo, branch, "A change", map[string][]byte{branch: []byte("c")})
	g.Expect(err).NotTo(HaveOccurred())
	api, err := gitea.NewClient(server.URL, gitea.SetBasicAuth(server.Username, server.Password), gitea.SetContext(ctx))
	g.Expect(err).NotTo(HaveOccurred())
	pull, _, err := api.CreatePullRequest("core", repo[len("core/"):], gitea.CreatePullRequestOption{Head: branch, Base: "main", Title: branch})
	g.Expect(err).NotTo(HaveOccurred())
	return pull
}

func testPullRequests(t *testing.T, server *stack.GitServer, repo string) {
	g, ctx := NewWithT(t), t.Context()
	_, err := server.Commit(ctx, repo, "main", "First", map[string][]byte{"a": []byte("b")})
	g.Expect(err).NotTo(HaveOccurred())
	merged, closed := propose(ctx, g, server, repo, "merged"), propose(ctx, g, server, repo, "closed")

	commit, err := server.MergePullRequest(ctx, repo, merged.Index)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(server.Head(ctx, repo, "main")).To(Equal(commit))
	g.Expect(server.Show(ctx, repo, "main", "merged")).To(Equal([]byte("c")))
	g.Expect(server.ClosePullRequest(ctx, repo, closed.Index)).To(Succeed())

	for branch, isMerged := range map[string]bool{"merged": true, "closed": false} {
		pulls, err := server.PullRequests(ctx, repo, branch)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(pulls).To(HaveLen(1), branch)
		g.Expect(pulls[0].State).To(Equal(gitea.StateClosed), branch)
		g.Expect(pulls[0].HasMerged).To(Equal(isMerged), branch)
		g.Expect(pulls[0].Poster.UserName).To(Equal(server.Username), branch)
	}
}

func testGitDown(t *testing.T, server *stack.GitServer, repo string) {
	g, ctx := NewWithT(t), t.Context()
	hash, err := server.Commit(ctx, repo, "main", "First", map[string][]byte{"a": []byte("b")})
	g.Expect(err).NotTo(HaveOccurred())

	server.Stop()
	_, err = server.PullRequests(ctx, repo, "")
	g.Expect(err).To(HaveOccurred())
	_, err = server.Commit(ctx, repo, "main", "Second", nil)
	g.Expect(err).To(HaveOccurred())
	g.Expect(server.Head(ctx, repo, "main")).To(Equal(hash), "reading needs no server")

	g.Expect(server.Start(ctx)).To(Succeed())
	_, err = server.Commit(ctx, repo, "main", "Third", map[string][]byte{"a": []byte("c")})
	g.Expect(err).NotTo(HaveOccurred())
}

func testHeldPush(t *testing.T, server *stack.GitServer, repo string) {
	g, ctx := NewWithT(t), t.Context()
	pushes, err := server.CountPushes(repo)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(pushes()).To(BeEmpty())
	for _, c := range []struct {
		hook    stack.GitHook
		refused bool
	}{{stack.PreReceive, true}, {stack.PostReceive, false}} {
		hold, err := server.HoldPush(repo, c.hook)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(hold.Reached()).To(BeEmpty())
		pushed := make(chan error, 1)
		go func() {
			_, err := server.Commit(ctx, repo, "main", string(c.hook), map[string][]byte{"a": []byte(c.hook)})
			pushed <- err
		}()
		g.Eventually(hold.Reached, patience).Should(ConsistOf("main"))
		_, err = server.Head(ctx, repo, "main")
		g.Expect(err != nil).To(Equal(c.refused), "%s: before its branches were moved", c.hook)
		g.Consistently(pushed, 200*time.Millisecond).ShouldNot(Receive())
		g.Expect(hold.Release()).To(Succeed())
		g.Expect((<-pushed) != nil).To(Equal(c.refused), c.hook)
	}
	g.Expect(pushes()).To(Equal([][]string{{"main"}}))
}

func testWebhook(t *testing.T, server *stack.GitServer, repo string) {
	g, ctx := NewWithT(t), t.Context()
	told := make(chan http.Header, 1)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.Header }))
	defer listener.Close()
	g.Expect(server.AddWebhook(ctx, repo, listener.URL, "secret")).To(Succeed())
	_, err := server.Commit(ctx, repo, "main", "First", map[string][]byte{"a": []byte("b")})
	g.Expect(err).NotTo(HaveOccurred())
	var header http.Header
	g.Eventually(told, patience).Should(Receive(&header))
	g.Expect(header.Get("X-GitHub-Event")).To(Equal("push"))
	g.Expect(header.Get("X-Hub-Signature-256")).To(HavePrefix("sha256="))
}

// TestGitServerIsNotRoot sees that the server has no more rights than it needs.
func TestGitServerIsNotRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("we are not root, and nor is the server")
	}
	g := NewWithT(t)
	server, stop, err := stack.StartGit(t.Context(), stack.Options{Log: t.Output()})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(stop)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", server.PID()))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(string(status)).To(MatchRegexp(`(?m)^Uid:(\s+65534){4}$`))
}
