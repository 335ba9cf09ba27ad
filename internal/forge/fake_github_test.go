// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// gitHubDialect is GitHub Enterprise Server by https://docs.github.com/rest.
type gitHubDialect struct{}

func (gitHubDialect) provider() Provider { return GitHub }
func (gitHubDialect) prefix() string     { return "/api/v3/" }

func (gitHubDialect) authorized(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Bearer "+fakeToken
}

func (gitHubDialect) unauthorized(w http.ResponseWriter) {
	(&fake{}).reply(w, nil, http.StatusUnauthorized, map[string]any{"message": "Bad credentials",
		"documentation_url": "https://docs.github.com/rest", "status": "401"}, false)
}

func (gitHubDialect) limit(w http.ResponseWriter) {
	w.Header().Set("X-RateLimit-Remaining", "0")
	w.Header().Set("X-RateLimit-Reset", "99999999999")
	(&fake{}).reply(w, nil, http.StatusForbidden, map[string]any{"message": "API rate limit exceeded for user ID 1."}, false)
}

func gitHubInvalid(resource, field, code, message string) map[string]any {
	return map[string]any{"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest",
		"errors": []any{map[string]any{"resource": resource, "field": field, "code": code, "message": message}}}
}

func gitHubPull(p *fakePull, full bool) map[string]any {
	repo, own := map[string]any{"id": 7}, map[string]any{"id": 7}
	if p.fork {
		own = map[string]any{"id": 8}
	}
	m := map[string]any{
		"id": p.number + 1000, "number": p.number, "title": p.title, "body": p.body, "state": "open",
		"html_url": fmt.Sprintf("https://forge/pull/%d", p.number), "merge_commit_sha": p.trial, "merged_at": nil,
		"head": map[string]any{"ref": p.head, "repo": own}, "base": map[string]any{"ref": p.base, "repo": repo},
	}
	if p.state != "open" {
		m["state"] = "closed"
	}
	if p.state == "merged" {
		m["merged_at"], m["merge_commit_sha"] = "2026-11-22T12:00:00Z", p.mergeCommit
	}
	if full {
		m["merged"] = p.state == "merged"
		if p.state == "merged" {
			m["merged_by"] = map[string]any{"login": p.by}
		}
	}
	return m
}

func (d gitHubDialect) routes(f *fake, mux *http.ServeMux) {
	repo := d.prefix() + "repos/" + f.path
	notFound := func(w http.ResponseWriter, r *http.Request) {
		f.reply(w, r, http.StatusNotFound, map[string]any{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, false)
	}
	mux.HandleFunc("/", notFound)
	mux.HandleFunc("GET "+repo+"/pulls", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for _, p := range slices.Backward(f.pulls) {
			owner, _, _ := strings.Cut(f.path, "/")
			if p.state == "open" && (r.FormValue("head") == "" || r.FormValue("head") == owner+":"+p.head && !p.fork) &&
				(r.FormValue("base") == "" || r.FormValue("base") == p.base) {
				all = append(all, gitHubPull(p, false))
			}
		}
		list, next := page(r, all, "per_page", 100)
		if next != 0 {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, next))
		}
		f.reply(w, r, http.StatusOK, list, true)
	})
	mux.HandleFunc("POST "+repo+"/pulls", func(w http.ResponseWriter, r *http.Request) {
		in := read(r)
		head, base := in["head"].(string), in["base"].(string)
		switch {
		case f.branches[head] == "":
			f.reply(w, r, http.StatusUnprocessableEntity, gitHubInvalid("PullRequest", "head", "invalid", ""), false)
		case f.open(head, base) != nil:
			f.reply(w, r, http.StatusUnprocessableEntity, gitHubInvalid("PullRequest", "", "custom", "A pull request already exists for o:"+head+"."), false)
		default:
			p := f.add(fakePull{head: head, base: base})
			p.edit(in, "body")
			f.reply(w, r, http.StatusCreated, gitHubPull(p, true), false)
		}
	})
	mux.HandleFunc("GET "+repo+"/pulls/{number}", func(w http.ResponseWriter, r *http.Request) {
		if p := f.pull(number(r)); p != nil {
			f.reply(w, r, http.StatusOK, gitHubPull(p, true), true)
			return
		}
		notFound(w, r)
	})
	mux.HandleFunc("PATCH "+repo+"/pulls/{number}", func(w http.ResponseWriter, r *http.Request) {
		p, in := f.pull(number(r)), read(r)
		if in["state"] == "closed" {
			if p.state == "merged" {
				f.reply(w, r, http.StatusUnprocessableEntity, gitHubInvalid("PullRequest", "state", "invalid", ""), false)
				return
			}
			p.state, p.by = "closed", "strowger"
		}
		p.edit(in, "body")
		f.reply(w, r, http.StatusOK, gitHubPull(p, true), false)
	})
	mux.HandleFunc("GET "+repo+"/issues/{number}", func(w http.ResponseWriter, r *http.Request) {
		p := f.pull(number(r))
		f.reply(w, r, http.StatusOK, map[string]any{"number": p.number, "closed_by": map[string]any{"login": p.by}}, true)
	})
	mux.HandleFunc("POST "+repo+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		p := f.pull(number(r))
		p.comments = append(p.comments, read(r)["body"].(string))
		f.reply(w, r, http.StatusCreated, map[string]any{"id": len(p.comments)}, false)
	})
	d.labelRoutes(f, mux, repo)
	d.statusRoutes(f, mux, repo)
}

