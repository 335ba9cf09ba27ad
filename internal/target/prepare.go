// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
)

// Confirmation says how a change is committed that is to be confirmed.
type Confirmation struct {
	Method Method
	// Timeout is when the NF takes the change back by itself; less than a second is one.
	Timeout time.Duration
	// Comment is what is put into the commit element beside its parameters, as XML; see netconf.Commit.
	Comment []byte
}

// Prepare makes a change ready to be committed: lock, discard, edit, validate. The locks are kept, and the
// session, until the change of that token ends, or for 5 minutes. Where running is edited, it is locked, and
// the NF tests the edit if it can (test-only); nothing is changed. An error leaves nothing behind. While one
// change is under way, others are refused with ChangePending.
func (p *Pool) Prepare(ctx context.Context, e Endpoint, token string, r ApplyRequest) (ApplyResult, error) {
	if err := r.complete(); err != nil {
		return ApplyResult{}, e.invalidEdit(err)
	}
	var result ApplyResult
	err := p.step(ctx, e, "prepare", token, r, func(t *transaction, h *holding) error {
		if h != nil {
			t.cleanUp(ctx) // begun anew
			t.device.release()
		}
		err := t.prepare(ctx)
		if result = t.result; err != nil {
			t.cleanUp(ctx)
			return err
		}
		p.hold(t, token, holdPrepared)
		return nil
	})
	return result, err
}

// CommitConfirmed commits what was prepared, and prepares it first where that was not done or its session has
// ended. The NF takes it back unless it is confirmed in time (Persistent, Session), or it is final (Reverse);
// startup is not saved. It is done when the change was read back, as with Apply. The locks are kept.
//
// When an error says that the NF refused, nothing is left on it; running, where it was edited without a
// candidate and without rollback-on-error, may hold a part. After ReadBackMismatch the change is still to be
// cancelled, and so it is when the answer was lost: what the NF holds then tells.
//
// What netconfd 2.13 does of its own: it loses a confirmed commit that was validated before, says ok, and has it
// pending nevertheless, so that it is cancelled before it is repeated; it grants nobody but the session that
// committed the lock of the candidate meanwhile (see exclusive); it refuses to confirm or cancel what it does not
// know with operation-failed, where the RFC has invalid-value; and it takes a commit back only when nobody has
// asked it for anything for a second: do not wait for its timeout while polling it, cancel.
func (p *Pool) CommitConfirmed(ctx context.Context, e Endpoint, token string, r ApplyRequest, c Confirmation) (ApplyResult, error) {
	if err := r.complete(); err != nil {
		return ApplyResult{}, e.invalidEdit(err)
	}
	c.Timeout = max(c.Timeout, time.Second)
	var result ApplyResult
	err := p.step(ctx, e, "commit", token, r, func(t *transaction, h *holding) error {
		err := t.commitConfirmed(ctx, token, c, h != nil)
		result = t.result
		switch {
		case t.Err() != nil:
			t.device.release()
		case t.committed:
			p.hold(t, token, c.Timeout+p.options.holdAfter)
		default:
			t.withdraw(ctx, c.Method, token)
			t.device.release()
		}
		return err
	})
	return result, err
}

// step runs f as a part of the change of a token; h is what is held for it on this session, or nil.
func (p *Pool) step(ctx context.Context, e Endpoint, op, token string, r ApplyRequest, f func(t *transaction, h *holding) error) error {
	return p.with(ctx, e, op, func(l *link) error {
		if err := l.device.notUnderWay(e, op, token); err != nil {
			return err
		}
		t, err := p.transaction(l, e, r)
		if err != nil {
			return err
		}
		h := l.device.held()
		if h != nil {
			t.resume(h)
		}
		l.device.applies.Store(true)
		defer l.device.applies.Store(false)
		return f(t, h)
	})
}

// prepare costs two round trips.
func (t *transaction) prepare(ctx context.Context) error {
	t.device.secrets.planned(t.request.Intended)
	if err := t.lock(ctx); err != nil {
		return err
	}
	if t.target == netconf.CandidateStore {
		return t.stage(ctx, t.request.Edit, t.validates())
	}
	if !t.Capabilities().Has(netconf.Validate11) {
		return nil
	}
	test := t.edit(t.request.Edit)
	test.TestOption = "test-only"
	return t.together(ctx, step{method: test})
}

