// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"crypto/sha256"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/api/v1alpha1"
)

// settledStates remembers, per NF, the intended tree and the reply that were last
// found equal. While both stay the same there is nothing to decode or compare.
type settledStates struct {
	mu     sync.Mutex
	states map[types.NamespacedName]settled
}

// settled holds digests only, and the filter, which a few names make: one of it costs
// some hundred bytes whatever the NF's size.
type settled struct {
	intended, observed string
	// filter is what the reply was asked for with.
	filter string
	// inventory is the digest of what was owned.
	inventory [sha256.Size]byte
}

func (m *settledStates) of(name types.NamespacedName) (settled, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.states[name]
	return s, ok
}

func (m *settledStates) set(name types.NamespacedName, s settled) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.states == nil {
		m.states = map[types.NamespacedName]settled{}
	}
	m.states[name] = s
}

func (m *settledStates) forget(name types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.states, name)
}

// inventoryDigest identifies what an object owns on a target.
func inventoryDigest(nf *v1alpha1.NetworkFunction, target string) [sha256.Size]byte {
	inv := nf.Status.Inventory
	if inv == nil || inv.Target != target {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(inv.Data)
}
