// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"strings"

	"code.gitea.io/sdk/gitea"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// receiverSecret holds the token that the forge signs its webhooks with.
const receiverSecret = "core-network-webhook"

// listenToForge creates the example's Receiver and has the Git server call it after each push to the branch that Flux
// follows. Without a notification-controller of the stack nothing is done.
func (w *World) listenToForge(ctx context.Context) error {
	if w.ReceiverURL == "" {
		return nil
	}
	objects, err := readObjects(filepath.Join(w.root, "examples", "5g-core", "flux", "receiver.yaml"))
	if err != nil {
		return err
	}
	for _, receiver := range objects {
		if err := w.apply(ctx, receiver); err != nil {
			return err
		}
		path, err := w.webhookPath(ctx, receiver)
		if err != nil {
			return err
		}
		if err := w.Git.AddWebhook(ctx, Repo, w.ReceiverURL+path, w.receiverToken); err != nil {
			return err
		}
	}
	return nil
}

// webhookPath waits until notification-controller has said where it listens for a Receiver.
func (w *World) webhookPath(ctx context.Context, receiver *unstructured.Unstructured) (path string, err error) {
	err = w.Wait(ctx, "the path of Receiver "+receiver.GetName(), func(ctx context.Context) (string, error) {
		if err := w.Client.Get(ctx, client.ObjectKeyFromObject(receiver), receiver); err != nil {
			return err.Error(), nil
		}
		path, _, err = unstructured.NestedString(receiver.Object, "status", "webhookPath")
		if err != nil {
			return "", fmt.Errorf("reading the status of Receiver %s: %w", receiver.GetName(), err)
		}
		if path == "" {
			return "no path yet", nil
		}
		return "", nil
	})
	return path, err
}

// WaitForProposal waits until the drift of an NF, as it is reported now, is proposed by an open pull request, and
// returns both.
func (w *World) WaitForProposal(ctx context.Context, name string) (*v1alpha1.DriftReport, *gitea.PullRequest, error) {
	report, err := w.WaitForDriftReport(ctx, name, "proposed", func(r *v1alpha1.DriftReport) bool {
		git := r.Status.Git
		return r.Status.State == v1alpha1.DriftOpen && git != nil && git.Commit != "" && git.PullRequest != nil &&
			git.PullRequest.State == v1alpha1.PullRequestOpen && git.PullRequest.Digest == r.Status.ProposedDigest
	})
	if err != nil {
		return report, nil, err
	}
	pull, err := w.Git.PullRequest(ctx, Repo, report.Status.Git.PullRequest.Number)
	return report, pull, err
}

// Shown is the text of a pull request as a person reads it on the forge: without what Markdown and HTML need.
func Shown(markdown string) string {
	return html.UnescapeString(htmlTag.ReplaceAllString(markdown, ""))
}

// htmlTag is a tag or a comment of HTML.
var htmlTag = regexp.MustCompile(`<!--.*?-->\n?|</?[a-z][^>]*>`)

// WaitForDriftReport waits until the DriftReport of an NF satisfies a condition.
func (w *World) WaitForDriftReport(ctx context.Context, name, what string, ok func(*v1alpha1.DriftReport) bool) (*v1alpha1.DriftReport, error) {
	report := &v1alpha1.DriftReport{}
	err := w.Wait(ctx, fmt.Sprintf("DriftReport %s: %s", name, what), func(ctx context.Context) (string, error) {
		*report = v1alpha1.DriftReport{}
		if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, report); err != nil {
			return err.Error(), nil
		}
		if ok(report) {
			return "", nil
		}
		return describeReport(report), nil
	})
	return report, err
}

func describeReport(r *v1alpha1.DriftReport) string {
	var out strings.Builder
	fmt.Fprintf(&out, "state=%s count=%d digest=%s proposed=%s revision=%s", r.Status.State, r.Status.Count,
		r.Status.Digest, r.Status.ProposedDigest, r.Status.Revision)
	if git := r.Status.Git; git != nil {
		fmt.Fprintf(&out, " branch=%s commit=%s pushed=%s", git.Branch, Short(git.Commit), git.Digest)
		if pull := git.PullRequest; pull != nil {
			fmt.Fprintf(&out, " pull request %d %s of %s", pull.Number, pull.State, pull.Digest)
		}
	}
	return out.String() + "\n" + describeConditions(r.Status.Conditions)
}
