// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// profileOf combines traits that can be.
func profileOf(t *testing.T, names ...string) Profile {
	t.Helper()
	p, err := ProfileOf(names...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What each trait changes: the hello, or how the device behaves.
func TestTraits(t *testing.T) {
	const capability = "urn:ietf:params:netconf:capability:"
	hello := func(without, with string) func(*testing.T, *Server, *rawClient) {
		return func(t *testing.T, _ *Server, c *rawClient) {
			if without != "" && strings.Contains(c.hello, without) {
				t.Errorf("%s in %s", without, c.hello)
			}
			if with != "" && !strings.Contains(c.hello, with) {
				t.Errorf("no %s in %s", with, c.hello)
			}
		}
	}
	refuses := func(operation, tag string) func(*testing.T, *Server, *rawClient) {
		return func(t *testing.T, _ *Server, c *rawClient) {
			if got := c.refused(operation); got != tag {
				t.Errorf("%s: %s", operation, got)
			}
		}
	}
	reads := func(want string) func(*testing.T, *Server, *rawClient) {
		return func(t *testing.T, _ *Server, c *rawClient) {
			got := c.rpc(`<get-config><source><running/></source></get-config>`)
			if !strings.Contains(got, want) {
				t.Errorf("no %s in %s", want, got)
			}
			content(t, got) // another form of the same
		}
	}
	stores := func(config, want string) func(*testing.T, *Server, *rawClient) {
		return func(t *testing.T, s *Server, c *rawClient) {
			c.rpc(edit("candidate", config))
			c.ok("<commit/>")
			if got := text(s.Running()); !strings.Contains(got, want) {
				t.Errorf("running\n%s", got)
			}
		}
	}
	confirm := `<commit><confirmed/><persist>p</persist></commit>`
	invalid := edit("candidate", system(`<hostname>kept</hostname><password nc:operation="delete"/>`))
	tests := map[string]func(*testing.T, *Server, *rawClient){
		"running-only":         hello(":candidate:1.0", ":writable-running:1.0"),
		"writable-running":     hello("", ":writable-running:1.0"),
		"startup":              hello("", ":startup:1.0"),
		"base-1.0":             hello("base:1.1", "base:1.0"),
		"no-validate":          refuses(`<validate><source><candidate/></source></validate>`, "operation-not-supported"),
		"validate-1.0":         hello(":validate:1.1", ":validate:1.0"),
		"no-confirmed-commit":  refuses(`<commit><confirmed/></commit>`, "bad-element"),
		"confirmed-commit-1.0": refuses(confirm, "bad-element"),
		"no-rollback-on-error": hello(":rollback-on-error:", ""),
		"no-xpath":             refuses(`<get><filter type="xpath" select="/"/></get>`, "bad-attribute"),
		"no-with-defaults":     refuses(`<get><with-defaults xmlns="`+withDefaultsNamespace+`">trim</with-defaults></get>`, "bad-element"),
		"library-1.0":          hello(":yang-library:1.1", ":yang-library:1.0"),
		"modules-in-hello":     hello("yang-library", "urn:acme:router?module=acme-router"),
		"nmda":                 hello("", nmdaNamespace),
		"notifications":        hello("", capability+"interleave:1.0"),
		"no-interleave":        hello(":interleave:", capability+"notification:1.0"),
		"no-replay":            refuses(`<create-subscription xmlns="`+notificationNamespace+`"><startTime>2020-01-01T00:00:00Z</startTime></create-subscription>`, "operation-failed"),
		"push":                 hello("", pushNamespace),

		"adds-defaults":     reads("<enabled>true</enabled>"),
		"trims-defaults":    hello("", "basic-mode=trim"),
		"hashes-passwords":  reads("<password>$5$strowger$"),
		"reorders":          reads("<name>e1</name><type xmlns:ar=\"urn:acme:router\">ar:ethernet</type></interface><interface><name>e0"),
		"rewrites-prefixes": reads(`<dev:type xmlns:id-ar="urn:acme:router">id-ar:ethernet</dev:type>`),
		"rewrites-values":   reads("<mtu>+1500</mtu>"),
		"lowercases":        stores(system("<hostname>R2</hostname>"), "system/hostname=r2\n"),

		"loses-validated-commits": func(t *testing.T, s *Server, c *rawClient) {
			c.ok(edit("candidate", system("<hostname>lost</hostname>")))
			c.ok(`<validate><source><candidate/></source></validate>`)
			c.ok("<commit/>")
			if strings.Contains(text(s.Running()), "lost") || s.CandidateDirty() {
				t.Error("the change is not lost")
			}
		},
		"drops-unknown": stores(system("<hostname>new</hostname><nonsense/>"), "system/hostname=new\n"),
		"keeps-failed-edits": func(t *testing.T, s *Server, c *rawClient) {
			c.refused(strings.Replace(invalid, "<config>", "<error-option>rollback-on-error</error-option><config>", 1))
			c.refused(strings.Replace(invalid, "<config>", "<error-option>rollback-on-error</error-option><config>", 1))
			if got := s.Candidate().Get("/acme-router:system/hostname").Value(); got != "kept" {
				t.Error(got)
			}
		},
		"always-rolls-back": func(t *testing.T, s *Server, c *rawClient) {
			c.rpc(`<edit-config><target><candidate/></target><config>` + system(`<password nc:operation="remove"/>`) + `</config></edit-config>`)
			c.refused(strings.Replace(invalid, "<config>", "<error-option>continue-on-error</error-option><config>", 1))
			if got := s.Candidate().Get("/acme-router:system/hostname").Value(); got != "r1" {
				t.Error(got)
			}
		},
		"ignores-persist-id": func(t *testing.T, s *Server, c *rawClient) {
			c.ok(confirm)
			c.ok(`<commit><persist-id>other</persist-id></commit>`)
			if s.CommitPending() {
				t.Error("pending")
			}
		},
		"whole-config": func(*testing.T, *Server, *rawClient) {}, // see TestWholeConfig

		"one-error": func(t *testing.T, _ *Server, c *rawClient) {
			if got := c.rpc(edit("candidate", system("<a/><b/>"))); strings.Count(got, "<rpc-error>") != 1 {
				t.Error(got)
			}
		},
		"no-error-path": func(t *testing.T, _ *Server, c *rawClient) {
			if got := c.rpc(edit("candidate", system("<a/>"))); strings.Contains(got, "error-path") {
				t.Error(got)
			}
		},
		"small-chunks": func(t *testing.T, _ *Server, c *rawClient) {
			c.send(`<get-schema xmlns="` + monitoringNamespace + `"><identifier>acme-router</identifier></get-schema>`)
			start := make([]byte, 7)
			if _, err := c.conn.Read(start); err != nil || string(start) != "\n#2000\n" {
				t.Errorf("%q, %v", start, err)
			}
		},
		"stalls-after-hello": func(*testing.T, *Server, *rawClient) {}, // see TestStall
		"slow": func(t *testing.T, s *Server, c *rawClient) {
			if s.options.Profile.Latency != 500*time.Millisecond {
				t.Error(s.options.Profile.Latency)
			}
		},
		"netconfd": hello("yang-library", "urn:acme:router?module=acme-router"),
	}
	for _, trait := range Traits() {
		t.Run(trait.Name, func(t *testing.T) {
			check, known := tests[trait.Name]
			if !known || trait.Meaning == "" {
				t.Fatal("there is no test, or no meaning")
			}
			running := strings.Replace(base, "<hostname>r1</hostname>", "<hostname>r1</hostname><password>secret</password>", 1)
			if strings.HasSuffix(trait.Name, "s-failed-edits") || trait.Name == "always-rolls-back" {
				running = base
			}
			s, _ := device(t, Options{Profile: profileOf(t, trait.Name), Running: tree(t, running)})
			c := dialRaw(t, s)
			check(t, s, c)
		})
	}
	for names, says := range map[string]string{
		"telepathy":                                "telepathy",
		"running-only,confirmed-commit-1.0":        "candidate",
		"no-validate,validate-1.0":                 "exclude",
		"adds-defaults,trims-defaults":             "exclude",
		"nmda,library-1.0":                         "8525",
		"no-confirmed-commit,confirmed-commit-1.0": "exclude",
	} {
		if _, err := ProfileOf(strings.Split(names, ",")...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", names, err)
		}
	}
}

// What a device reports in its own way is the same configuration, and can be written back to it.
func TestRoundTrip(t *testing.T) {
	for _, names := range [][]string{{"reorders"}, {"rewrites-prefixes"}, {"rewrites-values"}, {"reorders", "rewrites-prefixes", "rewrites-values", "small-chunks"}} {
		s, _ := device(t, Options{Profile: profileOf(t, append(names, "writable-running")...), Running: tree(t, base)})
		c := dialRaw(t, s)
		reply := c.rpc(`<get-config><source><running/></source></get-config>`)
		if diff := cmp.Diff(text(tree(t, base)), content(t, reply)); diff != "" {
			t.Errorf("%v: %s", names, diff)
		}
		c.ok(`<copy-config><target><running/></target><source><config>` + strings.TrimSuffix(strings.TrimPrefix(reply, "<data>"), "</data>") + `</config></source></copy-config>`)
		if diff := cmp.Diff(text(tree(t, base)), text(s.Running())); diff != "" {
			t.Errorf("%v written back: %s", names, diff)
		}
	}
	s, _ := device(t, Options{Profile: profileOf(t, "hashes-passwords"), Running: tree(t, system("<password>secret</password>"))})
	c := dialRaw(t, s)
	const get = `<get-config><source><running/></source></get-config>`
	hashed := c.rpc(get)
	c.ok(edit("candidate", strings.TrimSuffix(strings.TrimPrefix(hashed, "<data>"), "</data>")))
	c.ok("<commit/>")
	if again := c.rpc(get); again != hashed {
		t.Errorf("%s became %s", hashed, again)
	}
}

func TestDrops(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Drops: []string{"/acme-router:interfaces/interface/mtu"}}})
	c := dialRaw(t, s)
	c.ok(edit("candidate", interfaces(`<interface><name>a</name><type>ethernet</type><mtu>1500</mtu></interface>`)))
	c.ok("<commit/>")
	const a = "interfaces/interface[name='a']/"
	if diff := cmp.Diff(a+"name=a\n"+a+"type=acme-router:ethernet\n", text(s.Running())); diff != "" {
		t.Error(diff)
	}
}

