// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

type readWriter struct {
	io.Reader
	io.Writer
}

func framerOf(r io.Reader, framing Framing, limit int) *Framer {
	f := NewFramer(readWriter{r, io.Discard}, limit)
	f.SetFraming(framing)
	return f
}

func TestReadMessage(t *testing.T) {
	tests := []struct {
		name    string
		framing Framing
		stream  string
		limit   int
		want    []string
		err     error // after the messages
	}{
		{name: "end of message, several", stream: "<a/>]]>]]>\n<b/>]]>]]>", want: []string{"<a/>", "<b/>"}, err: io.EOF},
		{name: "end of message, white space between", stream: "\n <a/> ]]>]]>\r\n\t<b/>]]>]]> ", want: []string{"<a/> ", "<b/>"}, err: io.EOF},
		{name: "end of message, nothing between", stream: "<a/>]]>]]>]]>]]>", want: []string{"<a/>", ""}, err: io.EOF},
		{name: "end of message, almost", stream: "a]]>]]b]]>]]]>]]>", want: []string{"a]]>]]b]]>]"}, err: io.EOF},
		{name: "end of message, trailing white space", stream: "<a/>]]>]]>\n\n", want: []string{"<a/>"}, err: io.EOF},
		{name: "end of message, cut", stream: "<a/>]]>]]", err: io.ErrUnexpectedEOF},
		{name: "end of message, too large", stream: strings.Repeat("a", 100) + "]]>]]>", limit: 99, err: ErrMessageTooLarge},
		{name: "end of message, as large as allowed", stream: strings.Repeat("a", 99) + "]]>]]>", limit: 99, want: []string{strings.Repeat("a", 99)}, err: io.EOF},
		{name: "chunks", framing: Chunked, stream: "\n#4\n<rpc\n#18\n message-id=\"102\"\n\n#1\n>\n##\n\n#2\nab\n##\n",
			want: []string{"<rpc message-id=\"102\"\n>", "ab"}, err: io.EOF},
		{name: "chunk holds a delimiter", framing: Chunked, stream: "\n#10\n]]>]]>\n##\n\n##\n", want: []string{"]]>]]>\n##\n"}, err: io.EOF},
		{name: "chunk cut", framing: Chunked, stream: "\n#4\n<rp", err: io.ErrUnexpectedEOF},
		{name: "message cut between chunks", framing: Chunked, stream: "\n#2\nab", err: io.ErrUnexpectedEOF},
		{name: "empty message", framing: Chunked, stream: "\n##\n", err: ErrFraming},
		{name: "chunk of nothing", framing: Chunked, stream: "\n#0\n\n##\n", err: ErrFraming},
		{name: "leading zero", framing: Chunked, stream: "\n#04\nabcd\n##\n", err: ErrFraming},
		{name: "no size", framing: Chunked, stream: "\n#\nabcd\n##\n", err: ErrFraming},
		{name: "no digits", framing: Chunked, stream: "\n#4x\nabcd\n##\n", err: ErrFraming},
		{name: "no line feed", framing: Chunked, stream: "#4\nabcd\n##\n", err: ErrFraming},
		{name: "bad end", framing: Chunked, stream: "\n#1\na\n##x", err: ErrFraming},
		{name: "end of message in chunked framing", framing: Chunked, stream: "<a/>]]>]]>", err: ErrFraming},
		{name: "size above the maximum", framing: Chunked, stream: "\n#4294967296\n", err: ErrFraming},
		{name: "promised too much", framing: Chunked, stream: "\n#4294967295\nabc", limit: 1000, err: ErrMessageTooLarge},
		{name: "chunks together too large", framing: Chunked, stream: "\n#6\nabcdef\n#6\nabcdef\n##\n", limit: 10, err: ErrMessageTooLarge},
	}
	for _, tt := range tests {
		for how, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":     func(r io.Reader) io.Reader { return r },
			"by byte":     iotest.OneByteReader,
			"by half":     iotest.HalfReader,
			"data at EOF": iotest.DataErrReader,
		} {
			t.Run(tt.name+"/"+how, func(t *testing.T) {
				f := framerOf(wrap(strings.NewReader(tt.stream)), tt.framing, tt.limit)
				for _, want := range tt.want {
					got, err := f.ReadMessage()
					if err != nil || string(got) != want {
						t.Fatalf("got %q, %v; want %q", got, err, want)
					}
				}
				if got, err := f.ReadMessage(); !errors.Is(err, tt.err) {
					t.Fatalf("got %q, %v; want the error %v", got, err, tt.err)
				}
			})
		}
	}
}

func TestWriteMessage(t *testing.T) {
	var b bytes.Buffer
	f := NewFramer(&b, 0)
	if err := f.WriteMessage([]byte("a]]>]]>b")); !errors.Is(err, ErrFraming) {
		t.Fatalf("a message with a delimiter: %v", err)
	}
	if err := f.WriteMessage([]byte("ab")); err != nil || b.String() != "ab]]>]]>" {
		t.Fatalf("got %q, %v", b.String(), err)
	}
	b.Reset()
	f.SetFraming(Chunked)
	if err := f.WriteMessage([]byte("ab]]>]]>")); err != nil || b.String() != "\n#8\nab]]>]]>\n##\n" {
		t.Fatalf("got %q, %v", b.String(), err)
	}
}

// FuzzFraming: no stream makes the reader panic, or hand out more than the limit; what it accepts, it
// accepts in whatever pieces it comes.
func FuzzFraming(f *testing.F) {
	f.Add([]byte("\n#4\n<rpc\n#1\n>\n##\n"), true)
	f.Add([]byte("<a/>]]>]]>]]]>]]>"), false)
	f.Add([]byte("\n#4294967295\n"), true)
	f.Fuzz(func(t *testing.T, stream []byte, chunked bool) {
		const limit = 1 << 12
		framing := EndOfMessage
		if chunked {
			framing = Chunked
		}
		whole := framerOf(bytes.NewReader(stream), framing, limit)
		pieces := framerOf(iotest.OneByteReader(bytes.NewReader(stream)), framing, limit)
		for {
			a, errA := whole.ReadMessage()
			b, errB := pieces.ReadMessage()
			if (errA == nil) != (errB == nil) || !bytes.Equal(a, b) {
				t.Fatalf("at once %q, %v; in pieces %q, %v", a, errA, b, errB)
			}
			if len(a) > limit {
				t.Fatalf("%d bytes", len(a))
			}
			if errA != nil {
				return
			}
		}
	})
}

// FuzzRoundTrip: what is written is read.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("<rpc/>"), []byte("]]>]]"))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		for _, framing := range []Framing{EndOfMessage, Chunked} {
			var b bytes.Buffer
			fr := NewFramer(&b, 0)
			fr.SetFraming(framing)
			var sent [][]byte
			for _, m := range [][]byte{one, two} {
				// The delimiter is found where it first appears, also across the end of the message.
				m = bytes.TrimLeft(m, " \t\r\n") // white space between messages is nobody's
				if framing == EndOfMessage && bytes.Index(append(bytes.Clone(m), endOfMessage...), []byte(endOfMessage)) < len(m) {
					continue
				}
				if fr.WriteMessage(m) == nil {
					sent = append(sent, m)
				}
			}
			for _, want := range sent {
				got, err := fr.ReadMessage()
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("got %q, %v; want %q", got, err, want)
				}
			}
		}
	})
}
