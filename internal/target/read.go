// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// Reading is one node that the NF has at a path.
type Reading struct {
	// Path is its instance path, with all keys.
	Path string
	// Value of a leaf: a bool, an int64, a uint64 where that is too small, a float64 for decimal64, else the
	// canonical text (RFC 7950 section 9); an identity is written module:name, an empty leaf is true. A
	// container or list entry is a map[string]any of its children by their names, lists among them as []any.
	Value any
	// Secret: the value, or something in it, is not to be shown.
	Secret bool
}

// Read reads nodes, state or configuration, by their paths in the form of RFC 7951 section 6.11. Keys that are
// left out mean every entry. It returns what there is at each path, in the NF's order, and costs one
// get (RFC 6241 section 7.7), whatever the number of paths. A wrong path is an error of Reason InvalidEdit;
// see [CheckPath].
func (p *Pool) Read(ctx context.Context, e Endpoint, schema *yang.Schema, paths []string) ([][]Reading, error) {
	wanted := &selection{}
	parsed := make([][]selector, len(paths))
	for i, path := range paths {
		steps, err := selectors(schema, path)
		if err != nil {
			return nil, &Error{Reason: InvalidEdit, Op: "get", Key: e.Key, Address: e.Address, Err: err}
		}
		parsed[i] = steps
		wanted.add(steps)
	}
	if len(paths) == 0 {
		return nil, nil
	}
	var filter bytes.Buffer
	wanted.write(&filter, "")
	out := make([][]Reading, len(paths))
	err := p.with(ctx, e, "get", func(l *link) error {
		l.device.secrets.guard(schema)
		tree, err := l.get(ctx, schema, filter.Bytes())
		if err != nil {
			return err
		}
		secrets := l.device.secrets.redactor()
		for i := range parsed {
			out[i] = nil
			collect(tree.Root(), parsed[i], func(d *yang.Data) {
				out[i] = append(out[i], Reading{Path: d.Path(), Value: native(d), Secret: isWithin(d, secrets) || holdsSecret(d, secrets)})
			})
		}
		return nil
	})
	return out, err
}

func (l *link) get(ctx context.Context, schema *yang.Schema, filter []byte) (*yang.Tree, error) {
	var reply *netconf.Reply
	err := l.rpc(ctx, "get", func(ctx context.Context) error {
		var err error
		reply, err = l.Exec(ctx, netconf.Get{Filter: netconf.Subtree(filter)})
		return err
	})
	if err != nil {
		return nil, err
	}
	data := reply.Data()
	if data == nil {
		return nil, fmt.Errorf("%w: the reply to get has no data", netconf.ErrProtocol)
	}
	tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(data), yang.XMLOptions{IgnoreUnknown: true})
	if len(errs) > 0 {
		return nil, fmt.Errorf("%w: what the NF returned does not fit its own schema: %s", netconf.ErrProtocol, errs[0].Message)
	}
	return tree, nil
}

// collect visits what is at the end of a path.
func collect(d *yang.Data, steps []selector, found func(*yang.Data)) {
	if len(steps) == 0 {
		found(d)
		return
	}
	for _, c := range d.Children() {
		if steps[0].matches(c) {
			collect(c, steps[1:], found)
		}
	}
}

func (s *selector) matches(d *yang.Data) bool {
	if d.Node() != s.node || s.value != nil && d.Value() != *s.value {
		return false
	}
	keys := d.Keys()
	for i, key := range s.node.Keys() {
		if want, ok := s.keys[key.Name()]; ok && (i >= len(keys) || keys[i] != want) {
			return false
		}
	}
	return true
}

// isWithin says whether a node is part of something that is a secret as a whole.
func isWithin(d *yang.Data, secrets redactor) bool {
	for at := d.Parent(); at != nil && at.Node().Kind() != yang.KindRoot; at = at.Parent() {
		if secrets.isSecret(at.Node().Name()) {
			return true
		}
	}
	return false
}

// holdsSecret: the modules, or a name, say that a value in it is not for everybody, or it looks like such a one.
func holdsSecret(d *yang.Data, secrets redactor) bool {
	if secrets.isSecret(d.Node().Name()) || secrets.text(d.Value(), 1) != d.Value() {
		return true
	}
	return slices.ContainsFunc(d.Children(), func(c *yang.Data) bool { return holdsSecret(c, secrets) })
}
