// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Each action does what it says to a commit: whether it took effect, and what the client sees.
func TestFaults(t *testing.T) {
	const ended = "ended"
	tests := map[Action]struct {
		served bool
		sees   string // of the first message, or the error
		lives  bool   // the session answers afterwards
	}{
		DropBefore:        {sees: ended},
		DropWithin:        {served: true, sees: ended},
		DropAfter:         {served: true, sees: "<ok/>"},
		CutReply:          {served: true, sees: ended},
		StallReply:        {served: true},
		Delay:             {served: true, sees: "<ok/>", lives: true},
		DelayReply:        {served: true, sees: "<ok/>", lives: true},
		Hold:              {served: true, sees: "<ok/>", lives: true},
		NoReply:           {served: true, sees: `message-id="4"`, lives: true},
		Ignore:            {sees: `message-id="4"`, lives: true},
		AnswerErrors:      {sees: "operation-failed", lives: true},
		AnswerErrorsAfter: {served: true, sees: "operation-failed", lives: true},
		MalformedXML:      {served: true, sees: "<unclosed>", lives: true},
		WrongMessageID:    {served: true, sees: `message-id="not-3"`, lives: true},
		NoMessageID:       {served: true, sees: `<rpc-reply xmlns="` + netconfNamespace + `">`, lives: true},
		Twice:             {served: true, sees: `message-id="3"`, lives: true},
		WrongRoot:         {served: true, sees: "<rpc-answer ", lives: true},
		Garbage:           {served: true, sees: "framing error"},
		BadFrame:          {served: true, sees: "framing error"},
		HugeFrame:         {served: true},
	}
	for _, do := range Actions() {
		t.Run(string(do), func(t *testing.T) {
			want, known := tests[do]
			if !known {
				t.Fatal("there is no test")
			}
			s, _ := device(t, Options{})
			c := dialRaw(t, s)
			c.ok(`<lock><target><candidate/></target></lock>`)
			c.ok(edit("candidate", system("<hostname>new</hostname>")))
			s.Inject(Fault{Operation: "commit", Do: do, Delay: 10 * time.Millisecond})
			c.send("<commit/>")
			served := func() bool { return text(s.Running()) == "system/hostname=new\n" }
			if want.sees == "" { // what comes never ends
				part := make([]byte, 8)
				if _, err := io.ReadFull(c.conn, part); err != nil {
					t.Fatal(err)
				}
			} else {
				if want.lives {
					c.send("<discard-changes/>")
				}
				message, err := c.read()
				if err != nil {
					message = ended + ": " + err.Error()
				}
				if !strings.Contains(message, want.sees) {
					t.Errorf("saw %q", message)
				}
			}
			if served() != want.served {
				t.Errorf("served: %t", served())
			}
			if want.lives && do != NoReply && do != Ignore {
				message, err := c.read()
				if do == Twice {
					message, err = c.read()
				}
				if err != nil || !strings.Contains(message, `message-id="4"`) {
					t.Errorf("then %q, %v", message, err)
				}
			}
			_ = c.close()
			eventually(t, "the session ends", func() bool { return s.Sessions() == 0 && s.LockHolder("candidate") == 0 })
			next := dialRaw(t, s)
			next.ok("<discard-changes/>")
			next.commitHostname("again")
		})
	}
}

// A fault that cuts or spoils a frame has no other effect in base:1.0.
func TestFaultsWithoutChunks(t *testing.T) {
	for do, sees := range map[Action]string{BadFrame: `<rpc-reply`, Garbage: "\x00\xff", CutReply: "unexpected EOF", MalformedXML: "<unclosed>"} {
		t.Run(string(do), func(t *testing.T) {
			s, _ := device(t, Options{Profile: Profile{Base10Only: true}})
			c := dialRaw(t, s)
			s.Inject(Fault{Operation: "get-config", Do: do})
			c.send(getHostname)
			if do == Garbage {
				c.send(getHostname)
			}
			message, err := c.read()
			if got := fmt.Sprint(message, err); !strings.Contains(got, sees) {
				t.Errorf("saw %q", got)
			}
		})
	}
}

