// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"net/url"
	"slices"
	"strings"
	"unique"
)

// BaseNamespace is the XML namespace of the protocol's own elements and attributes (RFC 6241).
const BaseNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0"

// Namespaces of the modules whose operations and notifications are spoken here.
const (
	nmdaNamespace          = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"             // RFC 8526
	datastoresNamespace    = "urn:ietf:params:xml:ns:yang:ietf-datastores"               // RFC 8342
	originNamespace        = "urn:ietf:params:xml:ns:yang:ietf-origin"                   // RFC 8342
	withDefaultsNamespace  = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"    // RFC 6243
	yangNamespace          = "urn:ietf:params:xml:ns:yang:1"                             // RFC 7950
	notificationNamespace  = "urn:ietf:params:xml:ns:netconf:notification:1.0"           // RFC 5277
	nmNotificationsNS      = "urn:ietf:params:xml:ns:netmod:notification"                // RFC 5277
	baseNotificationsNS    = "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"    // RFC 6470
	subscriptionsNamespace = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications" // RFC 8639
	yangPushNamespace      = "urn:ietf:params:xml:ns:yang:ietf-yang-push"                // RFC 8641
)

// MonitoringNamespace is the namespace of ietf-netconf-monitoring (RFC 6022), home of get-schema.
const MonitoringNamespace = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"

// Capability is the URI of a protocol capability, without parameters.
type Capability string

// Capabilities of RFC 6241 section 8 and of its companions.
const (
	Base10            Capability = "urn:ietf:params:netconf:base:1.0"
	Base11            Capability = "urn:ietf:params:netconf:base:1.1"
	WritableRunning   Capability = "urn:ietf:params:netconf:capability:writable-running:1.0"
	Candidate         Capability = "urn:ietf:params:netconf:capability:candidate:1.0"
	ConfirmedCommit10 Capability = "urn:ietf:params:netconf:capability:confirmed-commit:1.0"
	ConfirmedCommit11 Capability = "urn:ietf:params:netconf:capability:confirmed-commit:1.1"
	RollbackOnError   Capability = "urn:ietf:params:netconf:capability:rollback-on-error:1.0"
	Validate10        Capability = "urn:ietf:params:netconf:capability:validate:1.0"
	Validate11        Capability = "urn:ietf:params:netconf:capability:validate:1.1"
	Startup           Capability = "urn:ietf:params:netconf:capability:startup:1.0"
	URL               Capability = "urn:ietf:params:netconf:capability:url:1.0"
	XPath             Capability = "urn:ietf:params:netconf:capability:xpath:1.0"
	WithDefaults      Capability = "urn:ietf:params:netconf:capability:with-defaults:1.0" // RFC 6243
	Notification      Capability = "urn:ietf:params:netconf:capability:notification:1.0"  // RFC 5277
	Interleave        Capability = "urn:ietf:params:netconf:capability:interleave:1.0"    // RFC 5277
	YANGLibrary10     Capability = "urn:ietf:params:netconf:capability:yang-library:1.0"  // RFC 7950 section 5.6.4
	YANGLibrary11     Capability = "urn:ietf:params:netconf:capability:yang-library:1.1"  // RFC 8526
)

const protocolPrefix = "urn:ietf:params:netconf:"

// AnnouncedModule is a YANG module named by a capability URI of a hello (RFC 6020 section 5.6.4).
type AnnouncedModule struct {
	Name, Namespace, Revision string
	Features, Deviations      []string
}

// Capabilities are those a peer announced in its hello. The zero value has none.
type Capabilities struct {
	uris     []string              // as announced; devices of one kind share the memory
	protocol map[Capability]string // the query of those that are not modules
}

// NewCapabilities returns the capabilities that the URIs stand for, in their order.
func NewCapabilities(uris []string) Capabilities {
	c := Capabilities{uris: make([]string, 0, len(uris)), protocol: make(map[Capability]string)}
	for _, uri := range uris {
		uri = strings.TrimSpace(uri)
		if uri == "" {
			continue
		}
		uri = unique.Make(uri).Value()
		c.uris = append(c.uris, uri)
		if strings.HasPrefix(uri, protocolPrefix) {
			base, query, _ := strings.Cut(uri, "?")
			c.protocol[Capability(base)] = query
		}
	}
	return c
}

// parseParameters is lenient: devices write "&amp;" twice escaped, and parameters that are no query.
func parseParameters(query string) url.Values {
	if query == "" {
		return nil
	}
	values, _ := url.ParseQuery(strings.ReplaceAll(query, "&amp;", "&"))
	return values
}

// Has says whether any of the capabilities was announced.
func (c Capabilities) Has(any ...Capability) bool {
	return slices.ContainsFunc(any, func(one Capability) bool {
		_, ok := c.protocol[one]
		return ok
	})
}

// Parameter returns a parameter of a capability, such as basic-mode of WithDefaults.
func (c Capabilities) Parameter(of Capability, name string) string {
	return parseParameters(c.protocol[of]).Get(name)
}

// CanValidate says whether the validate operation and test-option are there, in either version.
func (c Capabilities) CanValidate() bool { return c.Has(Validate11, Validate10) }

// CanConfirm says whether confirmed commits are there, in either version.
func (c Capabilities) CanConfirm() bool { return c.Has(ConfirmedCommit11, ConfirmedCommit10) }

// HasModule says whether a YANG module was announced as a capability. A server may announce it in its YANG
// library only.
func (c Capabilities) HasModule(name string) bool {
	return slices.ContainsFunc(c.uris, func(uri string) bool {
		_, query, _ := strings.Cut(uri, "?")
		return strings.Contains(query, name) && parseParameters(query).Get("module") == name
	})
}

// URIs returns what was announced, word for word.
func (c Capabilities) URIs() []string { return slices.Clone(c.uris) }

// Names returns the protocol capabilities in short form, sorted, such as "candidate:1.0".
func (c Capabilities) Names() []string {
	var names []string
	for capability := range c.protocol {
		names = append(names, strings.TrimPrefix(strings.TrimPrefix(string(capability), protocolPrefix), "capability:"))
	}
	slices.Sort(names)
	return names
}

// Modules returns the YANG modules that were announced as capabilities, sorted by name. A server with
// base:1.1 and a YANG library announces few or none.
func (c Capabilities) Modules() []AnnouncedModule {
	var modules []AnnouncedModule
	seen := make(map[string]bool)
	for _, uri := range c.uris {
		namespace, query, _ := strings.Cut(uri, "?")
		params := parseParameters(query)
		name := params.Get("module")
		if name == "" || seen[namespace] {
			continue
		}
		seen[namespace] = true
		modules = append(modules, AnnouncedModule{
			Name:       name,
			Namespace:  namespace,
			Revision:   params.Get("revision"),
			Features:   splitNames(params.Get("features")),
			Deviations: splitNames(params.Get("deviations")),
		})
	}
	slices.SortFunc(modules, func(a, b AnnouncedModule) int {
		return strings.Compare(a.Name+"@"+a.Revision, b.Name+"@"+b.Revision)
	})
	return modules
}

func splitNames(list string) []string {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(names)
	return slices.Compact(names)
}
