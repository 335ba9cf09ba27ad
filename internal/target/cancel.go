// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"context"
	"fmt"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// Undo is what a change is taken back to.
type Undo struct {
	Schema *yang.Schema
	// Filter is the content of the subtree filter to read with.
	Filter []byte
	// Edit takes the change back, for an NF that does not do so; nil: there is none.
	Edit []byte
	// Before is the digest of the tree within Filter before the change: where running says it, nothing is
	// undone.
	Before string
}

// Cancel takes a change back, whatever became of it, frees its locks, and reads what running then holds: a
// Persistent commit by its token, from any session; that of a Session by the end of its session; and else, or
// if it turns out to be final already, by the edit of Undo, as a transaction of its own whose result is saved in
// startup. What was only prepared is discarded. It may be called again: that the NF knows of no such commit is
// no error (Unknown). Whether running is back at Undo.Before is for the caller to see.
func (p *Pool) Cancel(ctx context.Context, e Endpoint, token string, m Method, u Undo) (Ending, error) {
	r := ApplyRequest{Schema: u.Schema, Filter: u.Filter, Edit: u.Edit}
	if u.Edit != nil {
		if err := r.checkEdit(u.Edit); err != nil {
			return Ending{}, e.invalidEdit(err)
		}
	}
	var end Ending
	err := p.step(ctx, e, "cancel", token, r, func(t *transaction, h *holding) error {
		if t.conceal = secretsOf(u); len(t.conceal.secrets) > 0 {
			t.device.secrets.remember(t.conceal)
		}
		err := t.cancel(ctx, token, m, u, h)
		end = t.ending()
		t.cleanUp(ctx)
		t.device.release()
		return err
	})
	return end, err
}

func (t *transaction) cancel(ctx context.Context, token string, m Method, u Undo, h *holding) error {
	refused, err := t.takeBack(ctx, token, m)
	back := func() bool { return u.Before != "" && t.result.Observed.Digest() == u.Before }
	if err == nil && refused != nil && !back() {
		// No error-tag tells "no such commit" from a failure: only what fails twice is taken for the former.
		refused, err = t.takeBack(ctx, token, m)
	}
	if err != nil {
		return err
	}
	t.unknown = refused != nil
	switch {
	case !back() && isTemporary(refused):
		return refused
	case u.Edit == nil:
		return nil
	case !back():
		if err := t.undo(ctx, u.Edit); err != nil {
			return err
		}
		return t.finish(ctx)
	case (m == Reverse || refused != nil) && (h == nil || h.committed):
		return t.finish(ctx) // it may have been undone before, and not been saved
	}
	return nil
}

// takeBack has the NF take back a commit that is to be confirmed, and reads what it holds. It returns what the NF
// answered where it refused.
func (t *transaction) takeBack(ctx context.Context, token string, m Method) (refused, err error) {
	var steps []step
	cancels := t.Capabilities().Has(netconf.ConfirmedCommit11)
	cancel := func(persistID string) {
		steps = append(steps, step{method: netconf.CancelCommit{PersistID: persistID}, refused: func(err error) error {
			refused = err
			return nil
		}})
	}
	switch {
	case m == Persistent && cancels:
		cancel(token)
	case m == Session && t.committed && cancels:
		cancel("")
	case m == Session && t.committed:
		return nil, t.endSession(ctx)
	case len(t.locked) > 0:
	default:
		// Whoever gets the lock knows that the session which committed is gone, and its commit with it.
		if err := t.lock(ctx); err != nil {
			return nil, err
		}
	}
	if t.dirty {
		steps = append(steps, step{method: netconf.DiscardChanges{}, done: t.cleaned})
	}
	_, err = t.conclude(ctx, steps...)
	return refused, err
}

// endSession ends the session, with a word. What is left to do is done on the next one.
func (t *transaction) endSession(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = t.Close(ctx) // closed, whatever the server says
	return t.endpoint.fail("close-session", fmt.Errorf("%w: it ends the commit of this session", netconf.ErrClosed))
}

// undo makes the edit that takes a change back.
func (t *transaction) undo(ctx context.Context, edit []byte) error {
	if len(t.locked) == 0 {
		if err := t.lock(ctx); err != nil {
			return err
		}
	}
	found := t.result.Observed.Digest()
	validate := t.target == netconf.CandidateStore && t.validates()
	if _, err := t.send(ctx, edit, validate, netconf.Commit{}); err != nil {
		return err
	}
	if !validate || t.result.Observed.Digest() != found {
		return nil
	}
	// It was lost; see repeat.
	if err := t.discard(ctx); err != nil {
		return err
	}
	if _, err := t.send(ctx, edit, false, netconf.Commit{}); err != nil {
		return err
	}
	if t.result.Observed.Digest() != found {
		t.result.Repeated, t.device.losesValidated = true, true
	}
	return nil
}

// secretsOf conceals what an undo may hold of secrets: which of its values are, was known to the plan only.
func secretsOf(u Undo) *concealer {
	c := &concealer{}
	if len(u.Edit) == 0 {
		return c
	}
	config := fmt.Sprintf("<config xmlns=%q>%s</config>", netconf.BaseNamespace, u.Edit)
	tree, _, _ := yang.DecodeXML(u.Schema, bytes.NewReader([]byte(config)), yang.XMLOptions{Edit: true, ConfigOnly: true})
	if tree == nil {
		return c
	}
	for _, leaf := range tree.Leaves() {
		if v := leaf.Value(); len(v) >= shortest || v != "" && yang.SecretName(leaf.Node().Name()) {
			c.secrets = append(c.secrets, v)
		}
	}
	return c.longestFirst()
}
