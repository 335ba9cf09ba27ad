// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package reconcile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
)

func TestSummarizeIsReadByKstatus(t *testing.T) {
	for _, c := range []struct {
		name string
		err  *reconcile.Error
		want status.Status
	}{
		{"no error", nil, status.CurrentStatus},
		{"waiting", reconcile.Waitf("InputNotFound", "ConfigMap a/b does not exist"), status.InProgressStatus},
		{"failed", reconcile.Failf("Unreachable", "connection refused"), status.InProgressStatus},
		{"stalled", reconcile.Stallf("UnknownNode", "no such node"), status.FailedStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			nf := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Name: "edge", Generation: 3}}
			// What an earlier run left must not show through.
			conditions.MarkStalled(nf, "Old", "old")
			reconcile.Summarize(nf, c.err, "Succeeded", "fine")
			nf.Status.ObservedGeneration = nf.Generation

			object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(nf)
			if err != nil {
				t.Fatal(err)
			}
			result, err := status.Compute(&unstructured.Unstructured{Object: object})
			if err != nil {
				t.Fatal(err)
			}
			if result.Status != c.want {
				t.Errorf("kstatus is %s, want %s: %s", result.Status, c.want, result.Message)
			}
			ready := conditions.Get(nf, meta.ReadyCondition)
			if c.err != nil && (ready.Reason != c.err.Reason || ready.Message != c.err.Error()) {
				t.Errorf("Ready is %s: %s, want %s: %s", ready.Reason, ready.Message, c.err.Reason, c.err)
			}
		})
	}
}

func TestAs(t *testing.T) {
	cause := errors.New("cause")
	wrapped := fmt.Errorf("reading: %w", reconcile.Waitf("NotThere", "waiting for %w", cause))
	if e := reconcile.As(wrapped); e.Reason != "NotThere" || e.Kind != reconcile.Waiting || !errors.Is(e, cause) {
		t.Errorf("As lost the error: %+v", e)
	}
	if e := reconcile.As(cause); e.Kind != reconcile.Failed || !errors.Is(e, cause) {
		t.Errorf("a foreign error became %+v", e)
	}
	if e := reconcile.As(nil); e != nil {
		t.Errorf("no error became %v", e)
	}
}

func TestSchedule(t *testing.T) {
	s := reconcile.Schedule{Interval: time.Hour, Retry: time.Minute}
	for _, c := range []struct {
		name string
		s    reconcile.Schedule
		err  *reconcile.Error
		want time.Duration
	}{
		{"well", s, nil, time.Hour},
		{"failed", s, reconcile.Failf("A", "b"), time.Minute},
		{"waiting", s, reconcile.Waitf("A", "b"), time.Minute},
		{"stalled", s, reconcile.Stallf("A", "b"), time.Hour},
		{"no retry interval", reconcile.Schedule{Interval: time.Hour}, reconcile.Failf("A", "b"), time.Hour},
	} {
		if got := c.s.Result(c.err).RequeueAfter; got != c.want {
			t.Errorf("%s: again after %s, want %s", c.name, got, c.want)
		}
	}
}

func TestClipKeepsRunesWhole(t *testing.T) {
	for _, in := range []string{"", "short", strings.Repeat("ü", reconcile.MaxMessage), strings.Repeat("a", reconcile.MaxMessage)} {
		out := reconcile.Clip(in)
		if len(out) > reconcile.MaxMessage || !utf8.ValidString(out) {
			t.Errorf("clipped %d bytes to %d, valid %t", len(in), len(out), utf8.ValidString(out))
		}
		if len(in) <= reconcile.MaxMessage && out != in {
			t.Errorf("%q became %q", in, out)
		}
	}
}
