// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"k8s.io/apiserver/pkg/cel/library"
)

// Limits of expressions, so that no layer can stall the manager.
const (
	maxExpressionRunes = 16 << 10
	maxExpressionNodes = 10_000
	maxExpressionCost  = 100_000
	maxTotalCost       = 1_000_000
	maxRange           = 10_000
	maxTextBytes       = 1 << 20
	maxTotalBytes      = 64 << 20
	maxValueDepth      = 64
	maxValueNodes      = 1_000_000
)

// newEnvironment returns the CEL environment: the variables of a scope, and the
// libraries of Kubernetes and of CEL that are deterministic. more are variables that may
// be anything.
func newEnvironment(more ...string) (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	opts := []cel.EnvOption{
		cel.CustomTypeProvider(registry),
		cel.CustomTypeAdapter(orderedAdapter{registry}),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.EnableIdentifierEscapeSyntax(),
		cel.ParserExpressionSizeLimit(maxExpressionRunes),
		cel.ExpressionNodeLimit(maxExpressionNodes),
		cel.OptionalTypes(),
		ext.Strings(ext.StringsVersion(4)),
		ext.Encoders(),
		ext.Lists(ext.ListsVersion(3), ext.ListsMaxRangeSize(maxRange)),
		ext.Sets(),
		ext.Math(ext.MathVersion(2)),
		library.IP(),
		library.CIDR(),
		library.Quantity(),
		library.Regex(),
		library.Lists(),
		library.URLs(),
	}
	for _, name := range variables() {
		opts = append(opts, cel.Variable(name, cel.MapType(cel.StringType, cel.DynType)))
	}
	for _, name := range more {
		opts = append(opts, cel.Variable(name, cel.DynType))
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	return env, nil
}
