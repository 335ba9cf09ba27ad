// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	user     = "flux"
	password = "s3cret-w0rd"
)

// world is a bare repository with a commit on main, served by the real git.
type world struct {
	t    *testing.T
	bare string
	http *httptest.Server
	// user that the server knows, with the password. Default: user.
	user string
	// before runs before each request that git answers.
	before func(http.ResponseWriter, *http.Request) bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, user: user, bare: filepath.Join(t.TempDir(), "core.git")}
	w.git("", "init", "-q", "--bare", "-b", "main", w.bare)
	w.git(w.bare, "config", "http.receivepack", "true")
	work := w.clone()
	for name, text := range map[string]string{"README.md": "core\n", "nf/upf/base.yaml": "a: 1\n", "dri": "sorts before drift\n"} {
		w.write(work, name, text)
	}
	w.commitPush(work, "first", "main")
	return w
}

// serve starts the server: http, or https where secure.
func (w *world) serve(secure bool) *world {
	backend := strings.TrimSpace(w.git("", "--exec-path")) + "/git-http-backend"
	handler := &cgi.Handler{Path: backend, Stderr: io.Discard, Env: append(env(),
		"GIT_PROJECT_ROOT="+filepath.Dir(w.bare), "GIT_HTTP_EXPORT_ALL=1")}
	h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		name, pass, ok := r.BasicAuth()
		if !(ok && name == w.user && pass == password) && r.Header.Get("Authorization") != "Bearer t0ken" {
			rw.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(rw, "go away", http.StatusUnauthorized)
			return
		}
		if w.before != nil && !w.before(rw, r) {
			return
		}
		handler.ServeHTTP(rw, r)
	})
	w.http = httptest.NewUnstartedServer(h)
	w.http.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		w.http.StartTLS()
	} else {
		w.http.Start()
	}
	w.t.Cleanup(w.http.Close)
	return w
}

func (w *world) repo() *sourcev1.GitRepository {
	return &sourcev1.GitRepository{
		ObjectMeta: metav1.ObjectMeta{Namespace: "flux-system", Name: "core"},
		Spec: sourcev1.GitRepositorySpec{
			URL:       w.http.URL + "/core.git",
			Reference: &sourcev1.GitRepositoryRef{Branch: "main"},
		},
	}
}

func basic() map[string][]byte {
	return map[string][]byte{"username": []byte(user), "password": []byte(password)}
}

func env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=T", "GIT_AUTHOR_EMAIL=t@x", "GIT_COMMITTER_NAME=T", "GIT_COMMITTER_EMAIL=t@x"}
}

func (w *world) git(dir string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (w *world) clone() string {
	dir := w.t.TempDir()
	w.git("", "clone", "-q", w.bare, dir)
	return dir
}

func (w *world) write(dir, name, text string) {
	w.t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) commitPush(dir, message, branch string) {
	w.t.Helper()
	w.git(dir, "add", "-A")
	w.git(dir, "commit", "-q", "--allow-empty", "-m", message)
	w.git(dir, "push", "-q", "origin", "HEAD:refs/heads/"+branch)
}

func (w *world) rev(ref string) string { return strings.TrimSpace(w.git(w.bare, "rev-parse", ref)) }
func (w *world) show(ref, path string) string {
	return w.git(w.bare, "show", ref+":"+path)
}

func (w *world) hook(name, script string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.bare, "hooks", name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// serveSSH answers git over ssh, to the holder of the returned secret.
func (w *world) serveSSH() (url string, secret map[string][]byte) {
	_, hostKey, _ := ed25519.GenerateKey(rand.Reader)
	host, err := ssh.NewSignerFromKey(hostKey)
	if err != nil {
		w.t.Fatal(err)
	}
	pub, key, _ := ed25519.GenerateKey(rand.Reader)
	clientPub, _ := ssh.NewPublicKey(pub)
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		w.t.Fatal(err)
	}
	conf := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, k ssh.PublicKey) (*ssh.Permissions, error) {
		if string(k.Marshal()) != string(clientPub.Marshal()) {
			return nil, os.ErrPermission
		}
		return nil, nil
	}}
	conf.AddHostKey(host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serveSSHConn(c, conf)
		}
	}()
	return "ssh://git@" + l.Addr().String() + w.bare, map[string][]byte{
		"identity":    pem.EncodeToMemory(block),
		"known_hosts": []byte(knownhosts.Line([]string{knownhosts.Normalize(l.Addr().String())}, host.PublicKey())),
	}
}

func serveSSHConn(c net.Conn, conf *ssh.ServerConfig) {
	defer c.Close()
	_, chans, reqs, err := ssh.NewServerConn(c, conf)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(reqs)
	for nc := range chans {
		ch, in, err := nc.Accept()
		if err != nil {
			return
		}
		for r := range in {
			if r.Type != "exec" {
				_ = r.Reply(false, nil)
				continue
			}
			var payload struct{ Command string }
			_ = ssh.Unmarshal(r.Payload, &payload)
			_ = r.Reply(true, nil)
			cmd := exec.Command("sh", "-c", payload.Command)
			cmd.Env, cmd.Stdout, cmd.Stderr = env(), ch, ch.Stderr()
			stdin, _ := cmd.StdinPipe()
			go func() { _, _ = copyAll(stdin, ch) }()
			_ = cmd.Run()
			_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{uint32(cmd.ProcessState.ExitCode())}))
			_ = ch.Close()
		}
	}
}
