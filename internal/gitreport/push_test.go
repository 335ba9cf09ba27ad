// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
)

func copyAll(dst io.WriteCloser, src io.Reader) (int64, error) {
	defer dst.Close()
	return io.Copy(dst, src)
}

// drifted is a report, where it is to be written, and what else must not be.
type drifted struct {
	Report
	Path      string
	Protected []string
}

func report() drifted {
	return drifted{Report: Report{
		Namespace: "core5g", Name: "upf-zrh-1", Revision: "main@sha1:abc1234def567890abc1234def567890abc12345", Session: 42,
		Leaves: []Leaf{
			{Path: "/ietf-interfaces:interfaces/interface[name='n3']/enabled", Operation: "Modify", Desired: "true", Actual: "false", Origin: "base nf/upf/base.yaml:12", Action: "Correct"},
		},
	}}
}

// wanted is the branch that holds the report.
func (d drifted) wanted() Branch {
	name, path := d.Report.Branch, d.Path
	if name == "" {
		name = "drift/" + d.Namespace + "/" + d.Name
	}
	if path == "" {
		path = "drift/" + d.Namespace + "/" + d.Name + ".yaml"
	}
	content, err := d.Manifest()
	if err != nil {
		panic(err)
	}
	return Branch{Name: name, Files: map[string][]byte{path: content}, Report: map[string]bool{path: true}, Message: Message([]Report{d.Report})}
}

// testWriter publishes one report at a time.
type testWriter struct{ *Writer }

func (w testWriter) Push(ctx context.Context, repo *sourcev1.GitRepository, secret map[string][]byte, d drifted) (Written, error) {
	access := Access{Repository: repo, Secret: secret, Protected: d.Protected}
	out, err := w.Publish(ctx, access, func(context.Context, *Session) ([]Branch, error) { return []Branch{d.wanted()}, nil })
	if err != nil {
		return Written{}, err
	}
	if out[0].Err != nil {
		return Written{}, out[0].Err
	}
	return out[0], nil
}

