// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/action"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// Invocation is an RPC or action (RFC 7950 sections 7.14 and 7.15) with its input.
type Invocation struct {
	action.Call
	// Input is from yang.NewTreeAt of the operation's input; nil: none. Its tainted values are shown to
	// nobody but the NF.
	Input *yang.Tree
}

// InvocationResult is what became of an Invocation.
type InvocationResult struct {
	// Sent says that the NF may have received the request. An error of Reason RPCError beside it is the NF's
	// answer; after any other it is not known what the NF did.
	Sent bool
	// Output is what the NF returned, as RFC 7951 JSON with digests in place of secrets; "" where it
	// returned nothing.
	Output string
	// Unread says what of the output does not fit the schema, and is left out; "" where all does.
	Unread string
}

// Invoke invokes an operation on the NF. It is sent once: unlike what only reads, it is not repeated on a
// new session when the session breaks. Secrets are left out of results and errors as they are out of traces.
func (p *Pool) Invoke(ctx context.Context, e Endpoint, i Invocation) (InvocationResult, error) {
	var result InvocationResult
	content, err := i.XML(i.Input)
	if err != nil {
		return result, &Error{Reason: InvalidEdit, Op: i.Operation.Name(), Key: e.Key, Address: e.Address, Err: err}
	}
	err = p.with(ctx, e, i.Operation.Name(), func(l *link) error {
		l.device.secrets.guard(i.Operation.Schema())
		l.device.secrets.also(i.Input)
		l.touched = true
		reply, err := l.invoke(ctx, i, content, &result.Sent)
		if err != nil {
			return e.refused(i, err, l.device.secrets.redactor())
		}
		result.Output, result.Unread = output(i.Operation.Output(), reply, l.device.secrets.redactor())
		return nil
	})
	return result, err
}

// invoke sends the operation and waits for the answer, as long as one RPC may take.
func (l *link) invoke(ctx context.Context, i Invocation, content []byte, sent *bool) (*netconf.Reply, error) {
	var method netconf.Method = netconf.RawMethod(content)
	if i.Instance != nil {
		method = netconf.Action{XML: content}
	}
	var reply *netconf.Reply
	err := l.rpc(ctx, i.Operation.Name(), func(ctx context.Context) error {
		call, err := l.Start(ctx, method)
		if errors.Is(err, netconf.ErrUnsupported) {
			return err
		}
		*sent = true // a request that could not be written to the end may have arrived nevertheless
		if err != nil {
			return err
		}
		reply, err = call.Wait(ctx)
		return err
	})
	return reply, err
}

// refused translates the NF's rpc-errors.
func (e Endpoint) refused(i Invocation, err error, r redactor) error {
	list := (netconf.RPCErrors)(nil)
	if !errors.As(err, &list) {
		return err
	}
	found := violations(list, i.Operation.Schema(), nil)
	for n := range found {
		found[n].Path = r.text(found[n].Path, shortest)
		found[n].Message = r.text(found[n].Message, shortest)
	}
	return &Error{Reason: RPCError, Op: i.Operation.Name(), Key: e.Key, Address: e.Address, Violations: found}
}

// output binds what the NF returned to the schema and writes it without secrets.
func output(n *yang.Node, reply *netconf.Reply, r redactor) (text, unread string) {
	if len(reply.Output) == 0 {
		return "", ""
	}
	var all bytes.Buffer
	for _, element := range reply.Output {
		all.Write(element.XML)
	}
	tree, unknown, errs := yang.DecodeXMLAt(n, &all, yang.XMLOptions{IgnoreUnknown: true})
	switch {
	case len(errs) > 0:
		unread = r.text(errs[0].Error(), 1)
	case len(unknown) > 0:
		unread = fmt.Sprintf("%s: %s", unknown[0].Name, r.text(unknown[0].Reason, 1))
	}
	if tree.Empty() {
		return "", unread
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Nothing of a document fails to be encoded.
	_ = encoder.Encode(r.document(tree.Doc(yang.EncodeOptions{Redact: true}), n, false))
	return strings.TrimSpace(b.String()), unread
}

// document is a document as Go values, with digests in place of secrets. n is its schema node, nil where
// there is none; hidden says that all of it is secret.
func (r redactor) document(d *yang.Doc, n *yang.Node, hidden bool) any {
	switch {
	case d == nil:
		return nil
	case d.Kind == yang.DocObject:
		out := make(map[string]any, len(d.Members))
		for _, m := range d.Members {
			module, local, found := strings.Cut(m.Name, ":")
			if !found {
				module, local = "", m.Name
			}
			var child *yang.Node
			if n != nil {
				child = n.Child(module, local)
			}
			out[m.Name] = r.document(m.Value, child, hidden || r.isSecret(local) || child != nil && child.Secret())
		}
		return out
	case d.Kind == yang.DocArray:
		out := make([]any, 0, len(d.Items))
		for _, item := range d.Items {
			out = append(out, r.document(item, n, hidden))
		}
		return out
	case d.Scalar == nil:
		return nil
	}
	plain := fmt.Sprint(d.Scalar)
	if hidden {
		return yang.RedactedValue(plain)
	}
	if shown := r.text(plain, 1); shown != plain {
		return shown
	}
	return d.Scalar
}

// redactor leaves out all that is known to be secret of an NF.
func (s *secrets) redactor() redactor {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := redactor{guarded: s.guarded}
	for _, c := range []*concealer{s.now, s.before} {
		if c != nil {
			r.conceal = append(r.conceal, c)
		}
	}
	return r
}

// also notes the secrets of an input, beside those of the plan that was made last.
func (s *secrets) also(input *yang.Tree) {
	more := newConcealer(input)
	if len(more.secrets) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		more.secrets = append(more.secrets, s.now.secrets...)
	}
	slices.Sort(more.secrets)
	more.secrets = slices.Compact(more.secrets)
	// The longest first: one secret may be a part of another.
	slices.SortStableFunc(more.secrets, func(a, b string) int { return len(b) - len(a) })
	s.now = more
}
