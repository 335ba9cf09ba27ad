// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/runtime/conditions"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/dns"
	"github.com/strowger/strowger/internal/reconcile"
)

// publishNames hands the declared records to ExternalDNS.
func (r *NetworkFunctionReconciler) publishNames(ctx context.Context, s *scope) (string, error) {
	if planOnly(s.nf) {
		return "", nil
	}
	if len(s.nf.Spec.DNS) == 0 {
		return "", r.withdrawNames(ctx, s)
	}
	records := make([]v1alpha1.DNSRecord, 0, len(s.nf.Spec.DNS))
	for _, record := range s.nf.Spec.DNS {
		targets, err := r.strings(record.Targets, s.values)
		if err != nil {
			return "", err
		}
		record.Targets = targets
		records = append(records, record)
	}
	sets, err := dns.Normalize(records)
	if err != nil {
		return "", reconcile.Stallf(v1alpha1.InvalidSpecReason, "spec.dns: %w", err)
	}
	s.names = sets
	if err := r.ensureOwned(ctx, s.nf, dns.Build(s.nf, sets)); err != nil {
		return "", dnsError(err)
	}
	return count(len(sets), "record set", "record sets") + " handed to ExternalDNS", nil
}

// withdrawNames deletes the records of an NF that declares none any more.
func (r *NetworkFunctionReconciler) withdrawNames(ctx context.Context, s *scope) error {
	if !conditions.Has(s.nf, v1alpha1.DNSReadyCondition) {
		return nil
	}
	gone := &dns.DNSEndpoint{ObjectMeta: metav1.ObjectMeta{Namespace: s.nf.Namespace, Name: s.nf.Name}}
	return dnsError(r.deleteOwned(ctx, s.nf, gone))
}

// checkNames asks the resolver for every record. Names spread within seconds, so
// it asks again soon, but not for ever.
func (r *NetworkFunctionReconciler) checkNames(ctx context.Context, s *scope) (string, error) {
	if len(s.names) == 0 {
		return "", nil
	}
	missing := r.DNS.Check(ctx, s.names)
	if len(missing) == 0 {
		return count(len(s.names), "record set", "record sets") + " answered as declared", nil
	}
	if c := conditions.Get(s.nf, v1alpha1.DNSReadyCondition); c == nil || time.Since(c.LastTransitionTime.Time) < dnsPatience {
		s.retry = dnsRetry
	}
	message := missing[0].String()
	if len(missing) > 1 {
		message += fmt.Sprintf("; and %d more", len(missing)-1)
	}
	return "", reconcile.Waitf(v1alpha1.DNSNotAnsweredReason, "%s", message)
}

func dnsError(err error) error {
	if apimeta.IsNoMatchError(err) {
		return reconcile.Waitf(v1alpha1.ExternalDNSMissingReason, "spec.dns needs ExternalDNS, whose DNSEndpoint API is not installed: %w", err)
	}
	if err != nil {
		return fmt.Errorf("writing the DNSEndpoint: %w", err)
	}
	return nil
}
