// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// Group of ExternalDNS's API.
	Group = "externaldns.k8s.io"
	// Version of ExternalDNS's API.
	Version = "v1alpha1"
	// Kind of the object ExternalDNS reads.
	Kind = "DNSEndpoint"
)

// GroupVersion of ExternalDNS's API.
func GroupVersion() schema.GroupVersion { return schema.GroupVersion{Group: Group, Version: Version} }

// AddToScheme registers DNSEndpoint and its list.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion(), &DNSEndpoint{}, &DNSEndpointList{})
	metav1.AddToGroupVersion(s, GroupVersion())
	return nil
}

// DNSEndpoint is externaldns.k8s.io/v1alpha1's, as of ExternalDNS 0.20.
type DNSEndpoint struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   DNSEndpointSpec   `json:"spec,omitempty"`
	Status DNSEndpointStatus `json:"status,omitzero"`
}

// DNSEndpointList holds DNSEndpoints.
type DNSEndpointList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DNSEndpoint `json:"items"`
}

// DNSEndpointSpec holds the record sets.
type DNSEndpointSpec struct {
	Endpoints []Endpoint `json:"endpoints,omitempty"`
}

// Endpoint is one record set.
type Endpoint struct {
	DNSName          string                     `json:"dnsName,omitempty"`
	Targets          []string                   `json:"targets,omitempty"`
	RecordType       string                     `json:"recordType,omitempty"`
	SetIdentifier    string                     `json:"setIdentifier,omitempty"`
	RecordTTL        int64                      `json:"recordTTL,omitempty"`
	Labels           map[string]string          `json:"labels,omitempty"`
	ProviderSpecific []ProviderSpecificProperty `json:"providerSpecific,omitempty"`
}

// ProviderSpecificProperty is a setting for one provider.
type ProviderSpecificProperty struct {
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
}

// DNSEndpointStatus says only that ExternalDNS read the object.
type DNSEndpointStatus struct {
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// DeepCopyInto copies the receiver into out.
func (in *Endpoint) DeepCopyInto(out *Endpoint) {
	*out = *in
	out.Targets = slices.Clone(in.Targets)
	out.Labels = maps.Clone(in.Labels)
	out.ProviderSpecific = slices.Clone(in.ProviderSpecific)
}

// DeepCopyInto copies the receiver into out.
func (in *DNSEndpoint) DeepCopyInto(out *DNSEndpoint) {
	*out = *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	if in.Spec.Endpoints != nil {
		out.Spec.Endpoints = make([]Endpoint, len(in.Spec.Endpoints))
		for i := range in.Spec.Endpoints {
			in.Spec.Endpoints[i].DeepCopyInto(&out.Spec.Endpoints[i])
		}
	}
}

// DeepCopy copies the receiver.
func (in *DNSEndpoint) DeepCopy() *DNSEndpoint {
	if in == nil {
		return nil
	}
	out := new(DNSEndpoint)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyObject is runtime.Object's.
func (in *DNSEndpoint) DeepCopyObject() runtime.Object {
	if in == nil {
		return nil
	}
	return in.DeepCopy()
}

// DeepCopyObject is runtime.Object's.
func (in *DNSEndpointList) DeepCopyObject() runtime.Object {
	if in == nil {
		return nil
	}
	out := new(DNSEndpointList)
	*out = *in
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	if in.Items != nil {
		out.Items = make([]DNSEndpoint, len(in.Items))
		for i := range in.Items {
			in.Items[i].DeepCopyInto(&out.Items[i])
		}
	}
	return out
}
