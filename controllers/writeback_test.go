// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/gomega"
	gtypes "github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/controllers"
	"github.com/strowger/strowger/internal/forge"
)

// registry is a world without devices: NetworkFunctions that are suspended, whose
// reports the test writes, a repository with their layers, and its forge.
type registry struct {
	*world
	git   *gitServer
	forge *fakeForge
	repo  *sourcev1.GitRepository
}

const siteLayer = "strowger-test-router:system:\n  hostname: edge # as on the door\n  location: Zurich\n"

func newRegistry(t *testing.T) *registry {
	t.Helper()
	w := newWorld(t, func(w *world) { w.credentials, w.knownHosts, w.router = nil, nil, nil })
	r := &registry{world: w, git: newGitServer(t)}
	files := map[string]string{}
	for i := range 9 {
		files[fmt.Sprintf("layers/nf-%d.yaml", i)] = siteLayer
	}
	r.git.commit("main", files)
	r.repo = w.gitSource(r.git)
	r.forge = onForge.add(r.repo.Spec.URL)
	r.artifact()
	return r
}

// artifact has Flux make one of what main is now.
func (r *registry) artifact() {
	r.t.Helper()
	r.publish(r.repo, "main@sha1:"+r.git.head("main"), map[string]string{"README.md": "layers"})
}

// function makes a NetworkFunction with one layer, a file of the repository.
func (r *registry) function(name string, change ...func(*v1alpha1.NetworkFunction)) *v1alpha1.NetworkFunction {
	r.t.Helper()
	nf := r.nf(nil)
	nf.Name, nf.Spec.Suspend = name, true
	nf.Spec.Config = []v1alpha1.ConfigLayer{layer("site", "core", "layers/"+name+".yaml")}
	nf.Spec.Drift.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "core"}
	for _, c := range change {
		c(nf)
	}
	r.create(nf)
	return nf
}

// drifted writes the report of a NetworkFunction, as its controller does.
func (r *registry) drifted(nf *v1alpha1.NetworkFunction, action v1alpha1.DriftAction, value string) *v1alpha1.DriftReport {
	r.t.Helper()
	report := &v1alpha1.DriftReport{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: nf.Namespace, Name: nf.Name,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(nf, v1alpha1.GroupVersion.WithKind("NetworkFunction"))},
		},
		Spec: v1alpha1.DriftReportSpec{NetworkFunctionRef: v1alpha1.LocalReference{Name: nf.Name}},
	}
	branch := nf.Spec.Drift.Report.Branch
	if branch == "" {
		branch = "drift/{namespace}/{name}"
	}
	report.Status.Git = &v1alpha1.GitReport{
		Repository: r.namespace + "/core",
		Branch:     strings.NewReplacer("{namespace}", nf.Namespace, "{name}", nf.Name).Replace(branch),
	}
	differs(report, action, value)
	r.create(report)
	return report
}

func differs(report *v1alpha1.DriftReport, action v1alpha1.DriftAction, value string) {
	now := metav1.NewTime(time.Now().Truncate(time.Second))
	s := &report.Status
	s.State, s.Revision, s.ObservedTime, s.Count = v1alpha1.DriftOpen, "main@sha1:0123456789", now, 1
	s.Digest, s.ProposedDigest = "sha256:"+value, ""
	if action == v1alpha1.DriftAdopt {
		s.ProposedDigest = s.Digest
	}
	s.Entries = []v1alpha1.DriftEntry{{
		Path: hostnamePath, Operation: "Modify", Desired: "edge", Actual: value, Class: v1alpha1.DriftDeclared, Action: action,
		Origin:    &v1alpha1.DriftOrigin{Layer: "site", Source: "GitRepository/" + report.Namespace + "/core", File: "layers/" + report.Name + ".yaml", Line: 2},
		FirstSeen: now, LastSeen: now,
	}}
}

// branchOf is the default branch of a report.
func (r *registry) branchOf(name string) string { return "drift/" + r.namespace + "/" + name }

// reported matches reports by their condition Reported.
func reported(status metav1.ConditionStatus, reason string) gtypes.GomegaMatcher {
	return WithTransform(func(o client.Object) string {
		c := apimeta.FindStatusCondition(o.(*v1alpha1.DriftReport).Status.Conditions, v1alpha1.ReportedCondition)
		if c == nil {
			return "nothing is said"
		}
		return string(c.Status) + " " + c.Reason
	}, Equal(string(status)+" "+reason))
}

