// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"strconv"
	"strings"
)

// ConfigChange is netconf-config-change (RFC 6470 section 2.2): somebody changed a datastore.
type ConfigChange struct {
	// By says who that was.
	By ChangedBy
	// Datastore is running or startup.
	Datastore Datastore
	// Edits tell what was changed; none means that the server does not tell.
	Edits []ConfigEdit
}

// ChangedBy is the server itself, or the user of a session.
type ChangedBy struct {
	Server    bool
	Username  string
	SessionID uint64 // 0 where it was no NETCONF session
	// SourceHost is the address of the client, if the server tells.
	SourceHost string
}

// ConfigEdit is one of the nodes that were changed.
type ConfigEdit struct {
	// Target is an instance-identifier, in which the prefixes of Namespaces are used.
	Target     string
	Namespaces map[string]string
	// Operation is merge, replace, create, delete or remove.
	Operation string
}

// ConfigChange reads a netconf-config-change; it reports false if the event is another.
func (e Event) ConfigChange() (ConfigChange, bool) {
	root, ok := e.parse(baseNotificationsNS, "netconf-config-change")
	if !ok {
		return ConfigChange{}, false
	}
	change := ConfigChange{By: root.child("changed-by").changedBy(), Datastore: Datastore(root.child("datastore").value())}
	if change.Datastore == "" {
		change.Datastore = Running // the default of RFC 6470
	}
	for _, edit := range root.all("edit") {
		target := edit.child("target")
		change.Edits = append(change.Edits, ConfigEdit{Target: target.value(), Namespaces: target.scope, Operation: edit.child("operation").value()})
	}
	return change, true
}

// SessionEnd is netconf-session-end (RFC 6470 section 2.2).
type SessionEnd struct {
	// By is whose session it was.
	By ChangedBy
	// Reason is closed, killed, dropped, timeout, bad-hello or other; KilledBy the session that killed it.
	Reason   string
	KilledBy uint64
}

// SessionEnd reads a netconf-session-end; it reports false if the event is another.
func (e Event) SessionEnd() (SessionEnd, bool) {
	root, ok := e.parse(baseNotificationsNS, "netconf-session-end")
	if !ok {
		return SessionEnd{}, false
	}
	return SessionEnd{By: root.changedBy(), Reason: root.child("termination-reason").value(), KilledBy: root.child("killed-by").number()}, true
}

// changedBy reads the parameters that say who it was.
func (n *node) changedBy() ChangedBy {
	return ChangedBy{Server: n.child("server").exists(), Username: n.child("username").value(),
		SessionID: n.child("session-id").number(), SourceHost: n.child("source-host").value()}
}

func (n *node) number() uint64 {
	v, _ := strconv.ParseUint(n.value(), 10, 32)
	return v
}

// PushUpdate is push-update (RFC 8641 section 3.7): all that a subscription selects.
type PushUpdate struct {
	ID uint32
	// Incomplete says that the server could not tell everything.
	Incomplete bool
	// Contents is a document whose root element datastore-contents holds the data.
	Contents []byte
}

// PushUpdate reads a push-update; it reports false if the event is another.
func (e Event) PushUpdate() (PushUpdate, bool) {
	root, ok := e.parse(yangPushNamespace, "push-update")
	if !ok {
		return PushUpdate{}, false
	}
	u := PushUpdate{ID: root.id(), Incomplete: root.child("incomplete-update").exists()}
	if contents := root.child("datastore-contents"); contents.exists() {
		u.Contents = contents.document()
	}
	return u, true
}

// PushChange is push-change-update (RFC 8641 section 3.7): what changed.
type PushChange struct {
	ID         uint32
	Incomplete bool
	PatchID    string
	Edits      []PushEdit
}

// PushEdit is one edit of a YANG patch (RFC 8072 section 2.5).
type PushEdit struct {
	ID        string
	Operation string // create, delete, insert, merge, move, replace, remove
	// Target and Point are data resource identifiers (RFC 8040 section 3.5.3); Point and Where are of
	// insert and move.
	Target, Point, Where string
	// Value is a document whose root element value holds the node; nil where there is none.
	Value []byte
}

// PushChange reads a push-change-update; it reports false if the event is another.
func (e Event) PushChange() (PushChange, bool) {
	root, ok := e.parse(yangPushNamespace, "push-change-update")
	if !ok {
		return PushChange{}, false
	}
	patch := root.child("datastore-changes").named("yang-patch")
	change := PushChange{ID: root.id(), Incomplete: root.child("incomplete-update").exists(), PatchID: patch.named("patch-id").value()}
	for _, edit := range patch.children {
		if edit.local != "edit" {
			continue
		}
		one := PushEdit{
			ID:        edit.named("edit-id").value(),
			Operation: edit.named("operation").value(),
			Target:    edit.named("target").value(),
			Point:     edit.named("point").value(),
			Where:     edit.named("where").value(),
		}
		if value := edit.named("value"); value.exists() {
			one.Value = value.document()
		}
		change.Edits = append(change.Edits, one)
	}
	return change, true
}

// SubscriptionTerminated reads a subscription-terminated (RFC 8639 section 2.7.3): the id, and the identity
// that is the reason. It reports false if the event is another.
func (e Event) SubscriptionTerminated() (id uint32, reason string, ok bool) {
	root, ok := e.parse(subscriptionsNamespace, "subscription-terminated")
	if !ok {
		return 0, "", false
	}
	return root.id(), root.child("reason").value(), true
}

// subscriptionID returns the id in notifications about a subscription or of its datastore.
func (e Event) subscriptionID() (uint32, bool) {
	if e.Namespace != subscriptionsNamespace && e.Namespace != yangPushNamespace {
		return 0, false
	}
	root, ok := e.parse(e.Namespace, e.Name)
	return root.id(), ok && root.child("id").exists()
}

// last says whether a notification is the last of its subscription, and why.
func (e Event) last() (string, bool) {
	switch {
	case e.Namespace == nmNotificationsNS && e.Name == "notificationComplete",
		e.Namespace == subscriptionsNamespace && e.Name == "subscription-completed":
		return "its stop time has come", true
	}
	if _, reason, ok := e.SubscriptionTerminated(); ok {
		if _, local, prefixed := strings.Cut(reason, ":"); prefixed {
			reason = local
		}
		return "the server terminated it: " + reason, true
	}
	return "", false
}

// parse returns the event if it is of that name.
func (e Event) parse(namespace, name string) (*node, bool) {
	if e.Namespace != namespace || e.Name != name {
		return &node{}, false
	}
	root, err := parseNode(e.XML)
	if err != nil {
		return &node{}, false
	}
	return root, true
}

func (n *node) id() uint32 { return uint32(n.child("id").number()) }

// all returns the children of that local name in n's namespace.
func (n *node) all(local string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.is(n.namespace, local) {
			list = append(list, c)
		}
	}
	return list
}

// named returns the first child of that local name: a YANG patch comes in the namespace of yang-push or in
// one of its own.
func (n *node) named(local string) *node {
	for _, c := range n.children {
		if c.local == local {
			return c
		}
	}
	return &node{}
}
