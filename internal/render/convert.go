// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/strowger/strowger/internal/yang"
)

// errAbsent is an optional without a value; where a node is expected, the node is
// left out.
var errAbsent = errors.New("the optional has no value: use .orValue(…)")

var errTooLarge = errors.New("the result is too large")

// present looks into an optional.
func present(val ref.Val) (ref.Val, error) {
	for {
		opt, ok := val.(*types.Optional)
		if !ok {
			return val, nil
		}
		if !opt.HasValue() {
			return nil, errAbsent
		}
		val = opt.GetValue()
	}
}

// doc turns a result into a document.
func (x *run) doc(val ref.Val, line int, tainted bool, depth int) (*yang.Doc, error) {
	val, err := present(val)
	if err != nil {
		return nil, err
	}
	if x.nodes++; x.nodes > maxValueNodes || depth > maxValueDepth {
		return nil, errTooLarge
	}
	d := &yang.Doc{Line: line, Tainted: tainted}
	switch v := val.(type) {
	case traits.Mapper:
		d.Kind = yang.DocObject
		return d, x.members(d, v, depth)
	case traits.Lister:
		d.Kind = yang.DocArray
		return d, x.items(d, v, depth)
	}
	d.Scalar, err = x.scalar(val)
	return d, err
}

func (x *run) members(d *yang.Doc, m traits.Mapper, depth int) error {
	for _, key := range orderedKeys(m) {
		name, ok := key.(types.String)
		if !ok {
			return fmt.Errorf("the keys of a map must be strings, not %s", key.Type().TypeName())
		}
		value, err := x.doc(m.Get(key), d.Line, d.Tainted, depth+1)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		d.Members = append(d.Members, yang.DocMember{Name: string(name), Line: d.Line, Value: value})
	}
	return nil
}

func (x *run) items(d *yang.Doc, l traits.Lister, depth int) error {
	for it := l.Iterator(); it.HasNext() == types.True; {
		item, err := x.doc(it.Next(), d.Line, d.Tainted, depth+1)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		d.Items = append(d.Items, item)
	}
	return nil
}

// scalar turns a result into what a Doc holds.
func (x *run) scalar(val ref.Val) (any, error) {
	switch v := val.(type) {
	case types.Null:
		return nil, nil
	case types.Bool:
		return bool(v), nil
	case types.Int:
		return int64(v), nil
	case types.Uint:
		return uint64(v), nil
	case types.Double:
		return float64(v), nil
	}
	return x.text(val)
}

// text turns a single value into text: numbers in decimal, bytes in base64, times
// as RFC 3339, and what has a string form (addresses, quantities) in that.
func (x *run) text(val ref.Val) (string, error) {
	val, err := present(val)
	if err != nil {
		return "", err
	}
	s, err := textOf(val)
	if err != nil {
		return "", err
	}
	if x.bytes += len(s); len(s) > maxTextBytes || x.bytes > maxTotalBytes {
		return "", errTooLarge
	}
	return s, nil
}

func textOf(val ref.Val) (string, error) {
	switch v := val.(type) {
	case types.String:
		return string(v), nil
	case types.Bool:
		return strconv.FormatBool(bool(v)), nil
	case types.Int:
		return strconv.FormatInt(int64(v), 10), nil
	case types.Uint:
		return strconv.FormatUint(uint64(v), 10), nil
	case types.Double:
		return strconv.FormatFloat(float64(v), 'f', -1, 64), nil
	case types.Bytes:
		return base64.StdEncoding.EncodeToString(v), nil
	case types.Timestamp:
		return v.UTC().Format(time.RFC3339Nano), nil
	case types.Null:
		return "", errors.New("null cannot be put into text")
	case traits.Lister, traits.Mapper:
		return "", fmt.Errorf("a %s cannot be put into text: let the expression be the whole value, or join it", val.Type().TypeName())
	}
	if s, ok := val.ConvertToType(types.StringType).(types.String); ok {
		return string(s), nil
	}
	if s, ok := val.Value().(fmt.Stringer); ok {
		return s.String(), nil
	}
	return "", fmt.Errorf("a value of type %s cannot be configuration", val.Type().TypeName())
}
