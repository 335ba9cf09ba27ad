// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/yang"
)

// valueFlags say what ${...} expressions read, in place of the operator's live objects.
type valueFlags struct {
	values string
	inputs []string
}

// values are the file of --values: the variables of expressions.
type values struct {
	Inputs map[string]any `yaml:"inputs"`
	NF     struct {
		Name        string            `yaml:"name"`
		Namespace   string            `yaml:"namespace"`
		Labels      map[string]string `yaml:"labels"`
		Annotations map[string]string `yaml:"annotations"`
	} `yaml:"nf"`
	Target       map[string]any `yaml:"target"`
	Certificates map[string]any `yaml:"certificates"`
	DNS          map[string]any `yaml:"dns"`
}

func (f *valueFlags) given() bool { return f.values != "" || len(f.inputs) > 0 }

// scope returns the variables; nil when no flag gives any, and expressions are texts.
func (f *valueFlags) scope() (*render.Scope, error) {
	if !f.given() {
		return nil, nil
	}
	var v values
	if f.values != "" {
		if err := readYAML(f.values, &v); err != nil {
			return nil, fmt.Errorf("--values: %w", err)
		}
	}
	if v.Inputs == nil {
		v.Inputs = map[string]any{}
	}
	for _, text := range f.inputs {
		name, file, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--input %s: must be NAME=FILE", text)
		}
		var object any
		if err := readYAML(file, &object); err != nil {
			return nil, fmt.Errorf("--input %s: %w", name, err)
		}
		v.Inputs[name] = object
	}
	return &render.Scope{
		Inputs: named(v.Inputs), Certificates: named(v.Certificates),
		Target: object(v.Target), DNS: object(v.DNS),
		NF: render.NF{Name: v.NF.Name, Namespace: v.NF.Namespace, Labels: v.NF.Labels, Annotations: v.NF.Annotations},
	}, nil
}

// readYAML reads a YAML or JSON file; unknown names of a struct are errors.
func readYAML(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, cause(err))
	}
	defer file.Close()
	d := yaml.NewDecoder(file)
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func named(m map[string]any) map[string]render.Value {
	out := make(map[string]render.Value, len(m))
	for name, v := range m {
		out[name] = render.Value{Object: v}
	}
	return out
}

// object is a variable; one that is not given stays unset.
func object(m map[string]any) render.Value {
	if m == nil {
		return render.Value{}
	}
	return render.Value{Object: m}
}

// hydrate renders documents as the operator does.
func hydrate(schema *yang.Schema, docs []*document, scope *render.Scope) (*yang.Tree, yang.Errors) {
	layers := make([]render.LayerSource, len(docs))
	for i, d := range docs {
		layers[i] = render.LayerSource{Layer: *d.layer(), Format: render.Format(d.format), Data: d.data}
	}
	result, failed := render.Render(schema, layers, *scope)
	if len(failed) == 0 {
		return result.Tree, nil
	}
	errs := make(yang.Errors, len(failed))
	for i, e := range failed {
		if errs[i] = e.YANG; e.YANG == nil {
			errs[i] = &yang.Error{Tag: malformed, Message: e.Message, Origin: e.Origin}
		}
		if e.Expression != "" {
			errs[i].Message = "${" + e.Expression + "}: " + e.Message
		}
	}
	return yang.NewTree(schema), errs
}
