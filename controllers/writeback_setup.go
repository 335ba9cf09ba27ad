// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/inputs"
)

const (
	// DefaultBatchWindow is how long the first drift of a quiet repository waits for
	// others.
	DefaultBatchWindow = 500 * time.Millisecond
	// DefaultPullRequestInterval is how often open pull requests are looked at.
	DefaultPullRequestInterval = 30 * time.Second
	// DefaultMaxPullRequests are more than people can decide on.
	DefaultMaxPullRequests = 100
	// concurrentRepositories is how many repositories are written to at a time.
	concurrentRepositories = 8
)

// WriteBackOptions say how drift comes to Git. Zero values are the defaults.
type WriteBackOptions struct {
	// BatchWindow is how long the first push of a quiet repository waits for more.
	BatchWindow time.Duration
	// PullRequestInterval is how often open pull requests are looked at.
	PullRequestInterval time.Duration
	// MaxPullRequests that may be open in one repository.
	MaxPullRequests int
	// AuthorName and AuthorEmail of the commits. Empty: Strowger's.
	AuthorName, AuthorEmail string
	// SignOff adds Signed-off-by to the commits.
	SignOff bool
	// SigningKeyFile is a key that the commits are signed with, or the folder where a
	// Secret with it is mounted. Empty: they are not signed.
	SigningKeyFile string
	// Forges gives the forge of a repository. Nil: forge.New.
	Forges func(context.Context, forge.Options) (forge.Forge, error)
}

func (o *WriteBackOptions) setDefaults() {
	if o.BatchWindow <= 0 {
		o.BatchWindow = DefaultBatchWindow
	}
	if o.PullRequestInterval <= 0 {
		o.PullRequestInterval = DefaultPullRequestInterval
	}
	if o.MaxPullRequests <= 0 {
		o.MaxPullRequests = DefaultMaxPullRequests
	}
	if o.Forges == nil {
		o.Forges = forge.New
	}
}

// setupWriteBack registers the controller that brings drift to Git.
func setupWriteBack(mgr ctrl.Manager, options Options, recorder kuberecorder.EventRecorder, watches *inputs.Watches, hydrated *HydratedStore) error {
	o := options.WriteBack
	o.setDefaults()
	git := gitreport.Options{Author: gitreport.Signature{Name: o.AuthorName, Email: o.AuthorEmail}, SignOff: o.SignOff}
	if o.SigningKeyFile != "" {
		signer, err := gitreport.NewSigner(o.SigningKeyFile)
		if err != nil {
			return fmt.Errorf("reading the key that commits are signed with: %w", err)
		}
		git.Signer = signer
	}
	counted := newWriteBackMetrics()
	if err := register(counted.collectors()...); err != nil {
		return err
	}
	err := (&WriteBackReconciler{
		Client: mgr.GetClient(), EventRecorder: recorder, ControllerName: controllerName, APIReader: mgr.GetAPIReader(),
		Watches: watches, Git: gitreport.New(git), Hydrated: hydrated, Forges: o.Forges, Metrics: counted,
		Window: o.BatchWindow, PullRequestInterval: o.PullRequestInterval, MaxPullRequests: o.MaxPullRequests,
		AllowCrossNamespace: options.AllowCrossNamespace,
	}).SetupWithManager(mgr, controller.Options{MaxConcurrentReconciles: concurrentRepositories}, watches.Events())
	if err != nil {
		return fmt.Errorf("setting up the write-back controller: %w", err)
	}
	return nil
}
