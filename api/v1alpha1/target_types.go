// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"github.com/fluxcd/pkg/apis/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TargetSpec says where an NF's NETCONF server is and how to trust it.
// +kubebuilder:validation:XValidation:rule="has(self.address) != has(self.callHome)",message="exactly one of address (we connect to the NF) and callHome (the NF connects to us) is required"
// +kubebuilder:validation:XValidation:rule="has(self.ssh) != has(self.tls)",message="exactly one of ssh and tls is required"
// +kubebuilder:validation:XValidation:rule="!has(self.callHome) || !has(self.tls) || has(self.tls.serverName)",message="tls.serverName is required with callHome: an NF that calls is recognised by the name in its certificate"
// +kubebuilder:validation:XValidation:rule="!has(self.callHome) || !has(self.ssh) || !has(self.ssh.insecureSkipHostKeyVerification) || !self.ssh.insecureSkipHostKeyVerification",message="ssh.insecureSkipHostKeyVerification cannot be used with callHome: an NF that calls is recognised by its host key"
type TargetSpec struct {
	// Address of the NETCONF server as host:port; IPv6 hosts in brackets. The
	// port defaults to 830 (RFC 6242 section 6), with tls to 6513 (RFC 7589
	// section 8).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=261
	Address string `json:"address,omitempty"`

	// CallHome says that the NF opens the connection (RFC 8071), to the manager's
	// call home listeners: its own address need not be known, nor reachable. With
	// ssh it is recognised by a host key of knownHostsSecretRef, with tls by a
	// certificate for tls.serverName.
	// +optional
	CallHome *TargetCallHome `json:"callHome,omitempty"`

	// SSH holds the credentials and the host keys of a session over SSH (RFC 6242).
	// +optional
	SSH *TargetSSH `json:"ssh,omitempty"`

	// TLS holds the certificates of a session over TLS (RFC 7589).
	// +optional
	TLS *TargetTLS `json:"tls,omitempty"`

	// Schema says which YANG modules the NF implements. Default: what the NF
	// itself announces and hands out (ietf-yang-library, get-schema).
	// +optional
	Schema *TargetSchema `json:"schema,omitempty"`

	// Connection bounds the time a session may take.
	// +optional
	Connection TargetConnection `json:"connection,omitzero"`

	// Notifications: Auto subscribes to the NF's announcements of configuration
	// changes if it offers any, so that drift is looked at when it happens and not
	// only at the next interval. Off: never.
	// +optional
	// +kubebuilder:default=Auto
	Notifications NotificationMode `json:"notifications,omitempty"`

	// Drift is the policy of NetworkFunctions that use this target, where they say
	// nothing themselves.
	// +optional
	Drift DriftDefaults `json:"drift,omitzero"`

	// Interval between two checks of the target.
	// +optional
	// +kubebuilder:default="10m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Interval metav1.Duration `json:"interval,omitzero"`

	// RetryInterval after a failed check.
	// +optional
	// +kubebuilder:default="30s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RetryInterval metav1.Duration `json:"retryInterval,omitzero"`

	// Suspend stops all contact with the NF by this target's users.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// TargetCallHome is an NF that calls home. All that is needed to recognise it stands
// in ssh or tls.
type TargetCallHome struct{}

// NotificationMode says whether an NF's announcements of changes are used.
// +kubebuilder:validation:Enum=Auto;Off
type NotificationMode string

// The modes of notifications.
const (
	NotificationsAuto NotificationMode = "Auto"
	NotificationsOff  NotificationMode = "Off"
)

// TargetSSH is how a session over SSH is authenticated in both directions.
// +kubebuilder:validation:XValidation:rule="has(self.knownHostsSecretRef) || (has(self.insecureSkipHostKeyVerification) && self.insecureSkipHostKeyVerification)",message="knownHostsSecretRef is required: host keys are always verified (insecureSkipHostKeyVerification is for laboratories)"
type TargetSSH struct {
	// CredentialsSecretRef names a Secret with `username` and either `password`
	// or `identity` (a private key in PEM or OpenSSH form, with `password` as its
	// passphrase if it is encrypted), the keys Flux uses too. `identity-cert.pub`
	// may hold the OpenSSH certificate of `identity`, as ssh-keygen -s writes it.
	// +required
	CredentialsSecretRef LocalReference `json:"credentialsSecretRef"`

	// KnownHostsSecretRef names a Secret with `known_hosts` lines, as written by
	// ssh-keyscan.
	// +optional
	KnownHostsSecretRef *LocalReference `json:"knownHostsSecretRef,omitempty"`

	// InsecureSkipHostKeyVerification accepts any host key. For laboratories: the
	// Target's status says so, and the manager can forbid it.
	// +optional
	InsecureSkipHostKeyVerification bool `json:"insecureSkipHostKeyVerification,omitempty"`

	// LegacyAlgorithms are offered after the usual ones, for old NFs: names of key
	// exchanges, ciphers, MACs or host keys, such as diffie-hellman-group1-sha1 or
	// ssh-rsa.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	LegacyAlgorithms []string `json:"legacyAlgorithms,omitempty"`
}

// TargetTLS is how a session over TLS is authenticated in both directions.
type TargetTLS struct {
	// ClientCertificateSecretRef names a Secret of type kubernetes.io/tls, with
	// `tls.crt` and `tls.key`, as cert-manager writes it. A renewed certificate is
	// used for the next connection.
	// +required
	ClientCertificateSecretRef LocalReference `json:"clientCertificateSecretRef"`

	// CASecretRef names a Secret with `ca.crt`: the authorities that the NF's
	// certificate must chain to. Default: `ca.crt` of the client certificate's
	// Secret.
	// +optional
	CASecretRef *LocalReference `json:"caSecretRef,omitempty"`

	// ServerName is the DNS name or IP address that the NF's certificate must be
	// for. Default: the host of the address.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ServerName string `json:"serverName,omitempty"`
}

// TargetSchema names the module set of a target.
type TargetSchema struct {
	// LibraryRef names the YANGLibrary that holds the modules.
	// +required
	LibraryRef NamespacedReference `json:"libraryRef"`
}

// TargetConnection bounds sessions. All durations are Go durations.
type TargetConnection struct {
	// ConnectTimeout bounds dialling, authentication and the hello exchange.
	// +optional
	// +kubebuilder:default="10s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	ConnectTimeout metav1.Duration `json:"connectTimeout,omitzero"`

	// RPCTimeout bounds every single RPC.
	// +optional
	// +kubebuilder:default="60s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	RPCTimeout metav1.Duration `json:"rpcTimeout,omitzero"`

	// IdleTimeout closes a session that was not used for that long; 0s keeps it.
	// +optional
	// +kubebuilder:default="0s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	IdleTimeout metav1.Duration `json:"idleTimeout,omitzero"`

	// Keepalive is how often an idle connection is probed, so that a dead one is
	// noticed and middleboxes do not forget it; default 30s; 0s never.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern="^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$"
	Keepalive *metav1.Duration `json:"keepalive,omitempty"`

	// Pipelining sends requests that belong together without waiting for each reply
	// (RFC 6241 section 4.5), which saves round trips. Set it to false for an NF
	// that loses requests then.
	// +optional
	// +kubebuilder:default=true
	Pipelining *bool `json:"pipelining,omitempty"`
}

// TargetStatus is what was seen of the target.
type TargetStatus struct {
	meta.ReconcileRequestStatus `json:",inline"`

	// ObservedGeneration is the generation this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Conditions: Ready, Reachable, SchemaReady, and Reconciling or Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// Transport of the session: SSH or TLS, or CallHomeSSH or CallHomeTLS if the NF
	// opens it.
	// +optional
	Transport string `json:"transport,omitempty"`

	// Subscription says whether the NF announces changes to us: Active, Off, or
	// Unsupported or Failed with the cause.
	// +optional
	Subscription string `json:"subscription,omitempty"`

	// ClientCertificateNotAfter is when our certificate for tls expires.
	// +optional
	ClientCertificateNotAfter *metav1.Time `json:"clientCertificateNotAfter,omitempty"`

	// Capabilities the NF announced that Strowger makes use of, by short name.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Capabilities []string `json:"capabilities,omitempty"`

	// SchemaDigest identifies the compiled module set.
	// +optional
	SchemaDigest string `json:"schemaDigest,omitempty"`

	// ModuleCount is the number of implemented YANG modules.
	// +optional
	ModuleCount int32 `json:"moduleCount,omitempty"`

	// SchemaErrors are modules that could not be loaded, bounded.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	SchemaErrors []ModuleProblem `json:"schemaErrors,omitempty"`

	// SchemaWarnings are statements of the NF's own modules that are ignored or
	// lead to nothing, bounded. Those of a YANGLibrary are in its status.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	SchemaWarnings []ModuleProblem `json:"schemaWarnings,omitempty"`

	// SchemaWarningCount is the number of all of them.
	// +optional
	SchemaWarningCount int32 `json:"schemaWarningCount,omitempty"`
}

// Target is a NETCONF server: where it is, or that it calls home, whom it trusts and
// its schema.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=nft,categories=strowger
// +kubebuilder:printcolumn:name="Address",type=string,JSONPath=`.spec.address`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Transport",type=string,JSONPath=`.status.transport`,priority=1
// +kubebuilder:printcolumn:name="Subscription",type=string,JSONPath=`.status.subscription`,priority=1
// +kubebuilder:printcolumn:name="Modules",type=integer,JSONPath=`.status.moduleCount`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Target struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +required
	Spec TargetSpec `json:"spec"`
	// +optional
	// +kubebuilder:default:={"observedGeneration":-1}
	Status TargetStatus `json:"status,omitzero"`
}

// TargetList holds Targets.
// +kubebuilder:object:root=true
type TargetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Target `json:"items"`
}

// GetConditions returns the conditions of the status.
func (t *Target) GetConditions() []metav1.Condition { return t.Status.Conditions }

// SetConditions replaces the conditions of the status.
func (t *Target) SetConditions(c []metav1.Condition) { t.Status.Conditions = c }
