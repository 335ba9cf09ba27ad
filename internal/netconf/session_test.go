// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// peer is the server's end of a session, for a test to play.
type peer struct {
	t    *testing.T
	conn net.Conn
	*Framer
}

const goodHello = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>` +
	`<capability>urn:ietf:params:netconf:base:1.0</capability><capability> urn:ietf:params:netconf:base:1.1 </capability>` +
	`<capability>urn:ietf:params:netconf:capability:candidate:1.0</capability></capabilities><session-id>4</session-id></hello>`

// connect returns the two ends of a loopback connection.
func connect(t *testing.T) (client net.Conn, server *peer) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err = net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); client.Close() })
	return client, &peer{t: t, conn: conn, Framer: NewFramer(conn, 0)}
}

// established returns a session and its peer, both behind the hello.
func established(t *testing.T) (*Session, *peer) {
	t.Helper()
	return establishedWith(t, goodHello, Options{})
}

func establishedWith(t *testing.T, hello string, o Options) (*Session, *peer) {
	t.Helper()
	client, server := connect(t)
	if err := server.WriteMessage([]byte(hello)); err != nil {
		t.Fatal(err)
	}
	o.Peer = "device"
	s, err := NewSession(t.Context(), client, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Abort)
	if hello, err := server.ReadMessage(); err != nil || !strings.Contains(string(hello), "base:1.1") {
		t.Fatalf("hello %q, %v", hello, err)
	}
	server.SetFraming(Chunked)
	return s, server
}

// request returns the message-id of the next request.
func (p *peer) request() string {
	p.t.Helper()
	message, err := p.ReadMessage()
	if err != nil {
		p.t.Error(err)
		return ""
	}
	root, err := parseNode(message)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	id, _ := root.attr("message-id")
	return id
}

func (p *peer) send(message string) {
	p.t.Helper()
	if err := p.WriteMessage([]byte(message)); err != nil {
		p.t.Error(err)
	}
}

func replyWith(id, body string) string {
	return `<rpc-reply xmlns="` + BaseNamespace + `" message-id="` + id + `">` + body + `</rpc-reply>`
}

func TestHello(t *testing.T) {
	const open = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">`
	const base10 = `<capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities>`
	tests := []struct {
		name, hello string
		kind        error
	}{
		{"good", goodHello, nil},
		{"base:1.0 only", open + base10 + `<session-id>1</session-id></hello>`, nil},
		{"no base", open + `<capabilities/><session-id>1</session-id></hello>`, ErrProtocol},
		{"no session-id", open + base10 + `</hello>`, ErrProtocol},
		{"session-id is no number", open + base10 + `<session-id>x</session-id></hello>`, ErrProtocol},
		{"two session-ids", open + base10 + `<session-id>1</session-id><session-id>2</session-id></hello>`, ErrProtocol},
		{"session-id too large", open + base10 + `<session-id>4294967296</session-id></hello>`, ErrProtocol},
		{"two lists of capabilities", open + base10 + base10 + `<session-id>1</session-id></hello>`, ErrProtocol},
		{"capabilities of another namespace", open + strings.Replace(base10, ">", ` xmlns="urn:x">`, 1) + `<session-id>1</session-id></hello>`, ErrProtocol},
		{"something behind it", open + base10 + `<session-id>1</session-id></hello><hello/>`, ErrProtocol},
		{"too deep", open + base10 + strings.Repeat("<a>", 300), ErrProtocol},
		{"document type", "<!DOCTYPE hello>" + open + base10 + `<session-id>1</session-id></hello>`, ErrProtocol},
		{"prefixed", strings.NewReplacer("</", "</n:", "<", "<n:", "xmlns=", "xmlns:n=").Replace(open+base10+"<session-id> 1 </session-id>") + "</n:hello>", nil},
		{"session-id 0", open + base10 + `<session-id>0</session-id></hello>`, ErrProtocol},
		{"other namespace", `<hello xmlns="urn:x">` + base10 + `<session-id>1</session-id></hello>`, ErrProtocol},
		{"not XML", "SSH-2.0-something", ErrProtocol},
		{"too large", strings.Repeat(" ", 2000), ErrProtocol},
		{"nothing", "", ErrUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server := connect(t)
			if tt.hello == "" {
				server.conn.Close()
			} else {
				server.send(tt.hello)
			}
			s, err := NewSession(t.Context(), client, Options{MaxMessageBytes: 1000, Peer: "device"})
			if tt.kind == nil {
				if err != nil {
					t.Fatal(err)
				}
				s.Abort()
				return
			}
			if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), "device") {
				t.Fatalf("got %v, want %v", err, tt.kind)
			}
			if _, err := client.Write([]byte("x")); err == nil {
				t.Error("the connection is still open")
			}
		})
	}
}