func TestFaultsElsewhere(t *testing.T) {
	s, _ := device(t, Options{Profile: Profile{Notifications: true}})
	login := func() error {
		c, _, err := quickDial(s.Addr, s.hostKey.PublicKey())
		if err == nil {
			c.Close()
		}
		return err
	}
	for _, f := range []Fault{
		{Operation: "connect", Do: DropBefore},
		{Operation: "hello", Do: DropBefore},
		{Operation: "hello", Do: CutReply},
		{Operation: "hello", Do: MalformedXML},
	} {
		s.Inject(f)
		if err := login(); err == nil {
			t.Errorf("%s at %s: nothing happened", f.Do, f.Operation)
		}
		if err := login(); err != nil {
			t.Errorf("after %s at %s: %v", f.Do, f.Operation, err)
		}
	}
	s.Inject(Fault{Operation: "connect", Do: Delay, Delay: time.Millisecond})
	s.Inject(Fault{Operation: "hello", Do: Delay, Delay: time.Millisecond})
	if err := login(); err != nil {
		t.Error(err)
	}
	c := dialRaw(t, s)
	c.ok(`<create-subscription xmlns="` + notificationNamespace + `"/>`)
	s.Inject(Fault{Operation: "notification", Do: NoReply})
	for _, n := range []string{"lost", "seen"} {
		if err := s.Notify("<" + n + ` xmlns="urn:x"/>`); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.note(); !strings.Contains(got, "<seen ") {
		t.Error(got)
	}
	if s.Count("") != 1 {
		t.Errorf("what is no request was counted: %v", s.Counts())
	}
}

func TestFaultOrder(t *testing.T) {
	once := func(f Fault) Fault { f.Do = AnswerErrors; return f }
	tests := []struct {
		name   string
		faults []Fault
		want   string // of ten requests "a b a b ...", x where there was a fault
	}{
		{"none", nil, "abababababab"},
		{"the next", []Fault{{Operation: "a"}}, "xbababababab"},
		{"they queue up", []Fault{{Operation: "a"}, {Operation: "a"}}, "xbxbabababab"},
		{"any", []Fault{{}}, "xbababababab"},
		{"n-th of an operation", []Fault{{Operation: "b", Nth: 2}}, "abaxabababab"},
		{"n-th of all", []Fault{{Nth: 3}}, "abxbabababab"},
		{"n-th see each other's", []Fault{{Operation: "a", Nth: 1}, {Operation: "a", Nth: 3}}, "xbabxbababab"},
		{"in a row", []Fault{{Operation: "a", Nth: 2, Times: 2}}, "abxbxbababab"},
		{"always", []Fault{{Operation: "b", Times: -1}}, "axaxaxaxaxax"},
		{"another session", []Fault{{Session: 2}}, "abababababab"},
		{"this session", []Fault{{Session: 1, Nth: 2}}, "axababababab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript()
			for _, f := range tt.faults {
				s.add(once(f))
			}
			var got strings.Builder
			for i := range 12 {
				name := string("ab"[i%2])
				if s.received(name, 1) != nil {
					name = "x"
				}
				got.WriteString(name)
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFaultProbability(t *testing.T) {
	run := func(seed uint64) string {
		s := &Server{script: newScript()}
		s.SetSeed(seed)
		s.Inject(Fault{Times: -1, Probability: 0.3, Do: DropBefore})
		var b strings.Builder
		for range 1000 {
			b.WriteString(map[bool]string{true: "x", false: "."}[s.script.received("get", 1) != nil])
		}
		return b.String()
	}
	if first := run(1); first != run(1) || first == run(2) {
		t.Error("the seed does not decide")
	}
	if n := strings.Count(run(1), "x"); n < 250 || n > 350 {
		t.Errorf("%d of 1000", n)
	}
}

func TestFrames(t *testing.T) {
	tests := []struct {
		message string
		chunked bool
		limit   int
		want    []string
	}{
		{"abcd", false, 0, []string{"abcd]]>]]>"}},
		{"abcd", false, 3, []string{"abc", "d", "]]>]]>"}},
		{"abcd", true, 0, []string{"\n#4\nabcd\n##\n"}},
		{"abcd", true, 3, []string{"\n#3\nabc", "\n#1\nd\n##\n"}},
		{"abcd", true, 9, []string{"\n#4\nabcd\n##\n"}},
	}
	for _, tt := range tests {
		var got []string
		for _, part := range frames([]byte(tt.message), tt.chunked, tt.limit) {
			got = append(got, string(part))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q, chunked %t, limit %d: %q", tt.message, tt.chunked, tt.limit, got)
		}
	}
	message := []byte(`<rpc-reply message-id="7"><ok/></rpc-reply>`)
	before := bytes.Clone(message)
	for _, do := range Actions() {
		for _, chunked := range []bool{true, false} {
			(&Fault{Do: do}).spoiled(message, chunked)
			if !bytes.Equal(message, before) {
				t.Fatalf("%s changed the message", do)
			}
		}
	}
}
