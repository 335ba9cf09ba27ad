// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"errors"
	"fmt"
	"html"
	"os"
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
			data, err := s.running(tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, text(tree(t, data))); diff != "" {
				t.Error(diff)
			}
		})
	}
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
		if err := s.do(rpc); err != nil {
			t.Fatal(err)
		}
		if err := s.commit(""); err != nil {
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
	edit := func(c *client) error { return c.edit("candidate", "", system("<hostname>x</hostname>")) }
	if err := one.lock("candidate"); err != nil {
		t.Fatal(err)
	}
	err := two.lock("candidate")
	var denied *replyError
	if !errors.As(err, &denied) || denied.tags[0] != "lock-denied" || denied.session != one.id() {
		t.Fatalf("got %v", err)
	}
	for name, err := range map[string]error{
		"edit-config":     edit(two),
		"discard-changes": two.discard(),
		"commit":          two.commit(""),
	} {
		if tagOf(err) != "in-use" {
			t.Errorf("%s by another session: %v", name, err)
		}
	}
	if err := two.unlock("candidate"); tagOf(err) != "operation-failed" {
		t.Errorf("unlock by another session: %v", err)
	}
	if err := edit(one); err != nil {
		t.Fatal(err)
	}
	if server.LockHolder("candidate") != one.id() || !server.CandidateDirty() {
		t.Error("the lock or the change is gone")
	}
	if err := two.do(fmt.Sprintf("<kill-session><session-id>%d</session-id></kill-session>", one.id())); err != nil {
		t.Fatal(err)
	}
	if _, err := one.read(); err == nil {
		t.Error("the killed session lives")
	}
	if server.LockHolder("candidate") != 0 || server.CandidateDirty() {
		t.Error("a killed session left its lock or its changes")
	}
	if err := edit(two); err != nil {
		t.Fatal(err)
	}
	if err := two.lock("candidate"); tagOf(err) != "resource-denied" {
		t.Errorf("lock of a dirty candidate: %v", err)
	}
}

// What a killed session had sent, and was not served, is not served.
func TestKilledSession(t *testing.T) {
	server, login := device(t, Options{})
	victim, other := login(), login()
	release := server.Hold("get-config")
	victim.send(getHostname)
	victim.send(edit("candidate", system("<hostname>late</hostname>")))
	eventually(t, "the request arrives", func() bool { return server.Count("get-config") == 1 })
	other.ok(fmt.Sprintf("<kill-session><session-id>%d</session-id></kill-session>", victim.id()))
	release()
	eventually(t, "the session ends", func() bool { return server.Sessions() == 1 })
	other.ok(getNothing)
	if server.Count("edit-config") != 0 || server.CandidateDirty() {
		t.Error("a killed session's request was served")
	}
}

