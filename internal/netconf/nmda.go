// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import "strconv"

// NMDADatastore is a datastore of the Network Management Datastore Architecture (RFC 8342): the name of an
// identity of ietf-datastores.
type NMDADatastore string

// The datastores of RFC 8342.
const (
	NMDARunning     NMDADatastore = "running"
	NMDACandidate   NMDADatastore = "candidate"
	NMDAStartup     NMDADatastore = "startup"
	NMDAIntended    NMDADatastore = "intended"
	NMDAOperational NMDADatastore = "operational"
)

// nmda says whether the server has get-data and edit-data. They come with the YANG library of RFC 8525.
func nmda(c Capabilities) *Error {
	if c.Has(YANGLibrary11) || c.HasModule("ietf-netconf-nmda") {
		return nil
	}
	return unsupported("it announces neither :yang-library:1.1 nor the module ietf-netconf-nmda")
}

// nmdaDatastore writes a leaf whose type is an identity of ietf-datastores.
func (w *xmlWriter) nmdaDatastore(name string, d NMDADatastore) {
	w.WriteString("<" + name + ` xmlns:ds="` + datastoresNamespace + `">ds:`)
	w.escape(string(d))
	w.WriteString("</" + name + ">")
}

// GetData asks for the content of a datastore (RFC 8526 section 3.1.1).
type GetData struct {
	Datastore NMDADatastore
	Filter    Filter
	// Config asks for configuration only (true) or for state only (false); nil for both.
	Config *bool
	// Origins asks for what came from one of these (identities of ietf-origin, such as "intended") only, or
	// with NotOrigins for the rest; they need Datastore to be operational.
	Origins, NotOrigins []string
	// WithOrigin asks for the origin of each node, likewise.
	WithOrigin bool
	// MaxDepth bounds the depth of the answer; 0 means unbounded.
	MaxDepth     uint16
	WithDefaults WithDefaultsMode
}

// MarshalMethod makes it a Method.
func (o GetData) MarshalMethod() string {
	var w xmlWriter
	w.WriteString(`<get-data xmlns="` + nmdaNamespace + `">`)
	w.nmdaDatastore("datastore", o.Datastore)
	w.namedFilter("subtree-filter", "xpath-filter", o.Filter)
	if o.Config != nil {
		w.leaf("config-filter", strconv.FormatBool(*o.Config))
	}
	w.origins("origin-filter", o.Origins)
	w.origins("negated-origin-filter", o.NotOrigins)
	if o.MaxDepth > 0 {
		w.number("max-depth", uint64(o.MaxDepth))
	}
	w.empty("with-origin", o.WithOrigin)
	w.leaf("with-defaults", string(o.WithDefaults))
	w.WriteString("</get-data>")
	return w.String()
}

func (w *xmlWriter) origins(name string, list []string) {
	for _, origin := range list {
		w.WriteString("<" + name + ` xmlns:or="` + originNamespace + `">or:`)
		w.escape(origin)
		w.WriteString("</" + name + ">")
	}
}

func (o GetData) needs(c Capabilities) *Error {
	switch {
	case len(o.Origins) > 0 && len(o.NotOrigins) > 0:
		return invalid("origin-filter and negated-origin-filter exclude each other")
	case o.Datastore != NMDAOperational && (o.WithOrigin || len(o.Origins)+len(o.NotOrigins) > 0):
		return invalid("origins are those of the operational datastore")
	}
	return firstNeed(nmda(c), o.Filter.needs(c), o.WithDefaults.needs(c))
}

// EditData changes a datastore (RFC 8526 section 3.1.2).
type EditData struct {
	Datastore        NMDADatastore
	DefaultOperation string // merge, replace, none
	Config           []byte // the content of the config element
	URL              string // where the config element is, instead of Config; needs :url
}

// MarshalMethod makes it a Method.
func (o EditData) MarshalMethod() string {
	var w xmlWriter
	w.Grow(len(o.Config) + 256)
	w.WriteString(`<edit-data xmlns="` + nmdaNamespace + `">`)
	w.nmdaDatastore("datastore", o.Datastore)
	w.leaf("default-operation", o.DefaultOperation)
	if o.URL != "" {
		w.leaf("url", o.URL)
	} else {
		w.config(o.Config)
	}
	w.WriteString("</edit-data>")
	return w.String()
}

func (o EditData) needs(c Capabilities) *Error {
	if o.URL != "" {
		return firstNeed(nmda(c), AtURL(o.URL).needs(c))
	}
	return nmda(c)
}
