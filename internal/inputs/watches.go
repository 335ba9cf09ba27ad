// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package inputs

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	// defaultSyncTimeout bounds how long Ensure waits for a new watch.
	defaultSyncTimeout = 10 * time.Second
	// eventBacklog is how many wake-ups may wait before watches block.
	eventBacklog = 1024
)

// WatchOptions of [Watches].
type WatchOptions struct {
	// Config of the manager; service accounts are impersonated through it.
	Config *rest.Config
	// Mapper finds the resource of a kind, and sees kinds that come later.
	Mapper meta.RESTMapper
	// AllowCrossNamespace lets references name other namespaces.
	AllowCrossNamespace bool
	// SyncTimeout bounds how long Ensure waits for a new watch. Default 10 s.
	SyncTimeout time.Duration
	// NewClient makes a client from a configuration. Default: metadata.NewForConfig.
	NewClient func(*rest.Config) (metadata.Interface, error)
}

// Watches wakes owners when objects they refer to change. Any kind can be watched;
// there is one watch, of metadata only, for each kind, namespace and service
// account in use (for each object, of Secrets), made with that account's rights.
type Watches struct {
	opts   WatchOptions
	events chan event.TypedGenericEvent[types.NamespacedName]
	ctx    context.Context
	stop   context.CancelFunc

	mu      sync.Mutex
	owners  map[types.NamespacedName]map[objectKey]struct{}
	running map[watchKey]*watch
	clients map[account]metadata.Interface
}

// watchKey is what one watch is of.
type watchKey struct {
	account   account
	gvr       schema.GroupVersionResource
	namespace string
	// name of the one object, where not all of the namespace are watched.
	name string
}

// secrets are watched one by one: rights on them are given by name.
var secrets = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}

// objectKey is one object seen by one watch.
type objectKey struct {
	watch watchKey
	name  string
}

// wanted is one reference of one Ensure: the watch that sees it, or why none can.
type wanted struct {
	ref v1alpha1.ObjectReference
	key objectKey
	w   *watch
	err *Error
}

func (x wanted) await(ctx context.Context, who account) *Error {
	if x.err != nil {
		return x.err
	}
	switch err := x.w.await(ctx); {
	case apierrors.IsNotFound(err):
		// A watch is of a kind, not of an object.
		return kindUnknown(x.ref, err)
	case err != nil:
		return classify(x.ref, who, err)
	}
	return nil
}

// NewWatches returns Watches that watch nothing yet.
func NewWatches(o WatchOptions) *Watches {
	if o.SyncTimeout == 0 {
		o.SyncTimeout = defaultSyncTimeout
	}
	if o.NewClient == nil {
		o.NewClient = func(c *rest.Config) (metadata.Interface, error) { return metadata.NewForConfig(c) }
	}
	// Watches live longer than the reconciliations that ask for them: Start ends them.
	ctx, stop := context.WithCancel(context.Background())
	return &Watches{
		opts: o, ctx: ctx, stop: stop,
		events:  make(chan event.TypedGenericEvent[types.NamespacedName], eventBacklog),
		owners:  map[types.NamespacedName]map[objectKey]struct{}{},
		running: map[watchKey]*watch{},
		clients: map[account]metadata.Interface{},
	}
}

// Start ends all watches when ctx ends. It makes Watches a manager.Runnable.
func (w *Watches) Start(ctx context.Context) error {
	<-ctx.Done()
	w.stop()
	return nil
}

// Events are the owners that are to look again.
func (w *Watches) Events() <-chan event.TypedGenericEvent[types.NamespacedName] { return w.events }

// Ensure replaces what owner watches, with the rights of a service account of the
// owner's namespace (empty: the manager's own), by refs. When it returns, the
// watches are up: whatever changes in an object that is read from then on wakes
// the owner. The error is an [Errors]; the references it does not name are
// watched nevertheless, and a watch that was refused goes on trying and wakes the
// owner when it succeeds.
func (w *Watches) Ensure(ctx context.Context, owner types.NamespacedName, serviceAccount string, refs []v1alpha1.ObjectReference) error {
	who := account{name: serviceAccount}
	if serviceAccount != "" {
		who.namespace = owner.Namespace
	}
	want := make([]wanted, len(refs))
	for i, ref := range refs {
		want[i] = w.locate(owner.Namespace, who, ref)
	}
	if err := w.assign(owner, want); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, w.opts.SyncTimeout)
	defer cancel()
	var errs Errors
	for i := range want {
		if err := want[i].await(ctx, who); err != nil {
			errs = append(errs, err)
		}
	}
	return errs.Err()
}

