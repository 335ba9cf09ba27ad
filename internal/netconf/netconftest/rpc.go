// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Handler serves an RPC or an action of the device's modules. It returns the content of the reply as XML, nil
// for ok, or an error, of which an *RPCError is sent as it is. It runs in the session's goroutine.
//
// Options.Handlers has them by name: "module:rpc" for an RPC, and the path of the action without keys for an
// action, such as "/acme:servers/server/reset" (RFC 7950 section 7.15).
type Handler func(Invocation) (output []byte, err error)

// Invocation is a request for a Handler.
type Invocation struct {
	Session uint64
	User    string
	// Name is the handler's name, and Path the instance that an action is about, with its keys.
	Name, Path string
	// Input is the element of the operation, as XML.
	Input []byte
}

// rpc serves an operation that a module of the device defines.
func (s *session) rpc(op *element) ([]byte, error) {
	module := s.options.Model.schema.ModuleByNamespace(op.space)
	if module == nil {
		return nil, notSupported(op)
	}
	n := operationNode(s.options.Model.schema.Root(), yang.KindRPC, module, op.name)
	if n == nil {
		return nil, notSupported(op)
	}
	return s.invoke(n, op, Invocation{Name: module.Name + ":" + op.name})
}

func operationNode(in *yang.Node, kind yang.Kind, module *yang.Module, name string) *yang.Node {
	for _, n := range in.Children() {
		if n.Kind() == kind && n.Name() == name && n.Module() == module {
			return n
		}
	}
	return nil
}

// invoke checks the names in the input and calls the handler, if there is one.
func (s *session) invoke(n *yang.Node, op *element, i Invocation) ([]byte, error) {
	if err := checkInput(n, op); err != nil {
		return nil, err
	}
	handler := s.options.Handlers[i.Name]
	if handler == nil {
		return nil, nil
	}
	var b bytes.Buffer
	op.write(&b, "")
	i.Session, i.User, i.Input = s.id, s.user, b.Bytes()
	return handler(i)
}

func checkInput(n *yang.Node, op *element) error {
	var input *yang.Node
	for _, child := range n.Children() {
		if child.Kind() == yang.KindInput {
			input = child
		}
	}
	for _, given := range op.children {
		known := false
		if input != nil {
			for _, want := range input.DataChildren() {
				known = known || given.matches(want.Module().Namespace, want.Name())
			}
		}
		if !known {
			return &RPCError{Tag: "unknown-element", Message: op.name + " has no input " + given.name, Info: "<bad-element>" + given.name + "</bad-element>"}
		}
	}
	if input == nil {
		return nil
	}
	for _, want := range input.DataChildren() {
		if want.Mandatory() && op.child(want.Name()) == nil {
			return &RPCError{Tag: "missing-element", Message: op.name + " needs the input " + want.Name(), Info: "<bad-element>" + want.Name() + "</bad-element>"}
		}
	}
	return nil
}

// action finds the action in the data around it (RFC 7950 section 7.15.2).
func (s *session) action(op *element) ([]byte, error) {
	n := s.options.Model.schema.Root()
	var name, path strings.Builder
	at := op
	var above *yang.Module
	for {
		next := actionStep(at, n)
		if next == nil {
			return nil, &RPCError{Type: "protocol", Tag: "missing-element", Message: "the action element holds no action"}
		}
		module := s.options.Model.schema.ModuleByNamespace(next.space)
		if module == nil {
			return nil, unknownElement(next)
		}
		step := "/" + next.name
		if module != above {
			step = "/" + module.Name + ":" + next.name
		}
		if found := operationNode(n, yang.KindAction, module, next.name); found != nil {
			if t := s.operationalTree(); path.Len() > 0 && n.Kind() == yang.KindList && t.Get(path.String()) == nil {
				return nil, &RPCError{Tag: "data-missing", Path: path.String(), Message: "there is no such instance"}
			}
			return s.invoke(found, next, Invocation{Name: name.String() + step, Path: path.String()})
		}
		child := n.Child(module.Name, next.name)
		if child == nil || child.Kind() != yang.KindContainer && child.Kind() != yang.KindList {
			return nil, unknownElement(next)
		}
		name.WriteString(step)
		path.WriteString(step)
		for _, key := range child.Keys() {
			path.WriteString("[" + key.Name() + "=" + quote(next.value(key.Name())) + "]")
		}
		n, at, above = child, next, module
	}
}

// actionStep returns the element that leads on: the one that is no key.
func actionStep(e *element, n *yang.Node) *element {
	for _, child := range e.children {
		key := false
		for _, k := range n.Keys() {
			key = key || k.Name() == child.name
		}
		if !key {
			return child
		}
	}
	return nil
}

func unknownElement(e *element) *RPCError {
	return &RPCError{Tag: "unknown-element", Message: "there is no " + e.name, Info: "<bad-element>" + e.name + "</bad-element>"}
}