func TestHelloTimeout(t *testing.T) {
	client, _ := connect(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := NewSession(ctx, client, Options{}); !errors.Is(err, ErrTimeout) {
		t.Fatalf("got %v", err)
	}
}

// Replies find their requests in whatever order they come.
func TestPipelining(t *testing.T) {
	s, server := established(t)
	const n = 50
	go func() {
		var ids []string
		for range n {
			ids = append(ids, server.request())
		}
		for i := n - 1; i >= 0; i-- {
			server.send(replyWith(ids[i], "<data>"+ids[i]+"</data>"))
		}
	}()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			call, err := s.Start(t.Context(), RawMethod("<get/>"))
			if err != nil {
				t.Error(err)
				return
			}
			reply, err := call.Wait(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if text, _ := characterData(reply.Data()); string(text) != call.id {
				t.Errorf("request %s got the reply to %s", call.id, text)
			}
		})
	}
	all.Wait()
}

// A late reply belongs to nobody, and the session lives on.
func TestLateReply(t *testing.T) {
	s, server := established(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := s.Exec(ctx, RawMethod("<get/>")); !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "get device") {
		t.Fatalf("got %v", err)
	}
	late := server.request()
	cancelled, stop := context.WithCancel(t.Context())
	go func() {
		second := server.request()
		stop()
		server.send(replyWith(late, "<ok/>"))
		third := server.request()
		server.send(replyWith(third, "<data>third</data>"))
		server.send(replyWith(second, "<ok/>"))
		server.send(replyWith(server.request(), "<ok/>"))
	}()
	if _, err := s.Exec(cancelled, RawMethod("<get/>")); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
		t.Fatalf("got %v", err)
	}
	if reply, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil || !strings.Contains(string(reply.Data()), "third") {
		t.Fatalf("got %v", err)
	}
	if reply, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil || !reply.OK {
		t.Fatalf("got %v", err)
	}
}

func TestBrokenSessions(t *testing.T) {
	tests := []struct {
		name string
		then func(p *peer, id string)
		kind error
	}{
		{"closed", func(p *peer, _ string) { p.conn.Close() }, ErrUnreachable},
		{"closed within a reply", func(p *peer, _ string) { _, _ = io.WriteString(p.conn, "\n#100\n<rpc-reply"); p.conn.Close() }, ErrUnreachable},
		{"not framed", func(p *peer, _ string) { _, _ = io.WriteString(p.conn, "<rpc-reply/>]]>]]>") }, ErrProtocol},
		{"not XML", func(p *peer, _ string) { p.send("hello there") }, ErrProtocol},
		{"unbalanced", func(p *peer, id string) { p.send(strings.TrimSuffix(replyWith(id, "<data>"), "</rpc-reply>")) }, ErrProtocol},
		{"too deep", func(p *peer, id string) {
			p.send(replyWith(id, strings.Repeat("<a>", 300)+strings.Repeat("</a>", 300)))
		}, ErrProtocol},
		{"two roots", func(p *peer, id string) { p.send(replyWith(id, "<ok/>") + "<a/>") }, ErrProtocol},
		{"text behind", func(p *peer, id string) { p.send(replyWith(id, "<ok/>") + "a") }, ErrProtocol},
		{"document type", func(p *peer, id string) { p.send("<!DOCTYPE a []>" + replyWith(id, "<ok/>")) }, ErrProtocol},
		{"undeclared prefix", func(p *peer, id string) { p.send(replyWith(id, "<x:data/>")) }, ErrProtocol},
		{"another namespace", func(p *peer, id string) { p.send(strings.Replace(replyWith(id, "<ok/>"), BaseNamespace, "urn:x", 1)) }, ErrProtocol},
		{"wrong message-id", func(p *peer, id string) { p.send(replyWith(id+"0", "<ok/>")) }, ErrProtocol},
		{"unknown message", func(p *peer, _ string) { p.send(goodHello) }, ErrProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, server := established(t)
			go func() { tt.then(server, server.request()) }()
			if _, err := s.Exec(t.Context(), RawMethod("<get/>")); !errors.Is(err, tt.kind) {
				t.Fatalf("got %v, want %v", err, tt.kind)
			}
			<-s.Done()
			if s.Err() == nil {
				t.Error("the session has no error")
			}
			if _, err := s.Exec(t.Context(), RawMethod("<get/>")); !errors.Is(err, tt.kind) {
				t.Errorf("the next request: %v", err)
			}
		})
	}
}

