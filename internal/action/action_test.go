// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package action

import (
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

const gateway = `module acme-gateway {
  yang-version 1.1;
  namespace "urn:acme:gateway";
  prefix gw;
  identity kind;
  identity n4 { base kind; }
  container gateway {
    action restart { input { leaf cold { type boolean; } } }
    list table {
      key "name kind";
      leaf name { type string; }
      leaf kind { type identityref { base kind; } }
      leaf size { type uint32; }
      action flush {
        input {
          leaf older-than { type uint32 { range "1..100"; } mandatory true; }
          leaf-list subscriber { type string; must "string-length(.) = 15" { error-message "an IMSI has 15 digits"; } }
        }
        output { leaf flushed { type uint32; } }
      }
      action check;
    }
  }
  rpc save-all { input { leaf to { type string; } } }
  rpc reload;
}`

const extension = `module acme-extension {
  yang-version 1.1;
  namespace "urn:acme:extension";
  prefix ext;
  import acme-gateway { prefix gw; }
  augment "/gw:gateway/gw:table" {
    action export { input { leaf to { type string; } } }
  }
}`

func schema(t *testing.T) *yang.Schema {
	t.Helper()
	s := yang.Compile([]yang.Source{{Name: "acme-gateway.yang", Data: []byte(gateway)}, {Name: "acme-extension.yang", Data: []byte(extension)}}, yang.Options{})
	for _, p := range s.Problems() {
		t.Errorf("%s", p)
	}
	return s
}

func TestXML(t *testing.T) {
	const table = `<gateway xmlns="urn:acme:gateway"><table><name>a/b&#39;s</name><kind xmlns:gw="urn:acme:gateway">gw:n4</kind>`
	for name, tc := range map[string]struct{ rpc, action, input, want string }{
		"rpc":            {rpc: "acme-gateway:reload", want: `<reload xmlns="urn:acme:gateway"></reload>`},
		"rpc with input": {rpc: "acme-gateway:save-all", input: `{"to":"a<b"}`, want: `<save-all xmlns="urn:acme:gateway"><to xmlns="urn:acme:gateway">a&lt;b</to></save-all>`},
		"action of a container": {action: "/acme-gateway:gateway/restart", input: `{"cold":true}`,
			want: `<gateway xmlns="urn:acme:gateway"><restart><cold xmlns="urn:acme:gateway">true</cold></restart></gateway>`},
		"action of an entry": {action: `/acme-gateway:gateway/table[name="a/b's"][kind='n4']/flush`, input: `{"older-than":7}`,
			want: table + `<flush><older-than xmlns="urn:acme:gateway">7</older-than></flush></table></gateway>`},
		"action of another module": {action: `/acme-gateway:gateway/table[name="a/b's"][kind='acme-gateway:n4']/acme-extension:export`, input: `{"to":"x"}`,
			want: table + `<export xmlns="urn:acme:extension"><to xmlns="urn:acme:extension">x</to></export></table></gateway>`},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := Find(schema(t), tc.rpc, tc.action)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := yang.ParseJSON([]byte(orEmpty(tc.input)))
			if err != nil {
				t.Fatal(err)
			}
			input, errs := yang.DecodeDocAt(call.Operation.Input(), doc, nil)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			got, err := call.XML(input)
			if err != nil || string(got) != tc.want {
				t.Errorf("got  %s\nwant %s\n%v", got, tc.want, err)
			}
		})
	}
}

func orEmpty(doc string) string {
	if doc == "" {
		return "{}"
	}
	return doc
}

func TestString(t *testing.T) {
	s := schema(t)
	for _, want := range []string{"acme-gateway:reload", "/acme-gateway:gateway/restart", "/acme-gateway:gateway/table[name='a'][kind='acme-gateway:n4']/acme-extension:export"} {
		call, err := Find(s, want, "")
		if want[0] == '/' {
			call, err = Find(s, "", want)
		}
		if err != nil || call.String() != want {
			t.Errorf("%s became %s, %v", want, call, err)
		}
	}
}

func TestNotFound(t *testing.T) {
	s := schema(t)
	for name, tc := range map[string]struct {
		rpc, action string
		says        []string
	}{
		"rpc of an unknown module":  {rpc: "acme-gatway:reload", says: []string{"no module acme-gatway", "did you mean acme-gateway?"}},
		"unknown rpc":               {rpc: "acme-gateway:reloaded", says: []string{"no such rpc", "reload, save-all"}},
		"rpc of a module without":   {rpc: "acme-extension:reload", says: []string{"none at all"}},
		"unknown action":            {action: "/acme-gateway:gateway/table[name='a'][kind='n4']/flsh", says: []string{"has no action flsh", "acme-extension:export, check, flush"}},
		"action of another module":  {action: "/acme-gateway:gateway/table[name='a'][kind='n4']/export", says: []string{"has no action export", "acme-extension:export"}},
		"action of no module":       {action: "/acme-gateway:gateway/nobody:restart", says: []string{"no module nobody"}},
		"unknown node":              {action: "/acme-gateway:gateway/tabel[name='a'][kind='n4']/flush", says: []string{"no node \"tabel\"", "known: table"}},
		"missing key":               {action: "/acme-gateway:gateway/table[name='a']/flush", says: []string{"kind"}},
		"wrong key":                 {action: "/acme-gateway:gateway/table[name='a'][kind='n5']/flush", says: []string{"n5"}},
		"top-level":                 {action: "/acme-gateway:reload", says: []string{"belongs to a container or a list entry"}},
		"no path":                   {action: "reload", says: []string{"belongs to a container or a list entry"}},
		"an action is no container": {action: "/acme-gateway:gateway/restart/now", says: []string{"restart"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Find(s, tc.rpc, tc.action)
			if err == nil {
				t.Fatal("it was found")
			}
			for _, want := range append(tc.says, tc.rpc+tc.action) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestCheck(t *testing.T) {
	call, err := Find(schema(t), "", "/acme-gateway:gateway/table[name='a'][kind='n4']/flush")
	if err != nil {
		t.Fatal(err)
	}
	for input, says := range map[string]string{
		`{"older-than":1}`: "",
		`{}`:               "older-than",
		`{"older-than":1,"subscriber":["262019876543210"]}`: "",
		`{"older-than":1,"subscriber":["26201"]}`:           "an IMSI has 15 digits",
	} {
		doc, err := yang.ParseJSON([]byte(input))
		if err != nil {
			t.Fatal(err)
		}
		tree, errs := yang.DecodeDocAt(call.Operation.Input(), doc, nil)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if errs = call.Check(tree); (len(errs) > 0) != (says != "") || says != "" && !strings.Contains(errs.Error(), says) {
			t.Errorf("%s: %v, want %q", input, errs, says)
		}
	}
}
