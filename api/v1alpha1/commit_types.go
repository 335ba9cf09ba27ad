// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Mode says whether the NF is changed.
type Mode string

const (
	// ModeApply brings the NF to what Git says.
	ModeApply Mode = "Apply"
	// ModePlan computes and shows what would be changed, and changes nothing.
	ModePlan Mode = "Plan"
)

// CommitPolicy says how a change becomes final. With checks, the NF reverts by
// itself unless all of them hold before the deadline.
type CommitPolicy struct {
	// ConfirmTimeout is how long the checks may take to hold. The NF reverts the
	// change by itself when it was not confirmed by then (RFC 6241 section 8.4).
	// +optional
	// +kubebuilder:default="2m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	ConfirmTimeout metav1.Duration `json:"confirmTimeout,omitzero"`

	// StabilityWindow is how long all checks must hold without a break before the
	// change is confirmed. Default: none, they must hold once.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	StabilityWindow metav1.Duration `json:"stabilityWindow,omitzero"`

	// Checks that must all hold before the change is confirmed. Without any the
	// change is final when it was read back.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Checks []Check `json:"checks,omitempty"`

	// Attempts is how often a change whose checks failed is tried, with
	// retryBackoff, doubled each time, between. Then a new commit, or
	// reconcile.fluxcd.io/requestedAt, is waited for.
	// +optional
	// +kubebuilder:default=2
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10
	Attempts int32 `json:"attempts,omitempty"`

	// RetryBackoff is the pause after the first failed attempt.
	// +optional
	// +kubebuilder:default="5m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RetryBackoff metav1.Duration `json:"retryBackoff,omitzero"`
}

// Check is one thing that must hold.
// +kubebuilder:validation:XValidation:rule="has(self.expr) || has(self.tcp) || has(self.tls)",messageExpression="'check ' + self.name + ' must have one of expr, tcp and tls'"
// +kubebuilder:validation:XValidation:rule="!(has(self.tcp) && has(self.tls))",messageExpression="'check ' + self.name + ' must not have both tcp and tls'"
// +kubebuilder:validation:XValidation:rule="!has(self.get) || has(self.expr)",messageExpression="'check ' + self.name + ' reads a value with get: say in expr what it must be'"
// +kubebuilder:validation:XValidation:rule="!has(self.expr) || !(has(self.tcp) || has(self.tls))",messageExpression="'check ' + self.name + ' must not have a probe beside expr'"
type Check struct {
	// Name of the check, shown where it fails.
	// +required
	// +kubebuilder:validation:Pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Expr is CEL that must be true. In scope: value and values (what get read),
	// inputs.<name>, workload, nf, target, certificates, dns.ready and
	// certificates.<name>.ready.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Expr string `json:"expr,omitempty"`

	// Get is the path of a node on the NF, state or configuration, in the form of
	// RFC 7951 section 6.11: /ietf-interfaces:interfaces-state/interface[name='n3']/oper-status.
	// Keys may be left out to read all entries. May hold expressions in ${…}.
	// +optional
	// +kubebuilder:validation:Pattern="^/.+"
	// +kubebuilder:validation:MaxLength=1024
	Get string `json:"get,omitempty"`

	// TCP connects to an address.
	// +optional
	TCP *TCPProbe `json:"tcp,omitempty"`

	// TLS makes a handshake with an address and looks at the certificate.
	// +optional
	TLS *TLSProbe `json:"tls,omitempty"`
}

// TCPProbe connects to an address.
type TCPProbe struct {
	// Address as host:port. May hold expressions in ${…}.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Address string `json:"address"`
}

// TLSProbe makes a TLS handshake.
type TLSProbe struct {
	// Address as host:port. May hold expressions in ${…}.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Address string `json:"address"`

	// ServerName to ask for and to verify. Default: the host of the address.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ServerName string `json:"serverName,omitempty"`

	// Certificate of spec.certificates that the server must present, that very one.
	// It is verified with that certificate's CA. Default: any that verifies with the
	// system's roots.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Certificate string `json:"certificate,omitempty"`
}

