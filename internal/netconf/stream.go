// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// streamFrom is how much of an element is collected before it is handed to WaitData while the rest arrives:
// handing over costs more than it is worth for less.
const streamFrom = 64 << 10

// dataStream hands the content of a reply from the session's reader to whoever waits for it.
type dataStream struct {
	began chan struct{}
	from  *io.PipeReader
	to    *io.PipeWriter
}

var errRead = errors.New("the data was read")

// WaitData waits for the reply and has consume read its data element, as the document that Reply.Data
// returns, while it arrives. What consume leaves is read and dropped; as long as it does not read, no other
// reply of the session arrives. If the data breaks off, or ctx ends, Read returns that error. What WaitData
// returns is, of these, the first: the end of ctx or of the session, rpc-errors, the error of consume. A
// reply without data is of ErrProtocol. It may be called instead of Wait.
func (c *Call) WaitData(ctx context.Context, consume func(io.Reader) error) error {
	defer c.nudgeFirst(ctx)()
	stream := c.openStream()
	if stream == nil {
		return c.consumeWhole(ctx, consume)
	}
	select {
	case <-stream.began:
		return c.consumeStream(ctx, stream, consume)
	case r := <-c.reply:
		return c.consumeReply(r, consume)
	case <-ctx.Done():
		c.closeStream()
		stream.from.CloseWithError(ctx.Err())
		return c.giveUp(ctx)
	case <-c.session.done:
		if c.closeStream() {
			return c.consumeStream(ctx, stream, consume)
		}
		reply, err := c.atTheEnd()
		if err != nil {
			return err
		}
		return c.consumeReply(reply, consume)
	}
}

// openStream asks the reader to hand over large data. It returns nil if that is too late.
func (c *Call) openStream() *dataStream {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.decided {
		return nil
	}
	from, to := io.Pipe()
	c.stream = &dataStream{began: make(chan struct{}), from: from, to: to}
	return c.stream
}

// closeStream says whether the reader has begun to hand over data; if not, it will not begin.
func (c *Call) closeStream() bool {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.decided {
		return true
	}
	c.decided = true
	c.stream = nil
	return false
}

func (c *Call) consumeWhole(ctx context.Context, consume func(io.Reader) error) error {
	reply, err := c.Wait(ctx)
	if err != nil {
		return err
	}
	return c.consumeReply(reply, consume)
}

func (c *Call) consumeReply(r *Reply, consume func(io.Reader) error) error {
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

func (c *Call) consumeStream(ctx context.Context, stream *dataStream, consume func(io.Reader) error) error {
	stop := context.AfterFunc(ctx, func() { stream.from.CloseWithError(contextError(ctx, c.op, c.session.peer)) })
	defer stop()
	consumed := consume(stream.from)
	stream.from.CloseWithError(errRead)
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

// ReadData sends a method and has consume read the data of its reply; see WaitData.
func (s *Session) ReadData(ctx context.Context, method Method, consume func(io.Reader) error) error {
	call, err := s.Start(ctx, method)
	if err != nil {
		return err
	}
	return call.WaitData(ctx, consume)
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
	have   []byte
	stream *dataStream
}

// scratch are buffers for collecting, so that their growth is paid for once.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

func newSink(call *Call, child *element) *sink {
	have := *scratch.Get().(*[]byte)
	return &sink{call: call, isData: child.local == "data", have: append(have[:0], openTag(child.name, child.scope)...)}
}

// Write never fails: that nobody wants the data any more is no reason not to read it.
func (k *sink) Write(p []byte) (int, error) {
	if len(k.have)+len(p) > streamFrom && k.stream == nil && k.isData {
		k.isData = false // decided
		k.stream = k.call.beginStream()
	}
	if k.stream != nil && len(k.have)+len(p) > streamFrom {
		k.flush()
	}
	k.have = append(k.have, p...)
	return len(p), nil
}

func (k *sink) flush() {
	_, _ = k.stream.to.Write(k.have)
	k.have = k.have[:0]
}

// beginStream returns where large data is to go, or nil if nobody reads it yet.
func (c *Call) beginStream() *dataStream {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	if c.decided {
		return nil
	}
	c.decided = true
	if c.stream != nil {
		close(c.stream.began)
	}
	return c.stream
}

// finish returns what was collected, or nil if it was handed on. An error is why the content broke off.
func (k *sink) finish(err error) []byte {
	var text []byte
	switch {
	case k.stream == nil:
		text = slices.Clone(k.have)
	case err != nil:
		k.stream.to.CloseWithError(fmt.Errorf("the data broke off: %w", err))
	default:
		k.flush()
		_ = k.stream.to.Close()
	}
	scratch.Put(&k.have)
	return text
}
