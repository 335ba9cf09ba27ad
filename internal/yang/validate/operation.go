// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package validate

import (
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/xpath"
)

// Operation returns every violation in the input or output of an rpc or action, or in a
// notification; t is from [yang.NewTreeAt]. Expressions may refer to the datastore (RFC
// 7950 section 6.4.1), which may be nil: what depends on it, or on state that it does not
// hold, is then not evaluated. For an action in a list use [OperationOn].
func Operation(t, datastore *yang.Tree) yang.Errors {
	return OperationOn(t, datastore, nil)
}

// OperationOn is Operation for an action or notification of a data node: at is the node of
// the datastore that it is invoked on, or that it is about. Without it, expressions that go
// up from an action in a list are not evaluated.
func OperationOn(t, datastore *yang.Tree, at *yang.Data) yang.Errors {
	v := &validator{ctx: xpath.NewOperationContext(t, datastore, at), left: map[yang.Constraint]bool{}, needs: newNeeds()}
	v.needs.operation = true
	root := t.Root()
	v.musts(root)
	v.content(root, root.Node(), true)
	v.below(root, true)
	for _, e := range v.errs {
		e.Curable = false
	}
	return v.result()
}