func saying(report *v1alpha1.DriftReport) string {
	if c := apimeta.FindStatusCondition(report.Status.Conditions, v1alpha1.ReportedCondition); c != nil {
		return c.Message
	}
	return ""
}

func proposed() gtypes.GomegaMatcher {
	return reported(metav1.ConditionTrue, v1alpha1.ProposedReason)
}

func TestManyReportsAreFewPushes(t *testing.T) {
	r := newRegistry(t)
	const many = 40
	var reports []*v1alpha1.DriftReport
	for i := range many {
		reports = append(reports, r.drifted(r.function(fmt.Sprintf("many-%02d", i)), v1alpha1.DriftReportOnly, "rogue"))
	}
	for _, report := range reports {
		r.Eventually(r.get(report)).Should(reported(metav1.ConditionTrue, v1alpha1.GitPushedReason))
		r.Expect(report.Status.Git.Digest).To(Equal(report.Status.Digest))
		r.Expect(report.Status.Git.Commit).To(Equal(r.git.head(r.branchOf(report.Name))))
		r.Expect(r.git.commits(r.branchOf(report.Name))).To(Equal(1))
		r.Expect(r.git.file(r.branchOf(report.Name), "drift/"+r.namespace+"/"+report.Name+".yaml")).To(ContainSubstring("rogue"))
	}
	r.Expect(r.git.pushes.Load()).To(BeNumerically("<=", 8))
	r.Expect(r.git.commits("main")).To(Equal(2))
	r.expectEvent(reportFunction(reports[0]), corev1.EventTypeNormal, v1alpha1.GitPushedReason)
}

// reportFunction is enough of the NetworkFunction to find its events.
func reportFunction(report *v1alpha1.DriftReport) *v1alpha1.NetworkFunction {
	return &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{UID: report.OwnerReferences[0].UID}}
}

// TestTheSameDriftIsPushedOnce, whatever happens to its object, and also by another
// manager that knows nothing.
func TestTheSameDriftIsPushedOnce(t *testing.T) {
	r := newRegistry(t)
	record := r.drifted(r.function("nf-0"), v1alpha1.DriftReportOnly, "rogue")
	proposal := r.drifted(r.function("nf-1"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(record)).Should(reported(metav1.ConditionTrue, v1alpha1.GitPushedReason))
	r.Eventually(r.get(proposal)).Should(proposed())
	pushes := r.git.pushes.Load()
	r.edit(record, func() { record.Labels = map[string]string{"touched": "yes"} })
	r.artifact()
	before := []string{r.git.head(r.branchOf("nf-0")), r.git.head(r.branchOf("nf-1")), record.ResourceVersion, proposal.ResourceVersion}

	ctx, stop := context.WithCancel(t.Context())
	stopped, err := startManager(ctx, ctrl.Options{
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{r.namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)},
	}, controllers.CallHomeOptions{})
	r.Expect(err).NotTo(HaveOccurred())
	r.Consistently(func() []string {
		r.get(record)()
		r.get(proposal)()
		return []string{r.git.head(r.branchOf("nf-0")), r.git.head(r.branchOf("nf-1")), record.ResourceVersion, proposal.ResourceVersion}
	}, 3*time.Second).Should(Equal(before))
	stop()
	r.Expect(<-stopped).To(Succeed())
	r.Expect(r.git.pushes.Load()).To(Equal(pushes))
	r.Expect(r.forge.count("open")).To(Equal(1))
	r.Expect(r.forge.count("update")).To(BeZero())
}

