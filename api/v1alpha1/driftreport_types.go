// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
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

	// Desired value by Git; a digest where it came from a Secret.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Desired string `json:"desired,omitempty"`

	// Actual value on the NF; a digest where the desired one came from a Secret.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Actual string `json:"actual,omitempty"`

	// Origin of the desired value: layer, file, line and revision.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	Origin string `json:"origin,omitempty"`

	// Action that the policy asks for.
	// +required
	// +kubebuilder:validation:Enum=Correct;Report;Ignore
	Action DriftMode `json:"action"`
}

// DriftState says whether a drift is still there.
type DriftState string

const (
	// DriftOpen: the NF still differs.
	DriftOpen DriftState = "Open"
	// DriftCorrected: Strowger put Git's values back.
	DriftCorrected DriftState = "Corrected"
	// DriftGone: the difference went away by itself, on the NF or in Git.
	DriftGone DriftState = "Gone"
)

// DriftReportStatus is what differs, or what differed last.
type DriftReportStatus struct {
	// State of the drift.
	// +optional
	// +kubebuilder:validation:Enum=Open;Corrected;Gone
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

	// ResolvedTime is when it was corrected or gone.
	// +optional
	ResolvedTime *metav1.Time `json:"resolvedTime,omitempty"`

	// Digest of the drift, over paths, operations and values.
	// +optional
	Digest string `json:"digest,omitempty"`

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

	// Git says where the report was committed.
	// +optional
	Git *GitReport `json:"git,omitempty"`
}

// DriftReport is what Strowger saw differing between Git and one NF. It is
// written by Strowger and has the name of its NetworkFunction.
// +kubebuilder:object:root=true
// +kubebuilder:resource:shortName=drift,categories=strowger
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Leaves",type=integer,JSONPath=`.status.count`
// +kubebuilder:printcolumn:name="Branch",type=string,JSONPath=`.status.git.branch`
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