func (gitHubDialect) labelRoutes(f *fake, mux *http.ServeMux, repo string) {
	refused := func(w http.ResponseWriter, r *http.Request) bool {
		if f.noLabels {
			f.reply(w, r, http.StatusForbidden, map[string]any{"message": "Resource not accessible by integration"}, false)
		}
		return f.noLabels
	}
	mux.HandleFunc("POST "+repo+"/labels", func(w http.ResponseWriter, r *http.Request) {
		name := read(r)["name"].(string)
		switch {
		case refused(w, r):
		case slices.Contains(f.known, name):
			f.reply(w, r, http.StatusUnprocessableEntity, gitHubInvalid("Label", "name", "already_exists", ""), false)
		default:
			f.known = append(f.known, name)
			f.reply(w, r, http.StatusCreated, map[string]any{"name": name}, false)
		}
	})
	mux.HandleFunc("POST "+repo+"/issues/{number}/labels", func(w http.ResponseWriter, r *http.Request) {
		if refused(w, r) {
			return
		}
		var names []string
		in := readList(r)
		for _, l := range in {
			if !slices.Contains(f.known, l) {
				f.t.Errorf("label %s is set and was not created", l)
			}
			names = append(names, l)
		}
		f.pull(number(r)).labels = names
		f.reply(w, r, http.StatusOK, []any{}, false)
	})
}

func (gitHubDialect) statusRoutes(f *fake, mux *http.ServeMux, repo string) {
	mux.HandleFunc("GET "+repo+"/commits/{commit}/status", func(w http.ResponseWriter, r *http.Request) {
		latest := map[string]fakeStatus{}
		for _, s := range f.statuses[r.PathValue("commit")] {
			latest[s.context] = s
		}
		all := []any{}
		for _, s := range sorted(latest) {
			all = append(all, map[string]any{"id": s.id, "state": s.state, "context": s.context, "description": s.description, "target_url": s.url})
		}
		list, next := page(r, all, "per_page", 100)
		if next != 0 {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, next))
		}
		f.reply(w, r, http.StatusOK, map[string]any{"state": "pending", "statuses": list, "total_count": len(all)}, true)
	})
	mux.HandleFunc("POST "+repo+"/statuses/{commit}", func(w http.ResponseWriter, r *http.Request) {
		commit, in := r.PathValue("commit"), read(r)
		if !f.has(commit) {
			f.reply(w, r, http.StatusUnprocessableEntity, map[string]any{"message": "No commit found for SHA: " + commit}, false)
			return
		}
		if len([]rune(text(in, "description"))) > 140 {
			f.reply(w, r, http.StatusUnprocessableEntity, gitHubInvalid("Status", "description", "custom", "description is too long (maximum is 140 characters)"), false)
			return
		}
		f.set(commit, fakeStatus{context: text(in, "context"), state: text(in, "state"), description: text(in, "description"), url: text(in, "target_url")})
		f.reply(w, r, http.StatusCreated, map[string]any{"id": 1}, false)
	})
}