// Forget ends all that owner watches.
func (w *Watches) Forget(owner types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.release(owner, nil)
}

// locate finds out which watch sees the object.
func (w *Watches) locate(namespace string, who account, ref v1alpha1.ObjectReference) wanted {
	ref, refused := inNamespace(ref, namespace, w.opts.AllowCrossNamespace)
	if refused != nil {
		return wanted{err: refused}
	}
	gvk := schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind)
	mapping, err := w.opts.Mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return wanted{err: classify(ref, who, err)}
	}
	key := watchKey{account: who, gvr: mapping.Resource}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		key.namespace = ref.Namespace
	}
	if key.gvr == secrets {
		key.name = ref.Name
	}
	return wanted{ref: ref, key: objectKey{watch: key, name: ref.Name}}
}

// assign makes owner a user of what it wants, and of nothing else.
func (w *Watches) assign(owner types.NamespacedName, want []wanted) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	keep := make(map[objectKey]struct{}, len(want))
	for i := range want {
		if want[i].err != nil {
			continue
		}
		running, err := w.use(want[i].key, owner)
		if err != nil {
			return err
		}
		want[i].w = running
		keep[want[i].key] = struct{}{}
		if w.owners[owner] == nil {
			w.owners[owner] = map[objectKey]struct{}{}
		}
		w.owners[owner][want[i].key] = struct{}{}
	}
	w.release(owner, keep)
	return nil
}

// use adds a user to a watch, which is started by the first one.
func (w *Watches) use(key objectKey, owner types.NamespacedName) (*watch, error) {
	running := w.running[key.watch]
	if running == nil {
		c, err := w.client(key.watch.account)
		if err != nil {
			return nil, err
		}
		running = newWatch(w.ctx, c, key.watch, w.wake)
		w.running[key.watch] = running
	}
	running.add(key.name, owner)
	return running, nil
}

// release ends what owner watches but for keep, and the watches nobody uses then.
func (w *Watches) release(owner types.NamespacedName, keep map[objectKey]struct{}) {
	for key := range w.owners[owner] {
		if _, ok := keep[key]; ok {
			continue
		}
		delete(w.owners[owner], key)
		if running := w.running[key.watch]; running.remove(key.name, owner) {
			running.stop()
			delete(w.running, key.watch)
			w.dropClient(key.watch.account)
		}
	}
	if len(w.owners[owner]) == 0 {
		delete(w.owners, owner)
	}
}

func (w *Watches) client(who account) (metadata.Interface, error) {
	if c, ok := w.clients[who]; ok {
		return c, nil
	}
	c, err := w.opts.NewClient(Impersonate(w.opts.Config, who.namespace, who.name))
	if err != nil {
		return nil, fmt.Errorf("making a client to watch with the rights of service account %q: %w", who.name, err)
	}
	w.clients[who] = c
	return c, nil
}

func (w *Watches) dropClient(who account) {
	for key := range w.running {
		if key.account == who {
			return
		}
	}
	delete(w.clients, who)
}

// Impersonate returns a configuration that acts as a service account, with an empty
// name as the one given.
func Impersonate(own *rest.Config, namespace, serviceAccount string) *rest.Config {
	c := rest.CopyConfig(own)
	if serviceAccount != "" {
		c.Impersonate = rest.ImpersonationConfig{UserName: "system:serviceaccount:" + namespace + ":" + serviceAccount}
	}
	return c
}

func (w *Watches) wake(owners []types.NamespacedName) {
	for _, o := range owners {
		select {
		case w.events <- event.TypedGenericEvent[types.NamespacedName]{Object: o}:
		case <-w.ctx.Done():
			return
		}
	}
}
