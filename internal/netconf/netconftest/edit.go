// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

const (
	netconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0"
	yangNamespace    = "urn:ietf:params:xml:ns:yang:1"
)

// The operations of edit-config (RFC 6241 section 7.2).
const (
	opMerge   = "merge"
	opReplace = "replace"
	opCreate  = "create"
	opDelete  = "delete"
	opRemove  = "remove"
	opNone    = "none"
)

// editRequest is an edit-config.
type editRequest struct {
	by                      *session
	target                  string
	defaultOperation        string
	testOption, errorOption string
	config                  *element
	explicitlyTested        bool
}

// editAttributes are those of one node of the config.
type editAttributes struct{ operation, insert, key, value string }

// editor applies one edit-config to a tree.
type editor struct {
	tree       *yang.Tree
	attributes map[*yang.Data]editAttributes
	onError    string
	lenient    bool // ignore what the schema does not know
	failed     rpcErrors
}

// edit makes an edit-config, all or nothing unless error-option says otherwise.
func (s *store) edit(r editRequest) error {
	if s.profile.AlwaysRollsBack {
		r.errorOption = "rollback-on-error"
	}
	e := &editor{onError: r.errorOption, lenient: s.profile.DropsUnknown}
	config, err := e.decode(s.model.schema, r.config, r.defaultOperation)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.free(r.target, r.by); err != nil {
		return err
	}
	if r.defaultOperation == opReplace {
		e.tree = yang.NewTree(s.model.schema)
		r.defaultOperation = opMerge
	} else {
		e.tree = s.get(r.target).Clone()
	}
	e.children(config.Root(), r.defaultOperation)
	s.settle(e.tree)
	return s.conclude(e, r)
}

// conclude puts the outcome of an edit where it belongs. The caller holds mu.
func (s *store) conclude(e *editor, r editRequest) error {
	keep := s.profile.KeepsFailedEdits
	if len(e.failed) > 0 && r.errorOption == "rollback-on-error" && !keep {
		return e.failed
	}
	// Running is always valid; a candidate is tested when the client asks for it.
	var invalid error
	if r.target == running || r.explicitlyTested && r.testOption != "set" {
		invalid = s.check(e.tree)
	}
	if invalid != nil && (r.target == running || !keep) {
		return invalid
	}
	if r.testOption != "test-only" {
		s.set(r.target, e.tree, r.by)
	}
	if len(e.failed) > 0 {
		return e.failed
	}
	return invalid
}

// decode reads the config element and collects its attributes. With continue-on-error what is wrong is kept
// among the failures, and the rest is returned.
func (e *editor) decode(schema *yang.Schema, config *element, operation string) (*yang.Tree, error) {
	if err := bareAttributes(schema, config); err != nil && !e.lenient {
		return nil, err
	}
	tree, err := e.read(schema, config, e.lenient)
	if err != nil && e.onError == "continue-on-error" {
		failed := listOf(err)
		if tree, err = e.read(schema, config, true); err == nil {
			e.failed = failed
		}
	}
	if err != nil {
		return nil, err
	}
	return tree, e.twoCases(tree.Root(), operation)
}

// read decodes the config element; lenient leaves out what is wrong.
func (e *editor) read(schema *yang.Schema, config *element, lenient bool) (*yang.Tree, error) {
	var invalid error
	e.attributes = make(map[*yang.Data]editAttributes)
	tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(config.document()), yang.XMLOptions{
		Edit: true, ConfigOnly: true, IgnoreUnknown: lenient,
		Attr: func(d *yang.Data, space, local, value string) {
			if err := e.note(d, space, local, value); err != nil {
				invalid = err
			}
		},
	})
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return tree, invalid
}

// note keeps an attribute of a node.
func (e *editor) note(d *yang.Data, space, local, value string) error {
	a := e.attributes[d]
	switch {
	case space == netconfNamespace && local == "operation":
		if !validOperation(value) {
			return badAttribute(d, "operation", fmt.Sprintf("there is no operation %q", value))
		}
		a.operation = value
	case space == yangNamespace && local == "insert":
		a.insert = value
	case space == yangNamespace && local == "key":
		a.key = value
	case space == yangNamespace && local == "value":
		a.value = value
	case space == netconfNamespace || space == yangNamespace:
		return unknownAttribute(local, d.Node().Name())
	default:
		return nil
	}
	e.attributes[d] = a
	return nil
}

// twoCases refuses an edit that wants two cases of a choice (RFC 7950 section 8.3.1). To take one away and set
// the other is fine.
func (e *editor) twoCases(d *yang.Data, operation string) error {
	for _, pair := range d.CaseConflicts() {
		if e.wants(pair[0], operation) && e.wants(pair[1], operation) {
			return yang.Errors{yang.CaseError(pair[0], pair[1])}
		}
	}
	for _, child := range d.Children() {
		below := either(e.attributes[child].operation, operation)
		if below == opDelete || below == opRemove {
			continue
		}
		if err := e.twoCases(child, below); err != nil {
			return err
		}
	}
	return nil
}

