// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

const (
	cleanupTimeout = 10 * time.Second
	lockRetry      = 250 * time.Millisecond
)

// ApplyRequest is a transaction to be made on an NF.
type ApplyRequest struct {
	// Schema is what Plan was made with.
	Schema *yang.Schema
	// Plan is what is to be changed.
	Plan *plan.Plan
	// Edit is the content of the config element; nil takes Plan.EditConfig().
	Edit []byte
	// Filter is the content of the subtree filter to read back with, that of the observation.
	Filter []byte
	// Intended, Owned and Options are those that Plan was made with: after the change, plan.Diff must
	// find nothing of Plan still to do. Where Options.Echoes can learn, a value that comes back as neither
	// what was sent nor what was there before counts as done; else only what was sent does.
	Intended *yang.Tree
	Owned    plan.Inventory
	Options  plan.Options
	// Comment is what Apply puts into the commit element, as XML; see netconf.Commit. Without a candidate there
	// is no such place.
	Comment []byte
}

// ApplyResult is a transaction that was made and read back.
type ApplyResult struct {
	// SessionID is that of the session which made the change.
	SessionID uint64
	// Datastore is the one that was edited: candidate or running.
	Datastore string
	// Observation is what was read back, and Observed the same as a tree.
	Observation Observation
	Observed    *yang.Tree
	// Echoes are those of the request, with what came back in another form than it was sent; Rewritten are
	// the paths of the latter, for people to read. They hold after an error too.
	Echoes    plan.Echoes
	Rewritten []string
	// Repeated says that the NF had lost the change, which was validated before its commit, and took it
	// when it was repeated without. It is done without for this NF from then on.
	Repeated bool
	// Warnings are what the NF had to say of steps that it took: rpc-errors of severity warning (RFC 6241 section
	// 4.3), without secrets, the first 20.
	Warnings []Violation
	// StartupSaved says that running was copied to startup.
	StartupSaved bool
	// RPCs are the names of the RPCs used, in their order.
	RPCs []string
}

// Apply makes the change of a plan as one transaction: lock, discard, edit, validate, commit, read back,
// save, unlock - on the candidate where the NF offers one, else on running. Requests that do not depend on
// each other's outcome are sent together: it costs four round trips. It is done when the change
// was read back, not when the NF says so. An error leaves neither a lock nor a dirty candidate behind;
// its Reason tells what happened, and ReadBackMismatch what is missing. What is returned beside an error
// is as far as it went.
func (p *Pool) Apply(ctx context.Context, e Endpoint, r ApplyRequest) (ApplyResult, error) {
	if err := r.complete(); err != nil {
		return ApplyResult{}, e.invalidEdit(err)
	}
	var result ApplyResult
	err := p.step(ctx, e, "apply", "", r, func(t *transaction, _ *holding) error {
		t.device.secrets.planned(r.Intended)
		err := t.change(ctx)
		t.cleanUp(ctx)
		result = t.result
		return err
	})
	return result, err
}

// complete computes the edit, and makes sure that it holds nothing but configuration of the schema.
func (r *ApplyRequest) complete() error {
	if r.Edit == nil {
		edit, err := r.Plan.EditConfig()
		if err != nil {
			return err
		}
		r.Edit = edit
	}
	return r.checkEdit(r.Edit)
}

func (r *ApplyRequest) checkEdit(edit []byte) error {
	config := fmt.Sprintf("<config xmlns=%q>%s</config>", netconf.BaseNamespace, edit)
	_, _, errs := yang.DecodeXML(r.Schema, bytes.NewReader([]byte(config)), yang.XMLOptions{Edit: true, ConfigOnly: true})
	return errs.Err()
}

// transaction is one Apply, or one step of a change that is to be confirmed, on one session.
type transaction struct {
	*link
	endpoint Endpoint
	request  ApplyRequest
	lockWait time.Duration
	conceal  *concealer // of secrets in what the server says; nil: those of what is intended
	result   ApplyResult

	target    netconf.Datastore
	locked    []netconf.Datastore
	dirty     bool // the candidate may hold what running does not
	validated bool // so it was validated
	committed bool // running holds the change
	ended     bool // the change is final, or gone
	unknown   bool // the server knew of no such commit
	sparing   bool // a lock refused with in-use is not waited for
}

// transaction begins one on a session.
func (p *Pool) transaction(l *link, e Endpoint, r ApplyRequest) (*transaction, error) {
	t := &transaction{link: l, request: r, endpoint: e, lockWait: p.options.LockWait}
	t.result = ApplyResult{SessionID: t.ID(), Echoes: r.Options.Echoes}
	var err error
	if t.target, err = targetFor(t.Capabilities()); err != nil {
		return nil, t.failed("edit-config", err)
	}
	t.result.Datastore = string(t.target)
	return t, nil
}

func (t *transaction) change(ctx context.Context) error {
	if err := t.lock(ctx); err != nil {
		return err
	}
	commit := netconf.Commit{Comment: t.request.Comment}
	remaining, err := t.send(ctx, t.request.Edit, t.validates(), commit)
	if err != nil {
		return t.pending(err)
	}
	if !remaining.Empty() && t.validated {
		if remaining, err = t.repeat(ctx, remaining, commit); err != nil {
			return err
		}
	}
	if !remaining.Empty() {
		return t.mismatch(remaining)
	}
	return t.finish(ctx)
}

