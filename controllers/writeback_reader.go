// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// memoReader answers the same question about Kustomizations and GitRepositories
// once: a thousand NetworkFunctions are applied by the same few. It is for one
// round, and one goroutine.
type memoReader struct {
	client.Reader
	kustomizations map[types.NamespacedName]answer[*kustomizev1.Kustomization]
	repositories   map[types.NamespacedName]answer[*sourcev1.GitRepository]
}

type answer[T any] struct {
	object T
	err    error
}

func newMemoReader(r client.Reader) *memoReader {
	return &memoReader{
		Reader:         r,
		kustomizations: map[types.NamespacedName]answer[*kustomizev1.Kustomization]{},
		repositories:   map[types.NamespacedName]answer[*sourcev1.GitRepository]{},
	}
}

// Get is of [client.Reader].
func (m *memoReader) Get(ctx context.Context, key types.NamespacedName, into client.Object, opts ...client.GetOption) error {
	switch into := into.(type) {
	case *kustomizev1.Kustomization:
		a, ok := m.kustomizations[key]
		if !ok {
			a.object = &kustomizev1.Kustomization{}
			a.err = m.Reader.Get(ctx, key, a.object, opts...)
			m.kustomizations[key] = a
		}
		a.object.DeepCopyInto(into)
		return a.err
	case *sourcev1.GitRepository:
		a, ok := m.repositories[key]
		if !ok {
			a.object = &sourcev1.GitRepository{}
			a.err = m.Reader.Get(ctx, key, a.object, opts...)
			m.repositories[key] = a
		}
		a.object.DeepCopyInto(into)
		return a.err
	}
	return m.Reader.Get(ctx, key, into, opts...)
}
