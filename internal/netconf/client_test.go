// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

const boxModule = `module box { yang-version 1.1; namespace urn:box; prefix b;
	rpc ping { input { leaf text { type string; } } output { leaf text { type string; } } }
	container box {
		leaf name { type string; }
		leaf size { type uint8; default 1; }
		leaf load { config false; type uint8; }
		action empty { output { leaf items { type uint8; } } }
	}
}`

func newBox(t *testing.T, o netconftest.Options) (*netconftest.Server, func() *netconf.Session) {
	t.Helper()
	model, err := netconftest.NewModel([]yang.Source{{Name: "box.yang", Data: []byte(boxModule)}})
	if err != nil {
		t.Fatal(err)
	}
	o.Model = model
	s := netconftest.NewServer(o)
	t.Cleanup(s.Close)
	return s, func() *netconf.Session {
		t.Helper()
		session, err := netconf.DialSSH(t.Context(), s.Addr, netconf.SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(session.Abort)
		return session
	}
}

func named(name string) []byte {
	return []byte(`<box xmlns="urn:box"><name>` + name + `</name></box>`)
}

func exec(t *testing.T, s *netconf.Session, m netconf.Method) *netconf.Reply {
	t.Helper()
	reply, err := s.Exec(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestNMDA(t *testing.T) {
	_, dial := newBox(t, netconftest.Options{Profile: netconftest.Profile{NMDA: true, WritableRunning: true}})
	s := dial()
	if err := s.EditData(t.Context(), netconf.EditData{Datastore: netconf.NMDARunning, Config: named("one")}); err != nil {
		t.Fatal(err)
	}
	config := true
	for name, o := range map[string]netconf.GetData{
		"all":     {Datastore: netconf.NMDAIntended},
		"subtree": {Datastore: netconf.NMDARunning, Filter: netconf.Subtree([]byte(`<box xmlns="urn:box"><name/></box>`)), Config: &config, MaxDepth: 4},
		"xpath":   {Datastore: netconf.NMDAOperational, Filter: netconf.XPathFilter("/b:box/b:name", map[string]string{"b": "urn:box"}), WithOrigin: true},
	} {
		data, err := s.GetData(t.Context(), o)
		if err != nil || !strings.Contains(string(data), ">one</name>") {
			t.Errorf("%s: %s, %v", name, data, err)
		}
	}
}

func TestRPCsAndActions(t *testing.T) {
	_, dial := newBox(t, netconftest.Options{Handlers: map[string]netconftest.Handler{
		"box:ping":       func(netconftest.Invocation) ([]byte, error) { return []byte(`<text xmlns="urn:box">pong</text>`), nil },
		"/box:box/empty": func(netconftest.Invocation) ([]byte, error) { return []byte(`<items xmlns="urn:box">3</items>`), nil },
	}})
	s := dial()
	for want, m := range map[string]netconf.Method{
		"text pong": netconf.RawMethod(`<ping xmlns="urn:box"><text>a</text></ping>`),
		"items 3":   netconf.Action{XML: []byte(`<box xmlns="urn:box"><empty/></box>`)},
	} {
		reply := exec(t, s, m)
		name, value, _ := strings.Cut(want, " ")
		if len(reply.Output) != 1 || reply.Output[0].Namespace != "urn:box" || reply.Output[0].Name != name ||
			!strings.Contains(string(reply.Output[0].XML), ">"+value+"</") || reply.Data() != nil {
			t.Errorf("got %+v", reply.Output)
		}
	}
}

func TestOnChange(t *testing.T) {
	_, dial := newBox(t, netconftest.Options{Profile: netconftest.Profile{Push: true, WritableRunning: true}})
	s := dial()
	sub, err := s.Establish(t.Context(), netconf.EstablishSubscription{Datastore: netconf.NMDARunning, OnChange: &netconf.OnChange{},
		Filter: netconf.XPathFilter("/b:box", map[string]string{"b": "urn:box"})})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := sub.Next(t.Context()); err != nil || e.Name != "push-update" {
		t.Fatalf("got %+v, %v", e, err)
	}
	edit := netconf.EditConfig{Target: netconf.Running, Config: named("two")}
	if err := s.EditConfig(t.Context(), edit); err != nil {
		t.Fatal(err)
	}
	e, err := sub.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	change, ok := e.PushChange()
	if !ok || change.ID != sub.ID() || len(change.Edits) == 0 || !strings.Contains(string(change.Edits[0].Value), "two") {
		t.Errorf("got %s", e.XML)
	}
	if err := sub.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Establish(t.Context(), netconf.EstablishSubscription{Datastore: netconf.NMDARunning, Period: time.Second}); !netconf.HasTag(err, netconf.TagOperationNotSupported) {
		t.Errorf("a periodic subscription: %v", err)
	}
}

// What each misbehaviour of a server does to a request, and whether the session is of use afterwards.
func TestFaults(t *testing.T) {
	type outcome struct {
		kind  error // of the request; nil if it succeeds
		alive bool
	}
	gone, broken, late, fine := outcome{netconf.ErrUnreachable, false}, outcome{netconf.ErrProtocol, false}, outcome{netconf.ErrTimeout, true}, outcome{nil, true}
	want := map[netconftest.Action]outcome{
		netconftest.DropBefore:     gone,
		netconftest.DropWithin:     gone,
		netconftest.DropAfter:      {nil, false},
		netconftest.CutReply:       gone,
		netconftest.StallReply:     {netconf.ErrTimeout, false},
		netconftest.Delay:          fine,
		netconftest.DelayReply:     fine,
		netconftest.NoReply:        late,
		netconftest.Ignore:         late,
		netconftest.AnswerErrors:   {netconf.RPCErrors{}, true},
		netconftest.MalformedXML:   broken,
		netconftest.WrongMessageID: broken,
		netconftest.NoMessageID:    fine,
		netconftest.Twice:          {nil, false},
		netconftest.WrongRoot:      broken,
		netconftest.Garbage:        broken,
		netconftest.BadFrame:       broken,
	}
	for framing, profile := range map[string]netconftest.Profile{"1.1": {}, "1.0": {Base10Only: true}} {
		server, dial := newBox(t, netconftest.Options{Profile: profile})
		if err := attempt(t, dial(), time.Minute); err != nil {
			t.Fatal(err)
		}
		for action, want := range want {
			t.Run(fmt.Sprintf("%s/%s", action, framing), func(t *testing.T) {
				before := runtime.NumGoroutine()
				s := dial()
				server.Inject(netconftest.Fault{Operation: "get-config", Do: action, Delay: time.Millisecond})
				got := attempt(t, s, 300*time.Millisecond)
				next := attempt(t, s, 300*time.Millisecond)
				t.Logf("%v; then %v", got, next)
				switch {
				case want.kind == nil && got != nil, want.kind != nil && got == nil:
					t.Errorf("got %v", got)
				case want.kind != nil && !errors.Is(got, want.kind) && !errors.As(got, new(netconf.RPCErrors)):
					t.Errorf("got %v, want %v", got, want.kind)
				}
				if want.alive != (next == nil) {
					t.Errorf("the next request: %v", next)
				}
				s.Abort()
				waitForGoroutines(t, before)
			})
		}
	}
}

func waitForGoroutines(t *testing.T, want int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), want, stacks[:runtime.Stack(stacks, true)])
}

// attempt reads data while it arrives, within a time.
func attempt(t *testing.T, s *netconf.Session, within time.Duration) error {
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return s.ReadData(ctx, netconf.GetConfig{Source: netconf.Running}, func(r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	})
}
