// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"fmt"
	"strings"
)

const (
	apiGroup = "nf.strowger.dev"
	nfKind   = "NetworkFunction"
)

// within returns the inline value of a layer in the documents of a manifest.
func within(roots []*node, w Within) (*node, error) {
	var all []*node
	for i, r := range roots {
		for _, nf := range networkFunctions(r) {
			if !w.names(nf) {
				continue
			}
			if i == w.Document {
				return layerValue(nf, w.Layer)
			}
			all = append(all, nf)
		}
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("the manifest holds %d NetworkFunctions %s where one is meant", len(all), w.NetworkFunction)
	}
	return layerValue(all[0], w.Layer)
}

// names says whether a manifest is of the NetworkFunction; one without namespace may be.
func (w Within) names(nf *node) bool {
	meta := nf.member("metadata")
	ns := meta.text("namespace")
	return meta.text("name") == w.NetworkFunction && (ns == "" || w.Namespace == "" || ns == w.Namespace)
}

// networkFunctions returns the NetworkFunctions of a document, also those in a List.
func networkFunctions(r *node) []*node {
	if r.kind != object {
		return nil
	}
	if isNetworkFunction(r) {
		return []*node{r}
	}
	items := r.member("items")
	if items == nil || items.kind != array || !strings.HasSuffix(r.text("kind"), "List") {
		return nil
	}
	var out []*node
	for _, item := range items.kids {
		if isNetworkFunction(item) {
			out = append(out, item)
		}
	}
	return out
}

func isNetworkFunction(n *node) bool {
	group, _, _ := strings.Cut(n.text("apiVersion"), "/")
	return n.text("kind") == nfKind && group == apiGroup
}

// layerValue returns spec.config[name=layer].value.
func layerValue(nf *node, layer string) (*node, error) {
	config := nf.member("spec").member("config")
	if config == nil || config.kind != array {
		return nil, fmt.Errorf("the manifest has no spec.config")
	}
	for _, l := range config.kids {
		if l.text("name") != layer {
			continue
		}
		v := l.member("value")
		if v == nil {
			return nil, fmt.Errorf("the layer %s of the manifest has no value: it is in a file of its own", layer)
		}
		if source, is := v.computed(); is {
			return nil, fmt.Errorf("the layer %s is %s", layer, computedBy(source))
		}
		return v, nil
	}
	return nil, fmt.Errorf("the manifest has no layer %s in spec.config", layer)
}
