// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/opencontainers/go-digest"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/artifact"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// BenchmarkSteadyReconcile is a run for an NF of 5,000 leaves at which nothing changed,
// as it is and by a manager that remembers nothing of the run before. beyond-ns/op is
// the processor time that it takes beyond its transports: the get-config in it, and the
// decoding of objects that the API server sends, which is objects-ns/op.
func BenchmarkSteadyReconcile(b *testing.B) {
	for _, remembers := range []bool{true, false} {
		b.Run(fmt.Sprintf("remembers=%t", remembers), func(b *testing.B) {
			s := newSteady(b)
			s.run(b, remembers)
			if n := s.device.Count("edit-config"); n != 1 || s.api.written != s.written {
				b.Fatalf("%d edits and %d writes to the API", n, s.api.written-s.written)
			}
		})
	}
}

func (s *steady) run(b *testing.B, remembers bool) {
	var runs, observations, reads []time.Duration
	for b.Loop() {
		if !remembers {
			s.function.forget(s.name)
		}
		s.api.reading = 0
		begun := processorTime()
		s.reconcile(b)
		ended := processorTime()
		s.observe(b)
		runs, observations = append(runs, ended-begun-s.api.reading), append(observations, processorTime()-ended)
		reads = append(reads, s.api.reading)
	}
	b.ReportMetric(float64(median(runs)-median(observations)), "beyond-ns/op")
	b.ReportMetric(float64(median(reads)), "objects-ns/op")
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}

// processorTime is what this process used until now.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// steady is an NF that was applied, and all that its controller needs.
type steady struct {
	device   *netconftest.Server
	api      *objects
	function *NetworkFunctionReconciler
	name     types.NamespacedName
	endpoint target.Endpoint
	// written is how often the API was written to until it was applied.
	written int
}

func newSteady(b *testing.B) *steady {
	b.Helper()
	source, err := os.ReadFile("testdata/strowger-test-router.yang")
	if err != nil {
		b.Fatal(err)
	}
	sources := []yang.Source{{Name: "strowger-test-router.yang", Data: source}}
	model, err := netconftest.NewModel(sources)
	if err != nil {
		b.Fatal(err)
	}
	s := &steady{device: netconftest.NewServer(netconftest.Options{Model: model}), api: &objects{}}
	b.Cleanup(s.device.Close)
	pool := target.NewPool(target.Options{})
	b.Cleanup(pool.Close)
	renderer, err := render.New()
	if err != nil {
		b.Fatal(err)
	}
	schemas := NewSchemas()
	s.function = &NetworkFunctionReconciler{
		Client: s.api, APIReader: s.api, EventRecorder: &kuberecorder.FakeRecorder{}, ControllerName: controllerName,
		Impersonator: &Impersonator{Own: s.api}, Sources: &Sources{Reader: s.api, Fetcher: artifact.New(artifact.Options{})}, Endpoints: &Endpoints{Reader: s.api},
		Schemas: schemas, Pool: pool, Targets: newWakes(), Announced: &announcements{}, Renderer: renderer,
		OwnWatches: noWatches{}, InputWatches: noWatches{},
	}
	router := s.objects(b)
	schemas.CompileTarget(router, sources, yang.Options{})
	if s.endpoint, err = s.function.Endpoints.For(b.Context(), router); err != nil {
		b.Fatal(err)
	}
	for range 4 { // the finalizer, the change, what is settled, and one that changes nothing
		s.reconcile(b)
	}
	s.written = s.api.written
	if leaves := len(s.device.Running().Leaves()); leaves != 5000 {
		b.Fatalf("the NF has %d leaves", leaves)
	}
	return s
}

// objects makes the NF, its Target and the Secrets of that.
func (s *steady) objects(b *testing.B) *v1alpha1.Target {
	b.Helper()
	named := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: "core", Name: name, UID: types.UID(name), Generation: 1}
	}
	router := &v1alpha1.Target{ObjectMeta: named("router"), Spec: v1alpha1.TargetSpec{
		Address: s.device.Addr,
		SSH: &v1alpha1.TargetSSH{
			CredentialsSecretRef: v1alpha1.LocalReference{Name: "credentials"},
			KnownHostsSecretRef:  &v1alpha1.LocalReference{Name: "known-hosts"},
		},
	}}
	nf := &v1alpha1.NetworkFunction{ObjectMeta: named("edge"), Spec: v1alpha1.NetworkFunctionSpec{
		TargetRef: v1alpha1.NamespacedReference{Name: "router"},
		Config: []v1alpha1.ConfigLayer{{
			Name: "all", Path: layerFile, SourceRef: &v1alpha1.SourceReference{Kind: sourcev1.GitRepositoryKind, Name: "network"},
		}},
	}}
	s.name = nameOf(nf)
	network := &sourcev1.GitRepository{ObjectMeta: named("network")}
	network.Status.Artifact = serveArtifact(b)
	for _, o := range []client.Object{
		router, nf, network,
		&corev1.Secret{ObjectMeta: named("credentials"), Data: map[string][]byte{"username": []byte(s.device.User), "password": []byte(s.device.Password)}},
		&corev1.Secret{ObjectMeta: named("known-hosts"), Data: map[string][]byte{"known_hosts": []byte(s.device.KnownHosts())}},
	} {
		s.api.put(o)
	}
	return router
}

