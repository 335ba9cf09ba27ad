// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package reconcile

import (
	"unicode/utf8"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
)

// MaxMessage is the length in bytes that a condition's message is cut to; the
// API server takes 32 KiB, people read less.
const MaxMessage = 4096

// Summarize sets Ready, Reconciling and Stalled from the end of a run, as
// kstatus reads them: a stalled object is Failed, one that waits or retries is
// InProgress, and one without an error is Current.
func Summarize(obj conditions.Setter, err *Error, okReason, okMessage string) {
	if err == nil {
		conditions.Delete(obj, meta.ReconcilingCondition)
		conditions.Delete(obj, meta.StalledCondition)
		conditions.MarkTrue(obj, meta.ReadyCondition, okReason, "%s", Clip(okMessage))
		return
	}
	message := Clip(err.Error())
	conditions.MarkFalse(obj, meta.ReadyCondition, err.Reason, "%s", message)
	if err.Kind == Stalled {
		conditions.Delete(obj, meta.ReconcilingCondition)
		conditions.MarkStalled(obj, err.Reason, "%s", message)
		return
	}
	conditions.Delete(obj, meta.StalledCondition)
	conditions.MarkReconciling(obj, meta.ProgressingWithRetryReason, "%s", message)
}

// Clip cuts a message to MaxMessage at a rune's border.
func Clip(s string) string {
	if len(s) <= MaxMessage {
		return s
	}
	end := MaxMessage - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
