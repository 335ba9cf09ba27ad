// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// proofs remembers, per NF, what was proved last, so that nothing is proved twice.
type proofs struct {
	mu    sync.Mutex
	alone map[types.NamespacedName]aloneProof
	onNF  map[types.NamespacedName]proof
}

type proofKey struct {
	schema, intended, plan, observed string
	whole                            bool
}

type proof struct {
	key  proofKey
	errs yang.Errors
}

// aloneProof is what an intended tree shows by itself.
type aloneProof struct {
	schema, intended string
	// wrong is so whatever the NF holds; missing is so unless the NF holds it.
	wrong, missing yang.Errors
}

func (m *proofs) of(name types.NamespacedName, key proofKey) (yang.Errors, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.onNF[name]
	return p.errs, ok && p.key == key
}

func (m *proofs) keep(name types.NamespacedName, key proofKey, errs yang.Errors) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.onNF == nil {
		m.onNF = map[types.NamespacedName]proof{}
	}
	m.onNF[name] = proof{key, errs}
}

// proveAlone checks an intended tree by itself.
func (m *proofs) proveAlone(name types.NamespacedName, intended *yang.Tree, digest string) aloneProof {
	schema := intended.Schema().Digest()
	m.mu.Lock()
	p, ok := m.alone[name]
	m.mu.Unlock()
	if ok && p.schema == schema && p.intended == digest {
		return p
	}
	p = aloneProof{schema: schema, intended: digest}
	errs, _ := validate.Check(intended)
	for _, e := range errs {
		if e.Curable {
			p.missing = append(p.missing, e)
		} else {
			p.wrong = append(p.wrong, e)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.alone == nil {
		m.alone = map[types.NamespacedName]aloneProof{}
	}
	m.alone[name] = p
	return p
}

func (m *proofs) forget(name types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.alone, name)
	delete(m.onNF, name)
}
