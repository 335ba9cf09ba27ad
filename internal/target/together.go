// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"

	"github.com/strowger/strowger/internal/netconf"
)

// step is one RPC of a transaction.
type step struct {
	method netconf.Method
	// done takes the reply if the server did what was asked; nil is for those that answer ok.
	done func(*netconf.Reply) error
	// refused takes what the server answered if it did not; nil makes it the error of all.
	refused func(error) error
}

// together runs steps in one round trip: all are sent at once, and the server takes them one after the
// other (RFC 6241 section 4.5). Every reply is awaited; the first error is returned, since what follows it
// fails because of it, or does not matter any more. If there is no reply, it is not known what the server did:
// the session is then ended, which frees its locks.
func (t *transaction) together(ctx context.Context, steps ...step) error {
	if len(steps) == 0 {
		return nil
	}
	if t.endpoint.OneByOne {
		for _, s := range steps {
			if err := t.sendAll(ctx, []step{s}); err != nil {
				return err
			}
		}
		return nil
	}
	return t.sendAll(ctx, steps)
}

func (t *transaction) sendAll(ctx context.Context, steps []step) error {
	methods := make([]netconf.Method, len(steps))
	for i, s := range steps {
		methods[i] = s.method
	}
	calls, err := t.startAll(ctx, methods...)
	if err != nil {
		for _, m := range methods {
			t.result.RPCs = append(t.result.RPCs, netconf.MethodName(m))
		}
		if !errors.Is(err, netconf.ErrUnsupported) {
			t.Abort()
		}
		return t.failed(netconf.MethodName(methods[0]), err)
	}
	for _, call := range calls {
		t.result.RPCs = append(t.result.RPCs, call.Name())
	}
	var first error
	for i, call := range calls {
		err := t.await(ctx, call, steps[i], first != nil)
		if first == nil {
			first = err
		}
		if first != nil && t.Err() != nil {
			break
		}
	}
	return first
}

// await waits for a reply, as long as one RPC may take. That of a step after one that failed is not used.
func (t *transaction) await(ctx context.Context, call *netconf.Call, s step, unused bool) error {
	var reply *netconf.Reply
	err := t.rpc(ctx, call.Name(), func(ctx context.Context) error {
		var err error
		reply, err = call.Wait(ctx)
		return err
	})
	switch {
	case err != nil:
		if !isAnswer(err) {
			t.Abort()
		} else if s.refused != nil {
			return s.refused(t.failed(call.Name(), err))
		}
		return t.failed(call.Name(), err)
	}
	t.warned(call.Name(), reply.Warnings)
	switch {
	case s.done == nil, unused && reply.Data() != nil:
		return nil
	}
	return s.done(reply)
}

// maxWarnings bounds what is kept of an NF's warnings.
const maxWarnings = 20

// warned keeps what the NF said of a step that it took.
func (t *transaction) warned(op string, list []*netconf.RPCError) {
	if len(list) == 0 {
		return
	}
	found := violations(list, t.request.Schema, t.request.Intended)
	conceal := t.concealer()
	for _, v := range found[:min(len(found), maxWarnings-len(t.result.Warnings))] {
		v.Path, v.Message = conceal.text(v.Path), op+": "+conceal.text(v.Message)
		t.result.Warnings = append(t.result.Warnings, v)
	}
}

// isAnswer says whether an error is what the server answered.
func isAnswer(err error) bool {
	refused := (netconf.RPCErrors)(nil)
	return errors.As(err, &refused)
}
