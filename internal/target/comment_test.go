// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"slices"
	"testing"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// netconfModule is of ietf-netconf (RFC 6241 appendix C) what a vendor's augment needs.
const netconfModule = `module ietf-netconf {
  namespace "urn:ietf:params:xml:ns:netconf:base:1.0";
  prefix nc;
  feature candidate;
  rpc commit {
    if-feature candidate;
    input {
      leaf confirmed { type empty; }
      leaf persist { type string; }
    }
  }
}`

// vendor is a module that augments the input of commit.
func vendor(leaves string) []yang.Source {
	return []yang.Source{
		{Name: "ietf-netconf.yang", Data: []byte(netconfModule)},
		{Name: "acme-commit.yang", Data: []byte(`module acme-commit {
  yang-version 1.1;
  namespace "urn:acme:commit";
  prefix ac;
  import ietf-netconf { prefix nc; }
  augment "/nc:commit/nc:input" { ` + leaves + ` }
}`)},
	}
}

func TestCommentFor(t *testing.T) {
	const text = "strowger/core/upf/main@abc/1 by A <a@b>"
	const escaped = "strowger/core/upf/main@abc/1 by A &lt;a@b&gt;"
	for name, tc := range map[string]struct{ leaves, text, want string }{
		"comment":             {leaves: `leaf comment { type string; }`, text: text, want: `<comment xmlns="urn:acme:commit">` + escaped + `</comment>`},
		"the best of several": {leaves: `leaf label { type string; } leaf log { type string; }`, text: text, want: `<log xmlns="urn:acme:commit">` + escaped + `</log>`},
		"cut to its length":   {leaves: `leaf comment { type string { length "1..10"; } }`, text: text, want: `<comment xmlns="urn:acme:commit">strowger/c</comment>`},
		"in one line":         {leaves: `leaf description { type string; }`, text: "a\n\x00b", want: `<description xmlns="urn:acme:commit">a b</description>`},
		"the next where one does not take it": {leaves: `leaf comment { type string { pattern '[a-z]+'; } } leaf label { type string; }`, text: text,
			want: `<label xmlns="urn:acme:commit">` + escaped + `</label>`},
		"too short a text":    {leaves: `leaf comment { type string { length "64"; } }`, text: text},
		"no text":             {leaves: `leaf comment { type uint8; }`, text: "7"},
		"another name":        {leaves: `leaf force { type string; }`, text: text},
		"conditional":         {leaves: `leaf comment { when "../nc:confirmed"; type string; }`, text: text},
		"nothing to be said":  {leaves: `leaf comment { type string; }`, text: " \n"},
		"no leaf":             {leaves: `container comment { leaf text { type string; } }`, text: text},
		"several are allowed": {leaves: `leaf-list comment { type string; }`, text: text},
	} {
		t.Run(name, func(t *testing.T) {
			schema := yang.Compile(vendor(tc.leaves), yang.Options{})
			for _, p := range schema.Problems() {
				t.Errorf("%s", p)
			}
			if got := string(CommentFor(schema, tc.text)); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if got := CommentFor(testModel().Schema(), text); got != nil {
		t.Errorf("a model without ietf-netconf got %s", got)
	}
	if got := CommentFor(nil, text); got != nil {
		t.Errorf("no model got %s", got)
	}
}

// A device takes a commit with a comment.
func TestCommitWithComment(t *testing.T) {
	model, err := netconftest.NewModel(vendor(`leaf comment { type string; }`))
	if err != nil {
		t.Fatal(err)
	}
	s := netconftest.NewServer(netconftest.Options{Model: model})
	t.Cleanup(s.Close)
	e := Endpoint{Key: "core/upf", Address: s.Addr, SSH: SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())}}
	p := newPool(t, Options{})
	comment := CommentFor(model.Schema(), "by hand")
	err = p.with(t.Context(), e, "commit", func(l *link) error {
		return l.Commit(t.Context(), netconf.Commit{Comment: comment})
	})
	if got := s.Comments(); err != nil || !slices.Equal(got, []string{"by hand"}) {
		t.Errorf("got %q, %v", got, err)
	}
}
