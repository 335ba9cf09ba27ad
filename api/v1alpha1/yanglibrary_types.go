// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// YANGLibrarySpec says where the modules of a set come from.
type YANGLibrarySpec struct {
	// Sources hold the .yang files.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Sources []YANGSource `json:"sources"`

	// Modules to implement; the others only serve imports. Empty: all found.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1024
	Modules []YANGModule `json:"modules,omitempty"`

	// Interval between two looks at the sources; changes are seen at once.
	// +optional
	// +kubebuilder:default="1h"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Interval metav1.Duration `json:"interval,omitzero"`

	// RetryInterval after a failure, or while a source is not there yet.
	// +optional
	// +kubebuilder:default="30s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RetryInterval metav1.Duration `json:"retryInterval,omitzero"`

	// Suspend keeps the compiled set as it is.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// YANGSource is one place that holds .yang files.
// +kubebuilder:validation:XValidation:rule="has(self.sourceRef) != has(self.configMapRef)",message="exactly one of sourceRef and configMapRef"
// +kubebuilder:validation:XValidation:rule="has(self.sourceRef) || !has(self.paths)",message="paths belong to sourceRef"
type YANGSource struct {
	// SourceRef names a Flux source.
	// +optional
	SourceRef *SourceReference `json:"sourceRef,omitempty"`

	// Paths in the artifact: files, folders or patterns such as
	// "release/models/**/*.yang". Empty: every .yang file.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=512
	Paths []string `json:"paths,omitempty"`

	// ConfigMapRef names a ConfigMap whose keys end in .yang.
	// +optional
	ConfigMapRef *LocalReference `json:"configMapRef,omitempty"`
}

// YANGModule is a module to implement.
type YANGModule struct {
	// Name of the module.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	Name string `json:"name"`

	// Revision of the module, default the newest found.
	// +optional
	// +kubebuilder:validation:Pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
	Revision string `json:"revision,omitempty"`

	// Features that the NF supports of this module. Absent: all of them; an empty
	// list: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MaxLength=255
	Features *[]string `json:"features,omitempty"`
}

// ModuleProblem is a statement of a module that could not be used, and why.
type ModuleProblem struct {
	// Module name, if it could be told.
	// +optional
	Module string `json:"module,omitempty"`
	// Position of the statement as file:line.
	// +optional
	Position string `json:"position,omitempty"`
	// Message says what is wrong.
	// +required
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message"`
}

// YANGLibraryStatus is what was compiled.
type YANGLibraryStatus struct {
	meta.ReconcileRequestStatus `json:",inline"`

	// ObservedGeneration is the generation this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions: Ready, and Reconciling or Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Digest identifies the compiled module set.
	// +optional
	Digest string `json:"digest,omitempty"`

	// ModuleCount is the number of implemented modules.
	// +optional
	ModuleCount int32 `json:"moduleCount,omitempty"`

	// Revisions of the sources the modules were read from.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Revisions []string `json:"revisions,omitempty"`

	// Errors are modules that could not be loaded, bounded.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Errors []ModuleProblem `json:"errors,omitempty"`

	// ErrorCount is the number of all errors.
	// +optional
	ErrorCount int32 `json:"errorCount,omitempty"`

	// Warnings are statements that are ignored or lead to nothing, bounded. The
	// modules are in use.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Warnings []ModuleProblem `json:"warnings,omitempty"`

	// WarningCount is the number of all warnings.
	// +optional
	WarningCount int32 `json:"warningCount,omitempty"`
}

// YANGLibrary is a set of YANG modules that targets share.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=yanglibraries,shortName=yanglib,categories=strowger
// +kubebuilder:printcolumn:name="Modules",type=integer,JSONPath=`.status.moduleCount`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type YANGLibrary struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +required
	Spec YANGLibrarySpec `json:"spec"`
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status YANGLibraryStatus `json:"status,omitzero"`
}

// YANGLibraryList holds YANGLibraries.
// +kubebuilder:object:root=true
type YANGLibraryList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []YANGLibrary `json:"items"`
}

// GetConditions returns the conditions of the status.
func (l *YANGLibrary) GetConditions() []metav1.Condition { return l.Status.Conditions }

// SetConditions replaces the conditions of the status.
func (l *YANGLibrary) SetConditions(c []metav1.Condition) { l.Status.Conditions = c }
