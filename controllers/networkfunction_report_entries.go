// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/drift"
)

// maxReportEntries bounds a DriftReport, which must fit into etcd.
const maxReportEntries = 500

// unpushed is what of a report was put back, or is about to be, before Git heard of
// it, and is not among entries: it stays in the report until it is in Git.
func unpushed(status *v1alpha1.DriftReportStatus, entries []drift.Entry) []v1alpha1.DriftEntry {
	if status.Git == nil || status.Git.Digest == status.Digest {
		return nil
	}
	now := make(map[string]bool, len(entries))
	for _, e := range entries {
		now[drift.Clip(e.Path, drift.MaxPath)] = true
	}
	var out []v1alpha1.DriftEntry
	for _, e := range status.Entries {
		if e.Action == v1alpha1.DriftCorrect && !now[e.Path] {
			out = append(out, e)
		}
	}
	return out
}

// reportEntries are the entries of a report, bounded and sorted by path: what
// somebody declared goes before what nobody did. What the write-back found out about
// where a value was declared is taken over from before.
func reportEntries(entries []drift.Entry, before, carried []v1alpha1.DriftEntry, now metav1.Time) []v1alpha1.DriftEntry {
	known := make(map[string]*v1alpha1.DriftEntry, len(before))
	for i := range before {
		known[before[i].Path] = &before[i]
	}
	out := make([]v1alpha1.DriftEntry, 0, min(len(entries)+len(carried), maxReportEntries))
	for _, part := range [][]drift.Entry{withoutClass(entries, drift.Unmanaged), withClass(entries, drift.Unmanaged)} {
		for i := range part[:min(len(part), maxReportEntries-len(out))] {
			e := reportEntry(&part[i], now)
			if old := known[e.Path]; old != nil && old.Desired == e.Desired {
				e.Origin = enriched(e.Origin, old.Origin)
			}
			out = append(out, e)
		}
		if len(carried) > 0 {
			out = append(out, carried[:min(len(carried), maxReportEntries-len(out))]...)
			carried = nil
		}
	}
	slices.SortFunc(out, func(a, b v1alpha1.DriftEntry) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func reportEntry(e *drift.Entry, now metav1.Time) v1alpha1.DriftEntry {
	out := v1alpha1.DriftEntry{
		Path: drift.Clip(e.Path, drift.MaxPath), Operation: string(e.Operation),
		Desired: drift.Clip(e.Desired, drift.MaxValue), Actual: drift.Clip(e.Actual, drift.MaxValue),
		Class: v1alpha1.DriftClass(e.Class), Action: v1alpha1.DriftAction(e.Action),
		FirstSeen: metav1.NewTime(e.FirstSeen), LastSeen: now,
	}
	if o := e.Origin; o != nil {
		out.Origin = &v1alpha1.DriftOrigin{
			Layer: clipTo(o.Layer, 63), Source: clipTo(o.Source, 320), File: clipTo(o.File, 1024), Line: int32(o.Line), Revision: clipTo(o.Revision, 256),
		}
	}
	return out
}

// enriched is an origin with the manifest, line and author that an earlier report
// had for the same value of the same layer.
func enriched(o, old *v1alpha1.DriftOrigin) *v1alpha1.DriftOrigin {
	if o == nil || old == nil || o.Layer != old.Layer {
		return o
	}
	if o.File == "" {
		o.File, o.Line = old.File, old.Line
	}
	if o.File == old.File {
		o.Author = old.Author
	}
	return o
}

// unheardOf: the report tells a difference that the one before did not.
func unheardOf(before, report *v1alpha1.DriftReport) bool {
	if before.Status.State != report.Status.State || before.Status.ObservedTime != report.Status.ObservedTime {
		return true
	}
	if before.Status.Digest == report.Status.Digest {
		return false
	}
	type difference struct{ path, operation, desired, actual string }
	told := make(map[difference]bool, len(before.Status.Entries))
	for _, e := range before.Status.Entries {
		told[difference{e.Path, e.Operation, e.Desired, e.Actual}] = true
	}
	return slices.ContainsFunc(report.Status.Entries, func(e v1alpha1.DriftEntry) bool {
		return !told[difference{e.Path, e.Operation, e.Desired, e.Actual}]
	})
}

// sameActions: the same is done for the same paths.
func sameActions(before, after []v1alpha1.DriftEntry) bool {
	return slices.EqualFunc(before, after, func(a, b v1alpha1.DriftEntry) bool { return a.Path == b.Path && a.Action == b.Action })
}

// onlyPutBack: what the entries were before, but for some that were put back.
func onlyPutBack(before, after []v1alpha1.DriftEntry) bool {
	i := 0
	for _, b := range before {
		if i < len(after) && after[i].Path == b.Path {
			a := after[i]
			if a.Operation != b.Operation || a.Desired != b.Desired || a.Actual != b.Actual || a.Action != b.Action {
				return false
			}
			i++
			continue
		}
		if b.Action != v1alpha1.DriftCorrect {
			return false
		}
	}
	return i == len(after)
}

// decideBy is when the first of what is proposed is put back unless somebody decides;
// nil: nothing is.
func decideBy(entries []drift.Entry) *metav1.Time {
	var first time.Time
	for _, e := range entries {
		if e.Action == drift.Adopt && !e.DecideBy.IsZero() && (first.IsZero() || e.DecideBy.Before(first)) {
			first = e.DecideBy
		}
	}
	if first.IsZero() {
		return nil
	}
	at := metav1.NewTime(first).Rfc3339Copy()
	return &at
}
