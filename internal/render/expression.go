// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apiserver/pkg/cel/library"
)

// maxPrograms bounds the compiled expressions that a Renderer keeps.
const maxPrograms = 8192

// Renderer renders layers. It keeps compiled expressions, and is safe for
// concurrent use.
type Renderer struct {
	env *cel.Env
	// variables are those that expressions may use.
	variables []string

	mu       sync.Mutex
	programs map[string]*expression
}

// New returns a Renderer.
func New() (*Renderer, error) {
	env, err := newEnvironment()
	if err != nil {
		return nil, err
	}
	return &Renderer{env: env, variables: variables(), programs: map[string]*expression{}}, nil
}

// expression is one compiled source.
type expression struct {
	program       cel.Program
	refs          []reference
	computesNames bool
	output        *cel.Type
	bound         []string // the names that macros give to items
	err           error    // why it does not compile
}

// compile compiles each source once.
func (r *Renderer) compile(source string) *expression {
	r.mu.Lock()
	known := r.programs[source]
	r.mu.Unlock()
	if known != nil {
		return known
	}
	e := r.compileNew(source)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.programs) >= maxPrograms {
		clear(r.programs)
	}
	r.programs[source] = e
	return e
}

func (r *Renderer) compileNew(source string) *expression {
	checked, issues := r.env.Compile(source)
	if err := issues.Err(); err != nil {
		return &expression{err: compileError(issues, r.variables)}
	}
	program, err := r.env.Program(checked,
		cel.CostTracking(&library.CostEstimator{}), cel.CostLimit(maxExpressionCost), cel.CustomDecoratorV2(orderResults))
	if err != nil {
		return &expression{err: err}
	}
	root := checked.NativeRep().Expr()
	return &expression{
		program: program, refs: references(root), computesNames: computesNames(root), output: checked.OutputType(), bound: boundNames(root),
	}
}

// compileError puts all issues on one line, with columns instead of carets.
func compileError(issues *cel.Issues, variables []string) error {
	var parts []string
	undeclared := false
	for _, e := range issues.Errors() {
		msg := strings.ReplaceAll(e.Message, " (in container '')", "")
		undeclared = undeclared || strings.HasPrefix(msg, "undeclared reference")
		msg = strings.Join(strings.Fields(msg), " ")
		parts = append(parts, fmt.Sprintf("column %d: %s", e.Location.Column()+1, msg))
	}
	text := strings.Join(parts, "; ")
	if undeclared {
		text += " (variables are " + strings.Join(variables, ", ") + ")"
	}
	return errors.New(text)
}

// tainted says whether the expression mentions anything tainted.
func (e *expression) tainted(b *bindings) bool {
	for _, r := range e.refs {
		if b.isTainted(r.path) {
			return true
		}
	}
	return false
}

// errTotalCost ends a rendering whose expressions are cheap only one by one.
var errTotalCost = errors.New("the expressions of all layers together cost too much to evaluate: use fewer or simpler ones")

// errSecretNames keeps tainted values out of places that messages show.
var errSecretNames = errors.New("it reads a Secret, so the keys of its maps must be literals")

// outcome of an evaluation.
type outcome struct {
	val     ref.Val
	tainted bool
	err     error
}

// eval evaluates an expression, once however often it occurs: it has no effects. The
// error never holds a tainted value.
func (x *run) eval(source string) (ref.Val, bool, error) {
	o, known := x.outcomes[source]
	if !known {
		o = x.evalNew(source)
		x.outcomes[source] = o
	}
	return o.val, o.tainted, o.err
}

func (x *run) evalNew(source string) outcome {
	e := x.renderer.compile(source)
	if e.err != nil {
		return outcome{err: e.err}
	}
	for _, r := range e.refs {
		x.used[r.name()] = true
	}
	tainted := e.tainted(x.scope)
	if tainted && e.computesNames {
		return outcome{tainted: true, err: errSecretNames}
	}
	val, details, err := e.program.Eval(x.scope.vars)
	if details != nil && details.ActualCost() != nil {
		x.cost += *details.ActualCost()
	}
	if err != nil {
		return outcome{tainted: tainted, err: explain(e, x.scope, tainted, err)}
	}
	if x.cost > maxTotalCost {
		return outcome{tainted: tainted, err: errTotalCost}
	}
	return outcome{val: val, tainted: tainted}
}
