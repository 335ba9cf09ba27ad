// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package examples

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	nfv1 "github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

// Leaves whose values come from Secrets.
var secretLeaves = map[string]bool{"certificate": true, "private-key": true, "ca-certificate": true, "shared-secret": true}

const sharedSecret = "a shared secret of the test"

// Where Debian's netconfd keeps the modules that n6-router-1 hands out.
const routerModules = "/usr/share/yuma/modules/ietf"

// modulesOf compiles what the Target of an NF implements.
func modulesOf(t *testing.T, all []manifest, nf *nfv1.NetworkFunction) *yang.Schema {
	t.Helper()
	target := objects[*nfv1.Target](all)[nf.Spec.TargetRef.Name]
	var sources []yang.Source
	var opts yang.Options
	switch {
	case target.Spec.Schema != nil:
		lib := objects[*nfv1.YANGLibrary](all)[target.Spec.Schema.LibraryRef.Name]
		sources, opts = library(t, lib)
	case nf.Labels["nf-type"] == "router":
		sources = files(t, routerModules, "iana-if-type@*", "ietf-interfaces@*", "ietf-ip@*", "ietf-system@*", "ietf-yang-types@*", "ietf-inet-types@*", "ietf-netconf-acm@*", "iana-crypt-hash@*")
		if len(sources) == 0 {
			t.Skipf("the router's modules (Debian: netconfd) are not in %s; n6-router-1 was not rendered", routerModules)
		}
		for _, name := range []string{"iana-if-type", "ietf-interfaces", "ietf-ip", "ietf-system"} {
			opts.Implement = append(opts.Implement, yang.ModuleRef{Name: name, AllFeatures: true})
		}
	default:
		sources = files(t, filepath.Join(core5g, "yang"), "*.yang")
		for _, name := range []string{"strowger-5gc-common", "strowger-5gc-" + nf.Labels["nf-type"]} {
			opts.Implement = append(opts.Implement, yang.ModuleRef{Name: name, AllFeatures: true})
		}
	}
	return compile(t, sources, opts)
}

func compile(t *testing.T, sources []yang.Source, opts yang.Options) *yang.Schema {
	t.Helper()
	schema := yang.Compile(sources, opts)
	for _, p := range schema.Problems() {
		t.Errorf("%s", p)
	}
	return schema
}

func library(t *testing.T, lib *nfv1.YANGLibrary) ([]yang.Source, yang.Options) {
	t.Helper()
	var sources []yang.Source
	var opts yang.Options
	for _, s := range lib.Spec.Sources {
		found := files(t, core5g, s.Paths...)
		if len(found) == 0 {
			t.Fatalf("YANGLibrary %s: nothing at %v", lib.Name, s.Paths)
		}
		sources = append(sources, found...)
	}
	for _, m := range lib.Spec.Modules {
		ref := yang.ModuleRef{Name: m.Name, Revision: m.Revision, AllFeatures: m.Features == nil}
		if m.Features != nil {
			ref.Features = *m.Features
		}
		opts.Implement = append(opts.Implement, ref)
	}
	return sources, opts
}

func files(t *testing.T, dir string, patterns ...string) []yang.Source {
	t.Helper()
	var out []yang.Source
	for _, p := range patterns {
		paths, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, yang.Source{Name: filepath.Base(path), Data: data})
		}
	}
	return out
}

// layersOf reads the layers of an NF as the controller would.
func layersOf(t *testing.T, nf *nfv1.NetworkFunction) []render.LayerSource {
	t.Helper()
	var out []render.LayerSource
	for _, l := range nf.Spec.Config {
		layer := render.LayerSource{Layer: yang.Layer{Name: l.Name, File: l.Path}}
		if l.Value != nil {
			layer.Format, layer.Data, layer.Inline = render.JSON, l.Value.Raw, true
		} else {
			data, err := os.ReadFile(filepath.Join(core5g, l.Path))
			if err != nil {
				t.Fatal(err)
			}
			layer.Format, layer.Data = render.Format(l.Format), data
		}
		out = append(out, layer)
	}
	return out
}

