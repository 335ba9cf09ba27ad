// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import "github.com/strowger/strowger/internal/yang"

// Input hydrates one document outside of the layers and binds it to the parameters of an
// operation, see [yang.DecodeDocAt]: n is the input of an rpc or action. The source must
// not be XML. The tree still has to be validated.
func (r *Renderer) Input(n *yang.Node, source LayerSource, scope Scope) (*yang.Tree, Errors) {
	x := r.newRun(scope)
	l := layer{LayerSource: &source, origin: &yang.Layer{}}
	*l.origin = source.Layer
	parse := yang.ParseYAML
	if source.format() == JSON {
		parse = yang.ParseJSON
	}
	doc, err := parse(source.Data)
	if err != nil {
		x.syntax(l, err)
		return nil, x.errs
	}
	keep := doc == nil || x.hydrate(l, doc, "")
	if len(x.errs) > 0 {
		return nil, x.errs
	}
	if !keep {
		doc = nil
	}
	tree, errs := yang.DecodeDocAt(n, doc, l.origin)
	if len(errs) > 0 {
		return nil, schemaErrors(errs)
	}
	return tree, nil
}