func TestWholeConfig(t *testing.T) {
	model := wholeModel(t)
	for _, whole := range []bool{true, false} {
		s, _ := device(t, Options{Model: model, Profile: Profile{WholeConfig: whole}})
		c := dialRaw(t, s)
		c.ok(edit("candidate", `<other xmlns="urn:whole">x</other>`))
		got := c.rpc("<commit/>")
		if strings.Contains(got, "data-missing") != whole {
			t.Errorf("whole %t: %s", whole, got)
		}
	}
}

// netconfd's stall: an rpc in the same packet as the hello is noticed when more comes.
func TestStall(t *testing.T) {
	for _, stalls := range []bool{true, false} {
		s, _ := device(t, Options{Profile: Profile{StallsAfterHello: stalls, Base10Only: true}})
		c := newStalled(t, s)
		rpc := func(id string) string {
			return `<rpc message-id="` + id + `" xmlns="` + netconfNamespace + `"><discard-changes/></rpc>` + endOfMessage
		}
		hello := `<hello xmlns="` + netconfNamespace + `"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>` + endOfMessage
		if _, err := c.conn.Write([]byte(hello + rpc("1"))); err != nil {
			t.Fatal(err)
		}
		if _, err := c.read(); err != nil { // their hello
			t.Fatal(err)
		}
		if stalls {
			time.Sleep(20 * time.Millisecond)
			if n := s.Count(""); n != 0 {
				t.Fatalf("%d requests were noticed", n)
			}
			if _, err := c.conn.Write([]byte(rpc("2"))); err != nil {
				t.Fatal(err)
			}
		}
		if message, err := c.read(); err != nil || !strings.Contains(message, `message-id="1"`) {
			t.Errorf("stalls %t: %q, %v", stalls, message, err)
		}
	}
}
