// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/fluxcd/pkg/apis/meta"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// NetworkFunctionSpec is the whole intent for one NF.
type NetworkFunctionSpec struct {
	// Mode: Apply brings the NF to what Git says; Plan only shows in status.plan what
	// would be changed.
	// +optional
	// +kubebuilder:default=Apply
	// +kubebuilder:validation:Enum=Apply;Plan
	Mode Mode `json:"mode,omitempty"`

	// TargetRef names the Target this configuration goes to.
	// +required
	TargetRef NamespacedReference `json:"targetRef"`

	// Interval at which the NF is observed again when nothing else calls for it.
	// +optional
	// +kubebuilder:default="5m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Interval metav1.Duration `json:"interval,omitzero"`

	// RetryInterval after a failure, or while something is not there yet.
	// +optional
	// +kubebuilder:default="30s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RetryInterval metav1.Duration `json:"retryInterval,omitzero"`

	// Timeout bounds one whole run, from reading inputs to the last RPC.
	// +optional
	// +kubebuilder:default="2m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Timeout metav1.Duration `json:"timeout,omitzero"`

	// Suspend stops everything for this NF but its deletion.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// ServiceAccountName whose rights are used to read inputs. Default: the
	// manager's own, with which inputs that are Secrets are refused.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// WorkloadRef names the object that runs the NF, such as a HelmRelease, a
	// Deployment or a StatefulSet. It must be Current by kstatus before the NF is
	// configured, and is workload in the expressions of checks.
	// +optional
	WorkloadRef *ObjectReference `json:"workloadRef,omitempty"`

	// DependsOn names NetworkFunctions that must be Ready first. They are deleted
	// after this one, where both are deleted.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	DependsOn []NamespacedReference `json:"dependsOn,omitempty"`

	// Inputs are objects whose fields expressions use as inputs.<name>. Each is
	// watched and must be Current by kstatus.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Inputs []Input `json:"inputs,omitempty"`

	// Config layers, merged in order: the later wins, leaf by leaf.
	// +required
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Config []ConfigLayer `json:"config"`

	// Certificates are requested from cert-manager and usable in expressions as
	// certificates.<name>.certificate, .privateKey and .ca (PEM).
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=16
	Certificates []CertificateRequest `json:"certificates,omitempty"`

	// DNS records are published through ExternalDNS.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=128
	DNS []DNSRecord `json:"dns,omitempty"`

	// Commit says how a change becomes final.
	// +optional
	Commit CommitPolicy `json:"commit,omitzero"`

	// Actions are RPCs and YANG actions that go with a change.
	// +optional
	Actions Actions `json:"actions,omitzero"`

	// HistoryLimit is how many changes status.history keeps, and of how many of them
	// what was applied is kept, in a Secret each, to roll back to.
	// +optional
	// +kubebuilder:default=10
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=50
	HistoryLimit *int32 `json:"historyLimit,omitempty"`

	// Drift says what happens when the NF differs from Git at an unchanged
	// revision.
	// +optional
	Drift DriftPolicy `json:"drift,omitzero"`

	// Hydrated commits what was applied, in full, to a branch of its own, so that
	// the difference between two of its commits is the change on the network.
	// +optional
	Hydrated *HydratedLayer `json:"hydrated,omitempty"`

	// CommitStatus says on the forge, on the commit that is applied, how that went:
	// as strowger/<namespace>/<name>. Forge, or None.
	// +optional
	// +kubebuilder:default=None
	// +kubebuilder:validation:Enum=Forge;None
	CommitStatus string `json:"commitStatus,omitempty"`

	// DeletionPolicy: Delete removes from the NF what this object declared;
	// Orphan leaves it there.
	// +optional
	// +kubebuilder:default=Delete
	// +kubebuilder:validation:Enum=Delete;Orphan
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`
}

// DeletionPolicy of the configuration on the NF.
type DeletionPolicy string

const (
	// DeletionPolicyDelete removes what the object owns from the NF.
	DeletionPolicyDelete DeletionPolicy = "Delete"
	// DeletionPolicyOrphan leaves it there.
	DeletionPolicyOrphan DeletionPolicy = "Orphan"
)

// Input is an object that expressions may read.
type Input struct {
	// Name used in expressions: inputs.<name>.
	// +required
	// +kubebuilder:validation:Pattern="^[a-z][a-zA-Z0-9_]*$"
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Ref names the object.
	// +required
	Ref ObjectReference `json:"ref"`
}

// ConfigLayer is one piece of configuration: inline, or a file of a source.
// +kubebuilder:validation:XValidation:rule="has(self.value) != has(self.sourceRef)",messageExpression="'config layer ' + self.name + ' must have exactly one of value and sourceRef'"
// +kubebuilder:validation:XValidation:rule="has(self.sourceRef) == has(self.path)",message="path and sourceRef go together"
// +kubebuilder:validation:XValidation:rule="has(self.sourceRef) || !has(self.format)",message="format belongs to sourceRef"
type ConfigLayer struct {
	// Name of the layer, shown wherever a value's origin is.
	// +required
	// +kubebuilder:validation:Pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// Value is the configuration with RFC 7951 names ("module:node" at the top
	// and where the module changes). Strings may hold ${…} expressions in CEL.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Value *apiextensionsv1.JSON `json:"value,omitempty"`

	// SourceRef names the Flux source that holds the layer.
	// +optional
	SourceRef *SourceReference `json:"sourceRef,omitempty"`

	// Path of the file in the source's artifact.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Path string `json:"path,omitempty"`

	// Format of the file. Default: by its extension.
	// +optional
	// +kubebuilder:validation:Enum=yaml;json;xml
	Format string `json:"format,omitempty"`
}

// CertificateRequest is a certificate that cert-manager issues for the NF.
type CertificateRequest struct {
	// Name used in expressions: certificates.<name>.
	// +required
	// +kubebuilder:validation:Pattern="^[a-z][a-z0-9]*$"
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name"`

	// IssuerRef names the issuer.
	// +required
	IssuerRef cmmeta.IssuerReference `json:"issuerRef"`

	// CommonName of the subject. Prefer dnsNames.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	CommonName string `json:"commonName,omitempty"`

	// DNSNames of the certificate.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=253
	DNSNames []string `json:"dnsNames,omitempty"`

	// IPAddresses of the certificate. May hold expressions.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=512
	IPAddresses []string `json:"ipAddresses,omitempty"`

	// URIs of the certificate, such as the NF instance id (3GPP TS 33.310).
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=512
	URIs []string `json:"uris,omitempty"`

	// Duration of validity. Default: cert-manager's.
	// +optional
	Duration *metav1.Duration `json:"duration,omitempty"`

	// RenewBefore the end of validity. Default: cert-manager's.
	// +optional
	RenewBefore *metav1.Duration `json:"renewBefore,omitempty"`

	// Usages of the key. Default: digital signature, key encipherment, server
	// auth and client auth, as 3GPP TS 33.310 asks of SBA certificates.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=64
	Usages []string `json:"usages,omitempty"`

	// PrivateKeyAlgorithm. Default ECDSA.
	// +optional
	// +kubebuilder:default=ECDSA
	// +kubebuilder:validation:Enum=RSA;ECDSA;Ed25519
	PrivateKeyAlgorithm string `json:"privateKeyAlgorithm,omitempty"`
}

