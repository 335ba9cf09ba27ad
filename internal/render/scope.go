// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"time"
)

// Value is something an expression may read, or its result. Inside Object, in any
// depth, a part may be a Value of its own: so a part can be tainted and the rest not.
type Value struct {
	// Object is a string, bool, number, []byte, time.Time, nil, or a []any,
	// []string, map[string]any or map[string]string of these.
	Object any
	// Tainted values must never be shown.
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

// MarshalJSON keeps tainted values out of JSON.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.Tainted {
		return []byte(`"(redacted)"`), nil
	}
	return json.Marshal(v.Object)
}

// NF is what expressions know of the network function: nf.name and so on.
type NF struct {
	Name, Namespace     string
	Labels, Annotations map[string]string
}

// Scope holds the variables of expressions.
type Scope struct {
	// Inputs are inputs.<name>.
	Inputs map[string]Value
	// NF is nf.
	NF NF
	// Target is target: what is known of the NETCONF server.
	Target Value
	// Certificates are certificates.<name>.
	Certificates map[string]Value
	// DNS is dns.
	DNS Value
	// Seen are further variables, for conditions only; see NewForConditions.
	Seen map[string]Value
}

// The variables, in the order in which messages list them.
const (
	varInputs       = "inputs"
	varNF           = "nf"
	varTarget       = "target"
	varCertificates = "certificates"
	varDNS          = "dns"
)

func variables() []string {
	return []string{varInputs, varNF, varTarget, varCertificates, varDNS}
}

// bindings is a scope in the form that CEL reads, with the paths that are tainted.
type bindings struct {
	vars    map[string]any
	tainted [][]string
}

func (s Scope) bind() *bindings {
	b := &bindings{}
	named := func(m map[string]Value) map[string]any {
		out := make(map[string]any, len(m))
		for k, v := range m {
			out[k] = v
		}
		return out
	}
	root := map[string]any{
		varInputs: named(s.Inputs),
		varNF: map[string]any{
			"name": s.NF.Name, "namespace": s.NF.Namespace, "labels": s.NF.Labels, "annotations": s.NF.Annotations,
		},
		varTarget:       orEmpty(s.Target),
		varCertificates: named(s.Certificates),
		varDNS:          orEmpty(s.DNS),
	}
	for name, v := range s.Seen {
		root[name] = v
	}
	b.vars = b.plain(root, nil).(map[string]any)
	return b
}

// orEmpty makes a variable that was not set a map without fields.
func orEmpty(v Value) Value {
	if v.Object == nil {
		v.Object = map[string]any{}
	}
	return v
}

// plain copies a value without the wrapping of its Values, and notes tainted paths.
func (b *bindings) plain(v any, path []string) any {
	switch v := v.(type) {
	case Value:
		if v.Tainted {
			b.tainted = append(b.tainted, append([]string(nil), path...))
		}
		return b.plain(v.Object, path)
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range sortedKeys(v) {
			out[k] = b.plain(v[k], append(path, k))
		}
		return out
	case map[string]string:
		out := make(map[string]any, len(v))
		for k, s := range v {
			out[k] = s
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = b.plain(item, append(path, strconv.Itoa(i)))
		}
		return out
	case []string:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = item
		}
		return out
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case *time.Time:
		if v == nil {
			return nil
		}
		return *v
	}
	return v
}

// isTainted says whether what is at path, or anything below it, is tainted.
func (b *bindings) isTainted(path []string) bool {
	for _, t := range b.tainted {
		n := min(len(t), len(path))
		same := true
		for i := range n {
			if t[i] != path[i] {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
