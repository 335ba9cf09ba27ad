// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

type file struct {
	name, body string
	typeflag   byte
}

func archive(t testing.TB, files ...file) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.body))}
		if f.typeflag != 0 {
			h.Typeflag, h.Linkname, h.Size = f.typeflag, f.body, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte(f.body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// server answers with what the handler says, and counts.
type server struct {
	*httptest.Server
	hits atomic.Int32
}

func serve(t testing.TB, h http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func serveBytes(t testing.TB, data []byte) *server {
	return serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) })
}

func announce(url string, data []byte) *meta.Artifact {
	size := int64(len(data))
	return &meta.Artifact{URL: url + "/a.tar.gz", Digest: digest.FromBytes(data).String(), Revision: "main@sha1:abc", Size: &size}
}

func quick(o Options) *Fetcher {
	o.Backoff = time.Millisecond
	return New(o)
}

func TestFetchReadsAndCaches(t *testing.T) {
	data := archive(t, file{name: "nf/upf/base.yaml", body: "a: 1"}, file{name: "./nf/empty.yaml"}, file{name: "nf/link", body: "/etc/passwd", typeflag: tar.TypeSymlink})
	srv := serveBytes(t, data)
	f := quick(Options{})
	for range 3 {
		files, err := f.Fetch(t.Context(), announce(srv.URL, data))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := files.Read("./nf/upf/base.yaml"); err != nil || string(got) != "a: 1" {
			t.Fatalf("got %q, %v", got, err)
		}
		if diff := cmp.Diff([]string{"nf/empty.yaml", "nf/upf/base.yaml"}, files.Paths()); diff != "" {
			t.Error(diff)
		}
	}
	if n := srv.hits.Load(); n != 1 {
		t.Errorf("%d downloads, want 1", n)
	}
}

func TestReadMissingPath(t *testing.T) {
	data := archive(t, file{name: "nf/upf/base.yaml"}, file{name: "nf/smf/base.yaml"}, file{name: "nf/link", body: "upf", typeflag: tar.TypeSymlink})
	files, err := quick(Options{}).Fetch(t.Context(), announce(serveBytes(t, data).URL, data))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"nf/upf/bse.yaml": "nf/upf/bse.yaml not in artifact main@sha1:abc; did you mean nf/upf/base.yaml?",
		"zzz":             "zzz not in artifact main@sha1:abc",
		"nf/link":         "nf/link in artifact main@sha1:abc is a link, and links are not followed: name the file itself",
		"../secret":       `artifact main@sha1:abc: file name "../secret" leaves the artifact`,
	} {
		_, err := files.Read(path)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v", path, err)
		}
		if path != "../secret" && !errors.Is(err, ErrPathNotFound) {
			t.Errorf("%s: %T is not ErrPathNotFound", path, err)
		}
	}
}

func TestMatch(t *testing.T) {
	c := &content{paths: []string{"README.md", "release/a.yang", "release/models/b.yang", "release/models/x/c.yang", "release/models/x/d.txt"}}
	files := &Files{content: c, revision: "v1"}
	for _, tc := range []struct {
		patterns string
		want     []string
	}{
		{"**/*.yang", []string{"release/a.yang", "release/models/b.yang", "release/models/x/c.yang"}},
		{"release/*.yang", []string{"release/a.yang"}},
		{"release/models", []string{"release/models/b.yang", "release/models/x/c.yang", "release/models/x/d.txt"}},
		{"release/**/c.yang,README.md", []string{"README.md", "release/models/x/c.yang"}},
		{"release/**", c.paths[1:]},
		{"./", c.paths},
		{"**/**/**/**/**/**/**/**/**/**/x/**/**/d.*", []string{"release/models/x/d.txt"}},
		{"release/a.yang,release/*", []string{"release/a.yang"}},
	} {
		got, err := files.Match(strings.Split(tc.patterns, ","))
		if err != nil {
			t.Errorf("%s: %v", tc.patterns, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.patterns, diff)
		}
	}
	for _, bad := range []string{"*.json", "release/[", "../*"} {
		if got, err := files.Match([]string{bad}); err == nil {
			t.Errorf("%s: got %v, want an error", bad, got)
		}
	}
}

func TestFetchRefuses(t *testing.T) {
	good := archive(t, file{name: "a", body: strings.Repeat("x", 4096)})
	for name, tc := range map[string]struct {
		data []byte
		edit func(*meta.Artifact)
		opts Options
		want any
	}{
		"other digest":     {data: good, edit: func(a *meta.Artifact) { a.Digest = digest.FromString("other").String() }, want: new(*DigestError)},
		"malformed digest": {data: good, edit: func(a *meta.Artifact) { a.Digest = "sha256:zz" }},
		"no digest":        {data: good, edit: func(a *meta.Artifact) { a.Digest = "" }},
		"announced size":   {data: good, opts: Options{MaxArchiveBytes: 10}, want: new(*TooLargeError)},
		"archive size":     {data: good, edit: func(a *meta.Artifact) { a.Size = nil }, opts: Options{MaxArchiveBytes: 10}, want: new(*TooLargeError)},
		"unpacked size":    {data: good, opts: Options{MaxUnpackedBytes: 1000}, want: new(*TooLargeError)},
		"file count":       {data: archive(t, file{name: "a"}, file{name: "b"}), opts: Options{MaxFiles: 1}, want: new(*TooLargeError)},
		"traversal":        {data: archive(t, file{name: "../../etc/passwd", body: "x"})},
		"inner traversal":  {data: archive(t, file{name: "a/../../b", body: "x"})},
		"no archive":       {data: []byte("<html>not found</html>")},
		"no scheme":        {data: good, edit: func(a *meta.Artifact) { a.URL = "file:///etc/passwd" }},
	} {
		t.Run(name, func(t *testing.T) {
			a := announce(serveBytes(t, tc.data).URL, tc.data)
			if tc.edit != nil {
				tc.edit(a)
			}
			files, err := quick(tc.opts).Fetch(t.Context(), a)
			if err == nil {
				t.Fatalf("got %v, want an error", files.Paths())
			}
			if tc.want != nil && !errors.As(err, tc.want) {
				t.Errorf("got %T %v, want %T", err, err, tc.want)
			}
		})
	}
	if _, err := New(Options{}).Fetch(t.Context(), nil); err == nil {
		t.Error("no artifact: want an error")
	}
}