// scopeOf is what a cluster would have for an NF to read.
func scopeOf(t *testing.T, all []manifest, nf *nfv1.NetworkFunction) render.Scope {
	t.Helper()
	s := render.Scope{
		NF:           render.NF{Name: nf.Name, Namespace: nf.Namespace, Labels: nf.Labels},
		Inputs:       map[string]render.Value{},
		Certificates: map[string]render.Value{},
	}
	for _, in := range nf.Spec.Inputs {
		object := findInput(all, in.Ref)
		switch o := object.(type) {
		case nil:
			s.Inputs[in.Name] = render.Value{Tainted: true, Object: map[string]any{
				"data": map[string]any{"sharedSecret": sharedSecret},
			}}
			continue
		case *corev1.Service:
			o.Spec.ClusterIP = "10.0.0.7" // the API server would
		}
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			t.Fatal(err)
		}
		s.Inputs[in.Name] = render.Value{Object: content}
	}
	certificate, key := selfSigned(t)
	for _, c := range nf.Spec.Certificates {
		s.Certificates[c.Name] = render.Value{Object: map[string]any{
			"certificate": render.Value{Object: certificate, Tainted: true},
			"privateKey":  render.Value{Object: key, Tainted: true},
			"ca":          render.Value{Object: certificate, Tainted: true},
		}}
	}
	return s
}

func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}))
}

func TestNetworkFunctionsRenderAndValidate(t *testing.T) {
	all := manifests(t, core5g)
	for name, nf := range objects[*nfv1.NetworkFunction](all) {
		t.Run(name, func(t *testing.T) {
			schema := modulesOf(t, all, nf)
			scope := scopeOf(t, all, nf)
			result, errs := render.Render(schema, layersOf(t, nf), scope)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if errs := validate.Tree(result.Tree); len(errs) > 0 {
				t.Fatal(errs)
			}
			leaves := result.Tree.Leaves()
			if n := len(leaves); n < 30 || n > 150 {
				t.Errorf("%d leaves; the example wants 30 to 150", n)
			}
			for _, d := range leaves {
				if d.Origin().Layer == nil || d.Origin().Line == 0 && d.Origin().Layer.File != "" {
					t.Errorf("%s: origin %q", d.RedactedPath(), d.Origin())
				}
				if secret := secretLeaves[d.Node().Name()]; secret != d.Tainted() {
					t.Errorf("%s: tainted is %t", d.RedactedPath(), d.Tainted())
				}
			}
			again, errs := render.Render(schema, layersOf(t, nf), scope)
			if len(errs) > 0 || again.Tree.Digest() != result.Tree.Digest() {
				t.Errorf("rendered twice: %v, digests %s and %s", errs, result.Tree.Digest(), again.Tree.Digest())
			}
		})
	}
}

func TestRenderedValues(t *testing.T) {
	all := manifests(t, core5g)
	nfs := objects[*nfv1.NetworkFunction](all)
	for _, c := range []struct{ nf, path, value, layer string }{
		{"upf-zrh-1", "/strowger-5gc-upf:upf-function/interface[name='n6']/mtu", "1500", "local"},
		{"upf-zrh-2", "/strowger-5gc-upf:upf-function/interface[name='n6']/mtu", "1400", "base"},
		{"upf-zrh-1", "/strowger-5gc-upf:upf-function/interface[name='n3']/ipv4/address", "10.20.3.31", "base"},
		{"upf-zrh-2", "/strowger-5gc-upf:upf-function/interface[name='n3']/ipv4/prefix-length", "24", "base"},
		{"upf-zrh-1", "/strowger-5gc-upf:upf-function/ep-n4/node-fqdn", "upf-zrh-1.5gc.mnc001.mcc001.3gppnetwork.org", "base"},
		{"smf-zrh-1", "/strowger-5gc-smf:smf-function/dnn-info[dnn='corp.example']/secondary-authentication/shared-secret", sharedSecret, "corp-aaa"},
		{"smf-zrh-1", "/strowger-5gc-smf:smf-function/dnn-info[dnn='corp.example']/secondary-authentication/timeout", "2.5", "corp-aaa"},
		{"amf-zrh-1", "/strowger-5gc-amf:amf-function/sbi/nrf/ip-address", "10.0.0.7", "base"},
		{"amf-zrh-1", "/strowger-5gc-amf:amf-function/sbi/nrf/port", "443", "base"},
	} {
		t.Run(c.nf+c.path, func(t *testing.T) {
			nf := nfs[c.nf]
			result, errs := render.Render(modulesOf(t, all, nf), layersOf(t, nf), scopeOf(t, all, nf))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			d := result.Tree.Get(c.path)
			if d == nil {
				t.Fatal("not there")
			}
			if d.Value() != c.value || d.Origin().Layer.Name != c.layer {
				t.Errorf("is %q from layer %s, not %q from %s", d.Value(), d.Origin().Layer.Name, c.value, c.layer)
			}
		})
	}
}

