// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package inputs

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/metadata"
	metadatafake "k8s.io/client-go/metadata/fake"
	"k8s.io/client-go/rest"
	clienttesting "k8s.io/client-go/testing"

	"github.com/strowger/strowger/api/v1alpha1"
)

var (
	configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	upf1       = types.NamespacedName{Namespace: "core5g", Name: "upf-1"}
	upf2       = types.NamespacedName{Namespace: "core5g", Name: "upf-2"}
)

// world is a fake API server seen through metadata clients.
type world struct {
	*Watches
	client  *metadatafake.FakeMetadataClient
	mapper  *meta.DefaultRESTMapper
	configs []*rest.Config
	lists   atomic.Int32
	refuse  atomic.Bool
}

func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	scheme := metadatafake.NewTestScheme()
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	w := &world{client: metadatafake.NewSimpleMetadataClient(scheme), mapper: meta.NewDefaultRESTMapper(nil)}
	w.mapper.Add(corev1.SchemeGroupVersion.WithKind("ConfigMap"), meta.RESTScopeNamespace)
	w.mapper.Add(corev1.SchemeGroupVersion.WithKind("Node"), meta.RESTScopeRoot)
	for _, name := range names {
		w.set(t, name, "1")
	}
	w.client.PrependReactor("list", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
		w.lists.Add(1)
		if w.refuse.Load() {
			return true, nil, apierrors.NewForbidden(configMaps.GroupResource(), "", errors.New("not allowed"))
		}
		return false, nil, nil
	})
	w.Watches = NewWatches(WatchOptions{
		Config: &rest.Config{}, Mapper: w.mapper,
		NewClient: func(c *rest.Config) (metadata.Interface, error) {
			w.configs = append(w.configs, c)
			return w.client, nil
		},
	})
	t.Cleanup(w.stop)
	return w
}

func (w *world) set(t *testing.T, name, version string) {
	t.Helper()
	m := &metav1.PartialObjectMetadata{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Namespace: "core5g", Name: name, ResourceVersion: version},
	}
	tracker := w.client.Tracker()
	err := tracker.Create(configMaps, m, "core5g")
	if apierrors.IsAlreadyExists(err) {
		err = tracker.Update(configMaps, m, "core5g")
	}
	if err != nil {
		t.Fatal(err)
	}
}

func configMap(name string) v1alpha1.ObjectReference {
	return v1alpha1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Name: name}
}

func (w *world) expect(t *testing.T, want ...types.NamespacedName) {
	t.Helper()
	for _, o := range want {
		select {
		case e := <-w.Events():
			if e.Object != o {
				t.Errorf("woke %s, want %s", e.Object, o)
			}
		case <-t.Context().Done():
			t.Fatalf("nobody woke, want %s", o)
		case <-time.After(30 * time.Second):
			t.Fatalf("nobody woke, want %s", o)
		}
	}
	select {
	case e := <-w.Events():
		t.Errorf("also woke %s", e.Object)
	case <-time.After(50 * time.Millisecond):
	}
}

func (w *world) ensure(t *testing.T, owner types.NamespacedName, names ...string) {
	t.Helper()
	var refs []v1alpha1.ObjectReference
	for _, n := range names {
		refs = append(refs, configMap(n))
	}
	if err := w.Ensure(t.Context(), owner, "tenant", refs); err != nil {
		t.Fatal(err)
	}
}

func TestWatchesWakeUsersOfWhatChanged(t *testing.T) {
	w := newWorld(t, "a", "b")
	w.ensure(t, upf1, "a", "absent")
	w.ensure(t, upf2, "a", "b")
	w.expect(t)
	w.set(t, "a", "2")
	w.expect(t, upf1, upf2)
	w.set(t, "b", "2")
	w.expect(t, upf2)
	w.set(t, "absent", "1")
	w.expect(t, upf1)
	if err := w.client.Tracker().Delete(configMaps, "core5g", "b"); err != nil {
		t.Fatal(err)
	}
	w.expect(t, upf2)
	w.set(t, "nobodys", "1")
	w.expect(t)
	if n := w.lists.Load(); n != 1 {
		t.Errorf("%d lists, want one watch for all", n)
	}
}

func TestWatchesReplaceAndStop(t *testing.T) {
	w := newWorld(t, "a", "b")
	w.ensure(t, upf1, "a")
	w.ensure(t, upf1, "b")
	w.set(t, "a", "2")
	w.expect(t)
	w.set(t, "b", "2")
	w.expect(t, upf1)
	w.ensure(t, upf2, "b")
	w.Forget(upf1)
	w.set(t, "b", "3")
	w.expect(t, upf2)
	w.Forget(upf2)
	w.Forget(upf2)
	if len(w.running)+len(w.owners)+len(w.clients) != 0 {
		t.Errorf("left over: %v %v %v", w.running, w.owners, w.clients)
	}
	w.set(t, "b", "4")
	w.expect(t)
	w.ensure(t, upf1, "b")
	w.set(t, "b", "5")
	w.expect(t, upf1)
}

