// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RolloutStrategy says in which order NFs are changed.
type RolloutStrategy string

const (
	// RolloutWaves changes groups of NFs one after the other.
	RolloutWaves RolloutStrategy = "Waves"
	// RolloutAtomic changes all NFs as one transaction, or none.
	RolloutAtomic RolloutStrategy = "Atomic"
)

// NetworkFunctionRolloutSpec selects NetworkFunctions of its namespace, and says how
// what changes in Git comes to them.
// +kubebuilder:validation:XValidation:rule="self.strategy == 'Waves' || !has(self.waves)",message="waves belong to strategy Waves"
// +kubebuilder:validation:XValidation:rule="self.strategy == 'Atomic' || !has(self.checks)",message="checks belong to strategy Atomic; a wave has its own"
type NetworkFunctionRolloutSpec struct {
	// Selector of the NetworkFunctions, by their labels. Each may belong to one rollout.
	// +required
	Selector metav1.LabelSelector `json:"selector"`

	// Strategy: Waves or Atomic.
	// +required
	// +kubebuilder:validation:Enum=Waves;Atomic
	Strategy RolloutStrategy `json:"strategy"`

	// Waves in their order. A NetworkFunction belongs to the first wave whose selector
	// matches it; what none matches comes last, as one wave.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Waves []RolloutWave `json:"waves,omitempty"`

	// OnFailure: Stop leaves what was changed; Revert brings the members that were
	// changed back to what they had. Atomic always reverts. Default Stop.
	// +optional
	// +kubebuilder:default=Stop
	// +kubebuilder:validation:Enum=Stop;Revert
	OnFailure string `json:"onFailure,omitempty"`

	// Checks of an atomic rollout, over all of its members, beside those that each
	// member has.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Checks []RolloutCheck `json:"checks,omitempty"`

	// Settle is for how long no member may change before a rollout begins, so that
	// what comes in one commit is rolled out together.
	// +optional
	// +kubebuilder:default="1s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Settle metav1.Duration `json:"settle,omitzero"`

	// PrepareTimeout is how long an atomic rollout waits for a member that cannot be
	// reached, or is locked, before it gives up.
	// +optional
	// +kubebuilder:default="30s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	PrepareTimeout metav1.Duration `json:"prepareTimeout,omitzero"`

	// ConfirmTimeout of an atomic rollout, for all members.
	// +optional
	// +kubebuilder:default="2m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	ConfirmTimeout metav1.Duration `json:"confirmTimeout,omitzero"`

	// Suspend begins no rollout; one that is under way is ended.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// RolloutWave is a group of NetworkFunctions.
type RolloutWave struct {
	// Name of the wave.
	// +required
	// +kubebuilder:validation:Pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Selector of its members among those of the rollout.
	// +required
	Selector metav1.LabelSelector `json:"selector"`

	// MaxParallel members are changed at a time. Default 1.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	MaxParallel int32 `json:"maxParallel,omitempty"`

	// Pause after the wave, before the next one.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Pause metav1.Duration `json:"pause,omitzero"`

	// Checks that must hold after the wave, before the next one.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Checks []RolloutCheck `json:"checks,omitempty"`

	// CheckTimeout is how long the checks may take to hold.
	// +optional
	// +kubebuilder:default="2m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	CheckTimeout metav1.Duration `json:"checkTimeout,omitzero"`
}

// RolloutCheck is a check over members.
type RolloutCheck struct {
	// Check whose expression sees members: a list of objects with name, labels, ready,
	// revision and, with get, the values of that path on the member's NF.
	Check `json:",inline"`
}

// RolloutPhase says what a rollout is at.
type RolloutPhase string

const (
	// RolloutIdle: every member says what Git says, or waits for nothing of ours.
	RolloutIdle RolloutPhase = "Idle"
	// RolloutProgressing: waves are being changed.
	RolloutProgressing RolloutPhase = "Progressing"
	// RolloutPreparing: an atomic rollout locks, edits and validates everywhere.
	RolloutPreparing RolloutPhase = "Preparing"
	// RolloutCommitting: confirmed commits are being sent. Until Confirming, whoever
	// finds it cancels everywhere.
	RolloutCommitting RolloutPhase = "Committing"
	// RolloutGating: every member holds the change, and checks are awaited.
	RolloutGating RolloutPhase = "Gating"
	// RolloutConfirming: it is decided that all stay. Whoever finds it confirms
	// everywhere, and commits again where the NF had reverted.
	RolloutConfirming RolloutPhase = "Confirming"
	// RolloutReverting: it is decided that all go back.
	RolloutReverting RolloutPhase = "Reverting"
	// RolloutFailed: it ended without the change, or stopped; a new commit, or
	// reconcile.fluxcd.io/requestedAt, begins anew.
	RolloutFailed RolloutPhase = "Failed"
)

// MemberState is how far a member got.
type MemberState string

// The states of a member.
const (
	MemberUpToDate  MemberState = "UpToDate"
	MemberWaiting   MemberState = "Waiting"
	MemberReleased  MemberState = "Released"
	MemberPrepared  MemberState = "Prepared"
	MemberCommitted MemberState = "Committed"
	MemberApplied   MemberState = "Applied"
	MemberFailed    MemberState = "Failed"
	MemberReverted  MemberState = "Reverted"
)

// RolloutMember is one NetworkFunction of the rollout.
type RolloutMember struct {
	// Name of the NetworkFunction.
	Name string `json:"name"`
	// Wave it belongs to.
	// +optional
	Wave string `json:"wave,omitempty"`
	// State of the member.
	State MemberState `json:"state"`
	// Digest that it is to be brought to; the member commits this one by itself when
	// it is Released.
	// +optional
	Digest string `json:"digest,omitempty"`
	// Revision of it.
	// +optional
	Revision string `json:"revision,omitempty"`
	// Previous is the digest it had before.
	// +optional
	Previous string `json:"previous,omitempty"`
	// PreviousRevision of it.
	// +optional
	PreviousRevision string `json:"previousRevision,omitempty"`
	// Message says what is wrong, or awaited.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Message string `json:"message,omitempty"`
}

// NetworkFunctionRolloutStatus is what was done and seen.
type NetworkFunctionRolloutStatus struct {
	meta.ReconcileRequestStatus `json:",inline"`

	// ObservedGeneration is the generation this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions: Ready, Reconciling, Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Phase of the present rollout, or of the last one.
	// +optional
	Phase RolloutPhase `json:"phase,omitempty"`

	// ID of the present rollout, or of the last one: part of its persist tokens.
	// +optional
	ID string `json:"id,omitempty"`

	// Reason for Failed and Reverting.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Reason string `json:"reason,omitempty"`

	// StartedTime, and CompletedTime, of it.
	// +optional
	StartedTime *metav1.MicroTime `json:"startedTime,omitempty"`
	// +optional
	CompletedTime *metav1.MicroTime `json:"completedTime,omitempty"`
	// Deadline of the phase, where it has one.
	// +optional
	Deadline *metav1.MicroTime `json:"deadline,omitempty"`

	// Wave that is being changed, by its name; PausedUntil is the end of the pause
	// after it.
	// +optional
	Wave string `json:"wave,omitempty"`
	// +optional
	PausedUntil *metav1.Time `json:"pausedUntil,omitempty"`

	// SettledSince is since when no member changed.
	// +optional
	SettledSince *metav1.MicroTime `json:"settledSince,omitempty"`

	// Revision that is rolled out.
	// +optional
	Revision string `json:"revision,omitempty"`

	// Failed is the digest of all members' digests that failed and is not tried again.
	// +optional
	Failed string `json:"failed,omitempty"`

	// Members in the order of their waves and names.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Members []RolloutMember `json:"members,omitempty"`

	// Done counts the members that say what Git says, Total all.
	// +optional
	Done int32 `json:"done"`
	// +optional
	Total int32 `json:"total"`
}

// NetworkFunctionRollout changes several NetworkFunctions in an order, or together.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=nfr,categories=strowger
// +kubebuilder:printcolumn:name="Strategy",type=string,JSONPath=`.spec.strategy`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Done",type=integer,JSONPath=`.status.done`
// +kubebuilder:printcolumn:name="Total",type=integer,JSONPath=`.status.total`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type NetworkFunctionRollout struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +required
	Spec NetworkFunctionRolloutSpec `json:"spec"`
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status NetworkFunctionRolloutStatus `json:"status,omitzero"`
}

// NetworkFunctionRolloutList holds NetworkFunctionRollouts.
// +kubebuilder:object:root=true
type NetworkFunctionRolloutList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []NetworkFunctionRollout `json:"items"`
}

// GetConditions returns the conditions of the status.
func (n *NetworkFunctionRollout) GetConditions() []metav1.Condition { return n.Status.Conditions }

// SetConditions replaces the conditions of the status.
func (n *NetworkFunctionRollout) SetConditions(c []metav1.Condition) { n.Status.Conditions = c }
