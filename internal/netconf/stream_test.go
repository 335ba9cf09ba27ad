// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func large(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<entry><name>%d</name></entry>", i)
	}
	return b.String()
}

// Data arrives whole, whatever its size, in either framing, and however early the reply comes.
func TestReadData(t *testing.T) {
	for _, n := range []int{0, 1, 10, 3000, 40000} {
		content := large(n)
		want := `<data xmlns="` + BaseNamespace + `">` + content + "</data>"
		for name, early := range map[string]bool{"at once": false, "early": true} {
			t.Run(fmt.Sprintf("%d/%s", n, name), func(t *testing.T) {
				s, server := established(t)
				go func() {
					server.send(replyWith(server.request(), "<data>"+content+"</data>"))
					server.send(replyWith(server.request(), "<ok/>"))
				}()
				call, err := s.startData(t.Context(), RawMethod("<get/>"))
				if err != nil {
					t.Fatal(err)
				}
				if early {
					waitBegun(t, call)
				}
				var got []byte
				err = call.readData(t.Context(), func(r io.Reader) error {
					got, err = io.ReadAll(r)
					return err
				})
				if err != nil || string(got) != want {
					t.Fatalf("got %d bytes, want %d; %v", len(got), len(want), err)
				}
				if _, err := s.Exec(t.Context(), RawMethod("<lock/>")); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// waitBegun waits until large data has begun to arrive, or the whole of a small reply has.
func waitBegun(t *testing.T, call *Call) {
	t.Helper()
	for len(call.reply) == 0 {
		select {
		case <-call.stream.begun:
			return
		case <-t.Context().Done():
			t.Fatal("nothing arrives")
		case <-time.After(time.Millisecond):
		}
	}
}

// The error of whoever reads the data, rpc-errors and a broken session are told apart, and only the last
// ends the session.
func TestReadDataFails(t *testing.T) {
	content := large(40000)
	refused := errors.New("seen enough")
	readAll := func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }
	refuse := func(r io.Reader) error { _, err := io.ReadFull(r, make([]byte, 10)); return errors.Join(refused, err) }
	tests := []struct {
		name    string
		reply   string // behind the start tag of the reply
		consume func(io.Reader) error
		want    error
		alive   bool
	}{
		{"refused by the reader", "<data>" + content + "</data></rpc-reply>", refuse, refused, true},
		{"refused by the reader, small", "<data>12345678901</data></rpc-reply>", refuse, refused, true},
		{"no data", "<ok/></rpc-reply>", readAll, ErrProtocol, true},
		{"an error behind the data", "<data>" + content + "</data><rpc-error><error-tag>in-use</error-tag></rpc-error></rpc-reply>", readAll, RPCErrors(nil), true},
		{"too deep", "<data>" + strings.Repeat("<a>", 1000) + content, readAll, ErrProtocol, false},
		{"cut", "<data>" + content, readAll, ErrProtocol, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, server := established(t)
			go func() {
				id := server.request()
				message := []byte(strings.TrimSuffix(replyWith(id, ""), "</rpc-reply>") + tt.reply)
				if err := server.WriteMessage(message); tt.alive { // else the client need not read all of it
					if err != nil {
						t.Error(err)
					}
					server.send(replyWith(server.request(), "<ok/>"))
				}
			}()
			err := s.ReadData(t.Context(), RawMethod("<get/>"), tt.consume)
			var list RPCErrors
			if tt.want != nil && !errors.Is(err, tt.want) && (tt.name != "an error behind the data" || !errors.As(err, &list)) {
				t.Fatalf("got %v", err)
			}
			if tt.alive {
				if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
					t.Errorf("the next request: %v", err)
				}
				return
			}
			<-s.Done()
		})
	}
}

// A reader of data is let go when its context ends in the middle, and when the session does.
func TestReadDataEnds(t *testing.T) {
	for _, abort := range []bool{false, true} {
		s, server := established(t)
		begun := make(chan struct{})
		rest := make(chan struct{})
		go func() {
			id := server.request()
			first := strings.TrimSuffix(replyWith(id, ""), "</rpc-reply>") + "<data>" + large(10000)
			_, _ = fmt.Fprintf(server.conn, "\n#%d\n%s", len(first), first)
			<-rest
			const last = "</data></rpc-reply>"
			_, _ = fmt.Fprintf(server.conn, "\n#%d\n%s\n##\n", len(last), last)
			if !abort {
				server.send(replyWith(server.request(), "<ok/>"))
			}
		}()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-begun
			if abort {
				s.Abort()
			} else {
				cancel()
			}
			close(rest)
		}()
		err := s.ReadData(ctx, RawMethod("<get/>"), func(r io.Reader) error {
			_, _ = io.ReadFull(r, make([]byte, 10))
			close(begun)
			_, err := io.Copy(io.Discard, r)
			return err
		})
		cancel()
		switch {
		case abort && !errors.Is(err, ErrClosed):
			t.Errorf("aborted: got %v", err)
		case !abort && !errors.Is(err, context.Canceled):
			t.Errorf("cancelled: got %v", err)
		case !abort:
			if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
				t.Errorf("the session is gone: %v", err)
			}
		}
	}
}

