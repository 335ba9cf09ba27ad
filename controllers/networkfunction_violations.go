// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"fmt"
	"strings"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

const (
	// maxToldViolations is how many a condition tells, one a line; the status has more.
	maxToldViolations = 5
	// maxListedViolations is how many the status lists, the CRD's bound.
	maxListedViolations = 20
)

// tell lists the first errors of a tree, one a line, and says where the rest is.
func tell[E error](errs []E, rest string) string {
	lines := make([]string, 0, maxToldViolations+1)
	for _, e := range errs[:min(len(errs), maxToldViolations)] {
		lines = append(lines, e.Error())
	}
	if more := len(errs) - maxToldViolations; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more%s", more, rest))
	}
	return strings.Join(lines, "\n")
}

// seeStatus is where a user finds what a condition's message leaves out.
const seeStatus = "; see status.violations"

// listViolations counts all errors and lists the first, nil when there are none.
func listViolations[E any](errs []E, describe func(E) v1alpha1.Violation) *v1alpha1.Violations {
	if len(errs) == 0 {
		return nil
	}
	out := &v1alpha1.Violations{Count: int32(len(errs))}
	for _, e := range errs[:min(len(errs), maxListedViolations)] {
		v := describe(e)
		v.Path, v.Rule, v.Message, v.Origin = clipTo(v.Path, 1024), clipTo(v.Rule, 512), clipTo(v.Message, 1024), clipTo(v.Origin, 512)
		out.First = append(out.First, v)
	}
	return out
}

// ofYANG puts an error of the schema's in the status's terms.
func ofYANG(e *yang.Error) v1alpha1.Violation {
	v := v1alpha1.Violation{
		Path: e.Path, Rule: e.Rule, Position: e.Pos.String(), Message: e.Message,
		Origin: e.Origin.String(), Tag: e.Tag, AppTag: e.AppTag,
	}
	if e.Hint != "" {
		v.Message += "; " + e.Hint
	}
	for _, other := range e.Related {
		v.Message += "; the other is " + other.Path
		if other.Origin.Layer != nil {
			v.Message += " of " + other.Origin.String()
		}
	}
	return v
}

// ofLayer does so with what is wrong in a layer.
func ofLayer(e *render.Error) v1alpha1.Violation {
	if e.YANG != nil {
		return ofYANG(e.YANG)
	}
	v := v1alpha1.Violation{Path: e.Path, Message: e.Message, Origin: e.Origin.String()}
	if e.Expression != "" {
		v.Rule = "${" + e.Expression + "}"
	}
	return v
}

// ofNF does so with what the NF itself said.
func ofNF(e target.Violation) v1alpha1.Violation {
	v := v1alpha1.Violation{Path: e.Path, Message: e.Message, Origin: e.Origin.String(), Tag: e.Tag, AppTag: e.AppTag}
	if v.Message == "" {
		v.Message = e.Tag
	}
	return v
}

// refusedByNF lists the errors the NF answered with, if that is what went wrong.
func refusedByNF(err error) *v1alpha1.Violations {
	var e *target.Error
	if !errors.As(err, &e) || e.Reason != target.RPCError {
		return nil
	}
	return listViolations(e.Violations, ofNF)
}
