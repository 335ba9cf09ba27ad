// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// gitLabDialect is GitLab by https://docs.gitlab.com/api/rest/.
type gitLabDialect struct{}

func (gitLabDialect) provider() Provider { return GitLab }
func (gitLabDialect) prefix() string     { return "/api/v4/" }

func (gitLabDialect) authorized(r *http.Request) bool {
	return r.Header.Get("Authorization") == "Bearer "+fakeToken
}

func (gitLabDialect) unauthorized(w http.ResponseWriter) {
	(&fake{}).reply(w, nil, http.StatusUnauthorized, map[string]any{"message": "401 Unauthorized"}, false)
}

func (gitLabDialect) limit(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "17")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte("Retry later\n"))
}

func gitLabRequest(p *fakePull) map[string]any {
	m := map[string]any{
		"id": p.number + 1000, "iid": p.number, "title": p.title, "description": p.body, "state": "opened",
		"source_branch": p.head, "target_branch": p.base, "source_project_id": 7, "target_project_id": 7,
		"web_url": fmt.Sprintf("https://forge/-/merge_requests/%d", p.number), "sha": strings.Repeat("a", 40),
		"merge_commit_sha": nil, "squash_commit_sha": nil, "merge_user": nil, "closed_by": nil,
	}
	if p.fork {
		m["source_project_id"] = 8
	}
	by := map[string]any{"username": p.by}
	switch p.state {
	case "merged":
		m["state"], m["merge_commit_sha"], m["merge_user"] = "merged", p.mergeCommit, by
	case "closed":
		m["state"], m["closed_by"] = "closed", by
	}
	return m
}

func (d gitLabDialect) routes(f *fake, mux *http.ServeMux) {
	// The mux unescapes: a project's path is one segment.
	project := d.prefix() + "projects/{project}"
	guard := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.PathValue("project") != f.path {
				f.reply(w, r, http.StatusNotFound, map[string]any{"message": "404 Project Not Found"}, false)
				return
			}
			h(w, r)
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		f.reply(w, r, http.StatusNotFound, map[string]any{"error": "404 Not Found"}, false)
	})
	mux.HandleFunc("GET "+project+"/merge_requests", guard(func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for _, p := range slices.Backward(f.pulls) {
			if p.state == "open" && (r.FormValue("source_branch") == "" || r.FormValue("source_branch") == p.head) &&
				(r.FormValue("target_branch") == "" || r.FormValue("target_branch") == p.base) {
				all = append(all, gitLabRequest(p))
			}
		}
		f.gitLabPage(w, r, all)
	}))
	mux.HandleFunc("POST "+project+"/merge_requests", guard(func(w http.ResponseWriter, r *http.Request) {
		in := read(r)
		head, base := text(in, "source_branch"), text(in, "target_branch")
		switch p := f.open(head, base); {
		case f.branches[head] == "":
			f.reply(w, r, http.StatusBadRequest, map[string]any{"message": map[string]any{"source_branch": []string{"does not exist"}}}, false)
		case p != nil:
			f.reply(w, r, http.StatusConflict, map[string]any{"message": []string{
				fmt.Sprintf("Another open merge request already exists for this source branch: !%d", p.number)}}, false)
		default:
			p := f.add(fakePull{head: head, base: base})
			p.edit(in, "description")
			if labels := text(in, "labels"); labels != "" && !f.noLabels {
				p.labels = strings.Split(labels, ",")
			}
			f.reply(w, r, http.StatusCreated, gitLabRequest(p), false)
		}
	}))
	mux.HandleFunc("GET "+project+"/merge_requests/{number}", guard(func(w http.ResponseWriter, r *http.Request) {
		if p := f.pull(number(r)); p != nil {
			f.reply(w, r, http.StatusOK, gitLabRequest(p), true)
			return
		}
		f.reply(w, r, http.StatusNotFound, map[string]any{"message": "404 Not found"}, false)
	}))
	mux.HandleFunc("PUT "+project+"/merge_requests/{number}", guard(func(w http.ResponseWriter, r *http.Request) {
		p, in := f.pull(number(r)), read(r)
		if in["state_event"] == "close" {
			if p.state != "open" {
				f.reply(w, r, http.StatusUnprocessableEntity, map[string]any{"message": map[string]any{"state": []string{"cannot transition via \"close\""}}}, false)
				return
			}
			p.state, p.by = "closed", "strowger"
		}
		p.edit(in, "description")
		f.reply(w, r, http.StatusOK, gitLabRequest(p), false)
	}))
	mux.HandleFunc("POST "+project+"/merge_requests/{number}/notes", guard(func(w http.ResponseWriter, r *http.Request) {
		p := f.pull(number(r))
		p.comments = append(p.comments, text(read(r), "body"))
		f.reply(w, r, http.StatusCreated, map[string]any{"id": len(p.comments)}, false)
	}))
	mux.HandleFunc("GET "+project+"/repository/commits/{commit}/statuses", guard(func(w http.ResponseWriter, r *http.Request) {
		latest := map[string]fakeStatus{}
		for _, s := range f.statuses[r.PathValue("commit")] {
			latest[s.context] = s
		}
		all := []any{}
		for _, s := range sorted(latest) {
			all = append(all, map[string]any{"id": s.id, "status": s.state, "name": s.context, "description": s.description, "target_url": s.url})
		}
		f.gitLabPage(w, r, all)
	}))
	mux.HandleFunc("POST "+project+"/statuses/{commit}", guard(f.setGitLabStatus))
}

func (f *fake) gitLabPage(w http.ResponseWriter, r *http.Request, all []any) {
	list, next := page(r, all, "per_page", 100)
	w.Header().Set("X-Next-Page", "")
	if next != 0 {
		w.Header().Set("X-Next-Page", strconv.Itoa(next))
	}
	f.reply(w, r, http.StatusOK, list, true)
}

func (f *fake) setGitLabStatus(w http.ResponseWriter, r *http.Request) {
	commit, in := r.PathValue("commit"), read(r)
	name, state := text(in, "name"), text(in, "state")
	if !f.has(commit) {
		f.reply(w, r, http.StatusNotFound, map[string]any{"message": "404 Commit Not Found"}, false)
		return
	}
	if !slices.Contains([]string{"pending", "running", "success", "failed", "canceled", "skipped"}, state) {
		f.reply(w, r, http.StatusBadRequest, map[string]any{"error": "state does not have a valid value"}, false)
		return
	}
	for _, s := range slices.Backward(f.statuses[commit]) {
		if s.context != name {
			continue
		}
		// The state machine of a job takes no event that leads where it is.
		if s.state == "pending" && state == "pending" {
			f.reply(w, r, http.StatusBadRequest, map[string]any{"message": `Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")`}, false)
			return
		}
		break
	}
	f.set(commit, fakeStatus{context: name, state: state, description: text(in, "description"), url: text(in, "target_url")})
	f.reply(w, r, http.StatusCreated, map[string]any{"id": 1, "name": name, "status": state}, false)
}
