// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
)

const pinger = `module pinger {
  yang-version 1.1;
  namespace "urn:pinger";
  prefix p;
  rpc ping {
    input {
      leaf host { type string { length "1..8"; } }
      leaf count { type uint8; }
      leaf key { type string; }
      leaf-list tag { type string; }
    }
  }
}`

func TestInput(t *testing.T) {
	schema := yang.Compile([]yang.Source{{Name: "pinger.yang", Data: []byte(pinger)}}, yang.Options{})
	input := schema.Operations()[0].Input()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	scope := Scope{
		NF:     NF{Name: "edge"},
		Inputs: map[string]Value{"n": {Object: map[string]any{"count": 3, "tags": []any{"a", "b"}}}, "s": {Object: "s3cret-value", Tainted: true}},
	}
	for name, tc := range map[string]struct{ doc, want, says string }{
		"expressions": {doc: `{"host":"${nf.name}-1","count":"${inputs.n.count}","tag":"${inputs.n.tags}"}`, want: `{"host":"edge-1","count":3,"tag":["a","b"]}`},
		"taint":       {doc: `{"key":"${inputs.s}"}`, want: `{"key":"` + yang.RedactedValue("s3cret-value") + `"}`},
		"nothing":     {doc: `{}`, want: `{}`},
		"syntax":      {doc: `{`, says: "no valid json"},
		"expression":  {doc: `{"host":"${nf.foo}"}`, says: "foo"},
		"schema":      {doc: `{"hots":"x"}`, says: "/pinger:ping/hots"},
		"value":       {doc: `{"host":"${inputs.s}"}`, says: "/pinger:ping/host"},
	} {
		t.Run(name, func(t *testing.T) {
			tree, errs := r.Input(input, LayerSource{Layer: yang.Layer{Name: "ping"}, Format: JSON, Data: []byte(tc.doc), Inline: true}, scope)
			if tc.says != "" {
				if errs.Err() == nil || !strings.Contains(errs.Error(), tc.says) || strings.Contains(errs.Error(), "s3cret") {
					t.Errorf("got %v, want %q", errs, tc.says)
				}
				return
			}
			var b strings.Builder
			if errs.Err() != nil || yang.EncodeJSON(&b, tree, yang.EncodeOptions{Redact: true}) != nil || strings.TrimSpace(b.String()) != tc.want {
				t.Errorf("got %s, %v, want %s", b.String(), errs, tc.want)
			}
		})
	}
}
