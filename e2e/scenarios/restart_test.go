// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"context"
	"fmt"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// After a crash the operator goes on: what changed in Git and on an NF meanwhile is dealt with, and nothing else is
// written.
func TestOperatorCrash(t *testing.T) {
	g, ctx := scenario(t)
	before, err := w.Operations("amf-zrh-1")
	g.Expect(err).NotTo(HaveOccurred())
	w.Operator.Kill()

	commit, err := w.Edit(ctx, "Scenario: while nobody looks", "nf/upf-zrh-1.yaml", "maximum-sessions: 200000", "maximum-sessions: 220000")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.Reconcile(ctx)).To(Succeed())
	g.Expect(w.WaitForArtifact(ctx, commit)).To(Succeed())
	byHand(ctx, g, "n6-router-1", fmt.Sprintf(interfaces, `<interface><name>core</name><description>while nobody looks</description></interface>`))

	// The router restarts too, with what was committed on it: netconfd 2.13 corrupts its heap when one process hands
	// out its modules ietf-netconf and yuma123-netconf-types a second time, which a new operator asks for.
	g.Expect(restartRouter(ctx)).To(Succeed())
	g.Expect(w.Operator.Start(ctx)).To(Succeed())
	g.Expect(w.WaitReady(ctx, commit, world.Functions()...)).To(Succeed())
	eventually(ctx, g, func(g Gomega) {
		g.Expect(running(ctx, g, "upf-zrh-1", upfFilter).Value("upf-function", "maximum-sessions")).To(Equal("220000"))
		g.Expect(running(ctx, g, "n6-router-1", routerFilter).Value("interfaces", "interface[name=core]", "description")).To(Equal("to the data network"))
	})
	report, err := w.WaitForReport(ctx, "n6-router-1", v1alpha1.DriftCorrected)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(w.GitLog(ctx, "log", "-1", report.Status.Git.Branch)).To(ContainSubstring("while nobody looks"))
	after, err := w.Operations("amf-zrh-1")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(after["edit-config"]).To(Equal(before["edit-config"]), "edits of an NF that did not change")
	revert(ctx, g, commit)
}

func restartRouter(ctx context.Context) error {
	server := w.Netconfd.Servers[0]
	server.Stop()
	return server.Start(ctx)
}
