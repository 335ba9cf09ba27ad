// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"encoding/json"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/yang"
)

// recipe is what a tree is made of.
type recipe struct {
	schema *yang.Schema
	layers []render.LayerSource
	values render.Scope
}

func newRecipe() *recipe {
	return &recipe{
		schema: yang.Compile(nil, yang.Options{}),
		layers: []render.LayerSource{
			{Layer: yang.Layer{Name: "base", File: "a.yaml", Revision: "main@sha1:1"}, Format: render.YAML, Data: []byte("a: 1")},
			{Layer: yang.Layer{Name: "local"}, Format: render.JSON, Data: []byte(`{}`), Inline: true},
		},
		values: render.Scope{
			Inputs: map[string]render.Value{
				"site": {Object: map[string]any{
					"data": map[string]any{"mtu": int64(1500), "on": true, "share": 0.5, "none": nil, "list": []any{"a", "b"}, "at": time.Unix(1, 0)},
				}},
				"radius": {Object: map[string]any{"data": map[string]string{"secret": "word"}}, Tainted: true},
			},
			NF:           render.NF{Name: "edge", Namespace: "core", Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"c": "d"}},
			Target:       render.Value{Object: map[string]any{"capabilities": []string{"candidate:1.0"}, "port": json.Number("830")}},
			Certificates: map[string]render.Value{"n4": {Object: map[string]any{"privateKey": render.Value{Object: []byte("PEM"), Tainted: true}}}},
		},
	}
}

// data is what of the input site is shown.
func (r *recipe) data() map[string]any {
	return r.values.Inputs["site"].Object.(map[string]any)["data"].(map[string]any)
}

// TestIngredients: the same makes the same, and whatever is changed is noticed.
func TestIngredients(t *testing.T) {
	var m renderings
	identify := func(r *recipe) ingredients { return m.identify(r.schema, r.layers, r.values) }
	want := identify(newRecipe())
	for range 20 { // maps have no order
		if identify(newRecipe()) != want {
			t.Fatal("the same is taken for another")
		}
	}
	seen := map[ingredients]string{want: "nothing"}
	for name, change := range map[string]func(*recipe){
		"schema": func(r *recipe) {
			r.schema = yang.Compile([]yang.Source{{Name: "m.yang", Data: []byte("module m { namespace 'urn:m'; prefix m; leaf a { type string; } }")}}, yang.Options{})
		},
		"a layer's content":  func(r *recipe) { r.layers[0].Data = []byte("a: 2") },
		"a layer's name":     func(r *recipe) { r.layers[0].Layer.Name = "base2" },
		"a layer's file":     func(r *recipe) { r.layers[0].Layer.File = "b.yaml" },
		"a layer's revision": func(r *recipe) { r.layers[0].Layer.Revision = "main@sha1:2" },
		"a layer's format":   func(r *recipe) { r.layers[0].Format = render.JSON },
		"the layers' order":  func(r *recipe) { r.layers[0], r.layers[1] = r.layers[1], r.layers[0] },
		"a layer less":       func(r *recipe) { r.layers = r.layers[:1] },
		"a secret layer":     func(r *recipe) { r.layers[0].Tainted = true },
		"a number":           func(r *recipe) { r.data()["mtu"] = int64(1501) },
		"a number's type":    func(r *recipe) { r.data()["mtu"] = "1500" },
		"a float":            func(r *recipe) { r.data()["share"] = 0.25 },
		"a bool":             func(r *recipe) { r.data()["on"] = false },
		"a time":             func(r *recipe) { r.data()["at"] = time.Unix(2, 0) },
		"null for a value":   func(r *recipe) { r.data()["on"] = nil },
		"a value less":       func(r *recipe) { delete(r.data(), "none") },
		"a list's order":     func(r *recipe) { r.data()["list"] = []any{"b", "a"} },
		"a list's shape":     func(r *recipe) { r.data()["list"] = []any{"a", []any{"b"}} },
		"an input's name":    func(r *recipe) { r.values.Inputs["site2"] = r.values.Inputs["site"]; delete(r.values.Inputs, "site") },
		"a secret": func(r *recipe) {
			r.values.Inputs["radius"].Object.(map[string]any)["data"] = map[string]string{"secret": "sword"}
		},
		"what is secret":          func(r *recipe) { r.values.Inputs["radius"] = render.Value{Object: r.values.Inputs["radius"].Object} },
		"the NF's name":           func(r *recipe) { r.values.NF.Name = "edge2" },
		"the NF's namespace":      func(r *recipe) { r.values.NF.Namespace = "edge" },
		"a label":                 func(r *recipe) { r.values.NF.Labels["a"] = "c" },
		"an annotation":           func(r *recipe) { r.values.NF.Annotations = nil },
		"a fact about the target": func(r *recipe) { r.values.Target = render.Value{Object: map[string]any{"port": json.Number("831")}} },
		"a certificate":           func(r *recipe) { delete(r.values.Certificates, "n4") },
		"names":                   func(r *recipe) { r.values.DNS = render.Value{Object: map[string]any{"a": "b"}} },
	} {
		r := newRecipe()
		change(r)
		got := identify(r)
		if other, ok := seen[got]; ok {
			t.Errorf("%s makes what %s makes", name, other)
		}
		seen[got] = name
	}
	if (&renderings{}).identify(newRecipe().schema, nil, newRecipe().values) == m.identify(newRecipe().schema, nil, newRecipe().values) {
		t.Error("two processes have the same key")
	}
}

// TestRenderings: what cannot be identified is never found, and what is forgotten is not.
func TestRenderings(t *testing.T) {
	var m renderings
	name := types.NamespacedName{Namespace: "core", Name: "edge"}
	r := newRecipe()
	from := m.identify(r.schema, r.layers, r.values)
	m.keep(name, from, "sha256:1")
	if digest, ok := m.find(name, from); !ok || digest != "sha256:1" {
		t.Errorf("found %q", digest)
	}
	if _, ok := m.find(types.NamespacedName{Name: "other"}, from); ok {
		t.Error("another object's was found")
	}
	m.forget(name)
	if _, ok := m.find(name, from); ok {
		t.Error("it was not forgotten")
	}
	r.values.Target.Object = make(chan int) // no value of an expression
	unknown := m.identify(r.schema, r.layers, r.values)
	m.keep(name, unknown, "sha256:1")
	if _, ok := m.find(name, unknown); ok {
		t.Error("what nobody knows was found")
	}
}
