// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command git-server serves the bare Git repositories of one folder over HTTP with basic authentication.
//
// Two accounts exist: one may push, the other only fetches, so that a refused push can be tried.
package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/fluxcd/gitkit"
)

// account is one pair of credentials.
type account struct {
	user, password string
	mayPush        bool
}

func main() {
	addr := flag.String("addr", "127.0.0.1:3000", "address to listen on")
	dir := flag.String("dir", ".", "folder of the bare repositories")
	user := flag.String("user", "git", "user who may push")
	reader := flag.String("read-only-user", "reader", "user who may only fetch")
	flag.Parse()

	// Passwords come by environment because a command line is readable by every user of the machine.
	accounts := []account{
		{user: *user, password: os.Getenv("GIT_SERVER_PASSWORD"), mayPush: true},
		{user: *reader, password: os.Getenv("GIT_SERVER_READ_ONLY_PASSWORD")},
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *addr, *dir, accounts); err != nil {
		log.Fatal(err)
	}
}

// serve answers Git's smart HTTP protocol until the context ends.
func serve(ctx context.Context, addr, dir string, accounts []account) error {
	repositories := gitkit.New(gitkit.Config{Dir: dir})
	if err := repositories.Setup(); err != nil {
		return fmt.Errorf("preparing folder %s: %w", dir, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("/", authenticate(accounts, repositories))
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", addr, err)
	}
	return nil
}

// authenticate answers 401 to unknown credentials and 403 to a push by an account that may only fetch.
func authenticate(accounts []account, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, ok := find(accounts, r)
		switch {
		case !ok:
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "unknown user or wrong password", http.StatusUnauthorized)
		case isPush(r) && !who.mayPush:
			http.Error(w, "user "+who.user+" may not push", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// find returns the account whose credentials the request carries; an account without a password is closed.
func find(accounts []account, r *http.Request) (account, bool) {
	user, password, ok := r.BasicAuth()
	if !ok {
		return account{}, false
	}
	for _, a := range accounts {
		same := subtle.ConstantTimeCompare([]byte(a.password), []byte(password)) == 1
		if a.user == user && a.password != "" && same {
			return a, true
		}
	}
	return account{}, false
}

// isPush tells both requests of a push: the advertisement of references and the pack itself.
func isPush(r *http.Request) bool {
	const service = "git-receive-pack"
	return r.URL.Query().Get("service") == service || strings.HasSuffix(r.URL.Path, "/"+service)
}
