// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
)

// Bounds, in characters, of a value that an explanation shows.
const (
	maxShown       = 128
	maxShownOfMany = 256
)

// conditionVariables are those that only conditions may use.
func conditionVariables() []string { return []string{"workload", "value", "values", "members"} }

// NewForConditions returns a Renderer whose expressions may also use workload, value,
// values and members, as far as Scope.Seen has them.
func NewForConditions() (*Renderer, error) {
	env, err := newEnvironment(conditionVariables()...)
	if err != nil {
		return nil, err
	}
	return &Renderer{env: env, variables: append(variables(), conditionVariables()...), programs: map[string]*expression{}}, nil
}

// CheckCondition says why an expression can never be a condition: it does not compile, it
// gives something else than true or false, or it reads one of the variables that only
// conditions know and that is not among those seen. Where none is named, all may be read.
func (r *Renderer) CheckCondition(source string, seen ...string) error {
	e := r.compile(source)
	if e.err != nil {
		return e.err
	}
	switch e.output.Kind() {
	case types.BoolKind, types.DynKind, types.AnyKind, types.OpaqueKind: // an optional is opaque
	default:
		return fmt.Errorf("it gives %s, not true or false: compare it", e.output)
	}
	for _, ref := range e.refs {
		name := ref.path[0]
		if len(seen) == 0 || !slices.Contains(conditionVariables(), name) || slices.Contains(seen, name) || slices.Contains(e.bound, name) {
			continue
		}
		return fmt.Errorf("%s is not known here: %s", name, whereKnown(name))
	}
	return nil
}

func whereKnown(variable string) string {
	switch variable {
	case "members":
		return "only the checks of a NetworkFunctionRollout have it"
	case "workload":
		return "only the checks of a NetworkFunction have it"
	}
	return "say with get which path of the NF is to be read"
}

// Condition evaluates an expression that is to be true. Where it is not, why shows what it
// read, without tainted values; where it cannot be evaluated, why says so.
func (r *Renderer) Condition(source string, scope Scope) (holds bool, why string) {
	x := r.newRun(scope)
	val, tainted, err := x.eval(source)
	if err != nil {
		return false, err.Error()
	}
	if val, err = present(val); err != nil {
		return false, err.Error()
	}
	b, ok := val.(types.Bool)
	switch {
	case !ok:
		return false, fmt.Sprintf("%s is no condition: it gives %s, not true or false", source, val.Type().TypeName())
	case bool(b):
		return true, ""
	case tainted:
		return false, source + " is false (what it read is withheld, because that is secret)"
	}
	why = source + " is false"
	if read := x.read(r.compile(source)); read != "" {
		why += ": " + read
	}
	return false, why
}

// read shows the values that an expression read: the single ones, and members as a whole,
// because one of them is at fault.
func (x *run) read(e *expression) string {
	var parts []string
	for _, ref := range e.refs {
		if slices.Contains(e.bound, ref.path[0]) {
			continue
		}
		value, err := follow(x.scope.vars, ref.path)
		if err != nil {
			continue
		}
		switch value.(type) {
		case map[string]any, []any:
			if ref.path[0] != "members" {
				continue
			}
		}
		part := fmt.Sprintf("%s is %s", display(ref.path), shown(value))
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func shown(value any) string {
	text, most := fmt.Sprint(value), maxShown
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		text = strconv.Quote(v)
	case map[string]any, []any:
		most = maxShownOfMany
		if data, err := json.Marshal(v); err == nil {
			text = string(data)
		}
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}

var errNotThere = errors.New("not there")

// follow returns what is at a path.
func follow(vars map[string]any, path []string) (any, error) {
	var at any = vars
	for _, step := range path {
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				return nil, errNotThere
			}
			at = next
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(v) {
				return nil, errNotThere
			}
			at = v[n]
		default:
			return nil, errNotThere
		}
	}
	return at, nil
}
