// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// streamFrom is how much of an element is collected before it is handed to ReadData while the rest arrives:
// handing over costs more than it is worth for less.
const streamFrom = 64 << 10

// dataStream hands the content of a reply from the session's reader to whoever asked for it: blocks, one at
// a time, each of which changes hands instead of being copied. It is an io.Reader and an io.WriterTo. It is
// part of the request, so that it is there however early the reply comes.
type dataStream struct {
	begun  chan struct{} // closed when data begins to be handed over
	blocks chan *[]byte  // closed behind the last one
	broke  error         // why the content breaks off, set before blocks is closed

	ended <-chan struct{} // when the context of whoever reads does
	why   func() error
	read  chan struct{}   // closed when nobody reads any more
	done  <-chan struct{} // closed when the session ends

	block *[]byte // being read
	rest  []byte  // of it
}

func newDataStream(ctx context.Context, c *Call) *dataStream {
	return &dataStream{begun: make(chan struct{}), blocks: make(chan *[]byte), read: make(chan struct{}),
		ended: ctx.Done(), done: c.session.done, why: func() error { return contextError(ctx, c.op, c.session.peer) }}
}

// hand gives a block away, and returns whether anybody took it.
func (d *dataStream) hand(block *[]byte) bool {
	select {
	case d.blocks <- block:
		return true
	case <-d.read:
	case <-d.ended:
	case <-d.done: // whoever reads may be the one who ended the session, and wait for its reader
	}
	return false
}

// end tells the reader that no more blocks come; err is nil, or why the content breaks off.
func (d *dataStream) end(err error) {
	d.broke = err
	close(d.blocks)
}

// over returns why nothing can be read any more, whatever comes.
func (d *dataStream) over() error {
	select {
	case <-d.read:
		return errRead
	case <-d.ended:
		return d.why()
	default:
		return nil
	}
}

// next waits for something to read.
func (d *dataStream) next() error {
	if err := d.over(); err != nil {
		return err
	}
	for len(d.rest) == 0 {
		if d.block != nil {
			scratch.Put(d.block)
			d.block = nil
		}
		select {
		case block, more := <-d.blocks:
			if !more {
				return cmp.Or(d.over(), d.broke, io.EOF)
			}
			d.block, d.rest = block, *block
		case <-d.read:
			return d.over()
		case <-d.ended:
			return d.over()
		}
	}
	return nil
}