// TestProposalIsOpenedUpdatedAndMerged: the very line that declared the value is
// changed, and Flux is asked to fetch what was merged.
func TestProposalIsOpenedUpdatedAndMerged(t *testing.T) {
	r := newRegistry(t)
	nf := r.function("nf-0")
	report := r.drifted(nf, v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	branch := r.branchOf("nf-0")
	r.Expect(r.git.file(branch, "layers/nf-0.yaml")).To(Equal(strings.Replace(siteLayer, "edge", "rogue", 1)))
	r.Expect(r.forge.openPulls()).To(HaveKey(branch))
	pr := r.forge.openPulls()[branch]
	r.Expect(pr.Base).To(Equal("main"))
	r.Expect(pr.Body).To(ContainSubstring("rogue"))
	r.Expect(report.Status.Git.PullRequest).To(Equal(&v1alpha1.PullRequest{
		Number: pr.Number, URL: pr.URL, State: v1alpha1.PullRequestOpen, Digest: report.Status.ProposedDigest,
	}))
	r.Expect(report.Status.Entries[0].Origin).To(And(HaveField("Line", BeEquivalentTo(2)), HaveField("Author", ContainSubstring("T <t@example.com>"))))
	r.expectEvent(nf, corev1.EventTypeNormal, v1alpha1.ProposedReason)

	// Another value is another commit on the branch, and the pull request says so.
	r.edit(report, func() { differs(report, v1alpha1.DriftAdopt, "bandit") })
	r.Eventually(func() string { return r.git.file(branch, "layers/nf-0.yaml") }).Should(ContainSubstring("hostname: bandit # as on the door"))
	r.Eventually(func() string { return r.forge.pull(pr.Number).Body }).Should(ContainSubstring("bandit"))
	r.Eventually(func() string {
		r.get(report)()
		return report.Status.Git.PullRequest.Digest
	}).Should(Equal("sha256:bandit"))
	r.Expect(r.git.commits(branch)).To(Equal(2))
	r.Expect(r.forge.count("open")).To(Equal(1))

	// Merged, it is seen at once with Flux's new artifact, and before that at the interval.
	r.git.git(r.git.bare, "update-ref", "refs/heads/main", r.git.head(branch))
	r.forge.decide(pr.Number, forge.Merged)
	r.Eventually(func() v1alpha1.PullRequestState {
		r.get(report)()
		return report.Status.Git.PullRequest.State
	}).Should(Equal(v1alpha1.PullRequestMerged))
	r.Expect(report.Status.Git.PullRequest.Digest).To(Equal("sha256:bandit"))
	r.Eventually(func() map[string]string { r.get(r.repo)(); return r.repo.Annotations }).Should(HaveKey(meta.ReconcileRequestAnnotation))
	r.artifact()
	pushes := r.git.pushes.Load()
	r.Consistently(func() int64 { return r.git.pushes.Load() }).Should(Equal(pushes))
	r.Expect(r.forge.count("open")).To(Equal(1))
}

func TestProposalIsClosed(t *testing.T) {
	r := newRegistry(t)
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	number := report.Status.Git.PullRequest.Number
	r.forge.decide(number, forge.Closed)
	r.Eventually(func() v1alpha1.PullRequestState {
		r.get(report)()
		return report.Status.Git.PullRequest.State
	}).Should(Equal(v1alpha1.PullRequestClosed))
	pushes := r.git.pushes.Load()
	// It was decided: it is not proposed again, but something else is.
	r.artifact()
	r.Consistently(func() int { return r.forge.count("open") }).Should(Equal(1))
	r.Expect(r.git.pushes.Load()).To(Equal(pushes))
	r.edit(report, func() { differs(report, v1alpha1.DriftAdopt, "bandit") })
	r.Eventually(func() int64 { r.get(report)(); return report.Status.Git.PullRequest.Number }).ShouldNot(Equal(number))
	r.Expect(report.Status.Git.PullRequest.State).To(Equal(v1alpha1.PullRequestOpen))
}

// TestProposalIsWithdrawn when there is nothing to decide any more.
func TestProposalIsWithdrawn(t *testing.T) {
	for state, says := range map[v1alpha1.DriftState]string{v1alpha1.DriftGone: "is gone", v1alpha1.DriftCorrected: "put back", v1alpha1.DriftAdopted: "Git says now"} {
		t.Run(string(state), func(t *testing.T) {
			r := newRegistry(t)
			report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
			r.Eventually(r.get(report)).Should(proposed())
			r.edit(report, func() { report.Status.State = state })
			r.Eventually(func() v1alpha1.PullRequestState {
				r.get(report)()
				return report.Status.Git.PullRequest.State
			}).Should(Equal(v1alpha1.PullRequestClosed))
			number := report.Status.Git.PullRequest.Number
			r.Expect(r.forge.pull(number).State).To(Equal(forge.Closed))
			r.Expect(r.forge.comment(number)).To(ContainSubstring(says))
		})
	}
}

// TestProposalOfADeletedFunction is closed, also where only the report is deleted.
func TestProposalOfADeletedFunction(t *testing.T) {
	r := newRegistry(t)
	nf := r.function("nf-0")
	report := r.drifted(nf, v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	number := report.Status.Git.PullRequest.Number
	r.delete(report) // no garbage collector runs here
	r.Eventually(func() forge.State { return r.forge.pull(number).State }).Should(Equal(forge.Closed))
	r.Expect(r.forge.comment(number)).To(ContainSubstring(r.namespace + "/nf-0"))
}

// TestPullRequestIsDeleted on the forge: nobody decided, so there is another one.
func TestPullRequestIsDeleted(t *testing.T) {
	r := newRegistry(t)
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	number := report.Status.Git.PullRequest.Number
	r.forge.drop(number)
	r.Eventually(func() int64 { r.get(report)(); return report.Status.Git.PullRequest.Number }).ShouldNot(Equal(number))
	r.Expect(report.Status.Git.PullRequest).To(And(HaveField("State", v1alpha1.PullRequestOpen), HaveField("Digest", report.Status.ProposedDigest)))
}

// TestFunctionsShareABranch and its pull request; when one of them is no longer part
// of it, neither is its edit.
func TestFunctionsShareABranch(t *testing.T) {
	r := newRegistry(t)
	share := func(nf *v1alpha1.NetworkFunction) { nf.Spec.Drift.Report.Branch = "drift/{namespace}" }
	one := r.drifted(r.function("nf-0", share), v1alpha1.DriftAdopt, "rogue")
	two := r.drifted(r.function("nf-1", share), v1alpha1.DriftAdopt, "bandit")
	r.Eventually(r.get(one)).Should(proposed())
	r.Eventually(r.get(two)).Should(proposed())
	branch := "drift/" + r.namespace
	r.Eventually(func() string { return r.forge.openPulls()[branch].Body }).Should(And(ContainSubstring("rogue"), ContainSubstring("bandit")))
	r.Expect(one.Status.Git.PullRequest.Number).To(Equal(two.Status.Git.PullRequest.Number))
	r.Expect(r.forge.count("open")).To(Equal(1))

	r.edit(one, func() { one.Status.State = v1alpha1.DriftGone })
	r.Eventually(func() string { return r.git.file(branch, "layers/nf-0.yaml") }).Should(Equal(siteLayer))
	r.Expect(r.git.file(branch, "layers/nf-1.yaml")).To(ContainSubstring("bandit"))
	r.Eventually(func() string { return r.forge.openPulls()[branch].Body }).ShouldNot(ContainSubstring("rogue"))
	r.forge.decide(two.Status.Git.PullRequest.Number, forge.Merged)
	r.Eventually(func() v1alpha1.PullRequestState {
		r.get(two)()
		return two.Status.Git.PullRequest.State
	}).Should(Equal(v1alpha1.PullRequestMerged))
}

// TestProposalFollowsGit: what people change in Git meanwhile is in the proposal, too.
func TestProposalFollowsGit(t *testing.T) {
	r := newRegistry(t)
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	branch := r.branchOf("nf-0")
	moved := strings.Replace(siteLayer, "Zurich", "Basel", 1)
	r.git.commit("main", map[string]string{"layers/nf-0.yaml": moved})
	r.artifact()
	r.Eventually(func() string { return r.git.file(branch, "layers/nf-0.yaml") }).Should(Equal(strings.Replace(moved, "edge", "rogue", 1)))
	r.Eventually(func() string { r.get(report)(); return report.Status.Git.Commit }).Should(Equal(r.git.head(branch)))
	r.Expect(r.forge.count("open")).To(Equal(1))

	// What is none of its files changes nothing.
	r.git.commit("main", map[string]string{"README.md": "other"})
	r.artifact()
	head := r.git.head(branch)
	r.Consistently(func() string { return r.git.head(branch) }).Should(Equal(head))
}

// TestProposalEditedByHand keeps what a person made of it; only the report follows.
func TestProposalEditedByHand(t *testing.T) {
	r := newRegistry(t)
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	branch := r.branchOf("nf-0")
	amended := strings.Replace(siteLayer, "edge", "better", 1)
	r.git.commit(branch, map[string]string{"layers/nf-0.yaml": amended})
	r.edit(report, func() { differs(report, v1alpha1.DriftAdopt, "bandit") })
	r.Eventually(r.get(report)).Should(reported(metav1.ConditionTrue, v1alpha1.BranchEditedReason))
	r.Expect(r.git.file(branch, "layers/nf-0.yaml")).To(Equal(amended))
	r.Expect(r.git.file(branch, "drift/"+r.namespace+"/nf-0.yaml")).To(ContainSubstring("bandit"))
	r.Expect(r.forge.count("open")).To(Equal(1))
}

// TestBadBranchDisturbsNoOther.
func TestBadBranchDisturbsNoOther(t *testing.T) {
	r := newRegistry(t)
	on := func(branch string) func(*v1alpha1.NetworkFunction) {
		return func(nf *v1alpha1.NetworkFunction) { nf.Spec.Drift.Report.Branch = branch }
	}
	followed := r.drifted(r.function("nf-0", on("main")), v1alpha1.DriftAdopt, "rogue")
	invalid := r.drifted(r.function("nf-1", on("bad..name")), v1alpha1.DriftAdopt, "rogue")
	good := r.drifted(r.function("nf-2"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(good)).Should(proposed())
	for _, bad := range []*v1alpha1.DriftReport{followed, invalid} {
		r.Eventually(r.get(bad)).Should(reported(metav1.ConditionFalse, v1alpha1.GitPushFailedReason))
		r.Expect(saying(bad)).To(ContainSubstring(bad.Status.Git.Branch))
		r.Expect(bad.Status.Git.Digest).To(BeEmpty())
	}
	r.Expect(r.git.commits("main")).To(Equal(2))
	version := followed.ResourceVersion
	r.Consistently(func() string { r.get(followed)(); return followed.ResourceVersion }).Should(Equal(version), "it is said once")
}

// TestGitIsDownForAWhile: each report says so once, and all are in Git afterwards.
func TestGitIsDownForAWhile(t *testing.T) {
	r := newRegistry(t)
	r.git.down.Store(true)
	one := r.drifted(r.function("nf-0"), v1alpha1.DriftReportOnly, "rogue")
	two := r.drifted(r.function("nf-1"), v1alpha1.DriftAdopt, "rogue")
	for _, report := range []*v1alpha1.DriftReport{one, two} {
		r.Eventually(r.get(report)).Should(reported(metav1.ConditionFalse, v1alpha1.GitPushFailedReason))
		r.Expect(saying(report)).To(ContainSubstring(r.namespace + "/core"))
	}
	r.git.down.Store(false)
	r.Eventually(r.get(one)).Should(reported(metav1.ConditionTrue, v1alpha1.GitPushedReason))
	r.Eventually(r.get(two)).Should(proposed())
}

// TestGitRefusesForAWhile is made up for without anything else to wake the report.
func TestGitRefusesForAWhile(t *testing.T) {
	for name, c := range map[string]struct {
		cause, cure func(*registry)
		says        string
	}{
		"protected branch": {
			cause: func(r *registry) { r.git.refuse("the branch is protected") },
			cure:  func(r *registry) { r.git.accept() },
			says:  "the branch is protected",
		},
		"wrong password": {
			cause: func(r *registry) { r.gitPassword("no-such-passw0rd") },
			cure:  func(r *registry) { r.gitPassword(gitPassword) },
			says:  "credentials",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			c.cause(r)
			report := r.drifted(r.function("nf-0"), v1alpha1.DriftReportOnly, "rogue")
			r.Eventually(r.get(report)).Should(reported(metav1.ConditionFalse, v1alpha1.GitPushFailedReason))
			r.Expect(saying(report)).To(And(ContainSubstring(r.namespace+"/core"), ContainSubstring(c.says), Not(ContainSubstring("passw0rd"))))
			r.expectEvent(reportFunction(report), corev1.EventTypeWarning, v1alpha1.GitPushFailedReason)
			r.Expect(r.git.commits(r.branchOf("nf-0"))).To(BeZero())
			c.cure(r)
			r.Eventually(r.get(report)).Should(reported(metav1.ConditionTrue, v1alpha1.GitPushedReason))
			r.Expect(r.git.commits(r.branchOf("nf-0"))).To(Equal(1))
		})
	}
}

// TestForgeIsDownForAWhile: the report is in Git all the same.
func TestForgeIsDownForAWhile(t *testing.T) {
	r := newRegistry(t)
	r.forge.fail(&forge.Error{Kind: forge.ErrUnreachable, Subject: "open a pull request", Message: "connection refused"})
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(reported(metav1.ConditionFalse, v1alpha1.ForgeFailedReason))
	r.Expect(saying(report)).To(And(ContainSubstring("connection refused"), ContainSubstring(report.Status.Git.Commit)))
	r.Expect(report.Status.Git.Digest).To(Equal(report.Status.Digest))
	r.forge.fail(nil)
	r.Eventually(r.get(report)).Should(proposed())
	r.Expect(r.git.commits(r.branchOf("nf-0"))).To(Equal(1))
}

// TestNoForge: a repository that is on none says what to do.
func TestNoForge(t *testing.T) {
	r := newRegistry(t)
	onForge.remove(r.repo.Spec.URL)
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(reported(metav1.ConditionFalse, v1alpha1.ForgeFailedReason))
	r.Expect(saying(report)).To(ContainSubstring("spec.drift.report.pullRequest.provider"))

	none := r.drifted(r.function("nf-1", func(nf *v1alpha1.NetworkFunction) { nf.Spec.Drift.Report.PullRequest.Mode = "None" }), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(none)).Should(reported(metav1.ConditionTrue, v1alpha1.GitPushedReason))
	r.Expect(r.git.file(r.branchOf("nf-1"), "layers/nf-1.yaml")).To(ContainSubstring("rogue"))
}

// TestTooManyPullRequests wait, and are told what to do.
func TestTooManyPullRequests(t *testing.T) {
	r := newRegistry(t)
	var reports []*v1alpha1.DriftReport
	for i := range 4 {
		reports = append(reports, r.drifted(r.function(fmt.Sprintf("nf-%d", i)), v1alpha1.DriftAdopt, "rogue"))
	}
	open := func() (in, waiting []*v1alpha1.DriftReport) {
		for _, report := range reports {
			r.get(report)()
			switch ok, _ := proposed().Match(report); {
			case ok:
				in = append(in, report)
			case strings.Contains(saying(report), "--max-pull-requests"):
				waiting = append(waiting, report)
			}
		}
		return in, waiting
	}
	r.Eventually(func(g Gomega) {
		in, waiting := open()
		g.Expect(in).To(HaveLen(3))
		g.Expect(waiting).To(HaveLen(1))
		g.Expect(saying(waiting[0])).To(ContainSubstring("drift/{namespace}"))
	}).Should(Succeed())
	in, waiting := open()
	r.edit(in[0], func() { in[0].Status.State = v1alpha1.DriftGone })
	r.Eventually(r.get(waiting[0])).Should(proposed())
	r.Expect(len(r.forge.openPulls())).To(Equal(3))
}

// TestTokenOfTheForge is the one that the NetworkFunction names.
func TestTokenOfTheForge(t *testing.T) {
	r := newRegistry(t)
	r.create(r.secret("forge", map[string]string{"token": "t0ken"}))
	nf := r.function("nf-0", func(nf *v1alpha1.NetworkFunction) {
		nf.Spec.Drift.Report.PullRequest = v1alpha1.PullRequestPolicy{Mode: "Auto", Provider: "Gitea", SecretRef: &v1alpha1.LocalReference{Name: "forge"}}
	})
	report := r.drifted(nf, v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(proposed())
	r.forge.mu.Lock()
	defer r.forge.mu.Unlock()
	r.Expect(r.forge.options).To(HaveLen(1), "it is connected to once")
	r.Expect(r.forge.options[0]).To(And(HaveField("Token", "t0ken"), HaveField("Provider", forge.Gitea)))
}

// TestReportOfAnotherRepository: a DriftReport is no proof that its NetworkFunction
// was declared there.
func TestReportOfAnotherRepository(t *testing.T) {
	r := newRegistry(t)
	nf := r.function("nf-0", func(nf *v1alpha1.NetworkFunction) {
		nf.Spec.Drift.Report.GitRepositoryRef = &v1alpha1.NamespacedReference{Name: "elsewhere"}
	})
	report := r.drifted(nf, v1alpha1.DriftReportOnly, "rogue")
	r.Eventually(r.get(report)).Should(reported(metav1.ConditionFalse, v1alpha1.GitSourceUnknownReason))
	r.Expect(r.git.commits(r.branchOf("nf-0"))).To(BeZero())
}

// TestRateLimitIsRespected.
func TestRateLimitIsRespected(t *testing.T) {
	r := newRegistry(t)
	limit := &forge.Error{Kind: forge.ErrRateLimited, Subject: "open a pull request", RetryAfter: 2 * time.Second}
	r.forge.fail(limit)
	report := r.drifted(r.function("nf-0"), v1alpha1.DriftAdopt, "rogue")
	r.Eventually(r.get(report)).Should(reported(metav1.ConditionFalse, v1alpha1.ForgeFailedReason))
	r.Expect(errors.Is(limit, forge.ErrRateLimited)).To(BeTrue())
	r.forge.fail(nil)
	r.Eventually(r.get(report)).Should(proposed())
}
