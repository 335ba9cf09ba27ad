// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/strowger/strowger/internal/yang"
)

// Strings expands strings outside of layers, such as the targets of DNS records. A
// string that is exactly one expression whose result is a list gives one string for
// each item; an optional without a value gives none. Every Object of the result is a
// string. The error is an [Errors] whose paths are the indexes, as in [2].
func (r *Renderer) Strings(in []string, scope Scope) ([]Value, error) {
	x := r.newRun(scope)
	l := layer{LayerSource: &LayerSource{}, origin: &yang.Layer{}}
	out := make([]Value, 0, len(in))
	for i, text := range in {
		path := fmt.Sprintf("[%d]", i)
		segments, err := split(text)
		if err != nil {
			x.fail(l, 0, path, "", inText(text, err))
			continue
		}
		if len(segments) == 1 && segments[0].expr {
			values, err := x.list(segments[0].text)
			if err != nil {
				x.fail(l, 0, path, segments[0].text, err)
			}
			out = append(out, values...)
			continue
		}
		s, tainted, ok := x.concat(segments, func(source string, err error) { x.fail(l, 0, path, source, err) })
		if ok {
			out = append(out, Value{Object: s, Tainted: tainted})
		}
	}
	if err := x.errs.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

// list evaluates an expression to any number of strings.
func (x *run) list(source string) ([]Value, error) {
	val, tainted, err := x.eval(source)
	if err != nil {
		return nil, err
	}
	val, err = present(val)
	if errors.Is(err, errAbsent) {
		return nil, nil
	}
	items := []ref.Val{val}
	if l, ok := val.(traits.Lister); ok {
		items = nil
		for it := l.Iterator(); it.HasNext() == types.True; {
			items = append(items, it.Next())
		}
	}
	out := make([]Value, 0, len(items))
	for _, item := range items {
		s, err := x.text(item)
		if err != nil {
			return nil, err
		}
		out = append(out, Value{Object: s, Tainted: tainted})
	}
	return out, nil
}

// Strings is [Renderer.Strings] with a Renderer of its own.
func Strings(in []string, scope Scope) ([]Value, error) {
	r, err := New()
	if err != nil {
		return nil, err
	}
	return r.Strings(in, scope)
}
