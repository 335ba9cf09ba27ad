// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package storm

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// newClient knows the kinds of the storm. The objects of thousands are created as fast as the server takes them.
func newClient(config *rest.Config) (client.Client, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme, sourcev1.AddToScheme} {
		utilruntime.Must(add(scheme))
	}
	config = rest.CopyConfig(config)
	config.QPS = -1
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	return c, nil
}

// declare creates all objects.
func (f *field) declare(ctx context.Context) error {
	keys, err := f.hostKeys()
	if err != nil {
		return err
	}
	for _, obj := range f.commonObjects() {
		if err := f.create(ctx, obj); err != nil {
			return err
		}
	}
	devices, err := f.devices(ctx)
	if err != nil {
		return err
	}
	for i := range f.opts.Functions {
		for _, obj := range f.function(i, devices[i].Address, keys[devices[i].Address]) {
			if err := f.create(ctx, obj); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *field) create(ctx context.Context, obj client.Object) error {
	if err := f.client.Create(ctx, obj); err != nil {
		return fmt.Errorf("creating %T %s: %w", obj, obj.GetName(), err)
	}
	return nil
}

// commonObjects are what all network functions share.
func (f *field) commonObjects() []client.Object {
	secret := func(name string, data map[string]string) client.Object {
		return &corev1.Secret{ObjectMeta: named(name), StringData: data}
	}
	return []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}},
		&corev1.ConfigMap{ObjectMeta: named("yang"), Data: map[string]string{yangFile: string(cellYANG)}},
		secret("git", map[string]string{"username": f.Git.Username, "password": f.Git.Password}),
		secret("device", map[string]string{"username": devicesUser, "password": f.password}),
		&v1alpha1.YANGLibrary{
			ObjectMeta: named("cell"),
			Spec:       v1alpha1.YANGLibrarySpec{Sources: []v1alpha1.YANGSource{{ConfigMapRef: &v1alpha1.LocalReference{Name: "yang"}}}},
		},
		&sourcev1.GitRepository{
			ObjectMeta: named("storm"),
			Spec: sourcev1.GitRepositorySpec{
				URL: f.Git.RepoURL(repository), Interval: metav1.Duration{Duration: time.Minute},
				Reference: &sourcev1.GitRepositoryRef{Branch: baseBranch},
				SecretRef: &meta.LocalObjectReference{Name: "git"},
			},
		},
	}
}

// hostKeys are the known_hosts lines of the devices, by address.
func (f *field) hostKeys() (map[string]string, error) {
	knownHosts, err := os.ReadFile(filepath.Join(f.Dir, "devices", "known_hosts"))
	if err != nil {
		return nil, fmt.Errorf("reading the devices' host keys: %w", err)
	}
	lines := map[string]string{}
	for line := range strings.Lines(string(knownHosts)) {
		if host, _, ok := strings.Cut(line, " "); ok {
			lines[strings.NewReplacer("[", "", "]", "").Replace(host)] = line
		}
	}
	return lines, nil
}

// function is one network function and its target.
func (f *field) function(i int, addr, hostKey string) []client.Object {
	name, interval := functionName(i), f.opts.Poll
	if interval == 0 {
		interval = announced
	}
	config := fmt.Sprintf(`{"strowger-storm-cell:cell":{"name":%q,"power":40,"neighbour":[
		{"name":"a","offset":3,"handover":true},{"name":"b","offset":-3,"handover":true},{"name":"c","offset":0,"handover":false}]}}`, name)
	return []client.Object{
		&corev1.Secret{ObjectMeta: named(name), StringData: map[string]string{"known_hosts": hostKey}},
		&v1alpha1.Target{
			ObjectMeta: named(name),
			Spec: v1alpha1.TargetSpec{
				Address: addr,
				SSH: &v1alpha1.TargetSSH{
					CredentialsSecretRef: v1alpha1.LocalReference{Name: "device"}, KnownHostsSecretRef: &v1alpha1.LocalReference{Name: name},
				},
				Schema: &v1alpha1.TargetSchema{LibraryRef: v1alpha1.NamespacedReference{Name: "cell"}},
			},
		},
		&v1alpha1.NetworkFunction{
			ObjectMeta: named(name),
			Spec: v1alpha1.NetworkFunctionSpec{
				TargetRef: v1alpha1.NamespacedReference{Name: name},
				Interval:  metav1.Duration{Duration: interval},
				Config:    []v1alpha1.ConfigLayer{{Name: "cell", Value: &apiextensionsv1.JSON{Raw: []byte(config)}}},
				Drift: v1alpha1.DriftPolicy{
					DriftDefaults: v1alpha1.DriftDefaults{Mode: v1alpha1.DriftModeReport},
					Report: v1alpha1.DriftReportTarget{
						Branch: f.opts.Branch, GitRepositoryRef: &v1alpha1.NamespacedReference{Name: "storm"},
					},
				},
			},
		},
	}
}

func named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

// ready: the NF has what is declared, read back.
func ready(nf *v1alpha1.NetworkFunction) bool {
	return apimeta.IsStatusConditionTrue(nf.Status.Conditions, meta.ReadyCondition) && nf.Status.LastAppliedDigest != ""
}

// reported: the report is in Git.
func reported(r *v1alpha1.DriftReport) bool {
	return r.Status.Git != nil && r.Status.Git.Commit != "" && r.Status.Git.Digest == r.Status.Digest
}

// told: the NetworkFunction says where its drift is reported.
func told(nf *v1alpha1.NetworkFunction) bool {
	drift := nf.Status.Drift
	return drift != nil && drift.Git != nil && drift.Git.Commit != "" &&
		apimeta.IsStatusConditionTrue(nf.Status.Conditions, v1alpha1.DriftReportedCondition)
}
