// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package crash names the steps of a change at which a manager may die. At does
// nothing, unless it is built with the tag crashpoints: then it kills its own process
// at the step that the environment names, so that tests see what is left behind. It
// knows nothing of what happens at a step.
package crash

// Step is a place in the code at which it matters what has been done and what has not.
type Step string

// The steps of a change of one NF, in their order.
const (
	// PendingWritten: the token is in the status, nothing was sent.
	PendingWritten Step = "pending-written"
	// Prepared: locked, edited and validated; not committed.
	Prepared Step = "prepared"
	// Committed: the NF holds the change, which the status does not say yet.
	Committed Step = "committed"
	// GatingWritten: it says so.
	GatingWritten Step = "gating-written"
	// DecidedToConfirm: the decision is in the status, nothing was sent.
	DecidedToConfirm Step = "decided-to-confirm"
	// Confirmed: the change is final, which the status does not say yet.
	Confirmed Step = "confirmed"
	// DecidedToRevert: the decision is in the status, nothing was sent.
	DecidedToRevert Step = "decided-to-revert"
	// Reverted: the NF is back, which the status does not say yet.
	Reverted Step = "reverted"
	// PlainCommitted: a commit without checks was made, which the status does not say yet.
	PlainCommitted Step = "plain-committed"
)

// The steps of an atomic rollout, in their order. Those of one member are reached once
// for each.
const (
	RolloutBegun            Step = "rollout-begun"
	RolloutMemberPrepared   Step = "rollout-member-prepared"
	RolloutAllPrepared      Step = "rollout-all-prepared"
	RolloutMemberCommitted  Step = "rollout-member-committed"
	RolloutAllCommitted     Step = "rollout-all-committed"
	RolloutDecidedToConfirm Step = "rollout-decided-to-confirm"
	RolloutMemberConfirmed  Step = "rollout-member-confirmed"
	RolloutAllConfirmed     Step = "rollout-all-confirmed"
	RolloutDecidedToRevert  Step = "rollout-decided-to-revert"
	RolloutMemberReverted   Step = "rollout-member-reverted"
)

// Steps lists all, in the order above.
func Steps() []Step {
	return []Step{
		PendingWritten, Prepared, Committed, GatingWritten, DecidedToConfirm, Confirmed, DecidedToRevert, Reverted, PlainCommitted,
		RolloutBegun, RolloutMemberPrepared, RolloutAllPrepared, RolloutMemberCommitted, RolloutAllCommitted,
		RolloutDecidedToConfirm, RolloutMemberConfirmed, RolloutAllConfirmed, RolloutDecidedToRevert, RolloutMemberReverted,
	}
}
