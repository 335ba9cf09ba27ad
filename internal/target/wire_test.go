// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// wire is a link with a delay, which counts how often it was waited for.
type wire struct {
	listener net.Listener
	to       string
	delay    time.Duration // in each direction
	all      sync.WaitGroup
	broken   atomic.Bool // what is said is lost, and no side is told

	mu    sync.Mutex
	asked bool // the last to say something was the client
	turns int  // how often the client spoke after the server, that is round trips
}

// newWire puts a wire between the clients of an endpoint and its device.
func newWire(t *testing.T, e Endpoint, delay time.Duration) (*wire, Endpoint) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, to: e.Address, delay: delay}
	w.all.Go(w.accept)
	t.Cleanup(func() { listener.Close(); w.all.Wait() })
	_, key, _ := strings.Cut(string(e.SSH.KnownHosts), " ")
	e.Address = listener.Addr().String()
	e.SSH.KnownHosts = []byte(knownhosts.Normalize(e.Address) + " " + key)
	return w, e
}

func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.to)
		if err != nil {
			client.Close()
			continue
		}
		w.all.Go(func() { w.carry(server, client, true) })
		w.all.Go(func() { w.carry(client, server, false) })
	}
}

// carry moves what one side says to the other, late.
func (w *wire) carry(to, from net.Conn, asking bool) {
	type late struct {
		due  time.Time
		data []byte
	}
	queue := make(chan late, 1000)
	w.all.Go(func() {
		defer to.Close()
		for l := range queue {
			time.Sleep(time.Until(l.due))
			if _, err := to.Write(l.data); err != nil {
				break
			}
		}
		for range queue { // until the other end has noticed
		}
	})
	defer close(queue)
	defer from.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !w.broken.Load() {
			w.said(asking)
			queue <- late{time.Now().Add(w.delay), append([]byte(nil), buffer[:n]...)}
		}
		if err != nil {
			return
		}
	}
}

func (w *wire) said(asking bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if asking && !w.asked {
		w.turns++
	}
	w.asked = asking
}

// roundTrips returns how often the client has spoken since the last call.
func (w *wire) roundTrips() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	turns := w.turns
	w.turns = 0
	return turns
}

// A transaction costs four round trips at most: those are what it takes on a long link.
func TestApplyCostsFourRoundTrips(t *testing.T) {
	for name, tt := range map[string]struct {
		profile  netconftest.Profile
		oneByOne bool
		want     int
	}{
		"candidate":                      {netconftest.Profile{}, false, 4},
		"candidate and startup":          {netconftest.Profile{Startup: true}, false, 4},
		"candidate and writable-running": {netconftest.Profile{WritableRunning: true}, false, 4},
		"candidate without validate":     {netconftest.Profile{NoValidate: true}, false, 4},
		"running and startup":            {netconftest.Profile{NoCandidate: true, Startup: true}, false, 3},
		"base:1.0":                       {netconftest.Profile{Base10Only: true}, false, 4},
		"one by one":                     {netconftest.Profile{}, true, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, e := newDevice(t, netconftest.Options{Profile: tt.profile, Running: config(t, hostname("old"))})
			w, e := newWire(t, e, 50*time.Millisecond)
			e.OneByOne = tt.oneByOne
			p := newPool(t, Options{})
			if _, err := p.Observe(t.Context(), e, nil); err != nil {
				t.Fatal(err)
			}
			w.roundTrips()
			got, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("new"))))
			if err != nil || runningHostname(s) != "new" {
				t.Fatalf("got %v", err)
			}
			if n := w.roundTrips(); n != tt.want {
				t.Errorf("%d round trips for %s, want %d", n, fmt.Sprint(got.RPCs), tt.want)
			}
			if !tt.oneByOne {
				return
			}
			if len(got.RPCs) != tt.want {
				t.Errorf("%v do not cost a round trip each", got.RPCs)
			}
		})
	}
}

// A change that is confirmed after its checks costs one round trip more than a plain one on a candidate: two
// at most are allowed. What the checks cost is another matter.
func TestConfirmedChangeCostsFiveRoundTrips(t *testing.T) {
	for name, tt := range map[string]struct {
		profile       netconftest.Profile
		confirm, undo int // 0: not counted
	}{
		"candidate":                      {netconftest.Profile{}, 5, 5},
		"candidate and startup":          {netconftest.Profile{Startup: true}, 5, 0},
		"candidate and writable-running": {netconftest.Profile{WritableRunning: true}, 5, 5},
		"candidate without validate":     {netconftest.Profile{NoValidate: true}, 5, 0},
		"confirmed-commit:1.0":           {netconftest.Profile{ConfirmedCommit10Only: true}, 5, 0},
		"no confirmed commit":            {netconftest.Profile{NoConfirmedCommit: true}, 5, 7},
		"running and startup":            {netconftest.Profile{NoCandidate: true, Startup: true}, 5, 6},
	} {
		for _, end := range []string{"confirmed", "cancelled"} {
			want := tt.confirm
			if end == "cancelled" {
				want = tt.undo
			}
			if want == 0 {
				continue
			}
			t.Run(name+"/"+end, func(t *testing.T) {
				t.Parallel()
				c := newChange(t, netconftest.Options{Profile: tt.profile})
				var w *wire
				w, c.e = newWire(t, c.e, 50*time.Millisecond)
				c.restarted() // its pool is closed before the wire
				if _, err := c.p.Observe(t.Context(), c.e, nil); err != nil {
					t.Fatal(err)
				}
				w.roundTrips()
				c.must(c.prepare())
				c.must(c.commit())
				var err error
				if end == "confirmed" {
					_, err = c.confirm()
				} else {
					_, err = c.cancel()
				}
				c.must(err)
				if n := w.roundTrips(); n != want {
					t.Errorf("%d round trips for %v, want %d", n, c.Requests(), want)
				}
			})
		}
	}
}