// Actions are RPCs and YANG actions of the NF that go with a change.
type Actions struct {
	// Pre are done before the change is made, each once per applied revision. One
	// that fails keeps the change from being made.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	Pre []Action `json:"pre,omitempty"`

	// Post are done after the change is final, each once per applied revision.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	Post []Action `json:"post,omitempty"`
}

// Action is an RPC (RFC 7950 section 7.14) or an action (section 7.15).
// +kubebuilder:validation:XValidation:rule="has(self.rpc) != has(self.action)",messageExpression="'action ' + self.name + ' must have exactly one of rpc and action'"
type Action struct {
	// Name shown in the status.
	// +required
	// +kubebuilder:validation:Pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// RPC as module:name.
	// +optional
	// +kubebuilder:validation:Pattern="^[A-Za-z_][A-Za-z0-9_.-]*:[A-Za-z_][A-Za-z0-9_.-]*$"
	// +kubebuilder:validation:MaxLength=256
	RPC string `json:"rpc,omitempty"`

	// Action as the path of its instance: /acme-upf:upf/session-table[name='a']/flush.
	// +optional
	// +kubebuilder:validation:Pattern="^/.+"
	// +kubebuilder:validation:MaxLength=1024
	Action string `json:"action,omitempty"`

	// Input with RFC 7951 names. Strings may hold ${…} expressions in CEL.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Input *apiextensionsv1.JSON `json:"input,omitempty"`

	// IgnoreFailure goes on when the NF refuses.
	// +optional
	IgnoreFailure bool `json:"ignoreFailure,omitempty"`
}

// ActionPhase says when an action is done.
type ActionPhase string

// The phases of actions.
const (
	ActionPre  ActionPhase = "Pre"
	ActionPost ActionPhase = "Post"
)

// ActionState is how an action ended.
type ActionState string

// The states of an action. Started, found by a manager that did not start it, becomes
// Unknown: it is not repeated by itself.
const (
	ActionPending   ActionState = "Pending" // it is to be done with the change being made
	ActionStarted   ActionState = "Started"
	ActionSucceeded ActionState = "Succeeded"
	ActionFailed    ActionState = "Failed"
	ActionUnknown   ActionState = "Unknown"
)

