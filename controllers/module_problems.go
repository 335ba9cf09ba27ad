// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// moduleErrors are the statements of a set that could not be compiled.
func moduleErrors(schema *yang.Schema) []v1alpha1.ModuleProblem {
	var out []v1alpha1.ModuleProblem
	for _, p := range schema.Problems() {
		if p.Severity == yang.Failure {
			out = append(out, moduleProblem(p))
		}
	}
	return out
}

// warningsKey keeps the warnings of a set with the set.
type warningsKey struct{}

// moduleWarnings are the statements of a set that are ignored, that cannot be
// evaluated, or that lead to nothing. They are looked for once per set, however many
// libraries and targets share it.
func moduleWarnings(schema *yang.Schema) []v1alpha1.ModuleProblem {
	find := schema.Derived(warningsKey{}, func() any {
		return sync.OnceValue(func() []v1alpha1.ModuleProblem { return findWarnings(schema) })
	})
	return find.(func() []v1alpha1.ModuleProblem)()
}

func findWarnings(schema *yang.Schema) []v1alpha1.ModuleProblem {
	var all []yang.Problem
	for _, p := range schema.Problems() {
		if p.Severity == yang.Warning {
			all = append(all, p)
		}
	}
	all = append(all, xpath.CheckSchema(schema)...)
	slices.SortStableFunc(all, func(a, b yang.Problem) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line))
	})
	out := make([]v1alpha1.ModuleProblem, 0, len(all))
	for _, p := range all {
		out = append(out, moduleProblem(p))
	}
	return out
}

func moduleProblem(p yang.Problem) v1alpha1.ModuleProblem {
	return v1alpha1.ModuleProblem{
		Module: p.Module, Position: p.Pos.String(), Message: clipTo(strings.TrimPrefix(p.Statement+": "+p.Message, ": "), 1024),
	}
}

// firstProblems counts all and keeps as many as a status lists.
func firstProblems(all []v1alpha1.ModuleProblem) (int32, []v1alpha1.ModuleProblem) {
	return int32(len(all)), all[:min(len(all), maxModuleProblems)]
}