// DNSRecord is one record set.
type DNSRecord struct {
	// DNSName of the record.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	DNSName string `json:"dnsName"`

	// RecordType of the record.
	// +required
	// +kubebuilder:validation:Enum=A;AAAA;CNAME;SRV;NAPTR
	RecordType string `json:"recordType"`

	// Targets of the record in zone-file form. May hold expressions.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=1024
	Targets []string `json:"targets"`

	// TTL of the record in seconds. Default: the provider's.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2147483647
	TTL int64 `json:"ttl,omitempty"`
}

// NetworkFunctionStatus is what was done and seen.
type NetworkFunctionStatus struct {
	meta.ReconcileRequestStatus `json:",inline"`

	// ObservedGeneration is the generation this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions, see the constants of this package.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// LastAttemptedRevision is the Git revision of the last run.
	// +optional
	LastAttemptedRevision string `json:"lastAttemptedRevision,omitempty"`

	// LastAppliedRevision is the Git revision that was last committed on the NF
	// and read back.
	// +optional
	LastAppliedRevision string `json:"lastAppliedRevision,omitempty"`

	// LastAppliedDigest is the digest of the intended tree that was last applied.
	// +optional
	LastAppliedDigest string `json:"lastAppliedDigest,omitempty"`

	// LastAppliedTime is when it was.
	// +optional
	LastAppliedTime *metav1.Time `json:"lastAppliedTime,omitempty"`

	// PendingCommit is a change that is under way.
	// +optional
	PendingCommit *PendingCommit `json:"pendingCommit,omitempty"`

	// Guarantees of the last change.
	// +optional
	Guarantees *Guarantees `json:"guarantees,omitempty"`

	// Failed is a change that is not tried again by itself for now.
	// +optional
	Failed *FailedCommit `json:"failed,omitempty"`

	// Rollback is a former state that the NF was brought back to on request.
	// +optional
	Rollback *Rollback `json:"rollback,omitempty"`

	// History of changes, the last one first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	History []HistoryEntry `json:"history,omitempty"`

	// Plan is what would be changed, where nothing is to be changed now: in mode Plan,
	// and while a rollout is waited for.
	// +optional
	Plan *PlanStatus `json:"plan,omitempty"`

	// Actions that were done.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Actions []ActionStatus `json:"actions,omitempty"`

	// Inventory is what this object owns on the NF.
	// +optional
	Inventory *Inventory `json:"inventory,omitempty"`

	// Certificates that were requested, by the name of the Certificate object.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	Certificates []string `json:"certificates,omitempty"`

	// Drift that was seen last.
	// +optional
	Drift *DriftSummary `json:"drift,omitempty"`

	// Echoes are values that the NF keeps in another form than they were sent: how
	// many, and digests of both forms, packed.
	// +optional
	Echoes *Echoes `json:"echoes,omitempty"`

	// Hydrated says where what was applied was last committed in full.
	// +optional
	Hydrated *HydratedCommit `json:"hydrated,omitempty"`

	// Violations are what keeps this configuration from being applied: what is
	// wrong in its layers, which rules of the YANG modules it breaks, alone or with
	// what the NF holds, or what the NF itself refused.
	// +optional
	Violations *Violations `json:"violations,omitempty"`
}

