// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// Drift becomes one commit on a branch of its own, and then Git's values are back; what nobody declared is left.
func TestDriftIsCommittedAndCorrected(t *testing.T) {
	g, ctx := scenario(t)
	const name, branch = "n6-router-1", "drift/core5g/n6-router-1"
	byHand(ctx, g, name, fmt.Sprintf(interfaces, `<interface><name>n6</name><description>by hand</description></interface>
		<interface><name>foreign0</name>
			<type xmlns:i="urn:ietf:params:xml:ns:yang:iana-if-type">i:ethernetCsmacd</type><description>nobody's</description></interface>`))
	eventually(ctx, g, func(g Gomega) {
		seen := running(ctx, g, name, routerFilter)
		g.Expect(seen.Value("interfaces", "interface[name=n6]", "description")).To(Equal("to the UPFs"))
		g.Expect(seen.Value("interfaces", "interface[name=foreign0]", "description")).To(Equal("nobody's"))
	})
	report, err := w.WaitForReport(ctx, name, v1alpha1.DriftCorrected)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(report.Status.Git.Branch).To(Equal(branch))
	g.Expect(report.Status.Count).To(BeEquivalentTo(1))
	entry := report.Status.Entries[0]
	g.Expect(entry.Path).To(Equal("/ietf-interfaces:interfaces/interface[name='n6']/description"))
	g.Expect(entry.Desired).To(Equal("to the UPFs"))
	g.Expect(entry.Actual).To(Equal("by hand"))
	g.Expect(entry.Action).To(Equal(v1alpha1.DriftCorrect))
	g.Expect(entry.Origin).NotTo(BeNil())
	g.Expect(entry.Origin.Layer).To(Equal("local"))
	g.Expect(entry.Origin.File).To(Equal("nf/n6-router-1.yaml"))
	g.Expect(entry.Origin.Author).To(ContainSubstring("Paula Planner"), "who wrote the line")
	g.Expect(openPullRequests(ctx, g, branch)).To(BeEmpty(), "a record needs no decision")

	head, err := w.Git.Head(ctx, world.Repo, branch)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(report.Status.Git.Commit).To(Equal(head))
	message, err := w.GitLog(ctx, "show", branch)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(message).To(And(ContainSubstring("by hand"), ContainSubstring("to the UPFs"), ContainSubstring("NetworkFunction: core5g/n6-router-1")))
	g.Expect(events(ctx, g, name, v1alpha1.DriftCorrectedReason)).NotTo(BeEmpty())
}

// With mode Report the NF is left as it is, and the same drift is pushed once however often it is seen.
func TestDriftIsReportedAndLeft(t *testing.T) {
	g, ctx := scenario(t)
	const name, branch = "upf-zrh-2", "drift/upf/upf-zrh-2"
	before, err := w.Operations(name)
	g.Expect(err).NotTo(HaveOccurred())
	byHand(ctx, g, name, fmt.Sprintf(upf, "<maximum-sessions>500</maximum-sessions>"))
	report, err := w.WaitForReport(ctx, name, v1alpha1.DriftOpen)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(report.Status.Git.Branch).To(Equal(branch))
	g.Expect(report.Status.Entries).To(HaveLen(1))
	g.Expect(report.Status.Entries[0].Actual).To(Equal("500"))

	// It is seen again and again: what that costs is counted.
	during, err := w.CountSteady(ctx, 3)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(during.OperatorWrites).To(BeZero(), "writes while the drift stays the same")
	commits, err := w.GitLog(ctx, "rev-list", branch, "^"+world.Branch)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(strings.Fields(commits)).To(HaveLen(1), "commits on the branch")
	g.Expect(running(ctx, g, name, upfFilter).Value("upf-function", "maximum-sessions")).To(Equal("500"))
	after, err := w.Operations(name)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(after["edit-config"]-before["edit-config"]).To(Equal(1), "only the edit by hand")

	nf, err := w.NetworkFunction(ctx, name)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(world.Condition(nf, v1alpha1.InSyncCondition).Reason).To(Equal(v1alpha1.DriftedReason))
	byHand(ctx, g, name, fmt.Sprintf(upf, "<maximum-sessions>100000</maximum-sessions>"))
	_, err = w.WaitForReport(ctx, name, v1alpha1.DriftGone)
	g.Expect(err).NotTo(HaveOccurred())
}
