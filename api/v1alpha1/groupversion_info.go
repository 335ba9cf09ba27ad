// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 holds the kinds people commit to Git: NetworkFunction,
// Target, YANGLibrary, and the DriftReport that Strowger writes back. It says
// what is wanted and what was seen; it must not know how either comes about.
//
// +kubebuilder:object:generate=true
// +groupName=nf.strowger.dev
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the API group and version of every kind in this package.
var GroupVersion = schema.GroupVersion{Group: "nf.strowger.dev", Version: "v1alpha1"}

// AddToScheme registers the kinds of this package.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion,
		&NetworkFunction{}, &NetworkFunctionList{},
		&Target{}, &TargetList{},
		&YANGLibrary{}, &YANGLibraryList{},
		&DriftReport{}, &DriftReportList{},
		&NetworkFunctionRollout{}, &NetworkFunctionRolloutList{},
	)
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}
