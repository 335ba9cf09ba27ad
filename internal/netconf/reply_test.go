// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func parse(t testing.TB, text string) (*Reply, error) {
	t.Helper()
	return parseFrom(t, strings.NewReader(text+endOfMessage))
}

func parseFrom(t testing.TB, stream io.Reader) (*Reply, error) {
	t.Helper()
	m := &message{framer: framerOf(stream, EndOfMessage, 0), scan: tagScanner{maxDepth: DefaultMaxDepth}}
	if err := m.framer.begin(); err != nil {
		t.Fatal(err)
	}
	m.reset(nil)
	if err := m.open(); err != nil {
		return nil, err
	}
	if !m.root.is(BaseNamespace, "rpc-reply") {
		return nil, malformed(errors.New(m.root.name))
	}
	call := &Call{session: &Session{}}
	reply, err := readReply(m, call)
	if err != nil {
		return nil, err
	}
	return call.result(reply)
}

func TestReplyData(t *testing.T) {
	const base = `xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"`
	tests := []struct{ name, message, want string }{
		{"default namespace", `<?xml version="1.0"?><rpc-reply ` + base + ` message-id="1"><data><a xmlns="urn:a">1</a></data></rpc-reply>`,
			`<data ` + base + `><a xmlns="urn:a">1</a></data>`},
		{"prefixes on the root", `<nc:rpc-reply xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:x="urn:x&amp;y" message-id="1">
			<nc:data><x:a/></nc:data>
			</nc:rpc-reply> `,
			`<nc:data xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:x="urn:x&amp;y"><x:a/></nc:data>`},
		{"attributes of data are dropped", `<rpc-reply ` + base + ` message-id="1"><data xmlns:n="urn:n" n:etag="5"><a/></data></rpc-reply>`,
			`<data ` + base + ` xmlns:n="urn:n"><a/></data>`},
		{"empty element", `<rpc-reply ` + base + ` message-id="1"><data/></rpc-reply>`, `<data ` + base + `></data>`},
		{"not the last", `<rpc-reply ` + base + ` message-id="1"><data><a></a></data><!-- </data> --><more/></rpc-reply>`, `<data ` + base + `><a></a></data>`},
		{"behind a warning", `<rpc-reply ` + base + ` message-id="1"><rpc-error><error-severity>warning</error-severity></rpc-error><data>x</data></rpc-reply>`,
			`<data ` + base + `>x</data>`},
		{"more declarations than room", `<rpc-reply ` + base + `><data xmlns:a="&#38;&#60;&#34;&#38;&#60;&#34;">x</data></rpc-reply>`,
			`<data ` + base + ` xmlns:a="&amp;&lt;&quot;&amp;&lt;&quot;">x</data>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reply, err := parse(t, tt.message)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(reply.Data())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReplyErrors(t *testing.T) {
	reply, err := parse(t, `<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:if="urn:if" message-id="7">
  <rpc-error>
    <error-type>application</error-type>
    <error-tag>invalid-value</error-tag>
    <error-severity>error</error-severity>
    <error-app-tag>must-violation</error-app-tag>
    <error-path xmlns:x="urn:x">/if:interfaces/x:y</error-path>
    <error-message xml:lang="en">  MTU 25000
       is not allowed </error-message>
    <error-info><bad-element>mtu</bad-element></error-info>
  </rpc-error>
  <rpc-error><error-tag>in-use</error-tag><error-severity>warning</error-severity><error-message>soon</error-message></rpc-error>
  <rpc-error><error-type>protocol</error-type><error-tag>lock-denied</error-tag><error-severity>error</error-severity>
    <error-info><session-id>42</session-id></error-info></rpc-error>
</rpc-reply>`)
	var list RPCErrors
	if !errors.As(err, &list) || len(list) != 2 {
		t.Fatalf("got %v", err)
	}
	first := list[0]
	if first.Type != "application" || first.Tag != TagInvalidValue || first.AppTag != "must-violation" ||
		first.Path != "/if:interfaces/x:y" || first.PathNamespaces["if"] != "urn:if" || first.PathNamespaces["x"] != "urn:x" ||
		first.BadElement != "mtu" || !strings.Contains(first.Info, "<bad-element>mtu</bad-element>") {
		t.Errorf("got %+v", first)
	}
	var one *RPCError
	if !errors.As(err, &one) || one != first {
		t.Errorf("errors.As: %v", one)
	}
	if list[1].SessionID != 42 || !HasTag(err, TagLockDenied) || HasTag(err, TagInUse) {
		t.Errorf("got %+v", list[1])
	}
	if len(reply.Warnings) != 1 || reply.Warnings[0].Message != "soon" {
		t.Errorf("warnings %v", reply.Warnings)
	}
	if got := first.Error(); strings.Contains(got, "\n") || !strings.Contains(got, "must-violation") || !strings.Contains(got, "/if:interfaces/x:y") {
		t.Errorf("got %q", got)
	}
}

func TestReplyIsNoReply(t *testing.T) {
	for _, message := range []string{"", "text", "<", "<rpc-reply/>", `<rpc-reply xmlns="urn:other"/>`,
		`<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><data>`,
		`<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><rpc-error>`,
		`<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><a></rpc-reply`,
	} {
		if reply, err := parse(t, message); !errors.Is(err, ErrProtocol) {
			t.Errorf("%q: got %v, %v", message, reply, err)
		}
	}
}

// FuzzReply: a reply is read the same in whatever pieces it comes, and what is taken for data is balanced.
func FuzzReply(f *testing.F) {
	f.Add([]byte(`<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><data><a/></data></rpc-reply>`))
	f.Add([]byte(`<a:rpc-reply xmlns:a="urn:ietf:params:xml:ns:netconf:base:1.0"><a:data/><a:rpc-error></a:rpc-error></a:rpc-reply>`))
	f.Add([]byte(`<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><!--]]--><data a='>'><![CDATA[]]<]]>><?a ??></data ></rpc-reply>`))
	f.Fuzz(func(t *testing.T, message []byte) {
		whole := string(message) + endOfMessage
		reply, err := parse(t, string(message))
		if reply == nil && err == nil {
			t.Fatal("neither a reply nor an error")
		}
		pieces, errPieces := parseFrom(t, iotest.OneByteReader(strings.NewReader(whole)))
		if (err == nil) != (errPieces == nil) || !cmp.Equal(reply, pieces, cmp.AllowUnexported(Reply{})) {
			t.Fatalf("at once %+v, %v; in pieces %+v, %v", reply, err, pieces, errPieces)
		}
		if reply == nil {
			return
		}
		for _, e := range reply.Output {
			if err := checkStructure(e.XML, DefaultMaxDepth); err != nil {
				t.Fatalf("%s: %v", e.XML, err)
			}
		}
	})
}
