// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DriftMode says what is done about differences that no rule names.
type DriftMode string

const (
	// DriftModeCorrect puts Git's value back, and reports.
	DriftModeCorrect DriftMode = "Correct"
	// DriftModeReview proposes the NF's value in Git, and corrects nothing before
	// that was decided or the time for it is over.
	DriftModeReview DriftMode = "Review"
	// DriftModeReport leaves the NF as it is, and reports.
	DriftModeReport DriftMode = "Report"
	// DriftModeIgnore neither corrects nor reports.
	DriftModeIgnore DriftMode = "Ignore"
)

// DriftAction is what is done about one difference.
type DriftAction string

const (
	// DriftCorrect puts Git's value back, and reports.
	DriftCorrect DriftAction = "Correct"
	// DriftAdopt proposes the NF's value in Git by a pull request. Merged, Git says
	// what the NF says; closed, Git's value is put back.
	DriftAdopt DriftAction = "Adopt"
	// DriftReportOnly leaves the NF as it is, and reports.
	DriftReportOnly DriftAction = "Report"
	// DriftIgnore neither corrects nor reports.
	DriftIgnore DriftAction = "Ignore"
)

// DriftPolicy says what happens when the NF differs from Git at an unchanged
// revision. What is not said here, the Target's drift says, and then the manager.
type DriftPolicy struct {
	DriftDefaults `json:",inline"`

	// SuspendUntil is the end of a break-glass window: until then nothing is
	// corrected. What was changed in it and would be corrected is proposed when it
	// ends, as by the action Adopt, and not lost.
	// +optional
	SuspendUntil *metav1.Time `json:"suspendUntil,omitempty"`

	// Unmanaged reports configuration that no NetworkFunction declares. It is never
	// touched. Default: it is not looked at.
	// +optional
	Unmanaged *UnmanagedPolicy `json:"unmanaged,omitempty"`

	// Report says where drift is written in Git.
	// +optional
	Report DriftReportTarget `json:"report,omitzero"`
}

// DriftDefaults are the part of the policy that a Target may have for all
// NetworkFunctions that use it.
type DriftDefaults struct {
	// Mode for every path that no rule names. Default: the Target's, then the
	// manager's (--drift-mode), then Correct.
	// +optional
	// +kubebuilder:validation:Enum=Correct;Review;Report;Ignore
	Mode DriftMode `json:"mode,omitempty"`

	// ReviewTimeout is how long what is proposed waits for a decision before Git's
	// value is put back. Default: 24h with mode Review; for ever with a rule's action
	// Adopt and after a break-glass window.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	ReviewTimeout *metav1.Duration `json:"reviewTimeout,omitempty"`

	// Rules for some paths; the first that matches holds. Those of a NetworkFunction
	// come before those of its Target.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Rules []DriftRule `json:"rules,omitempty"`
}

// DriftRule is an exception for a path and what is below it.
type DriftRule struct {
	// Path with module names, list keys may be left out to mean every entry:
	// /ietf-system:system/clock, /ietf-interfaces:interfaces/interface/enabled.
	// +required
	// +kubebuilder:validation:Pattern="^/.+"
	// +kubebuilder:validation:MaxLength=1024
	Path string `json:"path"`

	// Operations the rule is for, seen from the NF: Create (it has more), Modify,
	// Delete (it has less). Empty: all.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:Enum=Create;Modify;Delete
	Operations []string `json:"operations,omitempty"`

	// Action to take.
	// +required
	// +kubebuilder:validation:Enum=Correct;Adopt;Report;Ignore
	Action DriftAction `json:"action"`
}

// UnmanagedPolicy says where configuration that nobody declares is looked for.
type UnmanagedPolicy struct {
	// Paths below which it is looked for. Default: the top-level nodes that this
	// NetworkFunction declares something in.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:Pattern="^/.+"
	// +kubebuilder:validation:items:MaxLength=1024
	Paths []string `json:"paths,omitempty"`
}