// pusher leaves its temporary files where the test sees whether any stay.
func pusher(t *testing.T, o Options) testWriter {
	t.Helper()
	o.Dir = t.TempDir()
	t.Cleanup(func() {
		if left, _ := os.ReadDir(o.Dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return testWriter{New(o)}
}

func TestPushMakesABranchAndAppends(t *testing.T) {
	for _, filter := range []string{"true", "false"} {
		t.Run("partial clone "+filter, func(t *testing.T) {
			w := newWorld(t).serve(false)
			w.git(w.bare, "config", "uploadpack.allowFilter", filter)
			p, main := pusher(t, Options{}), w.rev("main")

			first, err := p.Push(t.Context(), w.repo(), basic(), report())
			if err != nil {
				t.Fatal(err)
			}
			const branch = "drift/core5g/upf-zrh-1"
			if !first.Pushed || first.Branch != branch || first.Commit != w.rev(branch) {
				t.Errorf("result %+v, branch is at %s", first, w.rev(branch))
			}
			if w.rev("main") != main || w.rev(branch+"^") != main {
				t.Error("main moved, or the branch does not start from it")
			}
			if got := w.git(w.bare, "diff", "--name-status", "main", branch); got != "A\tdrift/core5g/upf-zrh-1.yaml\n" {
				t.Errorf("the commit changes %q", got)
			}
			want, _ := report().Manifest()
			if got := w.show(branch, "drift/core5g/upf-zrh-1.yaml"); got != string(want) {
				t.Errorf("content %s", got)
			}
			if got := w.git(w.bare, "log", "-1", "--format=%B%an <%ae>%n%(trailers:key=Revision,valueonly)", branch); !strings.Contains(got, strings.TrimSpace(Message([]Report{report().Report}))) ||
				!strings.Contains(got, "Strowger <strowger@nf.strowger.dev>\n"+report().Revision) {
				t.Errorf("message %s", got)
			}

			again, err := p.Push(t.Context(), w.repo(), basic(), report())
			if err != nil || again.Pushed || again.Commit != first.Commit || again.Branch != branch {
				t.Errorf("the same drift: %+v, %v", again, err)
			}
			r := report()
			r.Leaves[0].Actual = "other"
			second, err := p.Push(t.Context(), w.repo(), basic(), r)
			if err != nil || !second.Pushed || w.rev(branch+"^") != first.Commit {
				t.Errorf("another drift: %+v, %v", second, err)
			}
			w.git(w.bare, "fsck", "--strict")
		})
	}
}

func TestPushOfWhatFluxHasAlready(t *testing.T) {
	w := newWorld(t).serve(false)
	work := w.clone()
	content, _ := report().Manifest()
	w.write(work, "drift/core5g/upf-zrh-1.yaml", string(content))
	w.commitPush(work, "merged", "main")
	res, err := pusher(t, Options{}).Push(t.Context(), w.repo(), basic(), report())
	if err != nil || res.Pushed || res.Branch != "main" || res.Commit != w.rev("main") {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestPushStartsFromWhatFluxFollows(t *testing.T) {
	w := newWorld(t).serve(false)
	first := w.rev("main")
	w.git(w.bare, "tag", "v1.0.0", first)
	w.git(w.bare, "tag", "-a", "-m", "x", "v1.1.0", first)
	w.commitPush(w.clone(), "second", "main")
	head := w.rev("main")

	for name, tc := range map[string]struct {
		ref  *sourcev1.GitRepositoryRef
		want string
	}{
		"tag":           {&sourcev1.GitRepositoryRef{Tag: "v1.0.0"}, first},
		"annotated tag": {&sourcev1.GitRepositoryRef{Tag: "v1.1.0"}, first},
		"semver":        {&sourcev1.GitRepositoryRef{SemVer: ">=1.0.0"}, first},
		"name":          {&sourcev1.GitRepositoryRef{Name: "refs/tags/v1.0.0", Branch: "nowhere"}, first},
		"commit":        {&sourcev1.GitRepositoryRef{Commit: first}, head},
		"branch+commit": {&sourcev1.GitRepositoryRef{Commit: first, Branch: "main"}, head},
	} {
		t.Run(name, func(t *testing.T) {
			repo := w.repo()
			repo.Spec.Reference = tc.ref
			repo.Status.Artifact = &meta.Artifact{Revision: "v1.1.0@sha1:" + first}
			r := report()
			r.Branch = "x/" + strings.ReplaceAll(name, " ", "-")
			if _, err := pusher(t, Options{}).Push(t.Context(), repo, basic(), r); err != nil {
				t.Fatal(err)
			}
			if got := w.rev(r.Branch + "^"); got != tc.want {
				t.Errorf("starts from %s, want %s", got, tc.want)
			}
		})
	}
}

func TestPushRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(*world)
		change  func(*sourcev1.GitRepository, map[string][]byte, *drifted)
		kind    Kind
		says    string
	}{
		"wrong password": {
			change: func(_ *sourcev1.GitRepository, s map[string][]byte, _ *drifted) { s["password"] = []byte("hunter2") },
			kind:   ErrAuth, says: "spec.secretRef"},
		"no credentials": {
			change: func(_ *sourcev1.GitRepository, s map[string][]byte, _ *drifted) { clear(s) },
			kind:   ErrAuth},
		"password without a user": {
			change: func(_ *sourcev1.GitRepository, s map[string][]byte, _ *drifted) { delete(s, "username") },
			kind:   ErrInvalid, says: "'username'"},
		"pre-receive hook": {
			prepare: func(w *world) { w.hook("pre-receive", "echo 'policy: ask the network team' >&2; exit 1") },
			kind:    ErrRejected, says: "policy: ask the network team"},
		"update hook": {
			prepare: func(w *world) { w.hook("update", "echo GL-HOOK-ERR: protected branch >&2; exit 1") },
			kind:    ErrRejected, says: "allow the credentials"},
		"read-only credentials": {
			prepare: func(w *world) {
				w.before = func(rw http.ResponseWriter, r *http.Request) bool {
					if strings.Contains(r.URL.String(), "receive-pack") {
						http.Error(rw, "this token is read-only", http.StatusForbidden)
						return false
					}
					return true
				}
			}, kind: ErrRejected, says: "read-only"},
		"no access at all": {
			prepare: func(w *world) {
				w.before = func(rw http.ResponseWriter, _ *http.Request) bool {
					http.Error(rw, "no", http.StatusForbidden)
					return false
				}
			}, kind: ErrAuth},
		"server failing": {
			prepare: func(w *world) {
				w.before = func(rw http.ResponseWriter, _ *http.Request) bool {
					http.Error(rw, "no", http.StatusBadGateway)
					return false
				}
			}, kind: ErrUnreachable, says: "502"},
		"repository missing": {
			change: func(r *sourcev1.GitRepository, _ map[string][]byte, _ *drifted) { r.Spec.URL += "x" },
			kind:   ErrNotFound},
		"branch of Flux": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Branch = "main" },
			kind:   ErrProtectedBranch, says: "is the branch Flux reconciles"},
		"branch of Flux as a ref": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Branch = "refs/heads/main" },
			kind:   ErrInvalid},
		"branch of Flux by name": {
			prepare: func(w *world) { w.git(w.bare, "branch", "live", "main") },
			change: func(g *sourcev1.GitRepository, _ map[string][]byte, r *drifted) {
				g.Spec.Reference, r.Branch = &sourcev1.GitRepositoryRef{Name: "refs/heads/live"}, "live"
			}, kind: ErrProtectedBranch},
		"branch of Flux by default": {
			prepare: func(w *world) { w.git(w.bare, "branch", "master", "main") },
			change: func(g *sourcev1.GitRepository, _ map[string][]byte, r *drifted) {
				g.Spec.Reference, r.Branch = nil, "master"
			},
			kind: ErrProtectedBranch},
		"branch of another GitRepository": {
			change: func(g *sourcev1.GitRepository, _ map[string][]byte, r *drifted) {
				r.Branch, r.Protected = "live", []string{"live"}
			}, kind: ErrProtectedBranch, says: "another GitRepository"},
		"default branch": {
			prepare: func(w *world) { w.git(w.bare, "tag", "v1", "main") },
			change: func(g *sourcev1.GitRepository, _ map[string][]byte, r *drifted) {
				g.Spec.Reference, r.Branch = &sourcev1.GitRepositoryRef{Tag: "v1"}, "main"
			}, kind: ErrProtectedBranch, says: "default branch"},
		"not a branch": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Branch = "a..b" },
			kind:   ErrInvalid, says: "spec.drift.report.branch"},
		"a tag": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Branch = "refs/tags/v1" },
			kind:   ErrInvalid},
		"path outside": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Path = "../x.yaml" },
			kind:   ErrInvalid},
		"path in .git": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Path = "a/.GIT/config" },
			kind:   ErrInvalid},
		"path below a file": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Path = "README.md/x.yaml" },
			kind:   ErrInvalid, says: "README.md is not a folder"},
		"path is a folder": {
			change: func(_ *sourcev1.GitRepository, _ map[string][]byte, r *drifted) { r.Path = "nf/upf" },
			kind:   ErrInvalid, says: "is a folder"},
		"branch below a branch": {
			prepare: func(w *world) { w.git(w.bare, "branch", "drift", "main") },
			kind:    ErrRejected, says: "beside the existing branch drift"},
		"nothing to start from": {
			change: func(g *sourcev1.GitRepository, _ map[string][]byte, _ *drifted) { g.Spec.Reference.Branch = "gone" },
			kind:   ErrNotFound, says: "refs/heads/gone"},
		"provider": {
			change: func(g *sourcev1.GitRepository, _ map[string][]byte, _ *drifted) { g.Spec.Provider = "azure" },
			kind:   ErrInvalid, says: "azure"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).serve(false)
			if tc.prepare != nil {
				tc.prepare(w)
			}
			repo, secret, r, before := w.repo(), basic(), report(), w.git(w.bare, "for-each-ref")
			if tc.change != nil {
				tc.change(repo, secret, &r)
			}
			res, err := pusher(t, Options{}).Push(t.Context(), repo, secret, r)
			if !errors.Is(err, tc.kind) || !strings.Contains(err.Error(), tc.says) || res != (Written{}) {
				t.Errorf("got %+v, %v\nwant %q with %q", res, err, tc.kind, tc.says)
			}
			if err != nil && (strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("the password is in: %v", err)
			}
			if after := w.git(w.bare, "for-each-ref"); after != before {
				t.Errorf("references changed:\n%s", after)
			}
		})
	}
}

