// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
)

// giteaDialect is Gitea 1.24 by https://docs.gitea.com/api/.
type giteaDialect struct{}

func (giteaDialect) provider() Provider { return Gitea }
func (giteaDialect) prefix() string     { return "/api/v1/" }

func (giteaDialect) authorized(r *http.Request) bool {
	user, password, basic := r.BasicAuth()
	return basic && user == "strowger" && password == fakeToken || r.Header.Get("Authorization") == "Bearer "+fakeToken
}

func (giteaDialect) unauthorized(w http.ResponseWriter) {
	(&fake{}).reply(w, nil, http.StatusUnauthorized, giteaError("invalid username, password or token"), false)
}

// limit is a proxy's: Gitea has none of its own.
func (giteaDialect) limit(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "17")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte("<html>429</html>"))
}

func giteaError(message string) map[string]any {
	return map[string]any{"message": message, "url": "http://forge/api/swagger"}
}

func giteaPull(p *fakePull) map[string]any {
	m := map[string]any{
		"id": p.number + 1000, "number": p.number, "title": p.title, "body": p.body, "state": "open", "merged": false,
		"html_url": fmt.Sprintf("https://forge/pulls/%d", p.number), "merge_commit_sha": nil, "merged_by": nil,
		"head": map[string]any{"label": p.head, "ref": p.head, "repo_id": 7}, "base": map[string]any{"label": p.base, "ref": p.base, "repo_id": 7},
	}
	if p.fork {
		m["head"].(map[string]any)["repo_id"] = 8
	}
	if p.state != "open" {
		m["state"] = "closed"
		m["head"] = map[string]any{"label": p.head, "ref": fmt.Sprintf("refs/pull/%d/head", p.number), "repo_id": 7}
	}
	if p.state == "merged" {
		m["merged"], m["merge_commit_sha"], m["merged_by"] = true, p.mergeCommit, map[string]any{"login": p.by, "username": p.by}
	}
	return m
}

func (d giteaDialect) routes(f *fake, mux *http.ServeMux) {
	repo := d.prefix() + "repos/" + f.path
	notFound := func(w http.ResponseWriter, r *http.Request) {
		f.reply(w, r, http.StatusNotFound, map[string]any{"errors": []string{}, "message": "The target couldn't be found.", "url": "http://forge/api/swagger"}, false)
	}
	mux.HandleFunc("/", notFound)
	mux.HandleFunc("GET "+repo+"/pulls", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for _, p := range slices.Backward(f.pulls) {
			if r.FormValue("state") != "open" || p.state == "open" {
				all = append(all, giteaPull(p))
			}
		}
		f.giteaPage(w, r, all)
	})
	mux.HandleFunc("POST "+repo+"/pulls", func(w http.ResponseWriter, r *http.Request) {
		in := read(r)
		head, base := text(in, "head"), text(in, "base")
		switch p := f.open(head, base); {
		case f.branches[head] == "":
			notFound(w, r)
		case p != nil:
			f.reply(w, r, http.StatusConflict, giteaError(fmt.Sprintf(
				"pull request already exists for these targets [id: %d, issue_id: %d, head_repo_id: 7, base_repo_id: 7, head_branch: %s, base_branch: %s]", p.number, p.number, head, base)), false)
		default:
			p := f.add(fakePull{head: head, base: base})
			p.edit(in, "body")
			f.addLabels(p, in)
			f.reply(w, r, http.StatusCreated, giteaPull(p), false)
		}
	})
	mux.HandleFunc("GET "+repo+"/pulls/{number}", func(w http.ResponseWriter, r *http.Request) {
		if p := f.pull(number(r)); p != nil {
			f.reply(w, r, http.StatusOK, giteaPull(p), false)
			return
		}
		notFound(w, r)
	})
	mux.HandleFunc("PATCH "+repo+"/pulls/{number}", func(w http.ResponseWriter, r *http.Request) {
		p, in := f.pull(number(r)), read(r)
		if in["state"] == "closed" {
			if p.state == "merged" {
				f.reply(w, r, http.StatusPreconditionFailed, giteaError("cannot change state of this pull request, it was already merged"), false)
				return
			}
			p.state, p.by = "closed", "strowger"
		}
		p.edit(in, "body")
		f.reply(w, r, http.StatusCreated, giteaPull(p), false)
	})
	mux.HandleFunc("GET "+repo+"/issues/{number}/timeline", func(w http.ResponseWriter, r *http.Request) {
		p := f.pull(number(r))
		// Gitea gives null for what it cannot load.
		events := []any{nil, map[string]any{"id": 1, "type": "label", "label": map[string]any{"id": 1, "name": "drift"}, "user": map[string]any{"login": "strowger"}}}
		if p.state == "closed" {
			events = append(events, map[string]any{"id": 2, "type": "close", "user": map[string]any{"login": p.by}})
		}
		f.giteaPage(w, r, events)
	})
	mux.HandleFunc("POST "+repo+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		p := f.pull(number(r))
		p.comments = append(p.comments, text(read(r), "body"))
		f.reply(w, r, http.StatusCreated, map[string]any{"id": len(p.comments)}, false)
	})
	d.labelRoutes(f, mux, repo)
	d.statusRoutes(f, mux, repo)
}