// ActionStatus is what became of an action for the revision that was last applied or
// is being applied.
type ActionStatus struct {
	// Name of the action.
	Name string `json:"name"`
	// Phase of the action.
	Phase ActionPhase `json:"phase"`
	// Digest of the intended tree it was done for.
	Digest string `json:"digest"`
	// State of the action.
	State ActionState `json:"state"`
	// Time of the last change of state.
	// +optional
	Time metav1.Time `json:"time,omitzero"`
	// Output of the NF with RFC 7951 names, secrets left out, bounded.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Output string `json:"output,omitempty"`
	// Message says why it failed.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// CommitStep says how far a change got that is under way.
type CommitStep string

const (
	// StepPrepared: the change may have been committed, or may not; what the NF holds
	// tells.
	StepPrepared CommitStep = "Prepared"
	// StepGating: the change is on the NF, and its checks are awaited.
	StepGating CommitStep = "Gating"
	// StepConfirming: it is decided that the change stays.
	StepConfirming CommitStep = "Confirming"
	// StepReverting: it is decided that the change goes.
	StepReverting CommitStep = "Reverting"
)

// CommitMethod is the strongest procedure that the NF allows.
type CommitMethod string

const (
	// MethodPersistent is a confirmed commit with a persist token (RFC 6241 section
	// 8.4, capability 1.1): any session can confirm it, and the NF reverts by itself.
	MethodPersistent CommitMethod = "Persistent"
	// MethodSession is a confirmed commit of one session (capability 1.0): the NF
	// reverts by itself, at once when the session ends.
	MethodSession CommitMethod = "Session"
	// MethodReverse commits for good, and undoes it by the reverse change: for an NF
	// without confirmed commits.
	MethodReverse CommitMethod = "Reverse"
	// MethodPlain is a commit without checks.
	MethodPlain CommitMethod = "Plain"
)

// PendingCommit is a change that is under way. It is written before the commit is
// sent, so that whoever finds it can end what was begun.
type PendingCommit struct {
	// PersistID is the token of the change. On an NF with confirmed-commit 1.1 it
	// confirms or cancels the commit from any session.
	PersistID string `json:"persistID"`
	// Target the change is made on, as namespace/name.
	Target string `json:"target"`
	// Method by which it is made.
	Method CommitMethod `json:"method"`
	// Step it has reached.
	Step CommitStep `json:"step"`
	// Reason for reverting, where that is decided.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Reason string `json:"reason,omitempty"`
	// GateFailed: it is reverted because its checks did not hold, and not tried again
	// at once.
	// +optional
	GateFailed bool `json:"gateFailed,omitempty"`

	// StartedTime is when it was begun.
	StartedTime metav1.MicroTime `json:"startedTime"`
	// Deadline is when the NF reverts by itself, by our clock.
	Deadline metav1.MicroTime `json:"deadline"`
	// HeldSince is since when all checks hold without a break.
	// +optional
	HeldSince *metav1.MicroTime `json:"heldSince,omitempty"`

	// Revision and Author of the change.
	// +optional
	Revision string `json:"revision,omitempty"`
	// +optional
	Author string `json:"author,omitempty"`
	// Digest of the intended tree.
	Digest string `json:"digest"`
	// Summary of the plan.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Summary string `json:"summary,omitempty"`

	// Before is the digest of what the NF held, within filter; the previous fields are
	// what was applied then.
	Before string `json:"before"`
	// Filter is the subtree filter of both readings.
	// +optional
	Filter string `json:"filter,omitempty"`
	// +optional
	PreviousRevision string `json:"previousRevision,omitempty"`
	// +optional
	PreviousDigest string `json:"previousDigest,omitempty"`
	// PreviousInventory is what was owned before, packed.
	// +optional
	PreviousInventory []byte `json:"previousInventory,omitempty"`

	// UndoRef names the Secret that holds the reverse change, where the NF may not
	// revert by itself.
	// +optional
	UndoRef *LocalReference `json:"undoRef,omitempty"`
	// Rollout is the NetworkFunctionRollout that decides, where it is not this object.
	// +optional
	Rollout *LocalReference `json:"rollout,omitempty"`

	// Checks as they were seen last.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Checks []CheckStatus `json:"checks,omitempty"`
}

// CheckStatus is how a check was seen last.
type CheckStatus struct {
	// Name of the check.
	Name string `json:"name"`
	// Holds says whether it held.
	Holds bool `json:"holds"`
	// Message says why it does not, without secrets.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Message string `json:"message,omitempty"`
}

// Guarantees says what held for the last change: what could have happened and could not.
type Guarantees struct {
	// Method of the last change.
	Method CommitMethod `json:"method"`
	// Transaction: the change was one transaction: all or nothing.
	Transaction bool `json:"transaction"`
	// Validated: the NF validated the change before it took it.
	Validated bool `json:"validated"`
	// SelfReverting: the NF would have reverted by itself, had Strowger died.
	SelfReverting bool `json:"selfReverting"`
	// Exclusive: what was edited was locked against others.
	Exclusive bool `json:"exclusive"`
	// Saved: it is in startup, or the NF keeps running by itself.
	Saved bool `json:"saved"`
}

// Outcome of a change.
type Outcome string

const (
	// OutcomeApplied: it was committed and read back; its checks, if any, held.
	OutcomeApplied Outcome = "Applied"
	// OutcomeReverted: its checks did not hold, and the NF is back at what it had.
	OutcomeReverted Outcome = "Reverted"
	// OutcomeExpired: nobody confirmed it in time, and the NF reverted by itself.
	OutcomeExpired Outcome = "Expired"
	// OutcomeRefused: the NF refused it.
	OutcomeRefused Outcome = "Refused"
	// OutcomeRolledBack: the NF was brought back to a former revision on request.
	OutcomeRolledBack Outcome = "RolledBack"
	// OutcomeUnknown: it could not be found out.
	OutcomeUnknown Outcome = "Unknown"
)

// HistoryEntry is one change that was made on the NF, or tried.
type HistoryEntry struct {
	// Revision that was applied.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Author of the revision: name <address>.
	// +optional
	// +kubebuilder:validation:MaxLength=320
	Author string `json:"author,omitempty"`
	// Digest of the intended tree.
	Digest string `json:"digest"`
	// Outcome of the change.
	Outcome Outcome `json:"outcome"`
	// Reason for an outcome that is not Applied.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Reason string `json:"reason,omitempty"`
	// Summary of the plan: how much was created, modified and deleted.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Summary string `json:"summary,omitempty"`
	// Time at which it ended.
	Time metav1.Time `json:"time"`
	// Snapshot names the Secret that holds what was applied, to roll back to.
	// +optional
	Snapshot string `json:"snapshot,omitempty"`
	// Rollout that the change was part of.
	// +optional
	Rollout string `json:"rollout,omitempty"`
}

// FailedCommit is a change that is not tried again by itself for now.
type FailedCommit struct {
	// Digest of the intended tree.
	Digest string `json:"digest"`
	// Revision of it.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Attempts that failed.
	Attempts int32 `json:"attempts"`
	// Reason of the last failure.
	// +kubebuilder:validation:MaxLength=2048
	Reason string `json:"reason"`
	// RetryTime is when it is tried again. Missing: not before a new commit, or
	// reconcile.fluxcd.io/requestedAt.
	// +optional
	RetryTime *metav1.Time `json:"retryTime,omitempty"`
	// HandledReconcileAt is the request that was last answered by an attempt.
	// +optional
	HandledReconcileAt string `json:"handledReconcileAt,omitempty"`
}

// Rollback is a former state that the NF was brought back to on request.
type Rollback struct {
	// Revision that the NF is at now.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Digest of what it is at.
	Digest string `json:"digest"`
	// From is the digest of what Git said when it was asked for. As soon as Git says
	// anything else, that is applied.
	From string `json:"from"`
	// FromRevision of it.
	// +optional
	FromRevision string `json:"fromRevision,omitempty"`
	// Time of the request.
	Time metav1.Time `json:"time"`
}

// PlanStatus is what would be changed on the NF.
type PlanStatus struct {
	// Revision that was planned.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Digest of the intended tree.
	Digest string `json:"digest"`
	// PlanDigest is the digest of the plan: what was seen on the NF is part of it.
	PlanDigest string `json:"planDigest"`
	// Creates, Modifies and Deletes count the changes.
	Creates  int32 `json:"creates"`
	Modifies int32 `json:"modifies"`
	Deletes  int32 `json:"deletes"`
	// Changes are the first of them, one line each, without secrets.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=200
	Changes []string `json:"changes,omitempty"`
	// Rehearsed: the NF took the change on its candidate and validated it; it was
	// discarded then. RehearsalMessage says why it did not, or why it was not asked.
	Rehearsed bool `json:"rehearsed"`
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	RehearsalMessage string `json:"rehearsalMessage,omitempty"`
	// ObservedGeneration that was planned.
	ObservedGeneration int64 `json:"observedGeneration"`
}

const (
	// RollbackAnnotation on a NetworkFunction brings the NF back to a revision, or
	// digest, of status.history until Git says something new.
	RollbackAnnotation = "nf.strowger.dev/rollback-to"
	// PlanAnnotation with the value "true" is spec.mode Plan as long as it is there.
	PlanAnnotation = "nf.strowger.dev/plan"
	// PlanForAnnotation makes a NetworkFunction of mode Plan stand in for another one of
	// its namespace, which it names: what is planned is the change from that one to this.
	PlanForAnnotation = "nf.strowger.dev/plan-for"
)