func (d *dataStream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := d.next(); err != nil {
		return 0, err
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// WriteTo spares io.Copy a buffer, and its copies.
func (d *dataStream) WriteTo(w io.Writer) (int64, error) {
	var sum int64
	for {
		if err := d.next(); errors.Is(err, io.EOF) {
			return sum, nil
		} else if err != nil {
			return sum, err
		}
		n, err := w.Write(d.rest)
		d.rest = d.rest[n:]
		if sum += int64(n); err != nil {
			return sum, err
		}
	}
}

var errRead = errors.New("the data was read")

// ReadData sends a method, waits for the reply and has consume read its data element, as the document that
// Reply.Data returns, while it arrives. What consume leaves is read and dropped; as long as it does not read,
// no other reply of the session arrives. If the data breaks off, or ctx ends, Read returns that error. What
// ReadData returns is, of these, the first: the end of ctx or of the session, rpc-errors, the error of
// consume. A reply without data is of ErrProtocol.
func (s *Session) ReadData(ctx context.Context, method Method, consume func(io.Reader) error) error {
	call, err := s.startData(ctx, method)
	if err != nil {
		return err
	}
	return call.readData(ctx, consume)
}

// startData sends a method whose data is to be handed over while it arrives. It must be followed by readData
// with the same context: the session's reader waits for that.
func (s *Session) startData(ctx context.Context, method Method) (*Call, error) {
	calls, err := s.start(ctx, func(c *Call) { c.stream = newDataStream(ctx, c) }, method)
	if err != nil {
		return nil, err
	}
	return calls[0], nil
}

func (c *Call) readData(ctx context.Context, consume func(io.Reader) error) error {
	defer c.nudgeFirst(ctx)()
	select {
	case <-c.stream.begun:
		return c.consumeStream(ctx, consume)
	case r := <-c.reply:
		return c.consumeReply(ctx, r, consume)
	case <-ctx.Done():
		return c.giveUp(ctx)
	case <-c.session.done:
		reply, err := c.atTheEnd()
		if err != nil {
			return err
		}
		return c.consumeReply(ctx, reply, consume)
	}
}

func (c *Call) consumeReply(ctx context.Context, r *Reply, consume func(io.Reader) error) error {
	if ctx.Err() != nil { // the data may have been dropped for that
		return c.giveUp(ctx)
	}
	if _, err := c.result(r); err != nil {
		return err
	}
	data := r.Data()
	if data == nil {
		return c.noData()
	}
	return consume(bytes.NewReader(data))
}

func (c *Call) noData() error {
	return &Error{Kind: ErrProtocol, Op: c.op, Addr: c.session.peer, Err: errors.New("the reply has no data element")}
}

func (c *Call) consumeStream(ctx context.Context, consume func(io.Reader) error) error {
	consumed := consume(c.stream)
	close(c.stream.read)
	var err error
	select {
	case r := <-c.reply:
		_, err = c.result(r)
	case <-ctx.Done():
		err = c.giveUp(ctx)
	case <-c.session.done:
		_, err = c.atTheEnd()
	}
	if err != nil {
		return err
	}
	return consumed
}

// Text waits for the reply and returns the text of its data element, such as the module that GetSchema asks
// for. It may be called instead of Wait.
func (c *Call) Text(ctx context.Context) ([]byte, error) {
	reply, err := c.Wait(ctx)
	if err != nil {
		return nil, err
	}
	text, err := characterData(reply.Data())
	if err != nil {
		return nil, &Error{Kind: ErrProtocol, Op: c.op, Addr: c.session.peer, Err: err}
	}
	return text, nil
}

// sink takes the content of one child of a reply. It collects it, or hands it on when it is much.
type sink struct {
	call   *Call
	isData bool
	have   *[]byte // from scratch
	stream *dataStream
}

// scratch are buffers for collecting, so that their growth is paid for once.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

func newSink(call *Call, child *element) *sink {
	k := &sink{call: call, isData: child.local == "data"}
	k.renew()
	*k.have = append(*k.have, openTag(child.name, child.scope)...)
	return k
}

// renew begins to collect anew.
func (k *sink) renew() {
	k.have = scratch.Get().(*[]byte)
	*k.have = (*k.have)[:0]
}

// Write never fails: that nobody wants the data any more is no reason not to read it.
func (k *sink) Write(p []byte) (int, error) {
	if len(*k.have)+len(p) > streamFrom && k.stream == nil && k.isData {
		k.isData = false // decided
		k.stream = k.call.beginStream()
	}
	if k.stream != nil && len(*k.have)+len(p) > streamFrom {
		k.flush()
	}
	*k.have = append(*k.have, p...)
	return len(p), nil
}

// flush hands on what was collected.
func (k *sink) flush() {
	if k.stream.hand(k.have) {
		k.renew()
		*k.have = slices.Grow(*k.have, streamFrom)
		return
	}
	*k.have = (*k.have)[:0]
}

// beginStream returns where large data is to go, or nil if it is to be collected. Only the session's reader
// calls it.
func (c *Call) beginStream() *dataStream {
	if c.stream == nil || c.streaming {
		return nil
	}
	c.streaming = true
	close(c.stream.begun)
	return c.stream
}

// finish returns what was collected, or nil if it was handed on. An error is why the content broke off; the
// end of the session is one too, for it lets go of blocks that nobody took yet.
func (k *sink) finish(err error) ([]byte, error) {
	defer func() { scratch.Put(k.have) }()
	if k.stream == nil {
		return slices.Clone(*k.have), err
	}
	if err == nil {
		k.flush()
		err = k.call.session.Err()
	}
	if err != nil {
		k.stream.end(fmt.Errorf("the data broke off: %w", err))
	} else {
		k.stream.end(nil)
	}
	return nil, err
}