func (giteaDialect) labelRoutes(f *fake, mux *http.ServeMux, repo string) {
	label := func(i int) map[string]any { return map[string]any{"id": i + 1, "name": f.known[i], "color": "ffffff"} }
	mux.HandleFunc("GET "+repo+"/labels", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for i := range f.known {
			all = append(all, label(i))
		}
		f.giteaPage(w, r, all)
	})
	mux.HandleFunc("POST "+repo+"/labels", func(w http.ResponseWriter, r *http.Request) {
		if f.noLabels {
			f.reply(w, r, http.StatusForbidden, giteaError("user should have a permission to write to a repo"), false)
			return
		}
		f.known = append(f.known, text(read(r), "name"))
		f.reply(w, r, http.StatusCreated, label(len(f.known)-1), false)
	})
	mux.HandleFunc("POST "+repo+"/issues/{number}/labels", func(w http.ResponseWriter, r *http.Request) {
		f.addLabels(f.pull(number(r)), read(r))
		f.reply(w, r, http.StatusOK, []any{}, false)
	})
}

func (f *fake) addLabels(p *fakePull, in map[string]any) {
	ids, _ := in["labels"].([]any)
	for _, id := range ids {
		if l := f.known[int(id.(float64))-1]; !slices.Contains(p.labels, l) {
			p.labels = append(p.labels, l)
		}
	}
}

func (giteaDialect) statusRoutes(f *fake, mux *http.ServeMux, repo string) {
	mux.HandleFunc("GET "+repo+"/commits/{commit}/statuses", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for _, s := range slices.Backward(f.statuses[r.PathValue("commit")]) {
			all = append(all, map[string]any{"id": s.id, "status": s.state, "context": s.context, "description": s.description, "target_url": s.url})
		}
		f.giteaPage(w, r, all)
	})
	mux.HandleFunc("POST "+repo+"/statuses/{commit}", func(w http.ResponseWriter, r *http.Request) {
		commit, in := r.PathValue("commit"), read(r)
		if !f.has(commit) {
			f.reply(w, r, http.StatusInternalServerError, giteaError(""), false)
			return
		}
		f.set(commit, fakeStatus{context: text(in, "context"), state: text(in, "state"), description: text(in, "description"), url: text(in, "target_url")})
		f.reply(w, r, http.StatusCreated, map[string]any{"id": 1}, false)
	})
}

func (f *fake) giteaPage(w http.ResponseWriter, r *http.Request, all []any) {
	list, _ := page(r, all, "limit", 50)
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	f.reply(w, r, http.StatusOK, list, false)
}

func (f *fake) has(commit string) bool {
	for _, c := range f.branches {
		if c == commit {
			return true
		}
	}
	return false
}

func text(in map[string]any, key string) string {
	s, _ := in[key].(string)
	return s
}

func readList(r *http.Request) []string {
	var in []string
	_ = json.NewDecoder(r.Body).Decode(&in)
	return in
}

func sorted(m map[string]fakeStatus) []fakeStatus {
	all := make([]fakeStatus, 0, len(m))
	for _, s := range m {
		all = append(all, s)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].id < all[j].id })
	return all
}
