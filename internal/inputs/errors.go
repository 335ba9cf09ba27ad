// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package inputs

import (
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Kind says why an object cannot be used.
type Kind string

const (
	// NotFound: there is no such object.
	NotFound Kind = "NotFound"
	// NotReady: the object is there, but not Current by kstatus.
	NotReady Kind = "NotReady"
	// Forbidden: the rights do not cover it.
	Forbidden Kind = "Forbidden"
	// KindUnknown: the API server does not know the kind, so far.
	KindUnknown Kind = "KindUnknown"
	// CrossNamespace: the object is in another namespace, which is refused.
	CrossNamespace Kind = "CrossNamespace"
	// Unreadable: the API server failed to answer.
	Unreadable Kind = "Unreadable"
)

// Error is why one object cannot be used, and what the user can do.
type Error struct {
	// Input is the name of the input, "" where only the object is known.
	Input string
	// Ref names the object, its namespace filled in.
	Ref  v1alpha1.ObjectReference
	Kind Kind
	// Message says what is wrong with the object, Remedy what can be done.
	Message, Remedy string

	err error
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Input != "" {
		fmt.Fprintf(&b, "input %s: ", e.Input)
	}
	fmt.Fprintf(&b, "%s %s: %s", e.Ref.Kind, objectName(e.Ref), e.Message)
	if e.Remedy != "" {
		fmt.Fprintf(&b, "; %s", e.Remedy)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.err }

// Errors are all objects that cannot be used, in the order of the references.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As access to every single error.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, err := range e {
		out[i] = err
	}
	return out
}

// Err returns the errors as an error, nil when there are none.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

func objectName(ref v1alpha1.ObjectReference) string {
	if ref.Namespace == "" {
		return ref.Name
	}
	return ref.Namespace + "/" + ref.Name
}

// classify turns an error of the API machinery into ours.
func classify(ref v1alpha1.ObjectReference, who account, err error) *Error {
	e := &Error{Ref: ref, err: err}
	switch {
	case meta.IsNoMatchError(err), unknownResource(err):
		return kindUnknown(ref, err)
	case apierrors.IsNotFound(err):
		e.Kind = NotFound
		e.Message = "does not exist"
		e.Remedy = "create it, or mend the reference"
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		e.Kind = Forbidden
		e.Message = err.Error()
		e.Remedy = who.remedy(ref)
	default:
		e.Kind = Unreadable
		e.Message = err.Error()
	}
	return e
}

func kindUnknown(ref v1alpha1.ObjectReference, err error) *Error {
	return &Error{
		Ref: ref, Kind: KindUnknown, err: err,
		Message: fmt.Sprintf("the API server does not know kind %s of %s", ref.Kind, ref.APIVersion),
		Remedy:  "install its CRD, or mend apiVersion and kind",
	}
}

// unknownResource tells a 404 for a resource that is not served from one for an
// object that does not exist: only the latter is an answer of the resource's own.
func unknownResource(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return false
	}
	for _, cause := range status.Status().Details.Causes {
		if cause.Type == metav1.CauseTypeUnexpectedServerResponse {
			return true
		}
	}
	return false
}

// account is whose rights are used. Without a name: the manager's own.
type account struct{ namespace, name string }

func (a account) remedy(ref v1alpha1.ObjectReference) string {
	where := "cluster-wide"
	if ref.Namespace != "" {
		where = "in namespace " + ref.Namespace
	}
	what := ref.Kind
	if ref.Kind == "Secret" {
		what += " " + ref.Name
	}
	if a.name == "" {
		return fmt.Sprintf("set spec.serviceAccountName to an account that may get, list and watch %s %s", what, where)
	}
	return fmt.Sprintf("allow service account %s/%s to get, list and watch %s %s", a.namespace, a.name, what, where)
}