func TestConfirmedCommit(t *testing.T) {
	server, login := device(t, Options{Running: tree(t, system("<hostname>before</hostname>"))})
	s := login()
	hostname := func() string { return server.Running().Get("/acme-router:system/hostname").Value() }
	commit := func(s *client, name, options string) {
		t.Helper()
		if err := s.edit("candidate", "", system("<hostname>"+name+"</hostname>")); err != nil {
			t.Fatal(err)
		}
		if err := s.commit(options); err != nil {
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

	commit(s, "timeout", "<confirmed/><confirm-timeout>1</confirm-timeout>")
	eventually("before")

	commit(s, "cancelled", "<confirmed/>")
	if err := s.cancel(""); err != nil {
		t.Fatal(err)
	}
	eventually("before")

	commit(s, "confirmed", "<confirmed/>")
	if err := s.commit(""); err != nil {
		t.Fatal(err)
	}
	if err := s.cancel(""); tagOf(err) != "operation-failed" {
		t.Errorf("cancel after confirm: %v", err)
	}

	dropped := login()
	commit(dropped, "dropped", "<confirmed/>")
	_ = dropped.close()
	eventually("confirmed")

	persistent := login()
	commit(persistent, "persists", "<confirmed/><persist>token</persist>")
	_ = persistent.close()
	if err := s.commit("<persist-id>other</persist-id>"); tagOf(err) != "invalid-value" {
		t.Errorf("wrong persist-id: %v", err)
	}
	if err := s.commit("<persist-id>token</persist-id>"); err != nil {
		t.Fatal(err)
	}
	commit(s, "again", "<confirmed/><persist>token2</persist>")
	if err := login().cancel("token2"); err != nil {
		t.Fatal(err)
	}
	eventually("persists")
}

// After a restart, what was saved is there, and nothing else.
func TestRestart(t *testing.T) {
	for _, profile := range []Profile{{}, {Startup: true}} {
		server, login := device(t, Options{Profile: profile, Running: tree(t, system("<hostname>saved</hostname>"))})
		c := login()
		c.commitHostname("committed")
		if err := c.lock("candidate"); err != nil {
			t.Fatal(err)
		}
		c.ok(edit("candidate", system("<hostname>unsure</hostname>")))
		if err := c.commit("<confirmed/><persist>me</persist>"); err != nil {
			t.Fatal(err)
		}
		c.ok(edit("candidate", system("<hostname>edited</hostname>")))
		server.Restart()
		if _, err := c.read(); err == nil {
			t.Error("the session lives")
		}
		want := map[bool]string{false: "committed", true: "saved"}[profile.Startup]
		eventually(t, "all is given up", func() bool {
			return server.LockHolder("candidate") == 0 && !server.CandidateDirty() && !server.CommitPending() &&
				text(server.Running()) == "system/hostname="+want+"\n"
		})
		login().commitHostname("again")
	}
}

func TestProfiles(t *testing.T) {
	const x = "<hostname>x</hostname>"
	t.Run("writable-running, startup, base:1.0", func(t *testing.T) {
		server, login := device(t, Options{Profile: Profile{NoCandidate: true, Startup: true, Base10Only: true, NoValidate: true, Modules: InHello}})
		s := login()
		c := s.capabilities()
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
		if err := s.edit("running", "", system(x)); err != nil {
			t.Fatal(err)
		}
		if err := s.commit(""); tagOf(err) != "operation-not-supported" {
			t.Errorf("commit: %v", err)
		}
		if err := s.lock("candidate"); tagOf(err) != "bad-element" {
			t.Errorf("lock candidate: %v", err)
		}
		if text(server.Startup()) != "" {
			t.Error("startup changed by itself")
		}
		if err := s.do("<copy-config><target><startup/></target><source><running/></source></copy-config>"); err != nil {
			t.Fatal(err)
		}
		if text(server.Startup()) != "system/hostname=x\n" {
			t.Errorf("startup %q", text(server.Startup()))
		}
		if err := s.do("<delete-config><target><startup/></target></delete-config>"); err != nil || text(server.Startup()) != "" {
			t.Errorf("delete-config: %v, %q", err, text(server.Startup()))
		}
	})
	t.Run("candidate only", func(t *testing.T) {
		_, login := device(t, Options{})
		if err := login().edit("running", "", system(x)); tagOf(err) != "bad-element" {
			t.Errorf("edit-config of running: %v", err)
		}
	})
	t.Run("loses validated commits", func(t *testing.T) {
		server, login := device(t, Options{Profile: Profile{LosesValidatedCommits: true}})
		s := login()
		for _, validate := range []bool{true, false} {
			err := s.edit("candidate", "", system(x))
			if err == nil && validate {
				err = s.do("<validate><source><candidate/></source></validate>")
			}
			if err == nil {
				err = s.commit("")
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
	data, err := s.get(`<yang-library xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"><module-set><module><name>acme-router</name><revision/></module></module-set></yang-library>`)
	if err != nil || !strings.Contains(data, "<revision>2026-01-15</revision>") || strings.Contains(data, "content-id") {
		t.Errorf("got %s, %v", data, err)
	}
	text, err := s.schema("acme-router", "")
	want, _ := os.ReadFile("testdata/acme-router.yang")
	text = html.UnescapeString(strings.TrimSuffix(text[strings.Index(text, ">")+1:], "</data>"))
	if diff := cmp.Diff(string(want), text); err != nil || diff != "" {
		t.Errorf("get-schema: %v\n%s", err, diff)
	}
	if _, err := s.schema("acme-router", "1999-01-01"); tagOf(err) != "invalid-value" {
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
	data, err := login().get("")
	if err != nil || !strings.Contains(data, "<import-only-module><name>types</name>") || strings.Contains(data, "theirs") {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestScript(t *testing.T) {
	server, login := device(t, Options{})
	s := login()
	server.Fail("lock", RPCError{Tag: "lock-denied", Message: "no", Info: "<session-id>9</session-id>"}, RPCError{Tag: "in-use"})
	var list *replyError
	if err := s.lock("candidate"); !errors.As(err, &list) || fmt.Sprint(list.tags) != "[lock-denied in-use]" || list.session != 9 {
		t.Errorf("got %v", err)
	}
	if err := s.lock("candidate"); err != nil {
		t.Error(err)
	}
	server.Drop("get")
	if _, err := s.get(""); !errors.Is(err, errEnded) {
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
