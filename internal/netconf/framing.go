// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
)

// Framing is how messages are told apart on the wire (RFC 6242 section 4).
type Framing int

const (
	// EndOfMessage is the base:1.0 framing: each message ends with "]]>]]>". Every hello uses it.
	EndOfMessage Framing = iota
	// Chunked is the base:1.1 framing.
	Chunked
)

const (
	endOfMessage = "]]>]]>"
	endOfChunks  = "\n##\n"

	// DefaultMaxMessageBytes bounds a received message where nothing else was said.
	DefaultMaxMessageBytes = 128 << 20

	// A session that waits holds idleBuffer bytes; while much arrives it borrows busyBuffer bytes.
	idleBuffer   = 1 << 10
	busyBuffer   = 128 << 10
	maxChunkSize = 4294967295 // RFC 6242 section 4.2
)

// ErrMessageTooLarge is wrapped by the error of a message that exceeds the limit.
var ErrMessageTooLarge = errors.New("message exceeds the size limit")

// ErrFraming is wrapped by the error of bytes that are no valid frame. No further message can be read.
var ErrFraming = errors.New("framing error")

// Framer reads and writes messages. One goroutine may read while another writes.
type Framer struct {
	src     io.Reader
	w       io.Writer
	max     int
	read    Framing
	written Framing

	buf    []byte // buf[from:to] was received and is not handed out yet
	from   int
	to     int
	filled bool  // the last read left no room, so that more is probably waiting
	err    error // of src, reported when all before it was handed out
	busy   *[busyBuffer]byte
	idle   []byte

	size  int // bytes of the present message that were handed out
	chunk int // bytes of the present chunk that are still to come
	ended bool
}

// NewFramer frames messages on rw, beginning with EndOfMessage. A received message of more than
// maxBytes is an error; 0 means DefaultMaxMessageBytes.
func NewFramer(rw io.ReadWriter, maxBytes int) *Framer {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxMessageBytes
	}
	f := &Framer{src: rw, w: rw, max: maxBytes, idle: make([]byte, idleBuffer)}
	f.buf = f.idle
	return f
}

// SetFraming changes the framing of both directions. It is called once, after the hellos, while nobody
// reads or writes.
func (f *Framer) SetFraming(to Framing) { f.read, f.written = to, to }

// Framing returns the framing in use.
func (f *Framer) Framing() Framing { return f.read }

// WriteMessage writes one message in a single Write.
func (f *Framer) WriteMessage(message []byte) error {
	out, err := f.appendFrame(make([]byte, 0, len(message)+frameOverhead), string(message))
	if err != nil {
		return err
	}
	_, err = f.w.Write(out)
	return err
}

// frameOverhead is the most that a frame is longer than its message.
const frameOverhead = 16 + len(endOfChunks)

// appendFrame appends a message that consists of the parts.
func (f *Framer) appendFrame(out []byte, parts ...string) ([]byte, error) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if f.written == Chunked {
		if size == 0 || size > maxChunkSize {
			return nil, fmt.Errorf("%w: a message of %d bytes cannot be sent", ErrFraming, size)
		}
		out = append(out, "\n#"...)
		out = strconv.AppendInt(out, int64(size), 10)
		out = append(out, '\n')
	}
	start := len(out)
	for _, part := range parts {
		out = append(out, part...)
	}
	if f.written == Chunked {
		return append(out, endOfChunks...), nil
	}
	if bytes.Contains(out[start:], []byte(endOfMessage)) {
		return nil, fmt.Errorf("%w: the message contains %q, which this server's base:1.0 framing cannot carry", ErrFraming, endOfMessage)
	}
	return append(out, endOfMessage...), nil
}

// ReadMessage returns the next message, which the caller may keep and change. The error is io.EOF when
// the stream ended between messages, and io.ErrUnexpectedEOF when it ended within one.
func (f *Framer) ReadMessage() ([]byte, error) {
	if err := f.begin(); err != nil {
		return nil, err
	}
	var message []byte
	for {
		part, err := f.next()
		if errors.Is(err, io.EOF) {
			return message, nil
		}
		if err != nil {
			return nil, err
		}
		message = append(message, part...)
	}
}

// begin waits for a message to arrive; the error is io.EOF when none will.
func (f *Framer) begin() error {
	f.size, f.chunk, f.ended = 0, 0, false
	f.rest()
	for f.read == EndOfMessage {
		// White space between messages, and before the end of the stream, is nobody's.
		for f.from < f.to && isSpace(f.buf[f.from]) {
			f.from++
		}
		if f.from < f.to {
			return nil
		}
		if err := f.fill(); err != nil {
			return err
		}
	}
	if f.from == f.to {
		return f.fill()
	}
	return nil
}

// next returns some more bytes of the message, which are valid until the next call, and io.EOF behind the
// last. A stream that ends within the message is io.ErrUnexpectedEOF.
func (f *Framer) next() ([]byte, error) {
	if f.ended {
		return nil, io.EOF
	}
	part, err := f.nextPart()
	if errors.Is(err, io.EOF) {
		f.ended = true
		return nil, io.EOF
	}
	if err != nil {
		return nil, err
	}
	if f.size += len(part); f.size > f.max {
		return nil, f.tooLarge()
	}
	return part, nil
}