// DriftReportTarget says where drift is written in Git.
// +kubebuilder:validation:XValidation:rule="!has(self.branch) || !self.branch.startsWith('refs/')",message="branch is a branch name, not a ref"
type DriftReportTarget struct {
	// Mode: Git commits the report; None keeps it in the cluster.
	// +optional
	// +kubebuilder:default=Git
	// +kubebuilder:validation:Enum=Git;None
	Mode string `json:"mode,omitempty"`

	// Branch that is pushed. {namespace} and {name} are filled in; NetworkFunctions
	// whose branch is the same share its commits and its pull request. It must not
	// be the branch Flux reconciles.
	// +optional
	// +kubebuilder:default="drift/{namespace}/{name}"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=244
	Branch string `json:"branch,omitempty"`

	// Subject is the first line of the commit and the title of the pull request.
	// {namespace}, {name}, {count} and {revision} are filled in. Default:
	// "drift({namespace}/{name}): {count} leaves differ from {revision}".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Subject string `json:"subject,omitempty"`

	// GitRepositoryRef names the GitRepository to push to. Default: the one the
	// Flux Kustomization that applied this object was built from.
	// +optional
	GitRepositoryRef *NamespacedReference `json:"gitRepositoryRef,omitempty"`

	// PullRequest says how what is proposed becomes a pull request.
	// +optional
	PullRequest PullRequestPolicy `json:"pullRequest,omitzero"`
}

// PullRequestPolicy says how what is proposed becomes a pull request.
type PullRequestPolicy struct {
	// Mode: Auto opens a pull request where something is proposed; None leaves it
	// to people.
	// +optional
	// +kubebuilder:default=Auto
	// +kubebuilder:validation:Enum=Auto;None
	Mode string `json:"mode,omitempty"`

	// Provider of the forge. Default: found out from the GitRepository's URL and
	// what its server answers. Forgejo is Gitea.
	// +optional
	// +kubebuilder:validation:Enum=GitHub;GitLab;Gitea
	Provider string `json:"provider,omitempty"`

	// SecretRef names a Secret in the NetworkFunction's namespace whose "token" the
	// forge's API is used with. Default: the credentials of the GitRepository.
	// +optional
	SecretRef *LocalReference `json:"secretRef,omitempty"`

	// Labels of the pull request; those that the repository lacks are created.
	// Default: drift.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:MaxLength=50
	Labels []string `json:"labels,omitempty"`
}

// GitReport is a drift report in Git.
type GitReport struct {
	// Repository the report belongs to, as namespace/name of the GitRepository.
	// +optional
	Repository string `json:"repository,omitempty"`

	// Branch the report belongs on.
	// +optional
	Branch string `json:"branch,omitempty"`

	// Commit that holds it, once it was pushed.
	// +optional
	Commit string `json:"commit,omitempty"`

	// Digest of the drift that was pushed; the same drift is never pushed twice.
	// +optional
	Digest string `json:"digest,omitempty"`

	// PullRequest that proposes the NF's values.
	// +optional
	PullRequest *PullRequest `json:"pullRequest,omitempty"`
}

// PullRequestState is what became of a pull request.
type PullRequestState string

const (
	// PullRequestOpen: nobody decided yet.
	PullRequestOpen PullRequestState = "Open"
	// PullRequestMerged: the NF's values were adopted.
	PullRequestMerged PullRequestState = "Merged"
	// PullRequestClosed: they were not.
	PullRequestClosed PullRequestState = "Closed"
)

// PullRequest is a proposal on a forge.
type PullRequest struct {
	// Number of the pull request in its repository.
	Number int64 `json:"number"`

	// URL to look at it.
	// +optional
	URL string `json:"url,omitempty"`

	// State of it.
	// +kubebuilder:validation:Enum=Open;Merged;Closed
	State PullRequestState `json:"state"`

	// Digest of the drift that it proposes, or proposed when it was decided.
	// +optional
	Digest string `json:"digest,omitempty"`

	// Inexpressible counts the leaves whose adoption cannot be written as a change
	// of the files; the pull request says why, and what to change by hand.
	// +optional
	Inexpressible int32 `json:"inexpressible,omitempty"`
}
