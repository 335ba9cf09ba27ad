// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

const withDefaultsNamespace = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults" // RFC 6243

// parameterNames are the children that an operation may have, in its own namespace and in others.
type parameterNames struct {
	own    []string
	others map[string][]string // by namespace
}

var withDefaults = map[string][]string{withDefaultsNamespace: {"with-defaults"}}

// parameters are those of the protocol's operations, by namespace and name. The input of other operations is
// proved by their modules.
var parameters = map[string]map[string]parameterNames{
	netconfNamespace: {
		"get":             {[]string{"filter"}, withDefaults},
		"get-config":      {[]string{"source", "filter"}, withDefaults},
		"edit-config":     {own: []string{"target", "default-operation", "test-option", "error-option", "config"}},
		"copy-config":     {[]string{"target", "source"}, withDefaults},
		"delete-config":   {own: []string{"target"}},
		"lock":            {own: []string{"target"}},
		"unlock":          {own: []string{"target"}},
		"validate":        {own: []string{"source"}},
		"commit":          {own: []string{"confirmed", "confirm-timeout", "persist", "persist-id"}},
		"cancel-commit":   {own: []string{"persist-id"}},
		"discard-changes": {},
		"close-session":   {},
		"kill-session":    {own: []string{"session-id"}},
	},
	monitoringNamespace: {
		"get-schema": {own: []string{"identifier", "version", "format"}},
	},
	notificationNamespace: {
		// Clients such as ncclient take the filter of get, with its namespace.
		"create-subscription": {[]string{"stream", "filter", "startTime", "stopTime"}, map[string][]string{netconfNamespace: {"filter"}}},
	},
	nmdaNamespace: {
		"get-data": {[]string{"datastore", "subtree-filter", "xpath-filter", "config-filter", "origin-filter", "negated-origin-filter",
			"max-depth", "with-origin", "with-defaults"}, withDefaults},
		"edit-data": {own: []string{"datastore", "default-operation", "config", "url"}},
	},
}

// HasOperation says whether an operation of the protocol or of the modules has a local name. That a device has
// the operation is for its profile to say.
func (m *Model) HasOperation(name string) bool {
	for _, operations := range parameters {
		if _, ok := operations[name]; ok {
			return true
		}
	}
	switch name {
	case "action", "establish-subscription", "modify-subscription", "delete-subscription", "kill-subscription":
		return true
	}
	return slices.ContainsFunc(m.schema.Operations(), func(rpc *yang.Node) bool { return rpc.Name() == name })
}

// repeatable are the parameters that are leaf-lists.
var repeatable = []string{"origin-filter", "negated-origin-filter"}

// handedOver are the parameters that people hand to ncclient as XML, mostly without the namespace.
var handedOver = []string{"config", "filter"}

// checkParameters refuses what would be ignored: children that an operation does not have, or has once.
func (s *session) checkParameters(op *element) error {
	known, ok := parameters[op.space][op.name]
	if !ok {
		return nil
	}
	seen := make(map[string]bool)
	for _, child := range op.children {
		switch {
		case known.have(op, child):
			if seen[child.name] && !slices.Contains(repeatable, child.name) {
				return badElement(child.name, op.name+" has "+child.name+" once")
			}
			seen[child.name] = true
		case !s.augments(op, child):
			return unknownParameter(op, child)
		}
	}
	return nil
}

func (p parameterNames) have(op, child *element) bool {
	switch child.space {
	case op.space:
		return slices.Contains(p.own, child.name)
	case "":
		return slices.Contains(p.own, child.name) && slices.Contains(handedOver, child.name)
	}
	return slices.Contains(p.others[child.space], child.name)
}

func unknownParameter(op, child *element) *RPCError {
	space := "in the namespace " + child.space
	if child.space == "" {
		space = "without a namespace"
	}
	return &RPCError{Type: "protocol", Tag: "unknown-element", Message: op.name + " has no " + child.name + " " + space,
		Info: "<bad-element>" + child.name + "</bad-element>"}
}

// augments says whether a module of the device adds a parameter to an operation.
func (s *session) augments(op, child *element) bool {
	for _, rpc := range s.options.Model.schema.Operations() {
		if rpc.Module().Namespace == op.space && rpc.Name() == op.name {
			return slices.ContainsFunc(rpc.Input().DataChildren(), func(n *yang.Node) bool {
				return n.Module().Namespace == child.space && n.Module().Namespace != op.space && n.Name() == child.name
			})
		}
	}
	return false
}