// What began to arrive before its context ended, or the session did, is let go too.
func TestReadDataEndsEarly(t *testing.T) {
	for name, abort := range map[string]bool{"cancelled": false, "aborted": true} {
		t.Run(name, func(t *testing.T) {
			s, server := established(t)
			go func() {
				id := server.request()
				message := []byte(replyWith(id, "<data>"+large(40000)+"</data>"))
				if err := server.WriteMessage(message); err == nil && !abort {
					server.send(replyWith(server.request(), "<ok/>"))
				}
			}()
			ctx, cancel := context.WithCancel(t.Context())
			call, err := s.startData(ctx, RawMethod("<get/>"))
			if err != nil {
				t.Fatal(err)
			}
			waitBegun(t, call)
			want := context.Canceled
			if abort {
				want = ErrClosed
				s.Abort()
			}
			cancel()
			readAll := func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }
			if err := call.readData(ctx, readAll); !errors.Is(err, want) && !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if !abort {
				if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
					t.Errorf("the session is gone: %v", err)
				}
			}
		})
	}
}

// Whoever reads the data may end the session.
func TestReadDataAborts(t *testing.T) {
	s, server := established(t)
	go func() { // not all of it is read
		_ = server.WriteMessage([]byte(replyWith(server.request(), "<data>"+large(40000)+"</data>")))
	}()
	err := s.ReadData(t.Context(), RawMethod("<get/>"), func(r io.Reader) error {
		s.Abort()
		_, err := io.Copy(io.Discard, r)
		return err
	})
	if !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// The bytes kept for an idle session do not depend on what it received before.
func TestBuffersAreGivenBack(t *testing.T) {
	s, server := established(t)
	for range 3 {
		go func() { server.send(replyWith(server.request(), "<data>"+large(40000)+"</data>")) }()
		if _, err := s.Exec(t.Context(), RawMethod("<get/>")); err != nil {
			t.Fatal(err)
		}
	}
	s.Abort() // the reader is gone, so that its buffer can be looked at
	if len(s.framer.buf) != idleBuffer {
		t.Errorf("the session keeps %d bytes", len(s.framer.buf))
	}
}

func BenchmarkReceive(b *testing.B) {
	reply := replyWith("1", "<data>"+large(35000)+"</data>")
	b.Logf("%d bytes", len(reply))
	for name, framing := range map[string]Framing{"1.0": EndOfMessage, "1.1": Chunked} {
		var stream bytes.Buffer
		w := NewFramer(&stream, 0)
		w.SetFraming(framing)
		if err := w.WriteMessage([]byte(reply)); err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/framing only", func(b *testing.B) {
			b.SetBytes(int64(len(reply)))
			for b.Loop() {
				f := framerOf(bytes.NewReader(stream.Bytes()), framing, 0)
				_ = f.begin()
				for err := error(nil); err == nil; {
					_, err = f.next()
				}
			}
		})
		b.Run(name+"/reply", func(b *testing.B) {
			b.SetBytes(int64(len(reply)))
			b.ReportAllocs()
			for b.Loop() {
				f := framerOf(bytes.NewReader(stream.Bytes()), framing, 0)
				m := &message{framer: f, scan: tagScanner{maxDepth: DefaultMaxDepth}}
				_ = f.begin()
				m.reset(nil)
				_ = m.open()
				if _, err := readReply(m, &Call{session: &Session{}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