func (t *transaction) commitConfirmed(ctx context.Context, token string, c Confirmation, prepared bool) error {
	if prepared && t.committed {
		return &Error{Reason: ChangePending, Op: "commit", Key: t.endpoint.Key, Address: t.endpoint.Address,
			Err: errors.New("the change is committed already, and awaits its end")}
	}
	commit, err := t.commitFor(token, c)
	if err != nil {
		return err
	}
	if !prepared {
		if err := t.prepare(ctx); err != nil {
			return err
		}
	}
	remaining, err := t.commit(ctx, t.request.Edit, commit)
	if err == nil && !remaining.Empty() && t.validated {
		remaining, err = t.repeat(ctx, remaining, commit)
	}
	switch {
	case err != nil:
		return t.pending(err)
	case !remaining.Empty():
		return t.mismatch(remaining)
	}
	return nil
}

// commitFor is the commit of a method, as far as the NF can do it.
func (t *transaction) commitFor(token string, c Confirmation) (netconf.Commit, error) {
	needs, capability := netconf.Capability(""), t.Capabilities()
	commit := netconf.Commit{Comment: c.Comment}
	switch c.Method {
	case Reverse:
		return commit, nil
	case Session:
		if !capability.CanConfirm() {
			needs = netconf.ConfirmedCommit10
		}
	case Persistent:
		if commit.Persist = token; token == "" {
			return commit, t.endpoint.invalidEdit(errors.New("a persistent commit needs a token"))
		}
		if !capability.Has(netconf.ConfirmedCommit11) {
			needs = netconf.ConfirmedCommit11
		}
	default:
		return commit, t.failed("commit", fmt.Errorf("%w: there is no method %q", netconf.ErrUnsupported, c.Method))
	}
	if needs != "" || t.target != netconf.CandidateStore {
		return commit, t.failed("commit", fmt.Errorf("%w: it does not announce :candidate and %s any more, which method %s needs",
			netconf.ErrUnsupported, netconf.ConfirmedCommit11, c.Method))
	}
	commit.Confirmed, commit.ConfirmTimeout = true, c.Timeout
	return commit, nil
}

// commit commits what was staged, or edits running, and reads back. It returns what is still to be done.
func (t *transaction) commit(ctx context.Context, edit []byte, commit netconf.Commit) (*plan.Plan, error) {
	t.touched = true
	method := netconf.Method(commit)
	if t.target != netconf.CandidateStore {
		method = t.edit(edit)
	}
	return t.conclude(ctx, step{method: method, done: func(*netconf.Reply) error {
		t.dirty, t.committed = false, true
		return nil
	}})
}

// withdraw makes sure that a commit which was refused, or not reached, has left nothing behind.
func (t *transaction) withdraw(ctx context.Context, m Method, token string) {
	refused := t.touched
	if refused && m == Session {
		t.Abort() // the end of the session takes back whatever it did
		return
	}
	if refused && m == Persistent {
		t.cleanUp(ctx, step{method: netconf.CancelCommit{PersistID: token}, refused: func(error) error { return nil }})
		return
	}
	t.cleanUp(ctx)
}

// pending recognises that a commit was refused because of a confirmed commit, somebody's or ours. RFC 6241
// section 8.4 has no error of its own for that: servers answer in-use, invalid-value for the persist-id that
// is missing, or operation-failed for a parameter of the commit.
func (t *transaction) pending(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Reason != RPCError || e.Op != "commit" {
		return err
	}
	switch {
	case slices.ContainsFunc(e.Violations, tellsOfPending):
		e.Reason = ChangePending
	case isRefused(err, netconf.TagInUse, netconf.TagLockDenied):
		e.Reason = LockDenied
	}
	return err
}

// aboutPending matches what servers say of a confirmed commit, and parameters of commit as an error-path.
var aboutPending = regexp.MustCompile(`(?i)persist-id|confirmed[ -]commit|:?commit/(\w+:)?confirmed$`)

func tellsOfPending(v Violation) bool {
	if v.Path != "" && !strings.Contains(v.Path, "commit/") {
		return false // it is about data
	}
	return aboutPending.MatchString(v.AppTag) || aboutPending.MatchString(v.Message) || aboutPending.MatchString(v.Path)
}
