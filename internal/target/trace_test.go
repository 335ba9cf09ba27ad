// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// A trace shows what passes in both directions, on each session, and no secret.
func TestTrace(t *testing.T) {
	s, e := newDevice(t, netconftest.Options{Running: config(t, hostname("old"))})
	p := newPool(t, Options{})
	var mu sync.Mutex
	var seen []TraceMessage
	sink := func(m TraceMessage) { mu.Lock(); defer mu.Unlock(); seen = append(seen, m) }
	p.Trace(e.Key, sink) // before there is a session
	p.Guard(e, yang.Compile([]yang.Source{{Name: "vault.yang", Data: []byte(`module vault { namespace "urn:vault"; prefix v;
		import ietf-netconf-acm { prefix nacm; } leaf zone { type string; nacm:default-deny-all; } }`)}}, yang.Options{}))
	intended := config(t, hostname("named"))
	if _, err := intended.Set("/acme-router:system/contact/name", "s3<ret & more", yang.Origin{}, true); err != nil {
		t.Fatal(err)
	}
	if _, err := intended.Set("/acme-router:system/manual/zone", "vault 7", yang.Origin{}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(t.Context(), e, request(t, s, intended)); err != nil {
		t.Fatal(err)
	}
	s.DropSessions()
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	p.Trace(e.Key, nil)
	mu.Lock()
	count := len(seen)
	mu.Unlock()
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != count {
		t.Error("the trace did not end")
	}
	ways, sessions := map[bool]int{}, map[uint64]bool{}
	all := ""
	for _, m := range seen {
		ways[m.Received]++
		sessions[m.SessionID] = true
		all += string(m.XML)
		if m.Key != e.Key || m.Time.IsZero() {
			t.Errorf("got %+v", m)
		}
	}
	if ways[true] < 8 || ways[false] < 8 || len(sessions) != 3 || !sessions[0] {
		t.Errorf("%v messages on %d sessions", ways, len(sessions))
	}
	if strings.Count(all, "<hello") != 4 {
		t.Errorf("the hellos of two sessions are missing: %s", all)
	}
	if strings.Contains(all, "s3") || strings.Count(all, yang.RedactedValue("s3<ret & more"))+strings.Count(all, yang.RedactedValue("s3&lt;ret &amp; more")) < 3 {
		t.Errorf("got %s", all)
	}
	if strings.Contains(all, "vault 7") || !strings.Contains(all, "<zone>"+yang.RedactedValue("vault 7")+"</zone>") {
		t.Errorf("what the model guards is shown, or not at all: %s", all)
	}
	if !strings.Contains(all, "<hostname>named</hostname>") {
		t.Error("what is no secret is missing")
	}
}

func TestRedact(t *testing.T) {
	r := redactor{guarded: map[string]bool{"vault": true}, conceal: []*concealer{{secrets: []string{"known & secret", "x"}}}}
	hidden := func(s string) string { return yang.RedactedValue(s) }
	for name, tt := range map[string]struct{ in, want string }{
		"plain":     {`<a y="1"><b>c &lt; d</b></a>`, `<a y="1"><b>c &lt; d</b></a>`},
		"by name":   {`<a><p:admin-password>x</p:admin-password><b>y</b></a>`, `<a><p:admin-password>` + hidden("x") + `</p:admin-password><b>y</b></a>`},
		"below":     {`<a><vault><b>x<!-- x --></b> <b><![CDATA[z]]></b></vault><b>y</b></a>`, `<a><vault><b>` + hidden("x") + `</b> <b>` + hidden("z") + `</b></vault><b>y</b></a>`},
		"hash":      {`<a>$6$salt$hash</a>`, `<a>` + hidden("$6$salt$hash") + `</a>`},
		"known":     {`<a>the known &amp; secret one</a>`, `<a>the ` + hidden("known & secret") + ` one</a>`},
		"short":     {`<a b="a known &amp; secret"><c>x</c></a>`, `<a b="a ` + hidden("known & secret") + `"><c>` + hidden("x") + `</c></a>`},
		"entities":  {`<a>known &#38; secr&#x65;t</a>`, `<a>` + hidden("known & secret") + `</a>`},
		"CDATA":     {`<a>b <![CDATA[known & ]]>sec<!-- x -->ret &amp; c</a>`, `<a>b ` + hidden("known & secret") + ` &amp; c</a>`},
		"attribute": {`<p:a p:b='known &#38; secret' c="d"/>`, `<p:a p:b="` + hidden("known & secret") + `" c="d"/>`},
		"as it was": {`<a b='c'>d<!-- e --><![CDATA[f]]>&#103;</a>`, `<a b='c'>d<!-- e --><![CDATA[f]]>&#103;</a>`},
		"broken":    {`<a><secret>x</a`, `<a><secret>` + hidden("x") + `<!-- 3 bytes that are no XML are left out -->`},
		"no XML":    {"\x00garbage & more", `<!-- 15 bytes that are no XML are left out -->`},
		"empty":     {``, ``},
		"self-made": {`<password/><a>b</a>`, `<password/><a>b</a>`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(r.message([]byte(tt.in)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// recorder keeps what a trace shows.
type recorder struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *recorder) write(m TraceMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Write(m.XML)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// A session that only carries notifications is traced too, also if it was there first.
func TestTraceNotifications(t *testing.T) {
	s, p, e, changes := watching(t, netconftest.Profile{Notifications: true, NoInterleave: true})
	waitForState(t, p, e, SubscriptionActive)
	var seen recorder
	p.Trace(e.Key, seen.write)
	rival := newPool(t, Options{})
	if _, err := rival.Apply(t.Context(), e, request(t, s, config(t, hostname("theirs")))); err != nil {
		t.Fatal(err)
	}
	awaitChange(t, changes)
	waitFor(t, "the notification", func() bool { return strings.Contains(seen.String(), "netconf-config-change") })
	s.DropSessions()
	waitFor(t, "a new subscription", func() bool { return strings.Contains(seen.String(), "<create-subscription") })
	if strings.Count(seen.String(), "<hello") < 2 {
		t.Errorf("got %s", seen.String())
	}
}
