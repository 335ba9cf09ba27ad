// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package inputs

import (
	"context"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Value is an object as expressions see it.
type Value struct {
	// Object is the whole object but for metadata.managedFields. The data of a
	// Secret is decoded: text as string, what is no UTF-8 as []byte.
	Object map[string]any
	// Tainted objects are Secrets: nothing of them may ever be shown.
	Tainted bool
}

// Format keeps tainted values out of whatever prints the Value.
func (v Value) Format(s fmt.State, _ rune) {
	if v.Tainted {
		_, _ = fmt.Fprint(s, "(redacted)")
		return
	}
	_, _ = fmt.Fprintf(s, "%v", v.Object)
}

// MarshalJSON refuses: inputs have no business outside of the process.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"(redacted)"`), nil }

// Resolved are the objects by the name of the input.
type Resolved map[string]Value

// Options of [Resolve].
type Options struct {
	// AllowCrossNamespace lets references name other namespaces.
	AllowCrossNamespace bool
	// ServiceAccount whose rights the reader has, for messages only. Empty: the
	// manager's own.
	ServiceAccount string
}

// Resolve reads all objects that refs name, by default in namespace, through a
// reader that has the rights to be used. Each must be Current by kstatus; kinds
// without a status are. The error is an [Errors] with all that cannot be used.
func Resolve(ctx context.Context, r client.Reader, namespace string, refs []v1alpha1.Input, o Options) (Resolved, error) {
	out := make(Resolved, len(refs))
	var errs Errors
	for _, in := range refs {
		v, err := resolve(ctx, r, namespace, in.Ref, o)
		if err != nil {
			err.Input = in.Name
			errs = append(errs, err)
			continue
		}
		out[in.Name] = v
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

func resolve(ctx context.Context, r client.Reader, namespace string, ref v1alpha1.ObjectReference, o Options) (Value, *Error) {
	who := account{namespace: namespace, name: o.ServiceAccount}
	ref, refused := inNamespace(ref, namespace, o.AllowCrossNamespace)
	if refused != nil {
		return Value{}, refused
	}
	gvk := schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind)
	u := &unstructured.Unstructured{}
	u.SetGroupVersionKind(gvk)
	if err := r.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, u); err != nil {
		return Value{}, classify(ref, who, err)
	}
	if err := requireCurrent(ref, u); err != nil {
		return Value{}, err
	}
	// The reader may share what it returns with its cache.
	u = u.DeepCopy()
	unstructured.RemoveNestedField(u.Object, "metadata", "managedFields")
	if gvk.Group != "" || gvk.Kind != "Secret" {
		return Value{Object: u.Object}, nil
	}
	if err := decodeSecret(u); err != nil {
		return Value{}, &Error{Ref: ref, Kind: Unreadable, Message: err.Error()}
	}
	return Value{Object: u.Object, Tainted: true}, nil
}

// inNamespace fills in the namespace and applies the rule for others.
func inNamespace(ref v1alpha1.ObjectReference, own string, allowCross bool) (v1alpha1.ObjectReference, *Error) {
	if ref.Namespace == "" {
		ref.Namespace = own
	}
	if ref.Namespace != own && !allowCross {
		return ref, &Error{
			Ref: ref, Kind: CrossNamespace,
			Message: "is in another namespace than " + own + ", which this manager refuses",
			Remedy:  "copy it to " + own + ", or start the manager with --allow-cross-namespace-refs",
		}
	}
	return ref, nil
}

func requireCurrent(ref v1alpha1.ObjectReference, u *unstructured.Unstructured) *Error {
	result, err := status.Compute(u)
	if err != nil {
		return &Error{
			Ref: ref, Kind: NotReady, err: err,
			Message: fmt.Sprintf("its status cannot be understood: %v", err),
		}
	}
	if result.Status == status.CurrentStatus {
		return nil
	}
	msg := "is " + result.Status.String()
	if result.Message != "" {
		msg += ": " + result.Message
	}
	return &Error{Ref: ref, Kind: NotReady, Message: msg, Remedy: "see its status; it is watched"}
}

// decodeSecret replaces base64 by what it stands for. Errors name keys only.
func decodeSecret(u *unstructured.Unstructured) error {
	data, found, err := unstructured.NestedMap(u.Object, "data")
	if err != nil || !found {
		return nil //nolint:nilerr // a Secret without data
	}
	for key, v := range data {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("data key %q is no string", key)
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("data key %q is no base64", key)
		}
		if utf8.Valid(raw) {
			data[key] = string(raw)
		} else {
			data[key] = raw
		}
	}
	u.Object["data"] = data
	return nil
}