// finish saves what was read back, and frees the locks in the same round trip. That a lock cannot be freed
// does not undo the change: it goes with the session.
func (t *transaction) finish(ctx context.Context) error {
	var steps []step
	saves := t.Capabilities().Has(netconf.Startup)
	if saves {
		steps = append(steps, step{method: netconf.CopyConfig{Target: netconf.StartupStore, Source: netconf.Running},
			done: func(*netconf.Reply) error { t.result.StartupSaved = true; return nil }})
	}
	for _, ds := range slices.Backward(t.locked) {
		steps = append(steps, t.unlocking(ds))
	}
	err := t.together(ctx, steps...)
	if err != nil && saves == t.result.StartupSaved {
		t.Abort()
		return nil
	}
	return err
}

// validates says whether the candidate is to be validated.
func (t *transaction) validates() bool {
	return t.target == netconf.CandidateStore && t.Capabilities().CanValidate() && !t.device.losesValidated
}

// repeat sends what a server lost although it said that it had committed it. Some servers do so when the
// candidate was validated first (seen with netconfd 2.13). A commit that is to be confirmed is taken back
// before, as far as there is one: it is not known what the server would take the second for.
func (t *transaction) repeat(ctx context.Context, remaining *plan.Plan, commit netconf.Commit) (*plan.Plan, error) {
	edit, err := remaining.EditConfig()
	if err == nil {
		err = t.request.checkEdit(edit)
	}
	if err != nil {
		return nil, t.endpoint.invalidEdit(err)
	}
	steps := []step{{method: netconf.DiscardChanges{}, done: t.cleaned}}
	if commit.Persist != "" {
		edit = t.request.Edit
		cancel := step{method: netconf.CancelCommit{PersistID: commit.Persist}, refused: func(error) error { return nil }}
		steps = append([]step{cancel}, steps...)
	}
	t.committed = false
	if err := t.together(ctx, steps...); err != nil {
		return nil, err
	}
	left, err := t.send(ctx, edit, false, commit)
	if err != nil {
		return nil, err
	}
	if left.Empty() {
		t.result.Repeated = true
		t.device.losesValidated = true
	}
	return left, nil
}

// send edits and validates, then commits and reads back: two round trips, or one where running is edited.
// It returns what is still to be done.
func (t *transaction) send(ctx context.Context, edit []byte, validate bool, commit netconf.Commit) (*plan.Plan, error) {
	t.touched = true
	if t.target == netconf.CandidateStore {
		if err := t.stage(ctx, edit, validate); err != nil {
			return nil, err
		}
	}
	return t.commit(ctx, edit, commit)
}

// stage edits the candidate, and has it validated.
func (t *transaction) stage(ctx context.Context, edit []byte, validate bool) error {
	t.dirty, t.validated = true, validate
	steps := []step{{method: t.edit(edit)}}
	if validate {
		steps = append(steps, step{method: netconf.Validate{Source: t.target}})
	}
	return t.together(ctx, steps...)
}

// conclude runs steps that change running, and reads back in the same round trip. It returns what of the plan
// is still to be done.
func (t *transaction) conclude(ctx context.Context, steps ...step) (*plan.Plan, error) {
	var remaining *plan.Plan
	err := t.together(ctx, append(steps, step{method: observing(t.request.Filter), done: func(r *netconf.Reply) error {
		var err error
		remaining, err = t.readBack(r)
		return err
	}})...)
	return remaining, err
}

// edit is the edit-config.
func (t *transaction) edit(config []byte) netconf.EditConfig {
	e := netconf.EditConfig{Target: t.target, DefaultOperation: "merge", Config: config}
	if t.Capabilities().CanValidate() {
		e.TestOption = "test-then-set"
	}
	if t.Capabilities().Has(netconf.RollbackOnError) {
		e.ErrorOption = "rollback-on-error"
	}
	return e
}

func (t *transaction) discard(ctx context.Context) error {
	return t.together(ctx, step{method: netconf.DiscardChanges{}, done: t.cleaned})
}

// cleaned notes that the candidate is as running.
func (t *transaction) cleaned(*netconf.Reply) error {
	t.dirty = false
	return nil
}

func (t *transaction) concealer() *concealer {
	if t.conceal != nil {
		return t.conceal
	}
	return newConcealer(t.request.Intended)
}

// failed turns an error of netconf into an Error without secrets, with paths and origins of the plan.
func (t *transaction) failed(op string, err error) error {
	list := (netconf.RPCErrors)(nil)
	if !errors.As(err, &list) {
		return t.endpoint.fail(op, err)
	}
	found := violations(list, t.request.Schema, t.request.Intended)
	conceal := t.concealer()
	for i := range found {
		found[i].Path = conceal.text(found[i].Path)
		found[i].Message = conceal.text(found[i].Message)
	}
	return &Error{Reason: RPCError, Op: op, Key: t.endpoint.Key, Address: t.endpoint.Address, Violations: found}
}

// cleanUp discards what was not committed and frees the locks, after steps that come before, also when ctx has
// ended. If the NF does not play along, the end of the session does it.
func (t *transaction) cleanUp(ctx context.Context, steps ...step) {
	if t.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	if t.dirty {
		steps = append(steps, step{method: netconf.DiscardChanges{}, done: t.cleaned})
	}
	for _, ds := range slices.Backward(t.locked) {
		steps = append(steps, t.unlocking(ds))
	}
	if err := t.together(ctx, steps...); err != nil {
		t.Abort()
	}
}