// What the README says happens to two mistakes.
func TestMistakesAreRefused(t *testing.T) {
	all := manifests(t, core5g)
	nfs := objects[*nfv1.NetworkFunction](all)
	for _, c := range []struct{ name, nf, layer, mistake, want string }{
		{"range", "upf-zrh-1", "local", `{"strowger-5gc-upf:upf-function":{"interface":[{"name":"n6","mtu":99}]}}`, "1280..9216"},
		{"choice", "amf-zrh-1", "local", `{"strowger-5gc-amf:amf-function":{"sbi":{"nrf":{"fqdn":"nrf.example","ip-address":"10.0.0.8"}}}}`, "choice"},
		{"unknown", "upf-zrh-1", "local", `{"strowger-5gc-upf:upf-function":{"mut":1500}}`, "mut"},
		{"expression", "upf-zrh-1", "local", `{"strowger-5gc-upf:upf-function":{"user-label":"${inputs.site.data.nothing}"}}`, "nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			nf := nfs[c.nf]
			layers := append(layersOf(t, nf), render.LayerSource{
				Layer: yang.Layer{Name: "mistake"}, Format: render.JSON, Data: []byte(c.mistake),
			})
			result, errs := render.Render(modulesOf(t, all, nf), layers, scopeOf(t, all, nf))
			message := errs.Error()
			if len(errs) == 0 {
				message = validate.Tree(result.Tree).Error()
			}
			if !strings.Contains(message, c.want) || !strings.Contains(message, "mistake") {
				t.Errorf("%q does not name %q and the layer", message, c.want)
			}
		})
	}
}

func TestNamesAndAddressesEvaluate(t *testing.T) {
	all := manifests(t, core5g)
	for name, nf := range objects[*nfv1.NetworkFunction](all) {
		scope := scopeOf(t, all, nf)
		var expressions []string
		for _, r := range nf.Spec.DNS {
			expressions = append(expressions, r.Targets...)
			// ExternalDNS drops endpoints that do not keep to this.
			for _, target := range r.Targets {
				if dot := strings.HasSuffix(target, "."); dot != (r.RecordType == "NAPTR") {
					t.Errorf("%s: %s %s: target %q: a trailing dot is for NAPTR only", name, r.RecordType, r.DNSName, target)
				}
			}
		}
		for _, c := range nf.Spec.Certificates {
			expressions = append(append(expressions, c.IPAddresses...), c.URIs...)
		}
		values, err := render.Strings(expressions, scope)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, v := range values {
			if s, ok := v.Object.(string); !ok || s == "" || strings.Contains(s, "${") {
				t.Errorf("%s: %q became %v", name, expressions[i], v.Object)
			}
		}
	}
}

func TestLibrariesCompile(t *testing.T) {
	for name, lib := range objects[*nfv1.YANGLibrary](manifests(t, core5g)) {
		t.Run(name, func(t *testing.T) {
			sources, opts := library(t, lib)
			schema := compile(t, sources, opts)
			implemented := 0
			for _, m := range schema.Modules() {
				if m.Implemented {
					implemented++
				}
			}
			if implemented != len(lib.Spec.Modules) {
				t.Errorf("%d modules implemented, not %d", implemented, len(lib.Spec.Modules))
			}
		})
	}
	compile(t, files(t, filepath.Join(core5g, "yang"), "*.yang"), yang.Options{})
}

// Every check compiles to a condition over what it sees, and reads what the modules have.
func TestChecksAreConditions(t *testing.T) {
	all := manifests(t, core5g)
	conditions, err := render.NewForConditions()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	check := func(t *testing.T, c nfv1.Check, seen ...string) {
		t.Helper()
		checked++
		if c.Get != "" {
			seen = append(seen, "value", "values")
		}
		if c.Expr == "" {
			return
		}
		if err := conditions.CheckCondition(c.Expr, seen...); err != nil {
			t.Errorf("check %s: %s: %v", c.Name, c.Expr, err)
		}
	}
	for name, nf := range objects[*nfv1.NetworkFunction](all) {
		t.Run(name, func(t *testing.T) {
			for _, c := range nf.Spec.Commit.Checks {
				check(t, c, "workload")
				if c.Get == "" {
					continue
				}
				if err := target.CheckPath(modulesOf(t, all, nf), c.Get); err != nil {
					t.Errorf("check %s: %v", c.Name, err)
				}
			}
		})
	}
	for name, rollout := range objects[*nfv1.NetworkFunctionRollout](all) {
		t.Run(name, func(t *testing.T) {
			for _, c := range rollout.Spec.Checks {
				check(t, c.Check, "members")
			}
		})
	}
	if checked < 4 {
		t.Errorf("only %d checks were found", checked)
	}
}