// wants says whether an edit sets a node or something below it, instead of only taking away.
func (e *editor) wants(d *yang.Data, operation string) bool {
	operation = either(e.attributes[d].operation, operation)
	switch {
	case operation == opDelete || operation == opRemove:
		return false
	case operation != opNone && !implicit(d):
		return true
	}
	return slices.ContainsFunc(d.Children(), func(child *yang.Data) bool {
		return !child.Node().IsKey() && e.wants(child, operation)
	})
}

// bareAttributes refuses attributes without namespace, such as an operation that would be ignored. Data has
// none, but for what anyxml and anydata hold.
func bareAttributes(schema *yang.Schema, config *element) error {
	for _, a := range config.bare {
		if !withinAny(schema.Root(), a.path) {
			return unknownAttribute(a.name, a.path[len(a.path)-1])
		}
	}
	return nil
}

// withinAny says whether a path of local names leads into an anyxml or anydata.
func withinAny(n *yang.Node, path []string) bool {
	if n.Kind() == yang.KindAnyData || n.Kind() == yang.KindAnyXML {
		return true
	}
	return len(path) > 0 && slices.ContainsFunc(n.DataChildren(), func(child *yang.Node) bool {
		return child.Name() == path[0] && withinAny(child, path[1:])
	})
}

func unknownAttribute(attribute, element string) *RPCError {
	return &RPCError{Tag: "unknown-attribute", Message: "element " + element + " cannot have the attribute " + attribute +
		"; attributes of an edit are in the namespace " + netconfNamespace + " or " + yangNamespace, Info: attributeInfo(attribute, element)}
}

func validOperation(operation string) bool {
	switch operation {
	case opMerge, opReplace, opCreate, opDelete, opRemove:
		return true
	}
	return false
}

func (e *editor) stopped() bool { return len(e.failed) > 0 && e.onError != "continue-on-error" }

func (e *editor) children(of *yang.Data, operation string) {
	for _, d := range e.inOrder(of, operation) {
		if e.stopped() {
			return
		}
		if d.Node().IsKey() {
			continue
		}
		if err := e.node(d, operation); err != nil {
			e.failed = append(e.failed, listOf(err)...)
		}
	}
}

// inOrder returns the children of a node. What goes comes first where some are of a choice: to set one case takes
// the other away, and there would be nothing left to delete.
func (e *editor) inOrder(of *yang.Data, operation string) []*yang.Data {
	children := of.Children()
	if !slices.ContainsFunc(children, func(d *yang.Data) bool { return d.Node().Parent().Kind() == yang.KindCase }) {
		return children
	}
	var going, staying []*yang.Data
	for _, d := range children {
		if e.wants(d, operation) {
			staying = append(staying, d)
		} else {
			going = append(going, d)
		}
	}
	return append(going, staying...)
}

// node applies one node of the config and what is below it.
func (e *editor) node(d *yang.Data, operation string) error {
	attributes := e.attributes[d]
	if attributes.operation != "" {
		operation = attributes.operation
	}
	path := d.Path()
	existing := e.tree.Get(path)
	switch operation {
	case opDelete, opRemove:
		if existing != nil {
			e.tree.Remove(existing)
		} else if operation == opDelete {
			return &RPCError{Tag: "data-missing", Path: path, Message: "there is nothing to delete"}
		}
		return nil
	case opNone:
		if existing == nil && (d.Node().Kind() != yang.KindContainer || d.Node().Presence()) {
			return &RPCError{Tag: "data-missing", Path: path, Message: "the node does not exist"}
		}
		e.children(d, operation)
		return nil
	case opCreate:
		if existing != nil && !implicit(existing) {
			return &RPCError{Tag: "data-exists", Path: path, Message: "the node exists"}
		}
	}
	return e.write(d, existing, operation)
}

// write creates, merges or replaces a node. All that can be refused is looked at before anything changes.
func (e *editor) write(d, existing *yang.Data, operation string) error {
	attributes := e.attributes[d]
	anchor, err := e.anchor(d, attributes)
	if err != nil {
		return err
	}
	if operation == opReplace && existing != nil {
		e.empty(existing)
	}
	created, err := e.put(d, existing)
	if err != nil {
		return err
	}
	if attributes.insert != "" {
		e.tree.Move(created, anchor, attributes.insert == "after" || attributes.insert == "last")
	}
	e.children(d, operation)
	return nil
}

// implicit says whether a node is a non-presence container, which cannot exist twice nor not at all.
func implicit(d *yang.Data) bool {
	return d.Node().Kind() == yang.KindContainer && !d.Node().Presence()
}