// Notifications do not disturb, a reply without a message-id is that to the only request.
func TestUnusualMessages(t *testing.T) {
	s, server := established(t)
	go func() {
		server.request()
		server.send(`<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"/>`)
		server.send(`<rpc-reply xmlns="` + BaseNamespace + `"><rpc-error><error-tag>malformed-message</error-tag></rpc-error></rpc-reply>`)
	}()
	if _, err := s.Exec(t.Context(), RawMethod("<get/>")); !HasTag(err, "malformed-message") {
		t.Fatalf("got %v", err)
	}
}

// A server that does not read cannot hold up a request for ever.
func TestWriteTimeout(t *testing.T) {
	s, _ := established(t)
	big := RawMethod("<edit-config>" + strings.Repeat(" ", 32<<20) + "</edit-config>")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := s.Exec(ctx, big); !errors.Is(err, ErrTimeout) {
		t.Fatalf("got %v", err)
	}
	<-s.Done() // half a message was sent
}

func TestSessionsLeaveNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 20 {
		s, server := established(t)
		if i%2 == 0 {
			go func() { server.send(replyWith(server.request(), "<ok/>")) }()
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		} else {
			s.Abort()
		}
		if !errors.Is(s.Err(), ErrClosed) {
			t.Fatalf("got %v", s.Err())
		}
	}
	waitForGoroutines(t, before)
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

func TestCapabilities(t *testing.T) {
	c := NewCapabilities([]string{
		" urn:ietf:params:netconf:base:1.1\n",
		"urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit&also-supported=trim",
		"urn:a?module=a&amp;revision=2024-01-01&amp;features=x,y&amp;deviations=d",
		"urn:b?revision=2020-01-01&module=b",
		"",
	})
	if !c.Has(Base11) || c.Has(Base10) || !c.Has(Candidate, WithDefaults) || c.Parameter(WithDefaults, "basic-mode") != "explicit" {
		t.Errorf("capabilities %v", c.URIs())
	}
	if got := fmt.Sprint(c.Names()); got != "[base:1.1 with-defaults:1.0]" {
		t.Errorf("names %s", got)
	}
	if got := fmt.Sprint(c.Modules()); got != "[{a urn:a 2024-01-01 [x y] [d]} {b urn:b 2020-01-01 [] []}]" {
		t.Errorf("modules %s", got)
	}
}

// FuzzHello: no hello makes a client panic or hang, and one that is accepted has a session-id.
func FuzzHello(f *testing.F) {
	f.Add([]byte(goodHello))
	f.Add([]byte(`<n:hello xmlns:n="` + BaseNamespace + `"><n:capabilities/></n:hello>`))
	f.Add([]byte("<hello><!-- ]]> --><![CDATA[<]]></hello>"))
	f.Fuzz(func(t *testing.T, message []byte) {
		framer := framerOf(io.MultiReader(strings.NewReader(string(message)), strings.NewReader(endOfMessage)), EndOfMessage, 1<<16)
		session, err := establish(&transport{Framer: framer, show: func(Direction, []byte) {}})
		if err == nil && session.SessionID <= 0 {
			t.Fatalf("session-id %d", session.SessionID)
		}
	})
}
