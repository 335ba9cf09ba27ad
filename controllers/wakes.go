// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/strowger/strowger/api/v1alpha1"
)

// wakeBacklog is far more than ever waits: a controller takes what is sent at once.
const wakeBacklog = 4096

// wakes carries the names of Targets from the session pool to a controller.
type wakes chan event.TypedGenericEvent[types.NamespacedName]

func newWakes() wakes { return make(wakes, wakeBacklog) }

// send never blocks the pool: a wake that finds no room, as while the manager stops, is made up for by the
// interval.
func (w wakes) send(key string) {
	select {
	case w <- event.TypedGenericEvent[types.NamespacedName]{Object: nameFromKey(key)}:
	default:
	}
}

// nameFromKey is the name of the Target that an Endpoint was made for.
func nameFromKey(key string) types.NamespacedName {
	namespace, name, _ := strings.Cut(key, "/")
	return types.NamespacedName{Namespace: namespace, Name: name}
}

// usersOfNamed are the NFs that use a Target of a name.
func (r *NetworkFunctionReconciler) usersOfNamed(ctx context.Context, name types.NamespacedName) []ctrlreconcile.Request {
	return r.usersOfTarget(ctx, &v1alpha1.Target{ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}})
}
