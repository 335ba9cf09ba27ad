// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"
	"io"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
)

const (
	// Namespace holds everything of the example.
	Namespace = "core5g"
	// Zone is what PowerDNS is authoritative for.
	Zone = "5gc.mnc001.mcc001.3gppnetwork.org"
	// Repo is the repository's name on the Git server, and Branch the one that Flux follows.
	Repo   = "operator/core-network"
	Branch = "main"
	// Source is the name of the GitRepository, and of the Kustomization that applies the network functions.
	Source = "core-network"
)

// Functions are the NetworkFunctions of the example.
func Functions() []string {
	return []string{"amf-zrh-1", "smf-zrh-1", "upf-zrh-1", "upf-zrh-2", "n6-router-1"}
}

// Polled are those that are looked at each interval; the others announce their changes.
func Polled() []string { return []string{"amf-zrh-1", "smf-zrh-1", "upf-zrh-2", "n6-router-1"} }

// Announcing is the NF that is looked at when it says that it was changed, and else each minute only.
const Announcing = "upf-zrh-1"

// Options say how the world is built.
type Options struct {
	// Dir takes logs, data and credentials of the stack; a temporary folder if empty.
	Dir string
	// Log shows what is started; nothing is shown if nil.
	Log io.Writer
	// Interval at which NFs are observed; the example's own if zero.
	Interval time.Duration
	// Resolver is the name server, host:port, that a cluster's own ExternalDNS publishes to; it must have the zone.
	Resolver string
}

// World is the running example.
type World struct {
	*stack.Stack
	Client client.WithWatch
	// Devices by name of their NetworkFunction.
	Devices map[string]*Device
	// Operator is nil until StartOperator.
	Operator *Operator
	// CallHome is where the operator listens for NFs that call home over SSH.
	CallHome string

	root     string
	log      io.Writer
	interval time.Duration
	resolver string
	binary   string

	sbi             *sbi
	endSurroundings func()
	receiverToken   string
}

// Start runs the stack and the devices, commits the example and lets Flux apply it. The operator is not started.
func Start(ctx context.Context, opts Options) (*World, error) {
	root, err := stack.Root()
	if err != nil {
		return nil, err
	}
	w := &World{root: root, log: opts.Log, interval: opts.Interval, resolver: opts.Resolver, Devices: map[string]*Device{}}
	if w.log == nil {
		w.log = io.Discard
	}
	w.binary = stack.OperatorPath(root)
	if err := stack.BuildOperator(ctx, root, w.binary); err != nil {
		return nil, err
	}
	w.Stack, err = stack.Start(ctx, stack.Options{Root: root, Dir: opts.Dir, Log: opts.Log})
	if err != nil {
		return nil, err
	}
	if err := w.populate(ctx); err != nil {
		w.Stop()
		return nil, err
	}
	return w, nil
}

// Leave removes the world from a cluster that was there before, as its owner would: Flux prunes the network functions
// while the operator still runs, and the rest goes with the namespace.
func (w *World) Leave(ctx context.Context) error {
	if _, err := w.Kubectl(ctx, "delete", "kustomization", Source, "infra", "-n", Namespace, "--ignore-not-found"); err != nil {
		return err
	}
	err := w.Wait(ctx, "the NetworkFunctions to be gone", func(ctx context.Context) (string, error) {
		return w.Kubectl(ctx, "get", "networkfunctions,targets", "-n", Namespace, "-o", "name")
	})
	if err != nil {
		return err
	}
	_, err = w.Kubectl(ctx, "delete", "namespace", Namespace, operatorNamespace)
	return err
}

// populate starts the devices and creates what the example's README asks for.
func (w *World) populate(ctx context.Context) error {
	var err error
	if w.Client, err = client.NewWithWatch(w.Config, client.Options{Scheme: newScheme()}); err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	for _, namespace := range []string{Namespace, operatorNamespace} {
		if err := w.apply(ctx, &corev1.Namespace{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
		}); err != nil {
			return err
		}
	}
	if err := w.startAuthority(ctx); err != nil {
		return err
	}
	addrs, err := stack.FreeAddrs(1)
	if err != nil {
		return err
	}
	w.CallHome = addrs[0]
	if err := w.startDevices(ctx); err != nil {
		return err
	}
	if err := w.startSurroundings(ctx); err != nil {
		return err
	}
	if w.PowerDNS != nil {
		if err := w.PowerDNS.CreateZone(ctx, Zone); err != nil {
			return err
		}
	}
	if err := w.createSecrets(ctx); err != nil {
		return err
	}
	if _, err := w.Git.CreateRepo(ctx, Repo); err != nil {
		return err
	}
	return nil
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, v1alpha1.AddToScheme, sourcev1.AddToScheme, kustomizev1.AddToScheme, cmv1.AddToScheme,
	} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}

// fieldOwner is who applies the objects of the world.
const fieldOwner = client.FieldOwner("strowger-world")

// apply creates an object or brings it to what is given.
func (w *World) apply(ctx context.Context, obj client.Object) error {
	//nolint:staticcheck // Apply configurations do not exist for all of these kinds.
	if err := w.Client.Patch(ctx, obj, client.Apply, fieldOwner, client.ForceOwnership); err != nil {
		return fmt.Errorf("applying %s %s: %w", obj.GetObjectKind().GroupVersionKind().Kind, obj.GetName(), err)
	}
	return nil
}
