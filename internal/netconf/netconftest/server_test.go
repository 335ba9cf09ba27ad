// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

var testModel = sync.OnceValue(func() *Model {
	data, err := os.ReadFile("testdata/acme-router.yang")
	if err != nil {
		panic(err)
	}
	model, err := NewModel([]yang.Source{{Name: "acme-router.yang", Data: data}})
	if err != nil {
		panic(err)
	}
	return model
})

// device starts a server and returns a way to log in.
func device(t *testing.T, o Options) (*Server, func() *netconf.Session) {
	t.Helper()
	if o.Model == nil {
		o.Model = testModel()
	}
	s := NewServer(o)
	t.Cleanup(s.Close)
	return s, func() *netconf.Session {
		t.Helper()
		session, err := netconf.DialSSH(t.Context(), s.Addr, netconf.SSHConfig{
			User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts()),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_ = session.Close(ctx)
		})
		return session
	}
}

// text shows a tree as path=value lines.
func text(t *yang.Tree) string {
	var b strings.Builder
	for _, leaf := range t.Leaves() {
		fmt.Fprintf(&b, "%s=%s\n", strings.TrimPrefix(leaf.Path(), "/acme-router:"), leaf.Value())
	}
	return b.String()
}

func tree(t *testing.T, config string) *yang.Tree {
	t.Helper()
	out, _, errs := yang.DecodeXML(testModel().Schema(), strings.NewReader(config), yang.XMLOptions{ConfigOnly: true})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return out
}

const (
	nc   = `xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0"`
	yi   = `xmlns:yang="urn:ietf:params:xml:ns:yang:1"`
	base = `<system xmlns="urn:acme:router"><hostname>r1</hostname><server>a</server><server>b</server><manual><time>12:00</time><zone>CET</zone></manual></system>` +
		`<interfaces xmlns="urn:acme:router"><interface><name>e0</name><type>ethernet</type><mtu>1500</mtu><address><ip>10.0.0.1</ip><prefix>24</prefix></address></interface>` +
		`<interface><name>e1</name><type>ethernet</type></interface><rule><id>1</id></rule><rule><id>2</id></rule><rule><id>3</id></rule></interfaces>`
)

func system(content string) string {
	return `<system xmlns="urn:acme:router" ` + nc + ` ` + yi + `>` + content + `</system>`
}

func interfaces(content string) string {
	return `<interfaces xmlns="urn:acme:router" ` + nc + ` ` + yi + `>` + content + `</interfaces>`
}

