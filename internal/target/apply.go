// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
		return ApplyResult{}, &Error{Reason: InvalidEdit, Op: "edit-config", Key: e.Key, Address: e.Address, Err: err}
	}
	var result ApplyResult
	err := p.with(ctx, e, "apply", func(l *link) error {
		l.device.secrets.planned(r.Intended)
		l.device.applies.Store(true)
		defer l.device.applies.Store(false)
		t := &transaction{link: l, request: r, endpoint: e, lockWait: p.options.LockWait}
		err := t.run(ctx)
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

// transaction is one Apply on one session.
type transaction struct {
	*link
	endpoint Endpoint
	request  ApplyRequest
	lockWait time.Duration
	result   ApplyResult

	target netconf.Datastore
	locked []netconf.Datastore
	dirty  bool
}

func (t *transaction) run(ctx context.Context) error {
	t.result = ApplyResult{SessionID: t.ID(), Echoes: t.request.Options.Echoes}
	capabilities := t.Capabilities()
	switch {
	case capabilities.Has(netconf.Candidate):
		t.target = netconf.CandidateStore
	case capabilities.Has(netconf.WritableRunning):
		t.target = netconf.Running
	default:
		return t.failed("edit-config", fmt.Errorf("%w: it offers neither candidate nor writable-running", netconf.ErrUnsupported))
	}
	t.result.Datastore = string(t.target)
	err := t.change(ctx)
	t.cleanUp(ctx)
	return err
}

func (t *transaction) change(ctx context.Context) error {
	if err := t.lock(ctx); err != nil {
		return err
	}
	validate := t.target == netconf.CandidateStore && t.Capabilities().CanValidate() && !t.device.losesValidated
	remaining, err := t.send(ctx, t.request.Edit, validate)
	if err != nil {
		return err
	}
	if !remaining.Empty() && validate {
		if remaining, err = t.repeat(ctx, remaining); err != nil {
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

// repeat sends what a server lost although it said that it had committed it. Some servers do so when the
// candidate was validated first (seen with netconfd 2.13).
func (t *transaction) repeat(ctx context.Context, remaining *plan.Plan) (*plan.Plan, error) {
	edit, err := remaining.EditConfig()
	if err == nil {
		err = t.request.checkEdit(edit)
	}
	if err != nil {
		return nil, &Error{Reason: InvalidEdit, Op: "edit-config", Key: t.endpoint.Key, Address: t.endpoint.Address, Err: err}
	}
	if err := t.discard(ctx); err != nil {
		return nil, err
	}
	left, err := t.send(ctx, edit, false)
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
func (t *transaction) send(ctx context.Context, edit []byte, validate bool) (*plan.Plan, error) {
	t.touched = true
	t.dirty = t.target == netconf.CandidateStore
	steps := []step{{method: t.edit(edit)}}
	if validate {
		steps = append(steps, step{method: netconf.Validate{Source: t.target}})
	}
	if t.target == netconf.CandidateStore {
		if err := t.together(ctx, steps...); err != nil {
			return nil, err
		}
		steps = []step{{method: netconf.Commit{}, done: func(*netconf.Reply) error { t.dirty = false; return nil }}}
	}
	var remaining *plan.Plan
	steps = append(steps, step{method: observing(t.request.Filter), done: func(r *netconf.Reply) error {
		var err error
		remaining, err = t.readBack(r)
		return err
	}})
	return remaining, t.together(ctx, steps...)
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

// readBack returns what is still to be done by what running holds.
func (t *transaction) readBack(reply *netconf.Reply) (*plan.Plan, error) {
	var err error
	if t.result.Observation, err = t.observation(reply); err != nil {
		return nil, err
	}
	observed, _, errs := yang.DecodeXML(t.request.Schema, bytes.NewReader(t.result.Observation.XML),
		yang.XMLOptions{IgnoreUnknown: true, ConfigOnly: true})
	if len(errs) > 0 {
		return nil, &Error{Reason: InvalidReply, Op: "read back", Key: t.endpoint.Key, Address: t.endpoint.Address,
			Err: errors.New(newConcealer(t.request.Intended).text(errs.Error()))}
	}
	t.result.Observed = observed
	var lost *plan.Plan
	t.result.Echoes, t.result.Rewritten, lost = t.request.Options.Echoes.Learn(t.request.Plan, t.request.missing(observed))
	return lost, nil
}

// missing is what of the plan cannot be seen. Other differences are no business of this transaction: a plan
// may leave out what is only to be reported, and somebody may change something else meanwhile.
func (r *ApplyRequest) missing(observed *yang.Tree) *plan.Plan {
	remaining := plan.Diff(r.Intended, observed, r.Owned, r.Options)
	if r.Plan.Empty() {
		return remaining
	}
	return remaining.Select(func(c *plan.Change) bool {
		return slices.ContainsFunc(r.Plan.Changes, func(planned plan.Change) bool {
			return within(c.Path, planned.Path) || within(planned.Path, c.Path)
		})
	})
}

// within says whether path is top or below it.
func within(path, top string) bool {
	return strings.HasPrefix(path, top) && (len(path) == len(top) || path[len(top)] == '/')
}

func (t *transaction) mismatch(remaining *plan.Plan) error {
	return &Error{Reason: ReadBackMismatch, Op: "read back", Key: t.endpoint.Key, Address: t.endpoint.Address, Remaining: remaining,
		Err: fmt.Errorf("the NF answered ok but %s (%s)", remaining.Summary(), firstPaths(remaining, 3))}
}

func firstPaths(p *plan.Plan, n int) string {
	var b bytes.Buffer
	for i, c := range p.Changes {
		if i == n {
			fmt.Fprintf(&b, " and %d more", len(p.Changes)-n)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Path)
	}
	return b.String()
}

func (t *transaction) discard(ctx context.Context) error {
	return t.together(ctx, step{method: netconf.DiscardChanges{}})
}

// failed turns an error of netconf into an Error without secrets, with paths and origins of the plan.
func (t *transaction) failed(op string, err error) error {
	list := (netconf.RPCErrors)(nil)
	if !errors.As(err, &list) {
		return t.endpoint.fail(op, err)
	}
	found := violations(list, t.request.Schema, t.request.Intended)
	conceal := newConcealer(t.request.Intended)
	for i := range found {
		found[i].Path = conceal.text(found[i].Path)
		found[i].Message = conceal.text(found[i].Message)
	}
	return &Error{Reason: RPCError, Op: op, Key: t.endpoint.Key, Address: t.endpoint.Address, Violations: found}
}

// cleanUp discards what was not committed and frees the locks, also when ctx has ended. If the NF does
// not play along, the end of the session does it.
func (t *transaction) cleanUp(ctx context.Context) {
	if t.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	var steps []step
	if t.dirty {
		steps = append(steps, step{method: netconf.DiscardChanges{}})
	}
	for _, ds := range slices.Backward(t.locked) {
		steps = append(steps, t.unlocking(ds))
	}
	if err := t.together(ctx, steps...); err != nil {
		t.Abort()
	}
}
