// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package inputs

import (
	"context"
	"fmt"
	"sort"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"
)

// watch sees all objects of one kind in one namespace, or one of them, by one account's rights.
type watch struct {
	stop context.CancelFunc
	wake func([]types.NamespacedName)

	mu sync.Mutex
	// users by the name of the object.
	users map[string]map[types.NamespacedName]struct{}
	// refused is why the API server refuses the watch now; nil if it does not.
	refused error
	// last is the last failure of any kind, for a message.
	last error
	// changed is closed and replaced whenever refused changes.
	changed chan struct{}
	// synced is closed when all that was there first was seen.
	synced <-chan struct{}
}

func newWatch(ctx context.Context, c metadata.Interface, key watchKey, wake func([]types.NamespacedName)) *watch {
	ctx, stop := context.WithCancel(ctx)
	w := &watch{stop: stop, wake: wake, users: map[string]map[types.NamespacedName]struct{}{}, changed: make(chan struct{})}
	res := c.Resource(key.gvr).Namespace(key.namespace)
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.FieldSelector = key.selector()
			list, err := res.List(ctx, o)
			w.report(ctx, err)
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (apiwatch.Interface, error) {
			o.FieldSelector = key.selector()
			stream, err := res.Watch(ctx, o)
			w.report(ctx, err)
			return stream, err
		},
	}
	informer := cache.NewSharedIndexInformer(cache.ToListWatcherWithWatchListSemantics(lw, c), &metav1.PartialObjectMetadata{}, 0, nil)
	// Before the informer runs none of these can fail.
	_ = informer.SetTransform(onlyIdentity)
	_ = informer.SetWatchErrorHandlerWithContext(func(context.Context, *cache.Reflector, error) {}) // report has it
	registration, err := informer.AddEventHandler(cache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(obj any, initial bool) {
			// What was there first is what the owner is about to read.
			if !initial {
				w.seen(obj)
			}
		},
		UpdateFunc: func(before, after any) {
			if !sameVersion(before, after) {
				w.seen(after)
			}
		},
		DeleteFunc: w.seen,
	})
	if err == nil { // it is an error only of an informer that was stopped
		w.synced = registration.HasSyncedChecker().Done()
	}
	go informer.RunWithContext(ctx)
	return w
}

// selector of the one object, which makes the API server ask for rights on that one only.
func (k watchKey) selector() string {
	if k.name == "" {
		return ""
	}
	return fields.OneTermEqualSelector(metav1.ObjectNameField, k.name).String()
}

// report notes whether the API server lets us watch. Owners that were told of a
// refusal are woken when it ends.
func (w *watch) report(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	var awake []types.NamespacedName
	switch {
	case err == nil:
		if w.refused != nil {
			awake = w.allUsers()
			w.refused = nil
			w.signal()
		}
		w.last = nil
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err), apierrors.IsNotFound(err):
		w.refused, w.last = err, err
		w.signal()
	default:
		w.last = err
	}
	w.mu.Unlock()
	w.wake(awake)
}

// signal tells those who await; the lock is held.
func (w *watch) signal() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// await returns when the watch is up, or refused, or ctx ends.
func (w *watch) await(ctx context.Context) error {
	for {
		w.mu.Lock()
		refused, last, changed := w.refused, w.last, w.changed
		w.mu.Unlock()
		if refused != nil {
			return refused
		}
		select {
		case <-w.synced:
			return nil
		case <-changed:
		case <-ctx.Done():
			if last == nil {
				last = ctx.Err()
			}
			return fmt.Errorf("it cannot be watched yet: %w", last)
		}
	}
}

func (w *watch) add(name string, owner types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users[name] == nil {
		w.users[name] = map[types.NamespacedName]struct{}{}
	}
	w.users[name][owner] = struct{}{}
}

// remove says whether nobody uses the watch any more.
func (w *watch) remove(name string, owner types.NamespacedName) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.users[name], owner)
	if len(w.users[name]) == 0 {
		delete(w.users, name)
	}
	return len(w.users) == 0
}

// seen wakes the users of an object that changed.
func (w *watch) seen(obj any) {
	key, err := cache.DeletionHandlingObjectToName(obj)
	if err != nil {
		return
	}
	w.mu.Lock()
	owners := sorted(w.users[key.Name])
	w.mu.Unlock()
	w.wake(owners)
}

// allUsers are the users of all objects; the lock is held.
func (w *watch) allUsers() []types.NamespacedName {
	all := map[types.NamespacedName]struct{}{}
	for _, owners := range w.users {
		for o := range owners {
			all[o] = struct{}{}
		}
	}
	return sorted(all)
}

func sorted(set map[types.NamespacedName]struct{}) []types.NamespacedName {
	out := make([]types.NamespacedName, 0, len(set))
	for o := range set {
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].String() < out[j].String() })
	return out
}

// onlyIdentity keeps what a wake-up needs, so that a watch of many objects is small.
func onlyIdentity(obj any) (any, error) {
	m, ok := obj.(*metav1.PartialObjectMetadata)
	if !ok {
		return obj, nil
	}
	return &metav1.PartialObjectMetadata{TypeMeta: m.TypeMeta, ObjectMeta: metav1.ObjectMeta{
		Namespace: m.Namespace, Name: m.Name, UID: m.UID, ResourceVersion: m.ResourceVersion,
	}}, nil
}

func sameVersion(before, after any) bool {
	b, ok := before.(*metav1.PartialObjectMetadata)
	a, ok2 := after.(*metav1.PartialObjectMetadata)
	return ok && ok2 && a.ResourceVersion != "" && a.ResourceVersion == b.ResourceVersion
}
