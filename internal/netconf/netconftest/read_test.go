// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/yang"
)

// content decodes the data element of a reply, state too.
func content(t *testing.T, reply string) string {
	t.Helper()
	_, body, ok := strings.Cut(reply, ">")
	body, closed := strings.CutSuffix(body, "</data>")
	if !strings.HasPrefix(reply, "<data") || !ok || !closed {
		t.Fatalf("no data in %s", reply)
	}
	tree, _, errs := yang.DecodeXML(testModel().Schema(), strings.NewReader("<config>"+body+"</config>"), yang.XMLOptions{})
	if len(errs) > 0 {
		t.Fatalf("%v in %s", errs, reply)
	}
	return text(tree)
}

func TestXPathFilter(t *testing.T) {
	s, _ := device(t, Options{Running: tree(t, base)})
	c := dialRaw(t, s)
	const e0 = "interfaces/interface[name='e0']/"
	tests := []struct{ name, path, want string }{
		{"a leaf", "/r:system/r:hostname", "system/hostname=r1\n"},
		{"without prefix", "/system/hostname", "system/hostname=r1\n"},
		{"an entry, with its keys", "/r:interfaces/r:interface[r:name='e0']/r:mtu", e0 + "name=e0\n" + e0 + "mtu=1500\n"},
		{"by value", "//r:address[r:prefix=24]/r:ip", e0 + "name=e0\n" + e0 + "address[ip='10.0.0.1']/ip=10.0.0.1\n"},
		{"a union", "/r:system/r:hostname | //r:rule[2]", "system/hostname=r1\ninterfaces/rule[id='2']/id=2\n"},
		{"what is there by default is not", "/r:interfaces/r:interface[r:name='e0']/r:enabled", ""},
		{"but it can be asked for", "/r:interfaces/r:interface[r:enabled='true'][2]/r:name", "interfaces/interface[name='e1']/name=e1\n"},
		{"nothing", "/r:system/r:nothing", ""},
		{"a foreign namespace", "/m:netconf-state/m:schemas", ""},
		{"all", "/", text(tree(t, base))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := c.rpc(`<get-config><source><running/></source><filter type="xpath" xmlns:r="urn:acme:router" xmlns:m="` + monitoringNamespace +
				`" select="` + tt.path + `"/></get-config>`)
			if diff := cmp.Diff(tt.want, content(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	for select_, tag := range map[string]string{`select="/r:system["`: "invalid-value", `select="/q:system"`: "invalid-value", ``: "missing-attribute"} {
		if got := c.refused(`<get-config><source><running/></source><filter type="xpath" xmlns:r="urn:acme:router" ` + select_ + `/></get-config>`); got != tag {
			t.Errorf("%q: %s", select_, got)
		}
	}
	state := c.rpc(`<get><filter type="xpath" xmlns:m="` + monitoringNamespace + `" select="/m:netconf-state/m:schemas/m:schema[m:identifier='acme-router']/m:version"/></get>`)
	if !strings.Contains(state, "<version>2026-01-15</version>") || strings.Contains(state, "capabilities") {
		t.Errorf("protocol state: %s", state)
	}
}

func TestWithDefaults(t *testing.T) {
	const config = `<interfaces xmlns="urn:acme:router"><interface><name>a</name><type>ethernet</type></interface>` +
		`<interface><name>b</name><type>ethernet</type><enabled>true</enabled></interface>` +
		`<interface><name>c</name><type>ethernet</type><enabled>false</enabled></interface></interfaces>`
	s, _ := device(t, Options{Running: tree(t, config)})
	c := dialRaw(t, s)
	const tag = ` xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0" wd:default="true"`
	for mode, want := range map[string]string{
		"explicit":          "b=true c=false",
		"trim":              "c=false",
		"report-all":        "a=true b=true c=false",
		"report-all-tagged": "a=true* b=true* c=false",
	} {
		got := c.rpc(`<get-config><source><running/></source><with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">` + mode + `</with-defaults></get-config>`)
		var list []string
		for _, entry := range strings.Split(got, "<interface>")[1:] {
			name := entry[len("<name>"):][:1]
			for _, value := range []string{"true", "false"} {
				switch {
				case strings.Contains(entry, "<enabled>"+value+"<"):
					list = append(list, name+"="+value)
				case strings.Contains(entry, "<enabled"+tag+">"+value+"<"):
					list = append(list, name+"="+value+"*")
				}
			}
		}
		if diff := cmp.Diff(want, strings.Join(list, " ")); diff != "" {
			t.Errorf("%s: %s\n%s", mode, diff, got)
		}
	}
	if got := c.refused(`<get><with-defaults xmlns="` + withDefaultsNamespace + `">some</with-defaults></get>`); got != "bad-element" {
		t.Error(got)
	}
}

func TestNMDA(t *testing.T) {
	const xmlns = ` xmlns="` + nmdaNamespace + `" xmlns:ds="` + datastoresNamespace + `"`
	o := Options{Profile: Profile{NMDA: true, WritableRunning: true}, Running: tree(t, base)}
	o.State, _, _ = yang.DecodeXML(testModel().Schema(), strings.NewReader(`<system xmlns="urn:acme:router"><uptime>7</uptime></system>`), yang.XMLOptions{})
	s, _ := device(t, o)
	c := dialRaw(t, s)
	if !strings.Contains(c.hello, nmdaNamespace+"?module=ietf-netconf-nmda") {
		t.Error(c.hello)
	}
	get := func(datastore, more string) string {
		return c.rpc(`<get-data` + xmlns + `><datastore>ds:` + datastore + `</datastore>` + more + `</get-data>`)
	}
	const hostname = `<subtree-filter><system xmlns="urn:acme:router"><hostname/><uptime/></system></subtree-filter>`
	for name, tt := range map[string]struct{ datastore, more, want string }{
		"running":         {"running", hostname, "system/hostname=r1\n"},
		"intended":        {"intended", hostname, "system/hostname=r1\n"},
		"operational":     {"operational", hostname, "system/hostname=r1\nsystem/uptime=7\n"},
		"config only":     {"operational", hostname + "<config-filter>true</config-filter>", "system/hostname=r1\n"},
		"state only":      {"operational", hostname + "<config-filter>false</config-filter>", "system/uptime=7\n"},
		"xpath":           {"candidate", `<xpath-filter xmlns:r="urn:acme:router">/r:system/r:ntp | /r:system/r:server[1]</xpath-filter>`, "system/server[.='a']=a\n"},
		"default in use":  {"operational", `<subtree-filter><interfaces xmlns="urn:acme:router"><interface><name>e1</name><enabled/></interface></interfaces></subtree-filter>`, "interfaces/interface[name='e1']/name=e1\ninterfaces/interface[name='e1']/enabled=true\n"},
		"depth":           {"running", "<max-depth>1</max-depth>", ""},
		"more depth":      {"running", "<max-depth>2</max-depth><subtree-filter><system xmlns='urn:acme:router'/></subtree-filter>", "system/hostname=r1\nsystem/server[.='a']=a\nsystem/server[.='b']=b\n"},
		"unlimited depth": {"running", "<max-depth>unbounded</max-depth>" + hostname, "system/hostname=r1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, content(t, get(tt.datastore, tt.more))); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := get("operational", hostname+"<with-origin/>"); !strings.Contains(got, `or:origin="or:intended">r1<`) {
		t.Error(got)
	}
	c.ok(`<edit-data` + xmlns + `><datastore>ds:running</datastore><config>` + system("<hostname>r2</hostname>") + `</config></edit-data>`)
	if got := s.Running().Get("/acme-router:system/hostname").Value(); got != "r2" {
		t.Error(got)
	}
	for operation, tag := range map[string]string{
		`<get-data` + xmlns + `><datastore>ds:startup</datastore></get-data>`: "invalid-value",
		`<get-data` + xmlns + `/>`: "missing-element",
		`<edit-data` + xmlns + `><datastore>ds:operational</datastore><config/></edit-data>`:                             "invalid-value",
		`<get-data` + xmlns + `><datastore>ds:running</datastore><with-origin/></get-data>`:                              "invalid-value",
		`<edit-data` + xmlns + `><datastore>ds:candidate</datastore><config>` + system("<x/>") + `</config></edit-data>`: "unknown-element",
	} {
		if got := c.refused(operation); got != tag {
			t.Errorf("%s: %s", operation, got)
		}
	}
	library := c.rpc(`<get><filter><yang-library xmlns="` + libraryNamespace + `"><datastore/></yang-library></filter></get>`)
	for _, name := range []string{"running", "candidate", "intended", "operational"} {
		if !strings.Contains(library, ">ds:"+name+"<") {
			t.Errorf("no %s in %s", name, library)
		}
	}
}

func TestMonitoring(t *testing.T) {
	s, login := device(t, Options{Profile: Profile{Startup: true}})
	one, two := login(), login()
	if err := one.lock("running"); err != nil {
		t.Fatal(err)
	}
	data, err := two.get(`<netconf-state xmlns="` + monitoringNamespace + `"/>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<capability>urn:ietf:params:netconf:capability:startup:1.0</capability>", "<name>startup</name>", "<locked-by-session>1</locked-by-session>",
		"<identifier>acme-router</identifier>", "<session-id>2</session-id><transport>netconf-ssh</transport><username>netconf</username><source-host>127.0.0.1</source-host>",
		"<in-sessions>2</in-sessions>",
	} {
		if !strings.Contains(data, want) {
			t.Errorf("no %s in\n%s", want, data)
		}
	}
	if infos := s.SessionInfos(); len(infos) != 2 || infos[0].ID != 1 || infos[0].RPCs != 1 {
		t.Errorf("%+v", infos)
	}
}

func TestHandlers(t *testing.T) {
	var got []Invocation
	handle := func(output string, err error) Handler {
		return func(i Invocation) ([]byte, error) {
			got = append(got, i)
			return []byte(output), err
		}
	}
	s, _ := device(t, Options{Running: tree(t, base), Handlers: map[string]Handler{
		"acme-router:restart":                     handle(`<when xmlns="urn:acme:router">soon</when>`, nil),
		"/acme-router:interfaces/interface/reset": handle("", &RPCError{Tag: "resource-denied", Message: "not now"}),
	}})
	c := dialRaw(t, s)
	const r = ` xmlns="urn:acme:router"`
	action := func(name string, content string) string {
		return `<action xmlns="` + yangNamespace + `"><interfaces` + r + `><interface><name>` + name + `</name>` + content + `</interface></interfaces></action>`
	}
	if reply := c.rpc(`<restart` + r + `><delay>5</delay></restart>`); reply != `<when xmlns="urn:acme:router">soon</when>` {
		t.Error(reply)
	}
	if tag := c.refused(action("e0", "<reset><after>3</after></reset>")); tag != "resource-denied" {
		t.Error(tag)
	}
	if len(got) != 2 || got[0].Name != "acme-router:restart" || !strings.Contains(string(got[0].Input), "<delay>5</delay>") ||
		got[1].Path != "/acme-router:interfaces/interface[name='e0']" || got[1].User != "netconf" || got[1].Session != 1 {
		t.Errorf("%+v", got)
	}
	for operation, tag := range map[string]string{
		`<restart` + r + `/>`:                                 "missing-element",
		`<restart` + r + `><delay>soon</delay></restart>`:     "invalid-value",
		`<restart` + r + `><delay>5</delay><what/></restart>`: "unknown-element",
		`<stop` + r + `/>`:                                    "operation-not-supported",
		`<restart xmlns="urn:other"/>`:                        "operation-not-supported",
		action("e7", "<reset/>"):                              "data-missing",
		action("e0", "<explode/>"):                            "unknown-element",
		action("e0", ""):                                      "missing-element",
		`<action xmlns="` + yangNamespace + `"/>`:             "missing-element",
	} {
		if got := c.refused(operation); got != tag {
			t.Errorf("%s: %s", operation, got)
		}
	}
	s, _ = device(t, Options{Running: tree(t, base)}) // without handlers, all is well
	c = dialRaw(t, s)
	c.ok(`<restart` + r + `><delay>5</delay></restart>`)
	c.ok(action("e1", "<reset/>"))
}
