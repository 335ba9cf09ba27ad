// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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

	readBuffer   = 4 << 10
	minimalGrow  = 4 << 10
	maxChunkSize = 4294967295 // RFC 6242 section 4.2
)

// ErrMessageTooLarge is wrapped by the error of a message that exceeds the limit.
var ErrMessageTooLarge = errors.New("message exceeds the size limit")

// ErrFraming is wrapped by the error of bytes that are no valid frame. No further message can be read.
var ErrFraming = errors.New("framing error")

// Framer reads and writes whole messages. One goroutine may read while another writes.
type Framer struct {
	r       *bufio.Reader
	w       io.Writer
	max     int
	read    Framing
	written Framing
}

// NewFramer frames messages on rw, beginning with EndOfMessage. A received message of more than
// maxBytes is an error; 0 means DefaultMaxMessageBytes.
func NewFramer(rw io.ReadWriter, maxBytes int) *Framer {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxMessageBytes
	}
	return &Framer{r: bufio.NewReaderSize(rw, readBuffer), w: rw, max: maxBytes}
}

// SetFraming changes the framing of both directions. It is called once, after the hellos, while nobody
// reads or writes.
func (f *Framer) SetFraming(to Framing) { f.read, f.written = to, to }

// Framing returns the framing in use.
func (f *Framer) Framing() Framing { return f.read }

// WriteMessage writes one message in a single Write.
func (f *Framer) WriteMessage(message []byte) error {
	var out []byte
	switch f.written {
	case Chunked:
		if len(message) == 0 || len(message) > maxChunkSize {
			return fmt.Errorf("%w: a message of %d bytes cannot be sent", ErrFraming, len(message))
		}
		out = make([]byte, 0, len(message)+len(endOfChunks)+16)
		out = append(out, "\n#"...)
		out = strconv.AppendInt(out, int64(len(message)), 10)
		out = append(out, '\n')
		out = append(out, message...)
		out = append(out, endOfChunks...)
	default:
		if bytes.Contains(message, []byte(endOfMessage)) {
			return fmt.Errorf("%w: the message contains %q, which this server's base:1.0 framing cannot carry", ErrFraming, endOfMessage)
		}
		out = make([]byte, 0, len(message)+len(endOfMessage))
		out = append(out, message...)
		out = append(out, endOfMessage...)
	}
	_, err := f.w.Write(out)
	return err
}

// ReadMessage returns the next message, which the caller may keep and change. The error is io.EOF when
// the stream ended between messages, and io.ErrUnexpectedEOF when it ended within one.
func (f *Framer) ReadMessage() ([]byte, error) {
	if f.read == Chunked {
		return f.readChunked()
	}
	return f.readEndOfMessage()
}

func (f *Framer) readEndOfMessage() ([]byte, error) {
	var message []byte
	for {
		if _, err := f.r.Peek(1); err != nil {
			if err == io.EOF && len(bytes.TrimSpace(message)) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		part, _ := f.r.Peek(f.r.Buffered())
		from := max(0, len(message)-len(endOfMessage)+1)
		message = append(message, part...)
		if i := bytes.Index(message[from:], []byte(endOfMessage)); i >= 0 {
			end := from + i
			rest := len(message) - end - len(endOfMessage)
			if _, err := f.r.Discard(len(part) - rest); err != nil {
				return nil, err
			}
			if end > f.max {
				return nil, f.tooLarge()
			}
			return message[:end:end], nil
		}
		if _, err := f.r.Discard(len(part)); err != nil {
			return nil, err
		}
		if len(message) > f.max+len(endOfMessage) {
			return nil, f.tooLarge()
		}
	}
}

func (f *Framer) readChunked() ([]byte, error) {
	var message []byte
	for {
		size, err := f.chunkHeader(len(message) == 0)
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return message, nil
		}
		if size > f.max-len(message) {
			return nil, f.tooLarge()
		}
		if message, err = f.readInto(message, size); err != nil {
			return nil, err
		}
	}
}

// readInto appends size bytes to message. Memory grows with what arrives, not with what was promised.
func (f *Framer) readInto(message []byte, size int) ([]byte, error) {
	for size > 0 {
		n := min(size, max(minimalGrow, len(message)))
		message = slices.Grow(message, n)
		at := len(message)
		message = message[:at+n]
		if _, err := io.ReadFull(f.r, message[at:]); err != nil {
			return nil, unexpectedEOF(err)
		}
		size -= n
	}
	return message, nil
}

// chunkHeader reads "\n#<size>\n", or "\n##\n" for which it returns 0. At the first chunk of a message
// the stream may have ended.
func (f *Framer) chunkHeader(first bool) (int, error) {
	b, err := f.r.ReadByte()
	if err != nil {
		if first {
			return 0, err
		}
		return 0, unexpectedEOF(err)
	}
	if b != '\n' {
		return 0, fmt.Errorf("%w: %q where a chunk must begin with a line feed", ErrFraming, b)
	}
	if b, err = f.r.ReadByte(); err != nil {
		return 0, unexpectedEOF(err)
	}
	if b != '#' {
		return 0, fmt.Errorf("%w: %q where '#' must begin a chunk", ErrFraming, b)
	}
	size := 0
	for digits := 0; ; digits++ {
		if b, err = f.r.ReadByte(); err != nil {
			return 0, unexpectedEOF(err)
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
	b, err := f.r.ReadByte()
	if err != nil {
		return unexpectedEOF(err)
	}
	if b != '\n' {
		return fmt.Errorf("%w: %q where a line feed must end the message", ErrFraming, b)
	}
	if empty {
		return fmt.Errorf("%w: a message without chunks", ErrFraming)
	}
	return nil
}

func (f *Framer) tooLarge() error {
	return fmt.Errorf("%w of %d bytes", ErrMessageTooLarge, f.max)
}

func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
