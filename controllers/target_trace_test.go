// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
)

// TestTrace: what is said to the NF is written down while the annotation asks for it.
func TestTrace(t *testing.T) {
	w := newWorld(t)
	nf := w.nf(hostname("edge-1"))
	w.apply(nf)
	file := filepath.Join(traceDir, w.namespace+"_router.log")
	w.Expect(file).NotTo(BeAnExistingFile())

	w.traceUntil(time.Now().Add(time.Hour).Format(time.RFC3339), "; traced to "+file+" until ")
	w.reconcile(nf)
	trace := read(w, file)
	w.Expect(trace).To(MatchRegexp(`(?s) sent session \d+\n[^\n]*<get-config.* received session \d+\n`))
	w.Expect(trace).To(ContainSubstring("edge-1"))

	w.traceUntil(time.Now().Add(-time.Hour).Format(time.RFC3339), "")
	before := read(w, file)
	w.reconcile(nf)
	w.Expect(read(w, file)).To(Equal(before))

	w.traceUntil("10m", `; no trace: the annotation nf.strowger.dev/trace is "10m"`)
}

// traceUntil annotates the Target, and waits for what it says.
func (w *world) traceUntil(value, says string) {
	w.t.Helper()
	w.edit(w.router, func() { w.router.SetAnnotations(map[string]string{v1alpha1.TraceAnnotation: value}) })
	w.Eventually(func() string {
		w.get(w.router)()
		return message(w.router, meta.ReadyCondition)
	}).Should(MatchRegexp(`^Reachable, 1 module` + says + map[bool]string{true: "$"}[says == ""]))
}

func read(w *world, file string) string {
	data, err := os.ReadFile(file)
	w.Expect(err).NotTo(HaveOccurred())
	return string(data)
}
