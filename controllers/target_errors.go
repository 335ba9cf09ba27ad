// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"strings"

	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/target"
)

// wording is how an error of the NF is told.
type wording struct {
	reason, format string
	of             func(reason, format string, args ...any) *reconcile.Error
}

// wordings give errors of the NF their reasons, and where the error alone does not say what to do, that.
var wordings = map[target.Reason]wording{
	target.HostKeyMismatch:      {v1alpha1.HostKeyMismatchReason, "%w", reconcile.Failf},
	target.CertificateMismatch:  {v1alpha1.CertificateMismatchReason, "%w; check the authorities in ca.crt and the Target's spec.tls.serverName", reconcile.Failf},
	target.AuthenticationFailed: {v1alpha1.AuthenticationFailedReason, "%w", reconcile.Failf},
	target.NotCalled:            {v1alpha1.NotCalledReason, "%w", reconcile.Waitf},
	target.Unreachable:          {v1alpha1.UnreachableReason, "%w; check address, network and the NETCONF server of the NF", reconcile.Failf},
	target.Timeout:              {v1alpha1.NETCONFTimeoutReason, "%w; check the NF's load, or raise the Target's spec.connection.rpcTimeout", reconcile.Failf},
	target.ChangePending:        {v1alpha1.ChangePendingReason, "%w", reconcile.Waitf},
	target.CommitExpired:        {v1alpha1.CommitExpiredReason, "%w", reconcile.Failf},
	target.LockDenied:           {v1alpha1.LockDeniedReason, "%w", reconcile.Waitf},
	target.RPCError:             {v1alpha1.RPCErrorReason, "the NF refused: %w", reconcile.Failf},
	target.ReadBackMismatch:     {v1alpha1.ReadBackMismatchReason, "%w", reconcile.Failf},
	target.ProtocolError:        {v1alpha1.ProtocolErrorReason, "%w", reconcile.Failf},
	target.Unsupported:          {v1alpha1.UnsupportedReason, "%w", reconcile.Failf},
	target.InvalidEdit:          {v1alpha1.InvalidEditReason, "%w", reconcile.Failf},
	target.InvalidReply:         {v1alpha1.InvalidReplyReason, "%w", reconcile.Failf},
}

// missedBefore is why an NF was not reached the last time, if that is what its Target says: a manager that has just
// started, with a site that is dark, does not wait for each of its NFs. It reads as it did.
func missedBefore(t *v1alpha1.Target, ep target.Endpoint) *target.Error {
	c := conditions.Get(t, v1alpha1.ReachableCondition)
	if c == nil || c.Status != metav1.ConditionFalse || c.ObservedGeneration != t.Generation {
		return nil
	}
	for _, reason := range []target.Reason{target.Unreachable, target.Timeout} {
		if w := wordings[reason]; w.reason == c.Reason {
			why := &target.Error{Reason: reason, Op: "connect", Key: ep.Key, Address: ep.Address, Err: errors.New("")}
			cause := strings.TrimPrefix(c.Message, why.Error())
			why.Err = errors.New(strings.TrimSuffix(cause, strings.TrimPrefix(w.format, "%w")))
			return why
		}
	}
	return nil
}

// targetError turns an error of the pool into one that knows its reason.
func targetError(err error) error {
	if f, ok := wordings[target.ReasonOf(err)]; ok {
		return f.of(f.reason, f.format, err)
	}
	return err
}
