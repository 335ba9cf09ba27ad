// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	sdk "code.gitea.io/sdk/gitea"
)

// TestRealGitea holds a real Gitea or Forgejo to the contract. It makes a
// repository of its own for the account.
func TestRealGitea(t *testing.T) {
	address, user, password := os.Getenv("STROWGER_GITEA_URL"), os.Getenv("STROWGER_GITEA_USER"), os.Getenv("STROWGER_GITEA_PASSWORD")
	if address == "" {
		t.Skip("STROWGER_GITEA_URL, STROWGER_GITEA_USER and STROWGER_GITEA_PASSWORD name no server; `stack git` starts one")
	}
	c, err := sdk.NewClient(address, sdk.SetBasicAuth(user, password))
	if err != nil {
		t.Fatal(err)
	}
	name := "contract-" + strings.ToLower(rand.Text()[:8])
	if _, _, err := c.CreateRepo(sdk.CreateRepoOption{Name: name, AutoInit: true, DefaultBranch: "main"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.DeleteRepo(user, name) })
	lab := &real{client: c, address: strings.TrimSuffix(address, "/"), user: user, repo: name, password: password}
	contract(t, lab)

	f, err := New(t.Context(), Options{RepositoryURL: lab.options().RepositoryURL, Password: password, Username: user})
	if err != nil || f.Provider() != Gitea {
		t.Errorf("detected %v, %v", f, err)
	}
	token, _, err := c.CreateAccessToken(sdk.CreateAccessTokenOption{Name: name, Scopes: []sdk.AccessTokenScope{
		"write:repository", "write:issue"}})
	if err != nil {
		t.Fatal(err)
	}
	o := lab.options()
	o.Username, o.Password, o.Token = "", "", token.Token
	pr, err := connected(t, o).Open(t.Context(), propose(t, lab, "drift/core5g/token"))
	if err != nil || len(lab.labels(t, pr.Number)) != 2 {
		t.Errorf("with a token of the scopes that are asked for: %+v, %v", pr, err)
	}
	weak, _, err := c.CreateAccessToken(sdk.CreateAccessTokenOption{Name: name + "-read", Scopes: []sdk.AccessTokenScope{"read:repository"}})
	if err != nil {
		t.Fatal(err)
	}
	o.Token = weak.Token
	_, err = connected(t, o).Open(t.Context(), propose(t, lab, "drift/core5g/weak"))
	checkError(t, "a token that may only read", err, ErrAuth)
}

// real is a Gitea or Forgejo that runs somewhere.
type real struct {
	client                        *sdk.Client
	address, user, repo, password string
	writes                        atomic.Int64
}

// RoundTrip is http.RoundTripper's.
func (l *real) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		l.writes.Add(1)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (l *real) written(*testing.T) int { return int(l.writes.Load()) }

func (l *real) options() Options {
	return Options{RepositoryURL: l.address + "/" + l.user + "/" + l.repo + ".git", Provider: Gitea, Username: l.user, Password: l.password,
		HTTPClient: &http.Client{Transport: l}}
}

func (l *real) branch(t *testing.T, name string) {
	t.Helper()
	_, _, err := l.client.CreateFile(l.user, l.repo, strings.ReplaceAll(name, "/", "-"), sdk.CreateFileOptions{
		FileOptions: sdk.FileOptions{BranchName: "main", NewBranchName: name}, Content: base64.StdEncoding.EncodeToString([]byte(name))})
	if err != nil {
		t.Fatal(err)
	}
}

func (l *real) commit(t *testing.T) string {
	t.Helper()
	b, _, err := l.client.GetRepoBranch(l.user, l.repo, "main")
	if err != nil {
		t.Fatal(err)
	}
	return b.Commit.ID
}

func (l *real) merge(t *testing.T, number int64) (by, commit string) {
	t.Helper()
	if ok, _, err := l.client.MergePullRequest(l.user, l.repo, number, sdk.MergePullRequestOption{Style: sdk.MergeStyleMerge}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	return l.user, l.commit(t)
}

func (l *real) shut(t *testing.T, number int64) string {
	t.Helper()
	closed := sdk.StateClosed
	if _, _, err := l.client.EditPullRequest(l.user, l.repo, number, sdk.EditPullRequestOption{State: &closed}); err != nil {
		t.Fatal(err)
	}
	return l.user
}

func (l *real) labels(t *testing.T, number int64) (names []string) {
	t.Helper()
	all, _, err := l.client.GetIssueLabels(l.user, l.repo, number, sdk.ListLabelsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range all {
		names = append(names, label.Name)
	}
	return names
}

func (l *real) comments(t *testing.T, number int64) (texts []string) {
	t.Helper()
	all, _, err := l.client.ListIssueComments(l.user, l.repo, number, sdk.ListIssueCommentOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		texts = append(texts, c.Body)
	}
	return texts
}
