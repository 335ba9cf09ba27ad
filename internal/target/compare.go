// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

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
			Err: errors.New(t.concealer().text(errs.Error()))}
	}
	t.result.Observed = observed
	if t.request.Intended == nil {
		return nil, nil //nolint:nilnil // nothing is to be done
	}
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
