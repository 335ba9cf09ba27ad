// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DriftReportSpec says whose drift is reported.
type DriftReportSpec struct {
	// NetworkFunctionRef names the NetworkFunction.
	// +required
	NetworkFunctionRef LocalReference `json:"networkFunctionRef"`
}

// DriftEntry is one differing leaf.
type DriftEntry struct {
	// Path of the node on the NF.
	// +required
	// +kubebuilder:validation:MaxLength=4096
	Path string `json:"path"`

	// Operation that happened on the NF: Create, Modify or Delete.
	// +required
	// +kubebuilder:validation:Enum=Create;Modify;Delete
	Operation string `json:"operation"`

	// Desired value by Git; a digest where it is a secret.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Desired string `json:"desired,omitempty"`

	// Actual value on the NF; a digest where it is a secret.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Actual string `json:"actual,omitempty"`

	// Class of the difference.
	// +optional
	// +kubebuilder:validation:Enum=Declared;Secret;Leftover;Order;Unmanaged
	Class DriftClass `json:"class,omitempty"`

	// Origin of the desired value.
	// +optional
	Origin *DriftOrigin `json:"origin,omitempty"`

	// Action that the policy asks for.
	// +required
	// +kubebuilder:validation:Enum=Correct;Adopt;Report;Ignore
	Action DriftAction `json:"action"`

	// FirstSeen is when this difference was first seen.
	// +optional
	FirstSeen metav1.Time `json:"firstSeen,omitzero"`

	// LastSeen is when it was last seen, as of the last change of this report: what
	// stays the same is not written again.
	// +optional
	LastSeen metav1.Time `json:"lastSeen,omitzero"`
}

// DriftClass says what kind of difference it is.
type DriftClass string

const (
	// DriftDeclared: Git declares another value, or a node that the NF lacks.
	DriftDeclared DriftClass = "Declared"
	// DriftSecret: the same of a value that came from a Secret, or that the NF's model says is
	// secret (nacm:default-deny-all, crypt-hash); digests are shown.
	DriftSecret DriftClass = "Secret"
	// DriftLeftover: the NF has again what was applied once and Git declares no more.
	DriftLeftover DriftClass = "Leftover"
	// DriftOrder: the entries of a list that is ordered by the user are in another order.
	DriftOrder DriftClass = "Order"
	// DriftUnmanaged: no NetworkFunction ever declared it.
	DriftUnmanaged DriftClass = "Unmanaged"
)

// DriftOrigin is where a value was declared.
type DriftOrigin struct {
	// Layer of the NetworkFunction.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Layer string `json:"layer"`

	// Source of the layer's file, as kind/namespace/name; empty for an inline value.
	// +optional
	// +kubebuilder:validation:MaxLength=320
	Source string `json:"source,omitempty"`

	// File in the source; of an inline value the manifest, where it was found.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	File string `json:"file,omitempty"`

	// Line in the file.
	// +optional
	Line int32 `json:"line,omitempty"`

	// Revision of the source.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Revision string `json:"revision,omitempty"`

	// Author of the line in Git, where its history tells.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Author string `json:"author,omitempty"`
}

// String returns the origin on one line: "layer base nf/upf/base.yaml:12 main@sha1:abc".
func (o *DriftOrigin) String() string {
	if o == nil {
		return ""
	}
	s := "layer " + o.Layer
	switch {
	case o.File != "" && o.Line > 0:
		s += fmt.Sprintf(" %s:%d", o.File, o.Line)
	case o.File != "":
		s += " " + o.File
	case o.Line > 0:
		s += fmt.Sprintf(" line %d", o.Line)
	}
	if o.Revision != "" {
		s += " " + o.Revision
	}
	return s
}

// DriftState says whether a drift is still there.
type DriftState string

const (
	// DriftOpen: the NF still differs.
	DriftOpen DriftState = "Open"
	// DriftCorrected: Strowger put Git's values back.
	DriftCorrected DriftState = "Corrected"
	// DriftAdopted: Git says now what the NF says.
	DriftAdopted DriftState = "Adopted"
	// DriftGone: the difference went away by itself.
	DriftGone DriftState = "Gone"
)

// DriftReportStatus is what differs, or what differed last.
type DriftReportStatus struct {
	// State of the drift.
	// +optional
	// +kubebuilder:validation:Enum=Open;Corrected;Adopted;Gone
	State DriftState `json:"state,omitempty"`

	// Revision the NF was compared with.
	// +optional
	Revision string `json:"revision,omitempty"`

	// SessionID of the NETCONF session that saw it.
	// +optional
	SessionID int64 `json:"sessionID,omitempty"`

	// ChangedBy is who changed the NF last before it was seen, if the NF announces
	// changes: user, session, host and time.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	ChangedBy string `json:"changedBy,omitempty"`

	// ObservedTime is when it was first seen.
	// +optional
	ObservedTime metav1.Time `json:"observedTime,omitzero"`

	// DecideBy is when what is proposed is corrected if nobody decided.
	// +optional
	DecideBy *metav1.Time `json:"decideBy,omitempty"`

	// ResolvedTime is when it was corrected, adopted or gone.
	// +optional
	ResolvedTime *metav1.Time `json:"resolvedTime,omitempty"`

	// Digest of the drift, over paths, operations and values.
	// +optional
	Digest string `json:"digest,omitempty"`

	// ProposedDigest is the digest of the entries whose action is Adopt; empty where
	// nothing is proposed.
	// +optional
	ProposedDigest string `json:"proposedDigest,omitempty"`

	// Count of all differing leaves; entries may be fewer.
	// +optional
	Count int32 `json:"count,omitempty"`

	// Truncated is true where entries does not hold all.
	// +optional
	Truncated bool `json:"truncated,omitempty"`

	// Entries, sorted by path.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=500
	Entries []DriftEntry `json:"entries,omitempty"`

	// Git says where the report was committed, and where it is proposed.
	// +optional
	Git *GitReport `json:"git,omitempty"`

	// Conditions: Reported says whether the report is in Git.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=8
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// DriftReport is what Strowger saw differing between Git and one NF. It is
// written by Strowger and has the name of its NetworkFunction.
// +kubebuilder:object:root=true
// +kubebuilder:resource:shortName=drift,categories=strowger
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Leaves",type=integer,JSONPath=`.status.count`
// +kubebuilder:printcolumn:name="Pull request",type=string,JSONPath=`.status.git.pullRequest.url`
// +kubebuilder:printcolumn:name="Decided",type=string,JSONPath=`.status.git.pullRequest.state`
// +kubebuilder:printcolumn:name="Branch",type=string,JSONPath=`.status.git.branch`,priority=1
// +kubebuilder:printcolumn:name="By",type=string,JSONPath=`.status.changedBy`,priority=1
// +kubebuilder:printcolumn:name="Seen",type=date,JSONPath=`.status.observedTime`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type DriftReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +required
	Spec DriftReportSpec `json:"spec"`
	// +optional
	Status DriftReportStatus `json:"status,omitzero"`
}

// DriftReportList holds DriftReports.
// +kubebuilder:object:root=true
type DriftReportList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DriftReport `json:"items"`
}

// GetConditions returns the conditions of the status.
func (d *DriftReport) GetConditions() []metav1.Condition { return d.Status.Conditions }

// SetConditions replaces the conditions of the status.
func (d *DriftReport) SetConditions(c []metav1.Condition) { d.Status.Conditions = c }
