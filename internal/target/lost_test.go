// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// The loss of a session is told, unless it was us who ended it or there is another by now.
func TestOnLost(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	lost := make(chan string, 10)
	p := newPool(t, Options{lostPause: time.Millisecond, OnLost: func(key string) { lost <- key }})
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	awaitLost := func() {
		t.Helper()
		select {
		case key := <-lost:
			if key != e.Key {
				t.Errorf("told of %s", key)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("nobody was told")
		}
	}
	s.DropSessions()
	awaitLost()

	idle := e
	idle.IdleTimeout = time.Millisecond
	for range 20 { // the NF may hang up before we do
		if _, err := p.Observe(t.Context(), idle, nil); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the idle session to be closed", func() bool { return s.Sessions() == 0 })
	}
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	s.DropSessions()
	awaitLost()
	if len(lost) != 0 {
		t.Error("an end of ours was told")
	}
}

// An NF that takes requests and never answers is left alone longer and longer; one that answers is not.
func TestSilence(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	e.RPCTimeout = 100 * time.Millisecond
	p := newPool(t, Options{})
	s.Inject(netconftest.Fault{Operation: "get-config", Do: netconftest.Ignore, Times: -1})
	observe := func() error {
		_, err := p.Observe(t.Context(), e, nil)
		return err
	}
	for range 2 { // the second counts
		if err := observe(); ReasonOf(err) != Timeout {
			t.Fatalf("got %v", err)
		}
	}
	p.current(e.Key).backoff.until = time.Now().Add(time.Hour)
	asked := s.Count("get-config")
	if err := observe(); ReasonOf(err) != Timeout || s.Count("get-config") != asked {
		t.Errorf("it was asked again: %v", err)
	}
	s.ClearFaults()
	p.Retry(t.Context(), e)
	if err := observe(); err != nil {
		t.Fatal(err)
	}
	if b := p.current(e.Key).backoff; b != (backoff{}) {
		t.Errorf("it answered, and %+v is left", b)
	}
}

func TestSilencePauses(t *testing.T) {
	now := time.Now()
	var b backoff
	for i, want := range []time.Duration{0, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		b.until = now
		b.silent(errNotCalled, now, time.Minute)
		if got := b.until.Sub(now); got > want || got < want*3/4 {
			t.Errorf("silence %d: a pause of %s, want about %s", i+1, got, want)
		}
	}
}

// What an NF says of a change that it takes is kept, without secrets.
func TestWarnings(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	p := newPool(t, Options{})
	s.Fail("edit-config", netconftest.RPCError{Tag: "operation-failed", Severity: "warning", Message: "the hostname is shared", Path: "/acme-router:system/hostname"})
	result, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("new"))))
	if err != nil || len(result.Warnings) != 1 {
		t.Fatalf("got %+v, %v", result.Warnings, err)
	}
	if v := result.Warnings[0]; v.Path != "/acme-router:system/hostname" || !strings.Contains(v.Message, "edit-config: the hostname is shared") {
		t.Errorf("got %+v", v)
	}
}