func TestPushUnreachable(t *testing.T) {
	w := newWorld(t).serve(false)
	gone := w.repo()
	w.http.Close()
	if _, err := pusher(t, Options{}).Push(t.Context(), gone, basic(), report()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("closed port: %v", err)
	}

	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts by the kernel, never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, scheme := range []string{"http://", "ssh://git@"} {
		silent := w.repo()
		silent.Spec.URL = scheme + l.Addr().String() + "/core.git"
		secret := basic()
		if strings.HasPrefix(scheme, "ssh") {
			_, secret = w.serveSSH()
		}
		_, err := pusher(t, Options{Timeout: 200 * time.Millisecond}).Push(t.Context(), silent, secret, report())
		if !errors.Is(err, ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: silent server: %v", scheme, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if _, err := pusher(t, Options{}).Push(ctx, silent, secret, report()); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled: %v", scheme, err)
		}
	}
}

func TestPushBounded(t *testing.T) {
	w := newWorld(t).serve(false)
	big := make([]byte, 300<<10)
	_, _ = rand.Read(big)
	work := w.clone()
	w.write(work, "big", hex.EncodeToString(big))
	w.commitPush(work, "big", "main")

	p := pusher(t, Options{MaxBytes: 64 << 10})
	if _, err := p.Push(t.Context(), w.repo(), basic(), report()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("without partial clone: %v", err)
	}
	w.git(w.bare, "config", "uploadpack.allowFilter", "true")
	if res, err := p.Push(t.Context(), w.repo(), basic(), report()); err != nil || !res.Pushed {
		t.Errorf("with partial clone: %+v, %v", res, err)
	}
}

