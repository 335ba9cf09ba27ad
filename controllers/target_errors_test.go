// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"testing"

	"github.com/fluxcd/pkg/runtime/conditions"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// TestMissedBefore: what a manager says of an NF that the one before it did not reach is
// what that one said, word by word.
func TestMissedBefore(t *testing.T) {
	ep := target.Endpoint{Key: "core/router", Address: "192.0.2.1:830"}
	for name, tt := range map[string]struct {
		err    *target.Error
		missed bool
	}{
		"unreachable": {&target.Error{Reason: target.Unreachable, Op: "connect", Address: ep.Address, Err: errors.New("dial tcp: no route to host")}, true},
		"timeout":     {&target.Error{Reason: target.Timeout, Op: "connect", Address: ep.Address, Err: errors.New("no answer within 30s")}, true},
		"wrong key":   {&target.Error{Reason: target.HostKeyMismatch, Op: "connect", Address: ep.Address, Err: errors.New("another key")}, false},
		"reached":     {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			router := &v1alpha1.Target{}
			router.Generation = 3
			mark := func(err error) {
				markPhase(router, v1alpha1.ReachableCondition, reconcile.As(targetError(err)), "reached")
			}
			if tt.err == nil {
				mark(nil)
			} else {
				mark(tt.err)
			}
			before := conditions.Get(router, v1alpha1.ReachableCondition)

			why := missedBefore(router, ep)
			g.Expect(why != nil).To(Equal(tt.missed))
			if tt.missed {
				mark(why)
				g.Expect(conditions.Get(router, v1alpha1.ReachableCondition)).To(Equal(before))
			}
			router.Generation++
			g.Expect(missedBefore(router, ep)).To(BeNil(), "it was of another spec")
		})
	}
}