func TestSubtreeFilter(t *testing.T) {
	_, login := device(t, Options{Running: tree(t, base)})
	s := login()
	const open, end = `<interfaces xmlns="urn:acme:router">`, `</interfaces>`
	const e0 = "interfaces/interface[name='e0']/"
	tests := []struct{ name, filter, want string }{
		{"nothing", "", ""},
		{"a leaf", `<system xmlns="urn:acme:router"><hostname/></system>`, "system/hostname=r1\n"},
		{"any namespace", `<system><hostname/></system>`, "system/hostname=r1\n"},
		{"other namespace", `<system xmlns="urn:other"/>`, ""},
		{"an entry", open + `<interface><name>e1</name></interface>` + end, "interfaces/interface[name='e1']/name=e1\ninterfaces/interface[name='e1']/type=acme-router:ethernet\n"},
		{"a leaf of an entry", open + `<interface><name>e0</name><mtu/></interface>` + end, e0 + "name=e0\n" + e0 + "mtu=1500\n"},
		{"keys of all", open + `<interface><name/></interface>` + end, "interfaces/interface[name='e0']/name=e0\ninterfaces/interface[name='e1']/name=e1\n"},
		{"no such entry", open + `<interface><name>e7</name></interface>` + end, ""},
		{"deeper", open + `<interface><address><prefix>24</prefix></address></interface>` + end,
			e0 + "name=e0\n" + e0 + "address[ip='10.0.0.1']/ip=10.0.0.1\n" + e0 + "address[ip='10.0.0.1']/prefix=24\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := s.GetConfig(t.Context(), netconf.Running, []byte(tt.filter))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, text(tree(t, string(data)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func tagOf(err error) string {
	var one *netconf.RPCError
	if errors.As(err, &one) {
		return one.Tag
	}
	return fmt.Sprint(err)
}

// Prefixes may be declared anywhere, and config have any.
func TestPrefixes(t *testing.T) {
	server, login := device(t, Options{Running: tree(t, base)})
	s := login()
	for i, rpc := range []string{
		`<nc:edit-config ` + nc + `><nc:target><nc:candidate/></nc:target><nc:config><system xmlns="urn:acme:router"><hostname>p0</hostname></system></nc:config></nc:edit-config>`,
		`<nc:edit-config ` + nc + ` xmlns="urn:acme:router" xmlns:r="urn:acme:router"><nc:target><nc:candidate/></nc:target><nc:config><system><r:hostname>p1</r:hostname></system>` +
			`<interfaces><interface><name>p</name><type>r:ethernet</type></interface></interfaces></nc:config></nc:edit-config>`,
	} {
		if _, err := s.Exec(t.Context(), netconf.RawMethod(rpc)); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(t.Context(), netconf.CommitOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := server.Running().Get("/acme-router:system/hostname").Value(); got != fmt.Sprint("p", i) {
			t.Errorf("hostname %q", got)
		}
	}
}

func TestLocks(t *testing.T) {
	server, login := device(t, Options{Profile: Profile{WritableRunning: true}})
	one, two := login(), login()
	ctx := t.Context()
	edit := netconf.EditConfigRequest{Target: "candidate", Config: []byte(system("<hostname>x</hostname>"))}
	if err := one.Lock(ctx, "candidate"); err != nil {
		t.Fatal(err)
	}
	err := two.Lock(ctx, "candidate")
	var denied *netconf.RPCError
	if !errors.As(err, &denied) || denied.Tag != "lock-denied" || denied.SessionID != one.ID() {
		t.Fatalf("got %v", err)
	}
	for name, err := range map[string]error{
		"edit-config":     two.EditConfig(ctx, edit),
		"discard-changes": two.DiscardChanges(ctx),
		"commit":          two.Commit(ctx, netconf.CommitOptions{}),
	} {
		if tagOf(err) != "in-use" {
			t.Errorf("%s by another session: %v", name, err)
		}
	}
	if err := two.Unlock(ctx, "candidate"); tagOf(err) != "operation-failed" {
		t.Errorf("unlock by another session: %v", err)
	}
	if err := one.EditConfig(ctx, edit); err != nil {
		t.Fatal(err)
	}
	if server.LockHolder("candidate") != one.ID() || !server.CandidateDirty() {
		t.Error("the lock or the change is gone")
	}
	if err := two.KillSession(ctx, one.ID()); err != nil {
		t.Fatal(err)
	}
	<-one.Done()
	if server.LockHolder("candidate") != 0 || server.CandidateDirty() {
		t.Error("a killed session left its lock or its changes")
	}
	if err := two.EditConfig(ctx, edit); err != nil {
		t.Fatal(err)
	}
	if err := two.Lock(ctx, "candidate"); tagOf(err) != "resource-denied" {
		t.Errorf("lock of a dirty candidate: %v", err)
	}
}

func TestConfirmedCommit(t *testing.T) {
	server, login := device(t, Options{Running: tree(t, system("<hostname>before</hostname>"))})
	s := login()
	ctx := t.Context()
	hostname := func() string { return server.Running().Get("/acme-router:system/hostname").Value() }
	commit := func(s *netconf.Session, name string, o netconf.CommitOptions) {
		t.Helper()
		edit := netconf.EditConfigRequest{Target: "candidate", Config: []byte(system("<hostname>" + name + "</hostname>"))}
		if err := s.EditConfig(ctx, edit); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(ctx, o); err != nil {
			t.Fatal(err)
		}
		if hostname() != name {
			t.Fatalf("running has %q", hostname())
		}
	}
	eventually := func(want string) {
		t.Helper()
		for range 300 {
			if hostname() == want {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("running has %q, want %q", hostname(), want)
	}

	commit(s, "timeout", netconf.CommitOptions{Confirmed: true, ConfirmTimeout: time.Second})
	eventually("before")

	commit(s, "cancelled", netconf.CommitOptions{Confirmed: true})
	if err := s.CancelCommit(ctx, ""); err != nil {
		t.Fatal(err)
	}
	eventually("before")

	commit(s, "confirmed", netconf.CommitOptions{Confirmed: true})
	if err := s.Commit(ctx, netconf.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.CancelCommit(ctx, ""); tagOf(err) != "operation-failed" {
		t.Errorf("cancel after confirm: %v", err)
	}

	dropped := login()
	commit(dropped, "dropped", netconf.CommitOptions{Confirmed: true})
	dropped.Abort()
	eventually("confirmed")

	persistent := login()
	commit(persistent, "persists", netconf.CommitOptions{Confirmed: true, Persist: "token"})
	persistent.Abort()
	if err := s.Commit(ctx, netconf.CommitOptions{PersistID: "other"}); tagOf(err) != "invalid-value" {
		t.Errorf("wrong persist-id: %v", err)
	}
	if err := s.Commit(ctx, netconf.CommitOptions{PersistID: "token"}); err != nil {
		t.Fatal(err)
	}
	commit(s, "again", netconf.CommitOptions{Confirmed: true, Persist: "token2"})
	if err := login().CancelCommit(ctx, "token2"); err != nil {
		t.Fatal(err)
	}
	eventually("persists")
}

func TestProfiles(t *testing.T) {
	edit := netconf.EditConfigRequest{Target: netconf.Running, Config: []byte(system("<hostname>x</hostname>"))}
	t.Run("writable-running, startup, base:1.0", func(t *testing.T) {
		server, login := device(t, Options{Profile: Profile{NoCandidate: true, Startup: true, Base10Only: true, NoValidate: true, Modules: InHello}})
		s := login()
		c := s.Capabilities()
		if c.Has(netconf.Candidate, netconf.Base11) || c.CanValidate() || c.CanConfirm() || !c.Has(netconf.WritableRunning) || !c.Has(netconf.Startup) {
			t.Errorf("capabilities %v", c.Names())
		}
		found := false
		for _, m := range c.Modules() {
			found = found || m.Name == "acme-router" && m.Revision == "2026-01-15" && fmt.Sprint(m.Features) == "[shaping]"
		}
		if !found {
			t.Errorf("modules %v", c.Modules())
		}
		if err := s.EditConfig(t.Context(), edit); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit(t.Context(), netconf.CommitOptions{}); tagOf(err) != "operation-not-supported" {
			t.Errorf("commit: %v", err)
		}
		if err := s.Lock(t.Context(), "candidate"); tagOf(err) != "bad-element" {
			t.Errorf("lock candidate: %v", err)
		}
		if text(server.Startup()) != "" {
			t.Error("startup changed by itself")
		}
		if err := s.CopyConfig(t.Context(), netconf.StartupStore, netconf.Running); err != nil {
			t.Fatal(err)
		}
		if text(server.Startup()) != "system/hostname=x\n" {
			t.Errorf("startup %q", text(server.Startup()))
		}
		if err := s.DeleteConfig(t.Context(), netconf.StartupStore); err != nil || text(server.Startup()) != "" {
			t.Errorf("delete-config: %v, %q", err, text(server.Startup()))
		}
	})
	t.Run("candidate only", func(t *testing.T) {
		_, login := device(t, Options{})
		if err := login().EditConfig(t.Context(), edit); tagOf(err) != "bad-element" {
			t.Errorf("edit-config of running: %v", err)
		}
	})
	t.Run("loses validated commits", func(t *testing.T) {
		server, login := device(t, Options{Profile: Profile{LosesValidatedCommits: true}})
		s := login()
		edit.Target = netconf.CandidateStore
		for _, validate := range []bool{true, false} {
			err := s.EditConfig(t.Context(), edit)
			if err == nil && validate {
				err = s.Validate(t.Context(), netconf.CandidateStore)
			}
			if err == nil {
				err = s.Commit(t.Context(), netconf.CommitOptions{})
			}
			if err != nil || (text(server.Running()) == "") != validate {
				t.Errorf("validated %t: %v, running %q", validate, err, text(server.Running()))
			}
		}
	})
}

func TestModulesAndSchema(t *testing.T) {
	_, login := device(t, Options{})
	s := login()
	data, err := s.Get(t.Context(), []byte(`<yang-library xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"><module-set><module><name>acme-router</name><revision/></module></module-set></yang-library>`))
	if err != nil || !strings.Contains(string(data), "<revision>2026-01-15</revision>") || strings.Contains(string(data), "content-id") {
		t.Errorf("got %s, %v", data, err)
	}
	text, err := s.GetSchema(t.Context(), "acme-router", "")
	want, _ := os.ReadFile("testdata/acme-router.yang")
	if diff := cmp.Diff(string(want), string(text)); err != nil || diff != "" {
		t.Errorf("get-schema: %v\n%s", err, diff)
	}
	if _, err := s.GetSchema(t.Context(), "acme-router", "1999-01-01"); tagOf(err) != "invalid-value" {
		t.Errorf("got %v", err)
	}
}

// Only what a device implements and needs for it is announced, whatever else is in the folder.
func TestForeignModules(t *testing.T) {
	module := func(name, body string) yang.Source {
		return yang.Source{Name: name + ".yang", Data: []byte("module " + name + " {\n namespace urn:" + name + "; prefix " + name + ";\n" + body + "\n}")}
	}
	model, err := NewModel([]yang.Source{
		module("ours", "  import types { prefix t; }\n leaf a { type t:text; }"),
		module("types", "  typedef text { type string; }"),
		module("theirs", "  leaf b { type string; }"),
	}, yang.ModuleRef{Name: "ours"})
	if err != nil {
		t.Fatal(err)
	}
	_, login := device(t, Options{Model: model})
	data, err := login().Get(t.Context(), nil)
	if err != nil || !strings.Contains(string(data), "<import-only-module><name>types</name>") || strings.Contains(string(data), "theirs") {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestScript(t *testing.T) {
	server, login := device(t, Options{})
	s := login()
	server.Fail("lock", RPCError{Tag: "lock-denied", Message: "no", Info: "<session-id>9</session-id>"}, RPCError{Tag: "in-use"})
	var list netconf.RPCErrors
	if err := s.Lock(t.Context(), "candidate"); !errors.As(err, &list) || len(list) != 2 || list[0].SessionID != 9 {
		t.Errorf("got %v", err)
	}
	if err := s.Lock(t.Context(), "candidate"); err != nil {
		t.Error(err)
	}
	server.Drop("get")
	if _, err := s.Get(t.Context(), nil); !errors.Is(err, netconf.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	if server.Count("lock") != 2 || server.Count("") != 3 || fmt.Sprint(server.Requests()) != "[lock lock get]" {
		t.Errorf("requests %v", server.Requests())
	}
	if err := server.Edit(func(t *yang.Tree) error {
		_, err := t.Set("/acme-router:system/hostname", "z", yang.Origin{}, false)
		return err
	}); err != nil || text(server.Running()) != "system/hostname=z\n" {
		t.Errorf("edit: %v, running %q", err, text(server.Running()))
	}
}

// Many devices share a model, and leave nothing behind.
func TestManyDevices(t *testing.T) {
	before := runtime.NumGoroutine()
	const n = 200
	key, err := NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	servers := make([]*Server, n)
	for i := range servers {
		servers[i] = NewServer(Options{Model: testModel(), HostKey: key})
	}
	var all sync.WaitGroup
	for i := range n / 10 {
		all.Go(func() {
			s := servers[i*10]
			session, err := netconf.DialSSH(t.Context(), s.Addr, netconf.SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())})
			if err != nil {
				t.Error(err)
				return
			}
			defer session.Abort()
			if _, err := session.GetConfig(t.Context(), netconf.Running, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range servers {
		s.Close()
	}
	for range 300 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}