func TestPushWhileTheBranchMoves(t *testing.T) {
	for _, when := range []string{"/info/refs?service=git-receive-pack", "/git-receive-pack"} {
		t.Run(when, func(t *testing.T) {
			w := newWorld(t)
			work := w.clone()
			const branch = "drift/core5g/upf-zrh-1"
			left := 2
			w.before = func(_ http.ResponseWriter, r *http.Request) bool {
				if strings.HasSuffix(r.URL.String(), when) && left > 0 {
					left--
					if strings.Contains(w.git(w.bare, "for-each-ref"), branch) {
						w.git(work, "fetch", "-q", "origin", branch)
						w.git(work, "reset", "-q", "--hard", "FETCH_HEAD")
					}
					w.commitPush(work, fmt.Sprintf("other %d", left), branch)
				}
				return true
			}
			w.serve(false)
			res, err := pusher(t, Options{Backoff: time.Millisecond}).Push(t.Context(), w.repo(), basic(), report())
			if err != nil || !res.Pushed || res.Commit != w.rev(branch) {
				t.Fatalf("%+v, %v", res, err)
			}
			if got := w.git(w.bare, "rev-list", "--count", branch); got != "4\n" {
				t.Errorf("%s commits, want first, two others, ours", got)
			}

			left = 100
			other := report()
			other.Session, other.Leaves[0].Actual = 43, "maybe"
			_, err = pusher(t, Options{Attempts: 2, Backoff: time.Millisecond}).Push(t.Context(), w.repo(), basic(), other)
			if !errors.Is(err, ErrRejected) || left != 98 {
				t.Errorf("after 2 attempts: %v (%d left)", err, left)
			}
		})
	}
}

// Whoever writes a branch says all that it is to hold: the last one wins, and nothing is lost of the history.
func TestPushConcurrently(t *testing.T) {
	w := newWorld(t).serve(false)
	p := pusher(t, Options{Attempts: 30, Backoff: 5 * time.Millisecond})
	const n = 8
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			r := report()
			r.Branch = "drift/all"
			r.Name = fmt.Sprintf("upf-%d", i)
			_, errs[i] = p.Push(t.Context(), w.repo(), basic(), r)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(w.git(w.bare, "ls-tree", "-r", "--name-only", "drift/all", "drift/"), "\n"); got != 1 {
		t.Errorf("%d files", got)
	}
	if got := w.git(w.bare, "rev-list", "--count", "main..drift/all"); got != fmt.Sprintf("%d\n", n) {
		t.Errorf("%s commits", got)
	}
	w.git(w.bare, "fsck", "--strict")
}

