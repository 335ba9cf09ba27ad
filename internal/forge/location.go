// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"net/url"
	"strings"
)

// location is a repository on a web server.
type location struct {
	scheme   string   // http or https
	host     string   // with the port of http and https, if it is not theirs
	segments []string // of the path, the last without .git
}

// String is the address for people, without credentials.
func (l location) String() string {
	return l.scheme + "://" + l.host + "/" + strings.Join(l.segments, "/")
}

// sshHosts are the names under which SSH is served on port 443.
var sshHosts = map[string]string{
	"ssh.github.com":      "github.com",
	"altssh.gitlab.com":   "gitlab.com",
	"altssh.gitea.com":    "gitea.com",
	"altssh.codeberg.org": "codeberg.org",
}

// parseRepository reads a Git URL: http, https, ssh, or host:path as ssh has it.
func parseRepository(raw string) (location, error) {
	if !strings.Contains(raw, "://") {
		if host, path, ok := strings.Cut(raw, ":"); ok && !strings.Contains(host, "/") {
			raw = "ssh://" + host + "/" + strings.TrimPrefix(path, "/")
		}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		// The parser's own error repeats the URL, credentials included.
		return location{}, errors.New("the URL of the repository cannot be read")
	}
	l := location{scheme: u.Scheme, host: strings.ToLower(u.Host)}
	switch u.Scheme {
	case "http", "https":
	case "ssh", "git+ssh":
		l.scheme, l.host = "https", strings.ToLower(u.Hostname())
		if web, ok := sshHosts[l.host]; ok {
			l.host = web
		}
		if strings.Contains(l.host, ":") {
			l.host = "[" + l.host + "]"
		}
	default:
		return location{}, errors.New("the scheme " + oneLine(u.Scheme) + " of the repository's URL has no forge")
	}
	for _, s := range strings.Split(strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git"), "/") {
		if s == "." || s == ".." {
			return location{}, errors.New("the repository's URL has a relative path")
		}
		if s != "" {
			l.segments = append(l.segments, s)
		}
	}
	if len(l.segments) < 2 {
		return location{}, errors.New("the repository's URL has no owner and name")
	}
	return l, nil
}

// ownerAndRepository of a forge that is served below root and has no nested groups.
func (l location) ownerAndRepository(root string) (owner, repo string, err error) {
	rest := l.segments[strings.Count(root, "/"):]
	if len(rest) != 2 {
		return "", "", errors.New("the repository's URL is not of the form host/owner/name")
	}
	return rest[0], rest[1], nil
}

// root is the path below which a forge is served, as the provider lets guess it:
// Gitea's repositories have two segments, what is before them is the root.
func (l location) root(p Provider) string {
	if p != Gitea || len(l.segments) <= 2 {
		return ""
	}
	return "/" + strings.Join(l.segments[:len(l.segments)-2], "/")
}

// knownProvider names the forge of a public host.
func (l location) knownProvider() Provider {
	switch {
	case l.host == "github.com", strings.HasSuffix(l.host, ".ghe.com"):
		return GitHub
	case l.host == "gitlab.com":
		return GitLab
	case l.host == "gitea.com", l.host == "codeberg.org":
		return Gitea
	}
	return ""
}

// apiURL is where the API of a forge is served.
//
// GitHub: https://docs.github.com/enterprise-server/rest/enterprise-admin and
// https://docs.github.com/enterprise-cloud@latest/admin/data-residency.
func apiURL(p Provider, l location, root string) *url.URL {
	u := &url.URL{Scheme: l.scheme, Host: l.host, Path: root + "/"}
	switch {
	case p == GitHub && l.host == "github.com", p == GitHub && strings.HasSuffix(l.host, ".ghe.com"):
		u.Scheme, u.Host = "https", "api."+l.host
	case p == GitHub:
		u.Path += "api/v3/"
	case p == GitLab:
		u.Path += "api/v4/"
	}
	return u
}
