// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Journey is a commit's way to the NFs, in times of this process's clock as its watches saw them.
type Journey struct {
	// Commit is what was pushed, at Pushed.
	Commit string
	Pushed time.Time
	// Artifact is when the GitRepository announced the commit's artifact.
	Artifact time.Time
	// Committed is, by NF, when its status said that another configuration was committed and read back.
	Committed map[string]time.Time
}

// Since returns the time from the artifact to the NF; zero if the NF's status was seen first.
func (j *Journey) Since(name string) time.Duration {
	return max(0, j.Committed[name].Sub(j.Artifact))
}

// Follow makes a change in Git and watches it arrive on the named NFs.
func (w *World) Follow(ctx context.Context, change func(context.Context) (string, error), names ...string) (*Journey, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	f, err := w.startFollowing(ctx, names)
	if err != nil {
		return nil, err
	}
	defer f.stop()
	pushed := make(chan error, 1)
	go func() {
		commit, err := change(ctx)
		f.journey.Pushed, f.journey.Commit = time.Now(), commit
		if err == nil {
			err = w.Reconcile(ctx)
		}
		pushed <- err
	}()
	committed := false
	for !committed || !f.arrived() {
		select {
		case err := <-pushed:
			if err != nil {
				return nil, err
			}
			committed = true
		case event := <-f.sources.ResultChan():
			f.seeSource(event)
		case event := <-f.functions.ResultChan():
			f.seeFunction(event)
		case <-ctx.Done():
			return nil, fmt.Errorf("following commit %s to %s: %w; arrived: %v", Short(f.journey.Commit), strings.Join(names, ", "), context.Cause(ctx), f.journey.Committed)
		}
	}
	f.journey.Artifact = f.artifacts[f.journey.Commit]
	return f.journey, nil
}

// follower collects what two watches say.
type follower struct {
	journey            *Journey
	names              []string
	digests            map[string]string
	artifacts          map[string]time.Time
	sources, functions watch.Interface
}

func (w *World) startFollowing(ctx context.Context, names []string) (*follower, error) {
	f := &follower{
		journey: &Journey{Committed: map[string]time.Time{}}, names: names,
		digests: map[string]string{}, artifacts: map[string]time.Time{},
	}
	for _, name := range names {
		nf, err := w.NetworkFunction(ctx, name)
		if err != nil {
			return nil, err
		}
		f.digests[name] = nf.Status.LastAppliedDigest
	}
	var err error
	if f.sources, err = w.Client.Watch(ctx, &sourcev1.GitRepositoryList{}, client.InNamespace(Namespace)); err != nil {
		return nil, fmt.Errorf("watching the GitRepository: %w", err)
	}
	if f.functions, err = w.Client.Watch(ctx, &v1alpha1.NetworkFunctionList{}, client.InNamespace(Namespace)); err != nil {
		return nil, errors.Join(fmt.Errorf("watching NetworkFunctions: %w", err))
	}
	return f, nil
}

func (f *follower) stop() {
	f.sources.Stop()
	f.functions.Stop()
}

func (f *follower) seeSource(event watch.Event) {
	repo, ok := event.Object.(*sourcev1.GitRepository)
	if !ok || repo.GetArtifact() == nil {
		return
	}
	_, commit, _ := strings.Cut(repo.GetArtifact().Revision, ":")
	if _, seen := f.artifacts[commit]; !seen {
		f.artifacts[commit] = time.Now()
	}
}

func (f *follower) seeFunction(event watch.Event) {
	nf, ok := event.Object.(*v1alpha1.NetworkFunction)
	// While a change is under way no digest is applied.
	if !ok || nf.Status.LastAppliedDigest == "" || nf.Status.LastAppliedDigest == f.digests[nf.Name] || !f.journey.Committed[nf.Name].IsZero() {
		return
	}
	if apimeta.IsStatusConditionTrue(nf.Status.Conditions, v1alpha1.AppliedCondition) {
		f.journey.Committed[nf.Name] = time.Now()
	}
}

// arrived tells whether the artifact and every NF were seen.
func (f *follower) arrived() bool {
	for _, name := range f.names {
		if f.journey.Committed[name].IsZero() {
			return false
		}
	}
	return !f.artifacts[f.journey.Commit].IsZero()
}
