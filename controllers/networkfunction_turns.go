// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// turns lets one run at a time work on a NetworkFunction: its own, or that of a rollout
// which changes several.
type turns struct {
	mu    sync.Mutex
	taken map[types.NamespacedName]chan struct{}
}

// take returns false if somebody else has the turn.
func (t *turns) take(name types.NamespacedName) (release func(), ok bool) {
	release, _ = t.tryTake(name)
	return release, release != nil
}

// wait waits for the turn, as long as ctx lasts.
func (t *turns) wait(ctx context.Context, name types.NamespacedName) (release func(), err error) {
	for {
		release, busy := t.tryTake(name)
		if release != nil {
			return release, nil
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tryTake returns what gives the turn back, or what is closed when it is given back.
func (t *turns) tryTake(name types.NamespacedName) (release func(), busy <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if busy, ok := t.taken[name]; ok {
		return nil, busy
	}
	if t.taken == nil {
		t.taken = map[types.NamespacedName]chan struct{}{}
	}
	mine := make(chan struct{})
	t.taken[name] = mine
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.taken, name)
		close(mine)
	}, nil
}
