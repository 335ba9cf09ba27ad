// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/runtime/conditions"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	kuberecorder "k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/reconcile"
	"github.com/strowger/strowger/internal/yang"
)

// maxModuleProblems is how many errors, and how many warnings, a status lists; the
// count tells the rest.
const maxModuleProblems = 20

// YANGLibraryReconciler compiles the module sets that targets share.
type YANGLibraryReconciler struct {
	client.Client
	kuberecorder.EventRecorder
	ControllerName string

	APIReader client.Reader
	Sources   *Sources
	Schemas   *Schemas
	Watches   Watcher
}

// +kubebuilder:rbac:groups=nf.strowger.dev,resources=yanglibraries,verbs=get;list;watch
// +kubebuilder:rbac:groups=nf.strowger.dev,resources=yanglibraries/status,verbs=get;patch
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch
// +kubebuilder:rbac:groups=source.toolkit.fluxcd.io,resources=gitrepositories;ocirepositories;buckets,verbs=get;list;watch

// Reconcile compiles one library and reports what could not be compiled.
func (r *YANGLibraryReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	lib := &v1alpha1.YANGLibrary{}
	if err := r.APIReader.Get(ctx, req.NamespacedName, lib); err != nil {
		if apierrors.IsNotFound(err) {
			r.Schemas.ForgetLibrary(req.NamespacedName)
			r.Watches.Forget(req.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !lib.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	if lib.Spec.Suspend {
		return r.restore(ctx, lib)
	}
	writer := newStatusWriter(r.Client, r.ControllerName, lib)
	before := conditions.Get(lib, meta.ReadyCondition)

	schema, err := r.compile(ctx, lib)
	failure := reconcile.As(err)
	message := ""
	if failure == nil {
		failure, message = describeLibrary(lib, schema)
	}
	reconcile.Summarize(lib, failure, v1alpha1.SucceededReason, message)
	lib.Status.ObservedGeneration = lib.Generation
	if v, ok := meta.ReconcileAnnotationValue(lib.GetAnnotations()); ok {
		lib.Status.SetLastHandledReconcileRequest(v)
	}
	if err := writer.write(ctx, lib); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	eventOnChange(r.EventRecorder, lib, before)
	return reconcile.Schedule{
		Interval: duration(lib.Spec.Interval, time.Hour),
		Retry:    duration(lib.Spec.RetryInterval, defaultRetry),
	}.Result(failure), nil
}

// restore compiles a suspended library once in the life of a manager, for targets
// that use it, and says nothing in its status.
func (r *YANGLibraryReconciler) restore(ctx context.Context, lib *v1alpha1.YANGLibrary) (ctrl.Result, error) {
	if lib.Status.Digest == "" || r.Schemas.HasLibrary(nameOf(lib)) {
		return ctrl.Result{}, nil
	}
	if _, err := r.compile(ctx, lib); err != nil {
		return reconcile.Schedule{Retry: duration(lib.Spec.RetryInterval, defaultRetry)}.Result(reconcile.As(err)), nil
	}
	return ctrl.Result{}, nil
}

func (r *YANGLibraryReconciler) compile(ctx context.Context, lib *v1alpha1.YANGLibrary) (*yang.Schema, error) {
	if err := r.watch(ctx, lib); err != nil {
		return nil, err
	}
	var sources []yang.Source
	var revisions []string
	for i, src := range lib.Spec.Sources {
		found, revision, err := r.read(ctx, lib.Namespace, src)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, reconcile.Stallf(v1alpha1.ArtifactPathNotFoundReason, "spec.sources[%d] holds no .yang file at %s: mend its paths", i, strings.Join(src.Paths, ", "))
		}
		sources = append(sources, found...)
		revisions = append(revisions, revision)
	}
	lib.Status.Revisions = revisions
	return r.Schemas.CompileLibrary(lib, sources, implement(lib.Spec.Modules)), nil
}

// read returns the modules of one source, sorted by name.
func (r *YANGLibraryReconciler) read(ctx context.Context, namespace string, src v1alpha1.YANGSource) ([]yang.Source, string, error) {
	if src.ConfigMapRef != nil {
		return r.readConfigMap(ctx, types.NamespacedName{Namespace: namespace, Name: src.ConfigMapRef.Name})
	}
	files, revision, err := r.Sources.Files(ctx, namespace, *src.SourceRef)
	if err != nil {
		return nil, "", err
	}
	patterns := src.Paths
	if len(patterns) == 0 {
		patterns = []string{"**/*.yang"}
	}
	names, err := files.Match(patterns)
	if err != nil {
		return nil, "", reconcile.Stallf(v1alpha1.ArtifactPathNotFoundReason, "%s %s at %s: %w", src.SourceRef.Kind, src.SourceRef.Name, revision, err)
	}
	var out []yang.Source
	for _, name := range names {
		if path.Ext(name) != ".yang" {
			continue
		}
		data, err := readFile(files, name)
		if err != nil {
			return nil, "", err
		}
		out = append(out, yang.Source{Name: name, Data: data})
	}
	return out, revision, nil
}

func (r *YANGLibraryReconciler) readConfigMap(ctx context.Context, key types.NamespacedName) ([]yang.Source, string, error) {
	var cm corev1.ConfigMap
	if err := r.APIReader.Get(ctx, key, &cm); apierrors.IsNotFound(err) {
		return nil, "", reconcile.Waitf(v1alpha1.SourceNotFoundReason, "ConfigMap %s does not exist: create it, or mend spec.sources", key)
	} else if err != nil {
		return nil, "", reconcile.Failf(v1alpha1.SourceNotReadyReason, "reading ConfigMap %s: %w", key, err)
	}
	var out []yang.Source
	for name, data := range cm.Data {
		if path.Ext(name) == ".yang" {
			out = append(out, yang.Source{Name: name, Data: []byte(data)})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, fmt.Sprintf("configmap/%s@%s", key.Name, cm.ResourceVersion), nil
}

// watch wakes the library when one of its sources changes.
func (r *YANGLibraryReconciler) watch(ctx context.Context, lib *v1alpha1.YANGLibrary) error {
	var refs []v1alpha1.ObjectReference
	for _, src := range lib.Spec.Sources {
		if src.ConfigMapRef != nil {
			refs = append(refs, v1alpha1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Namespace: lib.Namespace, Name: src.ConfigMapRef.Name})
			continue
		}
		key, err := r.Sources.resolve(lib.Namespace, *src.SourceRef)
		if err != nil {
			return err
		}
		refs = append(refs, sourceObject(src.SourceRef.Kind, key))
	}
	return r.Watches.Ensure(ctx, nameOf(lib), "", refs)
}

// implement turns the API's module list into the compiler's.
func implement(modules []v1alpha1.YANGModule) yang.Options {
	var o yang.Options
	for _, m := range modules {
		ref := yang.ModuleRef{Name: m.Name, Revision: m.Revision, AllFeatures: m.Features == nil}
		if m.Features != nil {
			ref.Features = *m.Features
		}
		o.Implement = append(o.Implement, ref)
	}
	return o
}

// describeLibrary fills the status from a compiled set. A set with errors is
// usable but for the modules named, and says so by not being Ready.
func describeLibrary(lib *v1alpha1.YANGLibrary, schema *yang.Schema) (*reconcile.Error, string) {
	errs, warnings := moduleErrors(schema), moduleWarnings(schema)
	lib.Status.Digest = schema.Digest()
	lib.Status.ModuleCount = implementedCount(schema)
	lib.Status.ErrorCount, lib.Status.Errors = firstProblems(errs)
	lib.Status.WarningCount, lib.Status.Warnings = firstProblems(warnings)
	if len(errs) > 0 {
		return reconcile.Stallf(v1alpha1.InvalidYANGReason, "%s cannot be loaded, first: %s: %s; the rest is in use",
			count(len(errs), "statement", "statements"), errs[0].Position, errs[0].Message), ""
	}
	message := fmt.Sprintf("Compiled %s", count(int(lib.Status.ModuleCount), "module", "modules"))
	if len(warnings) > 0 {
		message += fmt.Sprintf("; %s, see status.warnings", count(len(warnings), "warning", "warnings"))
	}
	return nil, message
}

func implementedCount(schema *yang.Schema) int32 {
	var n int32
	for _, m := range schema.Modules() {
		if m.Implemented {
			n++
		}
	}
	return n
}