func TestWatchesImpersonate(t *testing.T) {
	w := newWorld(t)
	w.ensure(t, upf1, "a")
	if err := w.Ensure(t.Context(), upf2, "", []v1alpha1.ObjectReference{configMap("a")}); err != nil {
		t.Fatal(err)
	}
	if len(w.configs) != 2 || len(w.running) != 2 {
		t.Fatalf("%d clients, %d watches: want one for each account", len(w.configs), len(w.running))
	}
	if got := w.configs[0].Impersonate.UserName; got != "system:serviceaccount:core5g:tenant" {
		t.Errorf("impersonated %q", got)
	}
	if got := w.configs[1].Impersonate.UserName; got != "" {
		t.Errorf("impersonated %q, want the manager itself", got)
	}
}

func TestForbiddenWatchRecovers(t *testing.T) {
	w := newWorld(t, "a")
	w.refuse.Store(true)
	err := w.Ensure(t.Context(), upf1, "tenant", []v1alpha1.ObjectReference{configMap("a")})
	var typed *Error
	if !errors.As(err, &typed) || typed.Kind != Forbidden {
		t.Fatalf("got %v, want Forbidden", err)
	}
	w.refuse.Store(false)
	w.expect(t, upf1)
	w.ensure(t, upf1, "a")
	w.set(t, "a", "2")
	w.expect(t, upf1)
}

func TestUnknownKindComesLater(t *testing.T) {
	w := newWorld(t)
	claimRef := v1alpha1.ObjectReference{APIVersion: "netbox.dev/v1", Kind: "IpAddressClaim", Name: "n3"}
	refs := []v1alpha1.ObjectReference{claimRef, configMap("a")}
	err := w.Ensure(t.Context(), upf1, "", refs)
	var typed *Error
	if !errors.As(err, &typed) || typed.Kind != KindUnknown {
		t.Fatalf("got %v, want KindUnknown", err)
	}
	w.set(t, "a", "1")
	w.expect(t, upf1) // the others are watched nevertheless
	w.mapper.Add(schema.GroupVersionKind{Group: "netbox.dev", Version: "v1", Kind: "IpAddressClaim"}, meta.RESTScopeNamespace)
	if err := w.Ensure(t.Context(), upf1, "", refs); err != nil {
		t.Fatal(err)
	}
}

func TestWatchesScope(t *testing.T) {
	w := newWorld(t)
	other := configMap("a")
	other.Namespace = "other"
	err := w.Ensure(t.Context(), upf1, "tenant", []v1alpha1.ObjectReference{other})
	var typed *Error
	if !errors.As(err, &typed) || typed.Kind != CrossNamespace {
		t.Fatalf("got %v, want CrossNamespace", err)
	}
	item := w.locate("core5g", account{}, v1alpha1.ObjectReference{APIVersion: "v1", Kind: "Node", Name: "n"})
	if item.err != nil || item.key.watch.namespace != "" {
		t.Errorf("a cluster-scoped object: %+v %v", item.key, item.err)
	}
	w.opts.AllowCrossNamespace = true
	item = w.locate("core5g", account{}, other)
	if item.err != nil || item.key.watch.namespace != "other" {
		t.Errorf("another namespace: %+v %v", item.key, item.err)
	}
}

// Rights on Secrets are given by name, so a watch must not ask for all of them.
func TestSecretsAreWatchedOneByOne(t *testing.T) {
	w := newWorld(t)
	w.mapper.Add(corev1.SchemeGroupVersion.WithKind("Secret"), meta.RESTScopeNamespace)
	secret := func(name string) v1alpha1.ObjectReference {
		return v1alpha1.ObjectReference{APIVersion: "v1", Kind: "Secret", Name: name}
	}
	if err := w.Ensure(t.Context(), upf1, "tenant", []v1alpha1.ObjectReference{secret("a"), secret("b")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Ensure(t.Context(), upf2, "tenant", []v1alpha1.ObjectReference{secret("a"), configMap("c")}); err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, action := range w.client.Actions() {
		if list, ok := action.(clienttesting.ListActionImpl); ok {
			asked[list.GetResource().Resource+" "+list.GetListRestrictions().Fields.String()] = true
		}
	}
	want := map[string]bool{"secrets metadata.name=a": true, "secrets metadata.name=b": true, "configmaps ": true}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	w.Forget(upf1)
	if len(w.running) != 2 {
		t.Errorf("%d watches, want those of secret a and the ConfigMaps", len(w.running))
	}
}

func TestStartEndsAllWatches(t *testing.T) {
	w := newWorld(t, "a")
	w.ensure(t, upf1, "a")
	w.stop()
	if err := w.Start(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.set(t, "a", "2")
	w.expect(t)
}
