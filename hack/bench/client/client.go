// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package client is what the NETCONF clients that are compared have in common: each is a
// process of its own that does what lines on its standard input say, one after the other,
// and answers each with a line: "ok", or "error" and why. Whoever writes the lines takes
// the time and the memory, so that these are measured alike for all, whatever they are
// written in. The lines are:
//
//	open N     open N sessions, a few at a time, and keep them
//	connect N  open and close N sessions, one after the other
//	small N    on the first session, read the small part of running N times
//	large N    likewise the large part
//	each       read the small part on all sessions at once
//	close      close all sessions
//	settle     give memory that is not used back to the system
//
// and those of Extra.
package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
)

// Env is the environment variable that holds the Server in JSON.
const Env = "STROWGER_BENCH_SERVER"

// Server is a NETCONF server behind SSH, and what there is to read.
type Server struct {
	Addr, User, Password string
	// KnownHosts is its line of a known_hosts file, for those who check it.
	KnownHosts string
	// Small and Large are the content of subtree filters.
	Small, Large string
}

// Session is a client's session.
type Session interface {
	// GetConfig reads the part of running that the content of a subtree filter selects,
	// and returns how many bytes that were.
	GetConfig(filter string) (int, error)
	Close()
}

// Extra is a command that not every client has: it does something n times.
type Extra func(s Session, server Server, n int) error

// Client is a client.
type Client struct {
	Dial  func(context.Context, Server) (Session, error)
	Extra map[string]Extra
}

// dials is how many sessions are opened at once.
const dials = 16

// Serve does what the lines of in say.
func (c Client) Serve(in io.Reader, out io.Writer) error {
	w := &work{client: c}
	if err := json.Unmarshal([]byte(os.Getenv(Env)), &w.server); err != nil {
		return fmt.Errorf("%s: %w", Env, err)
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		answer := "ok"
		if err := w.do(lines.Text()); err != nil {
			answer = "error " + strings.Join(strings.Fields(err.Error()), " ")
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return nil
}

type work struct {
	client   Client
	server   Server
	sessions []Session
}

func (w *work) do(line string) error {
	var name string
	n := 1
	_, _ = fmt.Sscan(line, &name, &n) // n may be left out
	switch name {
	case "open":
		return w.open(n)
	case "connect":
		return w.connect(n)
	case "small":
		return w.read(w.server.Small, 1, n)
	case "large":
		return w.read(w.server.Large, 1_000_000, n)
	case "each":
		return w.each()
	case "close":
		err := together(len(w.sessions), len(w.sessions), func(i int) error { w.sessions[i].Close(); return nil })
		w.sessions = nil
		return err
	case "settle":
		debug.FreeOSMemory()
		return nil
	}
	extra := w.client.Extra[name]
	if extra == nil {
		return fmt.Errorf("cannot %s", name)
	}
	return extra(w.sessions[0], w.server, n)
}

func (w *work) open(n int) error {
	opened := make([]Session, n)
	err := together(n, dials, func(i int) error {
		var err error
		opened[i], err = w.client.Dial(context.Background(), w.server)
		return err
	})
	w.sessions = append(w.sessions, opened...)
	return err
}

func (w *work) connect(n int) error {
	for range n {
		s, err := w.client.Dial(context.Background(), w.server)
		if err != nil {
			return err
		}
		s.Close()
	}
	return nil
}

func (w *work) read(filter string, atLeast, n int) error {
	for range n {
		if err := get(w.sessions[0], filter, atLeast); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) each() error {
	return together(len(w.sessions), len(w.sessions), func(i int) error { return get(w.sessions[i], w.server.Small, 1) })
}

// get reads, and makes sure that the reply came.
func get(s Session, filter string, atLeast int) error {
	n, err := s.GetConfig(filter)
	if err == nil && n < atLeast {
		err = fmt.Errorf("a reply of %d bytes only", n)
	}
	return err
}

// together calls f with 0 to n-1, some at once, and returns the first error.
func together(n, atOnce int, f func(int) error) error {
	var all sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	errs := make(chan error, n)
	for i := range n {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			if err := f(i); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}
