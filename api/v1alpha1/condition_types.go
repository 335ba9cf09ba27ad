// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Condition types beside the ones every kstatus-aware tool knows (Ready,
// Reconciling, Stalled). Each carries the generation it speaks of.
const (
	// InputsReadyCondition: every layer source, input and dependency was found
	// and is ready to be used.
	InputsReadyCondition = "InputsReady"
	// CertificatesReadyCondition: cert-manager issued every certificate.
	CertificatesReadyCondition = "CertificatesReady"
	// RenderedCondition: the layers were hydrated and merged into one tree.
	RenderedCondition = "Rendered"
	// ValidatedCondition: the whole intended tree was proved against YANG, alone and
	// together with what the NF holds.
	ValidatedCondition = "Validated"
	// AppliedCondition: the intended tree was committed and read back.
	AppliedCondition = "Applied"
	// InSyncCondition: the NF says what Git says.
	InSyncCondition = "InSync"
	// DNSReadyCondition: the resolver answers every declared record.
	DNSReadyCondition = "DNSReady"
	// DriftReportedCondition: the present drift was pushed to Git.
	DriftReportedCondition = "DriftReported"

	// ReportedCondition of a DriftReport: it is in Git, and proposed where it is to be.
	ReportedCondition = "Reported"

	// ReachableCondition: a NETCONF session with the target is established.
	ReachableCondition = "Reachable"
	// SchemaReadyCondition: the target's YANG modules are compiled.
	SchemaReadyCondition = "SchemaReady"
)

// Reasons of conditions and events.
const (
	// What a user has to mend in Git.
	InvalidYANGReason          = "InvalidYANG"
	UnknownNodeReason          = "UnknownNode"
	InvalidValueReason         = "InvalidValue"
	MissingKeyReason           = "MissingKey"
	ConstraintViolatedReason   = "ConstraintViolated"
	SyntaxErrorReason          = "SyntaxError"
	ExpressionErrorReason      = "ExpressionError"
	ArtifactPathNotFoundReason = "ArtifactPathNotFound"
	CrossNamespaceReason       = "CrossNamespaceRefused"
	InvalidSpecReason          = "InvalidSpec"
	PathConflictReason         = "PathConflict"

	// What is not there yet.
	SourceNotFoundReason      = "SourceNotFound"
	SourceNotReadyReason      = "SourceNotReady"
	ArtifactFailedReason      = "ArtifactFetchFailed"
	InputNotFoundReason       = "InputNotFound"
	InputNotReadyReason       = "InputNotReady"
	AccessDeniedReason        = "AccessDenied"
	TargetNotFoundReason      = "TargetNotFound"
	TargetNotReadyReason      = "TargetNotReady"
	DependencyNotReadyReason  = "DependencyNotReady"
	SecretNotFoundReason      = "SecretNotFound"
	SecretInvalidReason       = "SecretInvalid"
	IssuerNotFoundReason      = "IssuerNotFound"
	CertificateNotReadyReason = "CertificateNotReady"
	CertManagerMissingReason  = "CertManagerMissing"
	ExternalDNSMissingReason  = "ExternalDNSMissing"
	DNSNotAnsweredReason      = "DNSNotAnswered"
	NotProvedReason           = "NotProved"

	// What the NF did.
	UnreachableReason          = "Unreachable"
	HostKeyMismatchReason      = "HostKeyMismatch"
	CertificateMismatchReason  = "CertificateMismatch"
	NotCalledReason            = "NotCalled"
	AuthenticationFailedReason = "AuthenticationFailed"
	NETCONFTimeoutReason       = "Timeout"
	RPCErrorReason             = "RPCError"
	LockDeniedReason           = "LockDenied"
	ReadBackMismatchReason     = "ReadBackMismatch"
	ProtocolErrorReason        = "ProtocolError"
	UnsupportedReason          = "Unsupported"
	InvalidEditReason          = "InvalidEdit"
	InvalidReplyReason         = "InvalidReply"
	SchemaFailedReason         = "SchemaFailed"

	// What became of a change.
	GatePendingReason       = "GatePending"   // committed, its checks are awaited
	GateFailedReason        = "GateFailed"    // its checks did not hold, the NF is back
	CommitExpiredReason     = "CommitExpired" // nobody confirmed it in time, the NF is back
	CommitLostReason        = "CommitLost"    // the NF holds neither the change nor what was before
	RevertedReason          = "Reverted"
	RolledBackReason        = "RolledBack"
	RollbackEndedReason     = "RollbackEnded"
	SnapshotMissingReason   = "SnapshotMissing"
	ChangePendingReason     = "ChangePending" // another change is under way on the Target
	PlannedReason           = "Planned"       // mode Plan
	WaitingForRolloutReason = "WaitingForRollout"
	RolloutConflictReason   = "RolloutConflict"
	RolloutFailedReason     = "RolloutFailed"
	ActionFailedReason      = "ActionFailed"
	WorkloadNotReadyReason  = "WorkloadNotReady"
	WorkloadNotFoundReason  = "WorkloadNotFound"
	DependentsRemainReason  = "DependentsRemain"

	// Outcomes.
	SucceededReason        = "Succeeded"
	NFWarningReason        = "NFWarning" // the NF took a change, and said something about it
	DriftedReason          = "Drifted"
	DriftCorrectedReason   = "DriftCorrected"
	DriftAdoptedReason     = "DriftAdopted"
	DriftRejectedReason    = "DriftRejected"
	ReviewExpiredReason    = "ReviewExpired"
	ProposedReason         = "Proposed"
	GitPushedReason        = "GitPushed"
	GitPushFailedReason    = "GitPushFailed"
	GitSourceUnknownReason = "GitSourceUnknown"
	ForgeFailedReason      = "ForgeFailed"
	BranchEditedReason     = "BranchEdited"
	SuspendedReason        = "Suspended"
	DeletionFailedReason   = "DeletionFailed"
	DeletedReason          = "Deleted"
)

// Finalizer keeps a NetworkFunction until what it owns was removed from the NF.
const Finalizer = "nf.strowger.dev/finalizer"

// TraceAnnotation on a Target asks for a trace of its NETCONF messages until the time that it holds (RFC 3339).
const TraceAnnotation = "nf.strowger.dev/trace"
