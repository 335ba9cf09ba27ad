// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"sort"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

// orderedAdapter gives every map a fixed order of iteration; Go's, which CEL takes,
// would render the same layers differently each time.
type orderedAdapter struct{ types.Adapter }

// NativeToValue implements types.Adapter.
func (a orderedAdapter) NativeToValue(v any) ref.Val {
	switch native := v.(type) {
	case orderedMap:
		return native
	case map[string]any:
		return orderedMap{types.NewStringInterfaceMap(a, native)}
	case map[ref.Val]ref.Val:
		return orderedMap{types.NewRefValMap(a, native)}
	case []any:
		return types.NewDynamicList(a, native)
	}
	return ordered(a.Adapter.NativeToValue(v))
}

// orderResults does the same for the maps that expressions make: literals, and the
// results of functions. It is a decorator of evaluation steps.
func orderResults(step interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	switch s := step.(type) {
	case interpreter.InterpretableConstructor:
		if s.Type() == types.MapType {
			return orderedLiteral{s}, nil
		}
	case interpreter.InterpretableCall:
		// Operators return no new maps.
		if name := s.Function(); name != "" && isLetter(name[0]) && name[0] != '_' {
			return orderedCall{s}, nil
		}
	}
	return step, nil
}

type orderedLiteral struct {
	interpreter.InterpretableConstructor
}

// Exec implements interpreter.InterpretableV2.
func (l orderedLiteral) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return ordered(l.InterpretableConstructor.Exec(frame))
}

type orderedCall struct {
	interpreter.InterpretableCall
}

// Exec implements interpreter.InterpretableV2.
func (c orderedCall) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return ordered(c.InterpretableCall.Exec(frame))
}

func ordered(val ref.Val) ref.Val {
	switch m := val.(type) {
	case orderedMap, traits.MutableMapper:
		return val
	case traits.Mapper:
		return orderedMap{m}
	}
	return val
}

// orderedMap is a map whose keys are visited in order.
type orderedMap struct{ traits.Mapper }

// Iterator implements traits.Iterable.
func (m orderedMap) Iterator() traits.Iterator {
	return &orderedIterator{Iterator: m.Mapper.Iterator(), keys: orderedKeys(m.Mapper)}
}

type orderedIterator struct {
	traits.Iterator
	keys []ref.Val
	next int
}

// HasNext implements traits.Iterator.
func (it *orderedIterator) HasNext() ref.Val { return types.Bool(it.next < len(it.keys)) }

// Next implements traits.Iterator.
func (it *orderedIterator) Next() ref.Val {
	if it.next >= len(it.keys) {
		return nil
	}
	it.next++
	return it.keys[it.next-1]
}

func orderedKeys(m traits.Mapper) []ref.Val {
	var keys []ref.Val
	for it := m.Iterator(); it.HasNext() == types.True; {
		keys = append(keys, it.Next())
	}
	sort.SliceStable(keys, func(i, j int) bool { return sortKey(keys[i]) < sortKey(keys[j]) })
	return keys
}

func sortKey(k ref.Val) string {
	if n, ok := k.(types.Int); ok {
		// The sign bit flipped, so that the text sorts as the number does.
		return fmt.Sprintf("int %020d", uint64(n)^(1<<63))
	}
	if n, ok := k.(types.Uint); ok {
		return fmt.Sprintf("uint %020d", uint64(n))
	}
	return fmt.Sprintf("%s %v", k.Type().TypeName(), k.Value())
}