func (f *Framer) nextPart() ([]byte, error) {
	if f.read == Chunked {
		return f.nextChunked()
	}
	return f.nextEndOfMessage()
}

// nextEndOfMessage looks at each byte once, but for the few at the end of what was received that may be the
// beginning of a delimiter.
func (f *Framer) nextEndOfMessage() ([]byte, error) {
	for {
		have := f.buf[f.from:f.to]
		i := bytes.Index(have, []byte(endOfMessage))
		switch {
		case i == 0:
			f.from += len(endOfMessage)
			return nil, io.EOF
		case i < 0:
			i = len(have) - partialDelimiter(have)
		}
		if i > 0 {
			f.from += i
			return have[:i], nil
		}
		if err := f.fill(); err != nil {
			return nil, noEOF(err)
		}
	}
}

// partialDelimiter returns how many bytes at the end may be the beginning of a delimiter.
func partialDelimiter(have []byte) int {
	for n := min(len(have), len(endOfMessage)-1); n > 0; n-- {
		if string(have[len(have)-n:]) == endOfMessage[:n] {
			return n
		}
	}
	return 0
}

func (f *Framer) nextChunked() ([]byte, error) {
	if f.chunk == 0 {
		size, err := f.chunkHeader(f.size == 0)
		if err != nil {
			return nil, err
		}
		if size > f.max-f.size {
			return nil, f.tooLarge()
		}
		f.chunk = size
	}
	if f.from == f.to {
		if err := f.fill(); err != nil {
			return nil, noEOF(err)
		}
	}
	n := min(f.chunk, f.to-f.from)
	part := f.buf[f.from : f.from+n]
	f.from += n
	f.chunk -= n
	return part, nil
}

// chunkHeader reads "\n#<size>\n", or "\n##\n" for which it returns io.EOF.
func (f *Framer) chunkHeader(first bool) (int, error) {
	for _, want := range []byte("\n#") {
		b, err := f.readByte()
		if err != nil {
			return 0, err
		}
		if b != want {
			return 0, fmt.Errorf("%w: %q where a chunk must begin with %q", ErrFraming, b, "\n#")
		}
	}
	size := 0
	for digits := 0; ; digits++ {
		b, err := f.readByte()
		if err != nil {
			return 0, err
		}
		switch {
		case b == '#' && digits == 0:
			return 0, f.endOfChunks(first)
		case b == '\n' && digits > 0:
			return size, nil
		case b < '0' || b > '9' || (b == '0' && digits == 0):
			return 0, fmt.Errorf("%w: %q in a chunk size", ErrFraming, b)
		}
		if size = size*10 + int(b-'0'); size > maxChunkSize {
			return 0, fmt.Errorf("%w: chunk size above %d", ErrFraming, maxChunkSize)
		}
	}
}

func (f *Framer) endOfChunks(empty bool) error {
	b, err := f.readByte()
	switch {
	case err != nil:
		return err
	case b != '\n':
		return fmt.Errorf("%w: %q where a line feed must end the message", ErrFraming, b)
	case empty:
		return fmt.Errorf("%w: a message without chunks", ErrFraming)
	}
	return io.EOF
}

func (f *Framer) readByte() (byte, error) {
	if f.from == f.to {
		if err := f.fill(); err != nil {
			return 0, noEOF(err)
		}
	}
	f.from++
	return f.buf[f.from-1], nil
}

var busyBuffers = sync.Pool{New: func() any { return new([busyBuffer]byte) }}

// fill receives at least one byte more behind those that were not handed out yet, which are few.
func (f *Framer) fill() error {
	if f.err != nil {
		return f.err
	}
	if f.filled && f.busy == nil {
		f.busy = busyBuffers.Get().(*[busyBuffer]byte)
		f.to = copy(f.busy[:], f.buf[f.from:f.to])
		f.from, f.buf = 0, f.busy[:]
	}
	if f.from > 0 {
		f.to = copy(f.buf, f.buf[f.from:f.to])
		f.from = 0
	}
	for range 100 {
		n, err := f.src.Read(f.buf[f.to:])
		f.to += n
		f.filled = f.to == len(f.buf)
		f.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	f.err = io.ErrNoProgress
	return f.err
}

// rest gives a borrowed buffer back, if what is left in it fits into our own.
func (f *Framer) rest() {
	if f.busy == nil || f.to-f.from > len(f.idle)/2 {
		return
	}
	f.to = copy(f.idle, f.buf[f.from:f.to])
	f.from, f.buf, f.filled = 0, f.idle, false
	busyBuffers.Put(f.busy)
	f.busy = nil
}

func (f *Framer) tooLarge() error {
	return fmt.Errorf("%w of %d bytes", ErrMessageTooLarge, f.max)
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
