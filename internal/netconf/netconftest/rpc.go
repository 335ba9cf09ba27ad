// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"strings"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
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
	return s.invoke(n, op, Invocation{Name: module.Name + ":" + op.name}, s.operationalTree())
}

func operationNode(in *yang.Node, kind yang.Kind, module *yang.Module, name string) *yang.Node {
	for _, n := range in.Children() {
		if n.Kind() == kind && n.Name() == name && n.Module() == module {
			return n
		}
	}
	return nil
}

// invoke proves the input and calls the handler, if there is one. at is the node that an action is about.
func (s *session) invoke(n *yang.Node, op *element, i Invocation, datastore *yang.Tree) ([]byte, error) {
	if err := checkInput(n, op, datastore, datastore.Get(i.Path)); err != nil {
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

// checkInput proves the input of an operation by the modules, together with what the device holds (RFC 7950
// sections 7.14.2 and 7.15.1).
func checkInput(n *yang.Node, op *element, datastore *yang.Tree, at *yang.Data) error {
	var content bytes.Buffer
	for _, child := range op.children {
		child.write(&content, "")
	}
	input, _, errs := yang.DecodeXMLAt(n.Input(), &content, yang.XMLOptions{})
	if len(errs) == 0 {
		errs = validate.OperationOn(input, datastore, at)
	}
	for _, e := range errs {
		if e.Tag == "data-missing" && e.AppTag == "" && strings.HasSuffix(e.Rule, "{ mandatory true }") {
			// That a datastore lacks it is one thing; here it is the request that does.
			e.Tag = "missing-element"
		}
	}
	return errs.Err()
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
			datastore := s.operationalTree()
			if path.Len() > 0 && n.Kind() == yang.KindList && datastore.Get(path.String()) == nil {
				return nil, &RPCError{Tag: "data-missing", Path: path.String(), Message: "there is no such instance"}
			}
			return s.invoke(found, next, Invocation{Name: name.String() + step, Path: path.String()}, datastore)
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
