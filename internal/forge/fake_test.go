// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const fakeToken = "s3cr3t+t0ken/"

// fake is a forge's state; the dialects give it the form of one.
type fake struct {
	t       *testing.T
	server  *httptest.Server
	path    string // of the repository
	dialect dialect

	mu       sync.Mutex
	pulls    []*fakePull
	branches map[string]string // branch to commit
	known    []string          // labels of the repository; the number is the place
	statuses map[string][]fakeStatus

	writes, unmodified int
	noLabels           bool
	intercept          func(w http.ResponseWriter, r *http.Request) bool
}

type fakePull struct {
	number                         int64
	head, base, title, body, state string // open, closed, merged
	fork                           bool
	labels, comments               []string
	mergeCommit, by, trial         string
}

type fakeStatus struct {
	id                               int64
	context, state, description, url string
}

// dialect is how one forge speaks, by its documentation.
type dialect interface {
	provider() Provider
	prefix() string
	authorized(r *http.Request) bool
	routes(f *fake, mux *http.ServeMux)
	unauthorized(w http.ResponseWriter)
	limit(w http.ResponseWriter)
}

func newFake(t *testing.T, d dialect, path string) *fake {
	f := &fake{t: t, path: path, dialect: d, statuses: map[string][]fakeStatus{}, branches: map[string]string{}}
	f.branch(t, "main")
	mux := http.NewServeMux()
	d.routes(f, mux)
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.intercept != nil && f.intercept(w, r) {
			return
		}
		if !strings.HasPrefix(r.URL.Path, d.prefix()) {
			http.NotFound(w, r)
			return
		}
		if !d.authorized(r) {
			d.unauthorized(w)
			return
		}
		if r.Method != http.MethodGet {
			f.writes++
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) options() Options {
	return Options{RepositoryURL: f.server.URL + "/" + f.path + ".git", Provider: f.dialect.provider(), Token: fakeToken}
}

func (f *fake) branch(t *testing.T, name string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	sum := sha1.Sum([]byte(name))
	f.branches[name] = hex.EncodeToString(sum[:])
}

func (f *fake) commit(*testing.T) string { return f.branches["main"] }

func (f *fake) written(*testing.T) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes
}

func (f *fake) merge(_ *testing.T, number int64) (by, commit string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pull(number)
	p.state, p.by, p.mergeCommit = "merged", "ada", fmt.Sprintf("%040d", number)
	return p.by, p.mergeCommit
}

func (f *fake) shut(_ *testing.T, number int64) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.pull(number)
	p.state, p.by = "closed", "bob"
	return p.by
}

func (f *fake) labels(_ *testing.T, number int64) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.pull(number).labels)
}

func (f *fake) comments(_ *testing.T, number int64) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.pull(number).comments)
}

func (f *fake) pull(number int64) *fakePull {
	if number < 1 || int(number) > len(f.pulls) {
		return nil
	}
	return f.pulls[number-1]
}

func (f *fake) open(head, base string) *fakePull {
	for _, p := range f.pulls {
		if p.state == "open" && p.head == head && p.base == base && !p.fork {
			return p
		}
	}
	return nil
}

func (f *fake) add(p fakePull) *fakePull {
	p.number, p.state = int64(len(f.pulls)+1), "open"
	p.trial = strings.Repeat("f", 40)
	f.pulls = append(f.pulls, &p)
	return &p
}

// edit changes what the request names, as PATCH and PUT do.
func (p *fakePull) edit(in map[string]any, bodyKey string) {
	if s, ok := in["title"].(string); ok && s != "" {
		p.title = s
	}
	if s, ok := in[bodyKey].(string); ok {
		// Browsers' line ends, as forges that render text in forms keep them.
		p.body = strings.ReplaceAll(s, "\n", "\r\n")
	}
}

// set replaces the status of a context by adding one.
func (f *fake) set(commit string, s fakeStatus) fakeStatus {
	s.id = int64(len(f.statuses[commit]) + 1)
	f.statuses[commit] = append(f.statuses[commit], s)
	return s
}

// page cuts a list as the query asks, and gives the number of the next page, 0 for none.
func page[T any](r *http.Request, all []T, sizeKey string, largest int) (list []T, next int) {
	n, _ := strconv.Atoi(r.FormValue("page"))
	size, _ := strconv.Atoi(r.FormValue(sizeKey))
	n = max(n, 1)
	if size == 0 {
		size = 30
	}
	size = min(size, largest)
	from := min((n-1)*size, len(all))
	to := min(from+size, len(all))
	if to < len(all) {
		next = n + 1
	}
	return all[from:to], next
}

func read(r *http.Request) map[string]any {
	var in map[string]any
	_ = json.NewDecoder(r.Body).Decode(&in)
	return in
}

func number(r *http.Request) int64 {
	n, _ := strconv.ParseInt(r.PathValue("number"), 10, 64)
	return n
}

// reply in JSON, with an entity tag where the forge gives them.
func (f *fake) reply(w http.ResponseWriter, r *http.Request, status int, v any, tagged bool) {
	b, err := json.Marshal(v)
	if err != nil {
		f.t.Error(err)
	}
	if tagged && r != nil && r.Method == http.MethodGet {
		sum := sha1.Sum(b)
		tag := `W/"` + hex.EncodeToString(sum[:]) + `"`
		if r.Header.Get("If-None-Match") == tag {
			f.unmodified++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", tag)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}