func TestPushTLS(t *testing.T) {
	w := newWorld(t).serve(true)
	if _, err := pusher(t, Options{}).Push(t.Context(), w.repo(), basic(), report()); !errors.Is(err, ErrUntrusted) {
		t.Errorf("unknown CA: %v", err)
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.http.Certificate().Raw})
	bearer := map[string][]byte{"bearerToken": []byte("t0ken"), "ca.crt": ca}
	if res, err := pusher(t, Options{}).Push(t.Context(), w.repo(), bearer, report()); err != nil || !res.Pushed {
		t.Errorf("CA and bearer token: %+v, %v", res, err)
	}
	for key, bad := range map[string]string{"ca.crt": "nonsense", "tls.crt": "nonsense"} {
		secret := basic()
		secret[key] = []byte(bad)
		if _, err := pusher(t, Options{}).Push(t.Context(), w.repo(), secret, report()); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestPushSSH(t *testing.T) {
	w := newWorld(t).serve(false)
	url, secret := w.serveSSH()
	_, stranger := w.serveSSH()
	repo := w.repo()
	repo.Spec.URL = url
	with := func(k string, v []byte) map[string][]byte {
		m := map[string][]byte{"identity": secret["identity"], "known_hosts": secret["known_hosts"]}
		m[k] = v
		return m
	}
	p := pusher(t, Options{})
	if res, err := p.Push(t.Context(), repo, secret, report()); err != nil || !res.Pushed || res.Commit != w.rev("drift/core5g/upf-zrh-1") {
		t.Fatalf("%+v, %v", res, err)
	}
	if res, err := p.Push(t.Context(), repo, secret, report()); err != nil || res.Pushed {
		t.Errorf("again: %+v, %v", res, err)
	}
	for name, tc := range map[string]struct {
		secret map[string][]byte
		kind   Kind
	}{
		"wrong key":      {with("identity", stranger["identity"]), ErrAuth},
		"wrong host":     {with("known_hosts", stranger["known_hosts"]), ErrUntrusted},
		"no known hosts": {with("known_hosts", nil), ErrInvalid},
		"broken key":     {with("identity", []byte("x")), ErrInvalid},
	} {
		if _, err := p.Push(t.Context(), repo, tc.secret, report()); !errors.Is(err, tc.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	missing := w.repo()
	missing.Spec.URL = url + "x"
	if _, err := p.Push(t.Context(), missing, secret, report()); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing: %v", err)
	}
	w.hook("pre-receive", "echo 'policy: ask the network team' >&2; exit 1")
	other := report()
	other.Leaves[0].Actual = "maybe"
	if _, err := p.Push(t.Context(), repo, secret, other); !errors.Is(err, ErrRejected) || !strings.Contains(err.Error(), "ask the network team") {
		t.Errorf("hook: %v", err)
	}
}

func TestReconciled(t *testing.T) {
	repo := func(url string, ref *sourcev1.GitRepositoryRef) sourcev1.GitRepository {
		return sourcev1.GitRepository{Spec: sourcev1.GitRepositorySpec{URL: url, Reference: ref}}
	}
	self := repo("https://git.example.org/core.git", &sourcev1.GitRepositoryRef{Branch: "main"})
	got := Reconciled(&self, []sourcev1.GitRepository{
		self,
		repo("ssh://git@GIT.example.org:22/core", &sourcev1.GitRepositoryRef{Name: "refs/heads/live"}),
		repo("https://git.example.org/core/", nil),
		repo("https://git.example.org/core.git", &sourcev1.GitRepositoryRef{Tag: "v1"}),
		repo("https://git.example.org/other.git", &sourcev1.GitRepositoryRef{Branch: "other"}),
	})
	if d := cmp.Diff([]string{"live", "main", "master"}, got); d != "" {
		t.Error(d)
	}
}
