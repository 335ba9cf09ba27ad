// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/internal/inputs"
)

// Impersonator hands out readers with the rights of service accounts, so that
// what a NetworkFunction may read is what its own tenant may read.
type Impersonator struct {
	// Own reads with the manager's rights.
	Own client.Reader
	// Config and Options make the clients of service accounts.
	Config  *rest.Config
	Options client.Options

	mu      sync.Mutex
	readers map[types.NamespacedName]client.Reader
}

// Reader returns a reader for a service account; without a name, the manager's
// own. Readers are kept: they share nothing but the connection pool.
func (i *Impersonator) Reader(namespace, serviceAccount string) (client.Reader, error) {
	if serviceAccount == "" {
		return i.Own, nil
	}
	key := types.NamespacedName{Namespace: namespace, Name: serviceAccount}
	i.mu.Lock()
	defer i.mu.Unlock()
	if r, ok := i.readers[key]; ok {
		return r, nil
	}
	r, err := client.New(inputs.Impersonate(i.Config, namespace, serviceAccount), i.Options)
	if err != nil {
		return nil, fmt.Errorf("making a client for service account %s: %w", key, err)
	}
	if i.readers == nil {
		i.readers = map[types.NamespacedName]client.Reader{}
	}
	i.readers[key] = r
	return r, nil
}
