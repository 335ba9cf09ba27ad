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
	// find nothing of Plan still to do.
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
	// Repeated says that the NF had lost the change, which was validated before its commit, and took it
	// when it was repeated without. It is done without for this NF from then on.
	Repeated bool
	// StartupSaved says that running was copied to startup.
	StartupSaved bool
	// RPCs are the names of the RPCs used, in their order.
	RPCs []string
}

// Apply makes the change of a plan as one transaction: lock, discard, edit, validate, commit, read back,
// save, unlock - on the candidate where the NF offers one, else on running. It is done when the change
// was read back, not when the NF says so. An error leaves neither a lock nor a dirty candidate behind;
// its Reason tells what happened, and ReadBackMismatch what is missing.
func (p *Pool) Apply(ctx context.Context, e Endpoint, r ApplyRequest) (ApplyResult, error) {
	if err := r.complete(); err != nil {
		return ApplyResult{}, &Error{Reason: InvalidEdit, Op: "edit-config", Key: e.Key, Address: e.Address, Err: err}
	}
	var result ApplyResult
	err := p.with(ctx, e, "apply", func(l *link) error {
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
	t.result = ApplyResult{SessionID: t.ID()}
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
	if err := t.send(ctx, t.request.Edit, validate); err != nil {
		return err
	}
	remaining, err := t.readBack(ctx)
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
	if t.Capabilities().Has(netconf.Startup) {
		if err := t.step(ctx, "copy-config", func(ctx context.Context) error {
			return t.CopyConfig(ctx, netconf.StartupStore, netconf.Running)
		}); err != nil {
			return err
		}
		t.result.StartupSaved = true
	}
	return nil
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
	if err := t.send(ctx, edit, false); err != nil {
		return nil, err
	}
	left, err := t.readBack(ctx)
	if err != nil {
		return nil, err
	}
	if left.Empty() {
		t.result.Repeated = true
		t.device.losesValidated = true
	}
	return left, nil
}

// send edits, validates and commits.
func (t *transaction) send(ctx context.Context, edit []byte, validate bool) error {
	t.touched = true
	t.dirty = t.target == netconf.CandidateStore
	request := netconf.EditConfigRequest{Target: t.target, DefaultOperation: "merge", Config: edit}
	if t.Capabilities().CanValidate() {
		request.TestOption = "test-then-set"
	}
	if t.Capabilities().Has(netconf.RollbackOnError) {
		request.ErrorOption = "rollback-on-error"
	}
	if err := t.step(ctx, "edit-config", func(ctx context.Context) error { return t.EditConfig(ctx, request) }); err != nil {
		return err
	}
	if t.target != netconf.CandidateStore {
		return nil
	}
	if validate {
		if err := t.step(ctx, "validate", func(ctx context.Context) error { return t.Validate(ctx, t.target) }); err != nil {
			return err
		}
	}
	if err := t.step(ctx, "commit", func(ctx context.Context) error {
		return t.Commit(ctx, netconf.CommitOptions{})
	}); err != nil {
		return err
	}
	t.dirty = false
	return nil
}

// readBack observes running and returns what is still to be done.
func (t *transaction) readBack(ctx context.Context) (*plan.Plan, error) {
	err := t.step(ctx, "get-config", func(ctx context.Context) error {
		var err error
		t.result.Observation, err = t.observe(ctx, t.request.Filter)
		return err
	})
	if err != nil {
		return nil, err
	}
	observed, _, errs := yang.DecodeXML(t.request.Schema, bytes.NewReader(t.result.Observation.XML),
		yang.XMLOptions{IgnoreUnknown: true, ConfigOnly: true})
	if len(errs) > 0 {
		return nil, &Error{Reason: InvalidReply, Op: "read back", Key: t.endpoint.Key, Address: t.endpoint.Address,
			Err: errors.New(newConcealer(t.request.Intended).text(errs.Error()))}
	}
	t.result.Observed = observed
	return t.request.missing(observed), nil
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
	return t.step(ctx, "discard-changes", t.DiscardChanges)
}

// step runs one RPC and translates its error.
func (t *transaction) step(ctx context.Context, name string, f func(context.Context) error) error {
	t.result.RPCs = append(t.result.RPCs, name)
	return t.failed(name, t.rpc(ctx, f))
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
	var err error
	if t.dirty {
		err = t.discard(ctx)
	}
	for i := len(t.locked) - 1; i >= 0 && err == nil; i-- {
		ds := t.locked[i]
		err = t.step(ctx, "unlock", func(ctx context.Context) error { return t.Unlock(ctx, ds) })
	}
	if err != nil {
		t.Abort()
	}
}
