// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// deleteTimeout is for deleting what was created, also after the rest was cut off.
const deleteTimeout = 10 * time.Second

// asker has NetworkFunctions planned by the operator of a cluster.
type asker struct {
	client client.WithWatch
	keep   bool
}

// ask plans all at the same time. The results are in the order of the functions.
func (a *asker) ask(ctx context.Context, functions []*v1alpha1.NetworkFunction) []Result {
	out := make([]Result, len(functions))
	var all sync.WaitGroup
	for i, nf := range functions {
		all.Go(func() { out[i] = a.askFor(ctx, nf) })
	}
	all.Wait()
	return out
}

func (a *asker) askFor(ctx context.Context, nf *v1alpha1.NetworkFunction) Result {
	r := Result{Name: nf.Name, Namespace: nf.Namespace}
	planned, err := a.plan(ctx, nf)
	if err != nil {
		r.Error = &Failure{Reason: "Failed", Message: err.Error()}
		return r
	}
	r.fill(planned)
	return r
}

// plan creates the stand-in, waits until the operator has spoken of it, and deletes it.
func (a *asker) plan(ctx context.Context, nf *v1alpha1.NetworkFunction) (*v1alpha1.NetworkFunction, error) {
	stand := standIn(nf)
	if err := a.client.Create(ctx, stand); err != nil {
		return nil, a.explain(err, nf)
	}
	if !a.keep {
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
			defer cancel()
			_ = a.client.Delete(ctx, stand) // the operator does it after an hour
		}()
	}
	return a.await(ctx, stand)
}

func (a *asker) explain(err error, nf *v1alpha1.NetworkFunction) error {
	switch {
	case apierrors.IsForbidden(err):
		return fmt.Errorf("creating an object that stands in for NetworkFunction %s/%s: %w; the pipeline needs create, get, list, watch and delete of networkfunctions there", nf.Namespace, nf.Name, err)
	case apimeta.IsNoMatchError(err):
		return fmt.Errorf("the cluster does not know NetworkFunctions: is the operator installed? %w", err)
	case apierrors.IsInvalid(err):
		return fmt.Errorf("NetworkFunction %s/%s: %w", nf.Namespace, nf.Name, err)
	}
	return fmt.Errorf("creating an object that stands in for NetworkFunction %s/%s: %w", nf.Namespace, nf.Name, err)
}

// standIn is what is created in place of a NetworkFunction.
func standIn(nf *v1alpha1.NetworkFunction) *v1alpha1.NetworkFunction {
	out := &v1alpha1.NetworkFunction{Spec: *nf.Spec.DeepCopy()}
	out.Namespace, out.GenerateName = nf.Namespace, nf.Name[:min(len(nf.Name), 200)]+"-plan-"
	out.Labels, out.Annotations = map[string]string{}, map[string]string{}
	for k, v := range nf.Labels {
		if !strings.Contains(k, "toolkit.fluxcd.io/") { // it is not Flux's to prune
			out.Labels[k] = v
		}
	}
	for k, v := range nf.Annotations {
		if !strings.Contains(k, "toolkit.fluxcd.io/") && !strings.HasPrefix(k, "kubectl.kubernetes.io/") {
			out.Annotations[k] = v
		}
	}
	delete(out.Annotations, meta.ReconcileRequestAnnotation)
	out.Annotations[v1alpha1.PlanForAnnotation] = nf.Name
	out.Spec.Mode, out.Spec.Suspend = v1alpha1.ModePlan, false
	return out
}

// await waits for what the operator says. It watches anew when a watch ends.
func (a *asker) await(ctx context.Context, stand *v1alpha1.NetworkFunction) (*v1alpha1.NetworkFunction, error) {
	last := stand
	for {
		watcher, err := a.client.Watch(ctx, &v1alpha1.NetworkFunctionList{}, client.InNamespace(stand.Namespace),
			client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", stand.Name)})
		if err != nil {
			return nil, timedOut(ctx, last, fmt.Errorf("watching NetworkFunction %s/%s: %w", stand.Namespace, stand.Name, err))
		}
		done, err := follow(ctx, watcher, &last)
		watcher.Stop()
		if done || err != nil {
			return last, err
		}
	}
}

// follow reads a watch until the operator has spoken, or the watch ends.
func follow(ctx context.Context, watcher watch.Interface, last **v1alpha1.NetworkFunction) (done bool, err error) {
	for {
		select {
		case <-ctx.Done():
			return false, timedOut(ctx, *last, ctx.Err())
		case event, ok := <-watcher.ResultChan():
			if !ok {
				return false, nil
			}
			nf, isOne := event.Object.(*v1alpha1.NetworkFunction)
			switch {
			case event.Type == watch.Deleted:
				return false, errors.New("the object that stands in for it was deleted by somebody else")
			case !isOne:
				return false, nil
			}
			if *last = nf; final(nf) {
				return true, nil
			}
		}
	}
}

// final says whether the operator has planned, or cannot.
func final(nf *v1alpha1.NetworkFunction) bool {
	if nf.Status.ObservedGeneration != nf.Generation {
		return false
	}
	return apimeta.IsStatusConditionTrue(nf.Status.Conditions, meta.ReadyCondition) && nf.Status.Plan != nil ||
		apimeta.IsStatusConditionTrue(nf.Status.Conditions, meta.StalledCondition) ||
		ready(nf).Status == metav1.ConditionFalse && ready(nf).Reason == v1alpha1.PlannedReason ||
		nf.Status.Violations != nil && ready(nf).Status == metav1.ConditionFalse
}

func ready(nf *v1alpha1.NetworkFunction) metav1.Condition {
	if c := apimeta.FindStatusCondition(nf.Status.Conditions, meta.ReadyCondition); c != nil {
		return *c
	}
	return metav1.Condition{Status: metav1.ConditionUnknown}
}

// timedOut says what was still awaited.
func timedOut(ctx context.Context, last *v1alpha1.NetworkFunction, err error) error {
	switch c := ready(last); {
	case errors.Is(ctx.Err(), context.Canceled):
		return errors.New("it was interrupted")
	case ctx.Err() == nil:
		return err
	case c.Message != "":
		return fmt.Errorf("there was no plan in time (--timeout): %s: %s", c.Reason, c.Message)
	}
	return errors.New("there was no plan in time (--timeout), and not a word of the operator: does it run, and look at this namespace?")
}