func TestUnpackBomb(t *testing.T) {
	// A header that claims little, with an endless stream of empty entries.
	var files []file
	for i := range 5000 {
		files = append(files, file{name: fmt.Sprintf("d%d/", i), typeflag: tar.TypeDir})
	}
	_, err := unpack("u", archive(t, files...), Options{MaxFiles: 1, MaxUnpackedBytes: 1})
	var large *TooLargeError
	if !errors.As(err, &large) {
		t.Errorf("got %v, want TooLargeError", err)
	}
}

func TestFetchRetries(t *testing.T) {
	data := archive(t, file{name: "a", body: "x"})
	var srv *server
	srv = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if srv.hits.Load() < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(data)
	})
	if _, err := quick(Options{}).Fetch(t.Context(), announce(srv.URL, data)); err != nil {
		t.Fatal(err)
	}
	if n := srv.hits.Load(); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestFetchDoesNotRetryWhatWillNotPass(t *testing.T) {
	for code, want := range map[int]any{http.StatusNotFound: new(*GoneError), http.StatusForbidden: new(*statusError)} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		_, err := quick(Options{}).Fetch(t.Context(), announce(srv.URL, nil))
		if !errors.As(err, want) {
			t.Errorf("%d: got %v", code, err)
		}
		if n := srv.hits.Load(); n != 1 {
			t.Errorf("%d: %d requests, want 1", code, n)
		}
	}
}

func TestFetchHonoursContext(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := New(Options{Backoff: time.Hour}).Fetch(ctx, announce(srv.URL, nil))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestConcurrentFetchesDownloadOnce(t *testing.T) {
	data := archive(t, file{name: "a", body: "x"})
	release := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		<-release
		_, _ = w.Write(data)
	})
	f := quick(Options{})
	// The one that begins the download gives up; the others still get it.
	first, giveUp := context.WithCancel(t.Context())
	begun := make(chan error, 1)
	go func() {
		_, err := f.Fetch(first, announce(srv.URL, data))
		begun <- err
	}()
	waitFor(t, func() bool { return srv.hits.Load() == 1 })
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := f.Fetch(t.Context(), announce(srv.URL, data)); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, fl := range f.flights {
			return fl.waiters == 21
		}
		return false
	})
	giveUp()
	if err := <-begun; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	wg.Wait()
	if n := srv.hits.Load(); n != 1 {
		t.Errorf("%d downloads, want 1", n)
	}
}

func TestAbandonedDownloadIsCancelled(t *testing.T) {
	cancelled := make(chan struct{})
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		close(cancelled)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := quick(Options{}).Fetch(ctx, announce(srv.URL, nil)); err == nil {
		t.Error("want an error")
	}
	<-cancelled
}

func TestCacheForgetsTheLeastRecentlyUsed(t *testing.T) {
	f := quick(Options{CacheBytes: 250})
	fetch := func(name string) int32 {
		data := archive(t, file{name: name, body: strings.Repeat("x", 100)})
		srv := serveBytes(t, data)
		if _, err := f.Fetch(t.Context(), announce(srv.URL, data)); err != nil {
			t.Fatal(err)
		}
		return srv.hits.Load()
	}
	var got []int32
	for _, name := range []string{"a", "b", "a", "c", "a", "b"} {
		got = append(got, fetch(name))
	}
	if diff := cmp.Diff([]int32{1, 1, 0, 1, 0, 1}, got); diff != "" {
		t.Error(diff)
	}
}

func TestHostIsReplaced(t *testing.T) {
	data := archive(t, file{name: "a", body: "x"})
	srv := serveBytes(t, data)
	f := quick(Options{Host: strings.TrimPrefix(srv.URL, "http://")})
	if _, err := f.Fetch(t.Context(), announce("http://source-controller.invalid", data)); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		if t.Context().Err() != nil {
			t.Fatal("waited in vain")
		}
		time.Sleep(time.Millisecond)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, file{name: "a", body: "x"}, file{name: "b/../c", body: "y"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := unpack("u", data, Options{MaxUnpackedBytes: 1 << 20, MaxFiles: 100})
		if err != nil {
			return
		}
		for _, p := range c.paths {
			if strings.HasPrefix(p, "/") || strings.Contains("/"+p+"/", "/../") {
				t.Errorf("%q leaves the artifact", p)
			}
		}
	})
}