// empty removes what is below a node but its keys, so that it keeps its place among its siblings.
func (e *editor) empty(d *yang.Data) {
	for _, child := range slices.Clone(d.Children()) {
		if !child.Node().IsKey() {
			e.tree.Remove(child)
		}
	}
}

// put creates or sets the node, without what is below it.
func (e *editor) put(d, existing *yang.Data) (*yang.Data, error) {
	switch d.Node().Kind() {
	case yang.KindAnyData, yang.KindAnyXML:
		e.leaveCases(d)
		return e.tree.Copy(d), nil
	case yang.KindContainer, yang.KindList:
		if existing != nil && e.tree.Get(d.Path()) != nil {
			return existing, nil
		}
	}
	e.leaveCases(d)
	return e.tree.Set(d.Path(), d.Value(), yang.Origin{}, false)
}

// parent returns what is above d in the tree that is edited, or nil.
func (e *editor) parent(d *yang.Data) *yang.Data {
	if up := d.Parent(); up != nil && up.Parent() != nil {
		return e.tree.Get(up.Path())
	}
	return e.tree.Root()
}

// leaveCases removes the nodes of other cases than d's (RFC 7950 section 7.9).
func (e *editor) leaveCases(d *yang.Data) {
	parent := e.parent(d)
	if parent == nil {
		return
	}
	for n := d.Node(); n.Parent() != nil; n = n.Parent() {
		choice := n.Parent()
		if choice.Kind() != yang.KindChoice && choice.Kind() != yang.KindCase {
			return
		}
		if choice.Kind() == yang.KindChoice {
			for _, other := range choice.Children() {
				if other != n {
					e.removeCase(parent, other)
				}
			}
		}
	}
}

func (e *editor) removeCase(parent *yang.Data, n *yang.Node) {
	if n.Kind() == yang.KindChoice || n.Kind() == yang.KindCase {
		for _, child := range n.Children() {
			e.removeCase(parent, child)
		}
		return
	}
	for _, d := range slices.Clone(parent.Children()) {
		if d.Node() == n {
			e.tree.Remove(d)
		}
	}
}

// anchor returns the entry that an entry of an ordered-by user list or leaf-list is to be put before or after
// (RFC 7950 sections 7.7.9 and 7.8.6); nil if it is to be the first or last, or stays where it is.
func (e *editor) anchor(d *yang.Data, a editAttributes) (*yang.Data, error) {
	if a.insert == "" {
		return nil, nil
	}
	if !d.Node().OrderedByUser() {
		return nil, badAttribute(d, "insert", "insert is for lists that are ordered by the user")
	}
	switch a.insert {
	case "first", "last":
		return nil, nil
	case "before", "after":
	default:
		return nil, badAttribute(d, "insert", fmt.Sprintf("insert cannot be %q", a.insert))
	}
	if parent := e.parent(d); parent != nil {
		path, keys := d.Path(), keyPredicates(a.key)
		for _, sibling := range parent.Children() {
			if sibling.Node() == d.Node() && isAnchor(sibling, a.value, keys) && sibling.Path() != path {
				return sibling, nil
			}
		}
	}
	name := "key"
	if d.Node().Kind() == yang.KindLeafList {
		name = "value"
	}
	missing := badAttribute(d, name, "the entry to insert "+a.insert+" does not exist")
	missing.AppTag = "missing-instance"
	return nil, missing
}

func isAnchor(entry *yang.Data, value string, keys map[string]string) bool {
	if entry.Node().Kind() == yang.KindLeafList {
		return entry.Value() == value || localName(entry.Value()) == localName(value)
	}
	return hasKeys(entry, keys)
}

func badAttribute(d *yang.Data, attribute, message string) *RPCError {
	return &RPCError{Tag: "bad-attribute", Path: d.Path(), Message: message, Info: attributeInfo(attribute, d.Node().Name())}
}

// keyPredicates reads "[p:name='a'][p:id='b']" into a map by local name.
func keyPredicates(text string) map[string]string {
	steps, err := yang.ParsePath("/x:x" + text)
	if err != nil || len(steps) != 1 {
		return nil
	}
	keys := make(map[string]string)
	for _, key := range steps[0].Keys {
		keys[localName(key.Name)] = key.Value
	}
	return keys
}

func hasKeys(entry *yang.Data, want map[string]string) bool {
	nodes, values := entry.Node().Keys(), entry.Keys()
	for i, n := range nodes {
		if value, ok := want[n.Name()]; !ok || (value != values[i] && localName(value) != localName(values[i])) {
			return false
		}
	}
	return len(nodes) > 0
}

// localName drops a prefix: the YANG engine has module names where XML has prefixes.
func localName(text string) string {
	if i := strings.IndexByte(text, ':'); i >= 0 && !strings.ContainsAny(text[i+1:], ":/. ") {
		return text[i+1:]
	}
	return text
}
