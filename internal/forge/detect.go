// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// answer is what a server said to a probe.
type answer struct {
	status int
	header http.Header
	body   map[string]any // nil unless a JSON object
}

func (a answer) text(key string) string {
	s, _ := a.body[key].(string)
	return s
}

// probes are asked for without credentials, in this order. The answer that a forge
// gives to strangers is as good as any.
var probes = []struct {
	path     string
	provider Provider
	is       func(answer) bool
}{
	{"/api/v1/version", Gitea, isGitea},
	{"/api/v4/version", GitLab, isGitLab},
	{"/api/v3/meta", GitHub, isGitHub},
}

// isGitea: Gitea and Forgejo tell everybody their version, unless they let only
// users in.
func isGitea(a answer) bool {
	if a.status == http.StatusOK {
		return a.text("version") != ""
	}
	return a.status == http.StatusForbidden && strings.HasPrefix(a.text("message"), "Only signed in user is allowed to call APIs") ||
		(a.status == http.StatusUnauthorized || a.status == http.StatusForbidden) && strings.Contains(a.text("url"), "/api/swagger")
}

// isGitLab: GitLab tells its version to users, and "401 Unauthorized" in JSON to others.
func isGitLab(a answer) bool {
	switch a.status {
	case http.StatusOK:
		return a.text("version") != "" && a.text("revision") != ""
	case http.StatusUnauthorized, http.StatusForbidden:
		return a.body != nil && (a.header.Get("X-Gitlab-Meta") != "" || strings.HasPrefix(a.text("message"), fmt.Sprint(a.status)))
	}
	return false
}

// isGitHub: the meta data of GitHub Enterprise Server, or its refusal in private mode.
func isGitHub(a answer) bool {
	if a.status == http.StatusOK {
		_, verifiable := a.body["verifiable_password_authentication"]
		return verifiable || a.text("installed_version") != ""
	}
	return a.status == http.StatusUnauthorized && a.body != nil &&
		(a.header.Get("X-Github-Request-Id") != "" || a.header.Get("X-Github-Enterprise-Version") != "" ||
			strings.Contains(a.text("documentation_url"), "docs.github.com"))
}

// detect finds the provider and the root below which it is served.
func detect(ctx context.Context, client *http.Client, l location) (Provider, string, error) {
	if p := l.knownProvider(); p != "" {
		return p, l.root(p), nil
	}
	subject := "find out which forge " + l.String() + " is on"
	stay := *client
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	var busy error
	for _, root := range l.roots() {
		for _, p := range probes {
			a, err := probe(ctx, &stay, l.scheme+"://"+l.host+root+p.path)
			var refused *answerError
			switch {
			case errors.As(err, &refused):
				// The server is there, but cannot answer now: another probe may be in luck.
				busy = err
			case err != nil:
				return "", "", (&api{}).failure(subject, err)
			case p.is(a):
				return p.provider, root, nil
			}
		}
	}
	if busy != nil {
		return "", "", (&api{}).failure(subject, busy)
	}
	return "", "", &Error{Kind: ErrUnknownForge, Subject: subject,
		Message: "it answers neither as GitHub nor as GitLab nor as Gitea or Forgejo",
		Remedy:  "set spec.drift.report.pullRequest.provider, or mode None to open pull requests by hand"}
}

// roots below which a forge may be served: the server's own, the first segment of
// the path (GitLab's relative URL), and all before owner and name (Gitea's ROOT_URL).
func (l location) roots() []string {
	roots := []string{""}
	if n := len(l.segments); n > 2 {
		roots = append(roots, "/"+l.segments[0])
		if r := l.root(Gitea); r != roots[1] {
			roots = append(roots, r)
		}
	}
	return roots
}

// probe asks for a JSON object. Server errors and refusals for the rate are
// *answerError.
func probe(ctx context.Context, client *http.Client, address string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if err != nil {
		return answer{}, err
	}
	if res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests {
		return answer{}, newAnswerError(res, body, time.Now())
	}
	a := answer{status: res.StatusCode, header: res.Header}
	if json.Unmarshal(body, &a.body) != nil {
		a.body = nil
	}
	return a, nil
}
