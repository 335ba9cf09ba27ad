// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	ctrlreconcile "sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/artifact"
	"github.com/strowger/strowger/internal/dns"
	"github.com/strowger/strowger/internal/inputs"
	"github.com/strowger/strowger/internal/render"
)

// controllerName is the field manager and the reporter of events.
const controllerName = "strowger"

// Options are the choices of whoever runs the manager.
type Options struct {
	// EventsAddr is where Flux's notification-controller takes events.
	EventsAddr string
	// Concurrent is the number of NFs worked on at a time.
	Concurrent int
	// AllowCrossNamespace lets objects refer to other namespaces.
	AllowCrossNamespace bool
	// ForbidInsecureHostKeys refuses Targets that skip host key verification.
	ForbidInsecureHostKeys bool
	// DNSResolver is asked whether names are answered. Empty: the system's.
	DNSResolver string
	// CallHome is where NFs may call.
	CallHome CallHomeOptions
	// TraceDir is where traces of NETCONF messages are written. Empty: nowhere.
	TraceDir string
	// DriftMode holds where neither a NetworkFunction nor its Target names one.
	// Empty: Correct.
	DriftMode v1alpha1.DriftMode
	// WriteBack says how drift comes to Git.
	WriteBack WriteBackOptions
}

// NewScheme knows every kind the manager reads or writes as a Go type.
func NewScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme,
		v1alpha1.AddToScheme,
		sourcev1.AddToScheme,
		kustomizev1.AddToScheme,
		cmv1.AddToScheme,
		dns.AddToScheme,
	} {
		utilruntime.Must(add(s))
	}
	return s
}

// ClientOptions keep out of the cache what the manager reads by name only:
// caching it would mean to list all Secrets and ConfigMaps of the cluster.
func ClientOptions() client.Options {
	return client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}, &corev1.ConfigMap{}}}}
}

// Setup registers all controllers with a manager. The function it returns ends the
// NETCONF sessions, and is to be called when the manager has stopped.
func Setup(mgr ctrl.Manager, o Options) (stop func(), err error) {
	recorder, err := newRecorder(mgr, o.EventsAddr)
	if err != nil {
		return nil, err
	}
	pool, err := newPool(mgr, o)
	if err != nil {
		return nil, err
	}
	if err := register(&Readiness{Reader: mgr.GetClient(), Elected: mgr.Elected()}); err != nil {
		return nil, err
	}
	sources := &Sources{Reader: mgr.GetAPIReader(), Fetcher: artifact.New(artifact.Options{}), AllowCrossNamespace: o.AllowCrossNamespace}
	endpoints := &Endpoints{
		Reader: mgr.GetAPIReader(), ForbidInsecure: o.ForbidInsecureHostKeys,
		CallHomeSSH: o.CallHome.SSHAddr != "", CallHomeTLS: o.CallHome.TLSAddr != "",
	}
	schemas := NewSchemas()
	opts := controller.Options{
		MaxConcurrentReconciles: max(o.Concurrent, 1),
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[ctrlreconcile.Request](100*time.Millisecond, 5*time.Minute),
	}

	renderer, err := render.New()
	if err != nil {
		return nil, fmt.Errorf("setting up expressions: %w", err)
	}
	conditions, err := render.NewForConditions()
	if err != nil {
		return nil, fmt.Errorf("setting up the expressions of checks: %w", err)
	}
	watches, err := newWatches(mgr, 5, o.AllowCrossNamespace)
	if err != nil {
		return nil, err
	}
	libraryWatches, ownWatches, inputWatches, revisionWatches := watches[0], watches[1], watches[2], watches[3]
	revisions, hydrated := newWakes(), NewHydratedStore()

	if err := (&YANGLibraryReconciler{
		Client: mgr.GetClient(), EventRecorder: recorder, ControllerName: controllerName,
		APIReader: mgr.GetAPIReader(), Sources: sources, Schemas: schemas, Watches: libraryWatches,
	}).SetupWithManager(mgr, opts, libraryWatches.Events()); err != nil {
		return nil, fmt.Errorf("setting up the YANGLibrary controller: %w", err)
	}
	if err := (&TargetReconciler{
		Client: mgr.GetClient(), EventRecorder: recorder, ControllerName: controllerName,
		APIReader: mgr.GetAPIReader(), Endpoints: endpoints, Pool: pool.Pool, Schemas: schemas, Traces: &traces{dir: o.TraceDir, pool: pool.Pool}, AllowCrossNamespace: o.AllowCrossNamespace,
	}).SetupWithManager(mgr, opts, pool.targets); err != nil {
		return nil, fmt.Errorf("setting up the Target controller: %w", err)
	}
	functions, rolledOut := &NetworkFunctionReconciler{
		Client: mgr.GetClient(), EventRecorder: recorder, ControllerName: controllerName,
		APIReader:    mgr.GetAPIReader(),
		Impersonator: &Impersonator{Own: mgr.GetAPIReader(), Config: mgr.GetConfig(), Options: client.Options{Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()}},
		Sources:      sources, Endpoints: endpoints, Schemas: schemas, Pool: pool.Pool, Targets: pool.targets, Announced: &pool.announced, Renderer: renderer, Conditions: conditions,
		OwnWatches: ownWatches, InputWatches: inputWatches,
		DNS: dns.Checker{Resolver: o.DNSResolver}, Hydrated: hydrated, DriftMode: o.DriftMode,
		AllowCrossNamespace: o.AllowCrossNamespace,
	}, newWakes()
	if err := functions.SetupWithManager(mgr, opts, pool.users, ownWatches.Events(), inputWatches.Events(), revisions, hydrated.Functions, rolledOut); err != nil {
		return nil, fmt.Errorf("setting up the NetworkFunction controller: %w", err)
	}
	if err := setupRollouts(mgr, recorder, opts, functions, rolledOut); err != nil {
		return nil, err
	}
	if err := (&RevisionReconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Watches: revisionWatches, Functions: revisions,
	}).SetupWithManager(mgr, opts, revisionWatches.Events()); err != nil {
		return nil, fmt.Errorf("setting up the revision controller: %w", err)
	}
	if err := setupWriteBack(mgr, o, recorder, watches[4], hydrated); err != nil {
		return nil, err
	}
	return pool.Close, nil
}

// newWatches makes n independent sets of dynamic watches that end with the manager.
func newWatches(mgr ctrl.Manager, n int, allowCross bool) ([]*inputs.Watches, error) {
	out := make([]*inputs.Watches, 0, n)
	for range n {
		w := inputs.NewWatches(inputs.WatchOptions{Config: mgr.GetConfig(), Mapper: mgr.GetRESTMapper(), AllowCrossNamespace: allowCross})
		if err := mgr.Add(w); err != nil {
			return nil, fmt.Errorf("adding the watches: %w", err)
		}
		out = append(out, w)
	}
	return out, nil
}