// Inventory is what an object owns on the NF.
type Inventory struct {
	// Paths are the roots of what is owned, bounded.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Paths []string `json:"paths,omitempty"`

	// Count of all owned nodes.
	// +optional
	Count int32 `json:"count,omitempty"`

	// Target the nodes are on, as namespace/name.
	// +optional
	Target string `json:"target,omitempty"`

	// Data is the exact set of owned paths, packed.
	// +optional
	Data []byte `json:"data,omitempty"`
}

// Violations counts what is wrong and lists the first of it.
type Violations struct {
	// Count of all.
	Count int32 `json:"count"`

	// First of them, sorted by where they were declared.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	First []Violation `json:"first,omitempty"`
}

// Violation is one thing that is wrong. It never holds a value from a Secret.
type Violation struct {
	// Path of the node on the NF.
	// +optional
	Path string `json:"path,omitempty"`

	// Rule that is broken, in YANG's words, or the expression that failed.
	// +optional
	Rule string `json:"rule,omitempty"`

	// Position of the rule in the YANG modules, as file:line.
	// +optional
	Position string `json:"position,omitempty"`

	// Message says what is wrong, and what to do.
	// +required
	Message string `json:"message"`

	// Origin is the layer, file and line that declared it; "the NF" where it is
	// configured there and in no layer.
	// +optional
	Origin string `json:"origin,omitempty"`

	// Tag is the NETCONF error-tag (RFC 7950 section 15).
	// +optional
	Tag string `json:"tag,omitempty"`

	// AppTag is the NETCONF error-app-tag, where the rule has one.
	// +optional
	AppTag string `json:"appTag,omitempty"`
}

// DriftSummary says what differs and where it was reported.
type DriftSummary struct {
	// Entries is the number of differing leaves now.
	Entries int32 `json:"entries"`

	// First of them, one line each, bounded.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	First []string `json:"first,omitempty"`

	// ReportRef names the DriftReport.
	// +optional
	ReportRef *LocalReference `json:"reportRef,omitempty"`

	// Git says where the report was last committed.
	// +optional
	Git *GitReport `json:"git,omitempty"`
}

// Echoes are values that the NF keeps in another form than they were sent, such as
// a hashed password. That they come back so is no drift.
type Echoes struct {
	// Count of them.
	Count int32 `json:"count"`

	// Data holds for each path a digest of what was sent and of what came back.
	// +optional
	Data []byte `json:"data,omitempty"`
}

// HydratedLayer says where what was applied is committed in full.
type HydratedLayer struct {
	// Branch that is pushed; it holds nothing but hydrated files. {namespace} and
	// {name} are filled in. It must not be the branch Flux reconciles.
	// +optional
	// +kubebuilder:default="strowger/hydrated"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=244
	Branch string `json:"branch,omitempty"`

	// Path of the file. {namespace} and {name} are filled in.
	// +optional
	// +kubebuilder:default="{namespace}/{name}.yaml"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Path string `json:"path,omitempty"`
}

// HydratedCommit is where what was applied was committed in full.
type HydratedCommit struct {
	// Repository that was pushed to, as namespace/name of the GitRepository.
	// +optional
	Repository string `json:"repository,omitempty"`

	// Branch that was pushed.
	// +optional
	Branch string `json:"branch,omitempty"`

	// Path of the file.
	// +optional
	Path string `json:"path,omitempty"`

	// Commit that holds it.
	// +optional
	Commit string `json:"commit,omitempty"`

	// Digest of the applied tree, as in lastAppliedDigest.
	// +optional
	Digest string `json:"digest,omitempty"`
}

// NetworkFunction is the full configuration of one NF, declared in Git.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=nf,categories=strowger
// +kubebuilder:printcolumn:name="Target",type=string,JSONPath=`.spec.targetRef.name`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="InSync",type=string,JSONPath=`.status.conditions[?(@.type=="InSync")].status`,priority=1
// +kubebuilder:printcolumn:name="Revision",type=string,JSONPath=`.status.lastAppliedRevision`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type NetworkFunction struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +required
	Spec NetworkFunctionSpec `json:"spec"`
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status NetworkFunctionStatus `json:"status,omitzero"`
}

// NetworkFunctionList holds NetworkFunctions.
// +kubebuilder:object:root=true
type NetworkFunctionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []NetworkFunction `json:"items"`
}

// GetConditions returns the conditions of the status.
func (n *NetworkFunction) GetConditions() []metav1.Condition { return n.Status.Conditions }

// SetConditions replaces the conditions of the status.
func (n *NetworkFunction) SetConditions(c []metav1.Condition) { n.Status.Conditions = c }