const layerFile = "edge.yaml"

// serveArtifact serves what Flux would: an archive of one layer, with 5,000 leaves.
func serveArtifact(b *testing.B) *meta.Artifact {
	b.Helper()
	var layer, archive bytes.Buffer
	layer.WriteString("strowger-test-router:interface:\n")
	for i := range 1000 {
		fmt.Fprintf(&layer, "- name: ethernet-%04d\n  type: ethernet\n  mtu: %d\n  enabled: false\n  address: 10.0.%d.%d/24\n", i, 1500+i, i/250, i%250)
	}
	zipped := gzip.NewWriter(&archive)
	files := tar.NewWriter(zipped)
	_, err := layer.WriteTo(inArchive(b, files, layer.Len()))
	if err = errors.Join(err, files.Close(), zipped.Close()); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive.Bytes()) }))
	b.Cleanup(server.Close)
	return &meta.Artifact{URL: server.URL + "/network.tar.gz", Revision: "main@sha1:1", Digest: digest.FromBytes(archive.Bytes()).String()}
}

func inArchive(b *testing.B, files *tar.Writer, size int) io.Writer {
	b.Helper()
	if err := files.WriteHeader(&tar.Header{Name: layerFile, Mode: 0o644, Size: int64(size), Typeflag: tar.TypeReg}); err != nil {
		b.Fatal(err)
	}
	return files
}

func (s *steady) reconcile(b *testing.B) {
	b.Helper()
	if _, err := s.function.Reconcile(b.Context(), ctrl.Request{NamespacedName: s.name}); err != nil {
		b.Fatal(err)
	}
}

// observe is the get-config of a run by itself.
func (s *steady) observe(b *testing.B) {
	b.Helper()
	was, ok := s.function.settled.of(s.name)
	if !ok {
		var nf v1alpha1.NetworkFunction
		_ = s.api.Get(b.Context(), s.name, &nf)
		b.Fatalf("the NF is not settled: %v", nf.Status.Conditions)
	}
	if _, err := s.function.Pool.Observe(b.Context(), s.endpoint, []byte(was.filter)); err != nil {
		b.Fatal(err)
	}
}

// objects is what of an API server a run needs.
type objects struct {
	client.Client
	mu      sync.Mutex
	stored  map[string][]byte
	written int
	// reading is the processor time that reads took.
	reading time.Duration
}

// Create takes what is kept of an applied change; nothing reads it here.
func (m *objects) Create(context.Context, client.Object, ...client.CreateOption) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.written++
	return nil
}

func (m *objects) key(name types.NamespacedName, o any) string {
	return reflect.TypeOf(o).String() + " " + name.String()
}

func (m *objects) put(o client.Object) {
	data, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stored == nil {
		m.stored = map[string][]byte{}
	}
	m.stored[m.key(nameOf(o), o)] = data
	m.written++
}

func (m *objects) Get(_ context.Context, name types.NamespacedName, o client.Object, _ ...client.GetOption) error {
	begun := processorTime()
	defer func() { m.reading += processorTime() - begun }()
	m.mu.Lock()
	data, ok := m.stored[m.key(name, o)]
	m.mu.Unlock()
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{Resource: strings.ToLower(reflect.TypeOf(o).Elem().Name())}, name.Name)
	}
	return json.Unmarshal(data, o)
}

func (m *objects) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }

func (m *objects) Patch(_ context.Context, o client.Object, _ client.Patch, _ ...client.PatchOption) error {
	m.put(o)
	return nil
}

func (m *objects) Status() client.SubResourceWriter { return statusOf{objects: m} }

// statusOf stores the whole object, of which only the status was changed.
type statusOf struct {
	client.SubResourceWriter
	*objects
}

func (w statusOf) Create(context.Context, client.Object, client.Object, ...client.SubResourceCreateOption) error {
	return errors.ErrUnsupported
}

func (w statusOf) Patch(_ context.Context, o client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
	w.put(o)
	return nil
}

// noWatches is a Watcher whose objects never change.
type noWatches struct{}

func (noWatches) Ensure(context.Context, types.NamespacedName, string, []v1alpha1.ObjectReference) error {
	return nil
}

func (noWatches) Forget(types.NamespacedName) {}
