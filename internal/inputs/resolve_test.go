// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package inputs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/strowger/strowger/api/v1alpha1"
)

const secretText = "s3cr3t-p4ssw0rd"

func object(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

func input(name, apiVersion, kind, object string) v1alpha1.Input {
	return v1alpha1.Input{Name: name, Ref: v1alpha1.ObjectReference{APIVersion: apiVersion, Kind: kind, Name: object}}
}

func reader(t testing.TB, objects ...client.Object) client.WithWatch {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithReturnManagedFields().WithObjects(objects...).Build()
}

func claim(t testing.TB, status string) *unstructured.Unstructured {
	return object(t, `{"apiVersion":"netbox.dev/v1","kind":"IpAddressClaim",
		"metadata":{"name":"n3","namespace":"core5g","generation":2,"managedFields":[{"manager":"x","operation":"Update","apiVersion":"netbox.dev/v1","fieldsType":"FieldsV1","fieldsV1":{}}]},"status":`+status+`}`)
}

func TestResolve(t *testing.T) {
	c := reader(t,
		claim(t, `{"ipAddress":"10.0.3.1","observedGeneration":2,"conditions":[{"type":"Ready","status":"True"}]}`),
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "plain", Namespace: "core5g"}, Data: map[string]string{"mtu": "1500"}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "sec", Namespace: "core5g"}, Data: map[string][]byte{"password": []byte(secretText), "raw": {0xff, 0}}},
	)
	got, err := Resolve(t.Context(), c, "core5g", []v1alpha1.Input{
		input("n3", "netbox.dev/v1", "IpAddressClaim", "n3"),
		input("cm", "v1", "ConfigMap", "plain"),
		input("sec", "v1", "Secret", "sec"),
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n3 := got["n3"].Object
	if n3["status"].(map[string]any)["ipAddress"] != "10.0.3.1" || n3["metadata"].(map[string]any)["managedFields"] != nil {
		t.Errorf("got %v", n3)
	}
	if diff := cmp.Diff(map[string]any{"mtu": "1500"}, got["cm"].Object["data"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"password": secretText, "raw": []byte{0xff, 0}}, got["sec"].Object["data"]); diff != "" {
		t.Error(diff)
	}
	for name, tainted := range map[string]bool{"n3": false, "cm": false, "sec": true} {
		if got[name].Tainted != tainted {
			t.Errorf("%s: tainted %t", name, !tainted)
		}
	}
	marshalled, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(got), fmt.Sprintf("%+v", got), fmt.Sprintf("%#v", got["sec"]), string(marshalled)} {
		if strings.Contains(printed, secretText) {
			t.Errorf("a secret is printed: %s", printed)
		}
	}
}

func TestResolveErrors(t *testing.T) {
	gr := schema.GroupResource{Group: "netbox.dev", Resource: "ipaddressclaims"}
	for name, tc := range map[string]struct {
		objects []client.Object
		ref     v1alpha1.ObjectReference
		fail    error
		want    Kind
		says    []string
	}{
		"not found": {want: NotFound, says: []string{"input n3: IpAddressClaim core5g/n3: does not exist", "create it"}},
		"in progress": {
			objects: []client.Object{claim(t, `{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True"}]}`)},
			want:    NotReady, says: []string{"is InProgress", "generation"},
		},
		"not ready": {
			objects: []client.Object{claim(t, `{"conditions":[{"type":"Ready","status":"False","message":"pool exhausted"}]}`)},
			want:    NotReady, says: []string{"pool exhausted"},
		},
		"unintelligible": {
			objects: []client.Object{claim(t, `{"conditions":"none"}`)},
			want:    NotReady,
		},
		"forbidden": {
			fail: apierrors.NewForbidden(gr, "n3", errors.New("no")),
			want: Forbidden, says: []string{"allow service account core5g/tenant to get, list and watch IpAddressClaim in namespace core5g"},
		},
		"no such kind": {
			fail: &meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: "netbox.dev", Kind: "IpAddressClaim"}},
			want: KindUnknown, says: []string{"install its CRD"},
		},
		"no such resource": {
			fail: apierrors.NewGenericServerResponse(404, "get", gr, "n3", "404 page not found", 0, true),
			want: KindUnknown,
		},
		"server down": {fail: errors.New("connection refused"), want: Unreadable, says: []string{"connection refused"}},
		"other namespace": {
			ref:  v1alpha1.ObjectReference{Namespace: "other"},
			want: CrossNamespace, says: []string{"other/n3", "--allow-cross-namespace-refs"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := interceptor.NewClient(reader(t, tc.objects...), interceptor.Funcs{
				Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
					if tc.fail != nil {
						return tc.fail
					}
					return c.Get(ctx, key, obj, opts...)
				},
			})
			in := input("n3", "netbox.dev/v1", "IpAddressClaim", "n3")
			in.Ref.Namespace = tc.ref.Namespace
			_, err := Resolve(t.Context(), c, "core5g", []v1alpha1.Input{in}, Options{ServiceAccount: "tenant"})
			var typed *Error
			if !errors.As(err, &typed) {
				t.Fatalf("got %T %v", err, err)
			}
			if typed.Kind != tc.want {
				t.Errorf("got %s, want %s: %v", typed.Kind, tc.want, err)
			}
			for _, text := range tc.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
		})
	}
}

func TestResolveNamesAllErrorsInOrder(t *testing.T) {
	_, err := Resolve(t.Context(), reader(t), "ns", []v1alpha1.Input{
		input("b", "v1", "ConfigMap", "b"), input("a", "v1", "Secret", "a"),
	}, Options{})
	var errs Errors
	if !errors.As(err, &errs) || len(errs) != 2 || errs[0].Input != "b" || errs[1].Input != "a" {
		t.Errorf("got %v", err)
	}
}

func TestSecretErrorsNameKeysOnly(t *testing.T) {
	u := object(t, `{"apiVersion":"v1","kind":"Secret","data":{"password":"%%`+secretText+`"}}`)
	if err := decodeSecret(u); err == nil || strings.Contains(err.Error(), secretText) {
		t.Errorf("got %v", err)
	}
}
