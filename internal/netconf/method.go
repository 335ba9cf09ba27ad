// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"encoding/xml"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Datastore names a configuration datastore in an operation's source or target.
type Datastore string

// The datastores of RFC 6241.
const (
	Running        Datastore = "running"
	CandidateStore Datastore = "candidate"
	StartupStore   Datastore = "startup"
)

// urlStore marks a Datastore that is a URL.
const urlStore = "url "

// AtURL is a configuration in a file, for servers with the capability URL (RFC 6241 section 8.8).
func AtURL(url string) Datastore { return Datastore(urlStore + url) }

// url returns the URL of a configuration in a file.
func (d Datastore) url() (string, bool) { return strings.CutPrefix(string(d), urlStore) }

func (d Datastore) needs(c Capabilities) *Error {
	url, is := d.url()
	if !is {
		return nil
	}
	scheme, _, _ := strings.Cut(url, ":")
	if !c.Has(URL) || !slices.Contains(splitNames(c.Parameter(URL, "scheme")), scheme) {
		return unsupported("it does not announce :url with the scheme %q", scheme)
	}
	return nil
}

// Filter selects what get, get-config, get-data or a subscription returns. The zero value selects all.
type Filter struct {
	kind       filterKind
	text       string
	namespaces map[string]string
}

type filterKind int

const (
	noFilter filterKind = iota
	subtree
	xpath
)

// Subtree is a subtree filter with that content (RFC 6241 section 6); empty content selects nothing.
func Subtree(content []byte) Filter { return Filter{kind: subtree, text: string(content)} }

// XPathFilter is an XPath expression (RFC 6241 section 8.9), whose prefixes namespaces explains.
func XPathFilter(expression string, namespaces map[string]string) Filter {
	return Filter{kind: xpath, text: expression, namespaces: namespaces}
}

func (f Filter) needs(c Capabilities) *Error {
	if f.kind == xpath && !c.Has(XPath) {
		return unsupported("it does not announce :xpath; use a subtree filter")
	}
	return nil
}

// WithDefaultsMode says how default values are reported (RFC 6243). "" leaves it to the server.
type WithDefaultsMode string

// The modes of RFC 6243 section 3.
const (
	ReportAll       WithDefaultsMode = "report-all"
	ReportAllTagged WithDefaultsMode = "report-all-tagged"
	Trim            WithDefaultsMode = "trim"
	Explicit        WithDefaultsMode = "explicit"
)

func (m WithDefaultsMode) needs(c Capabilities) *Error {
	if m == "" || c.Parameter(WithDefaults, "basic-mode") == string(m) ||
		slices.Contains(splitNames(c.Parameter(WithDefaults, "also-supported")), string(m)) {
		return nil
	}
	return unsupported("it does not announce :with-defaults with the mode %s", m)
}

// firstNeed returns the first reason not to send a request.
func firstNeed(reasons ...*Error) *Error {
	for _, reason := range reasons {
		if reason != nil {
			return reason
		}
	}
	return nil
}

// xmlWriter writes the body of an rpc.
type xmlWriter struct{ strings.Builder }

// leaf writes an element with text; nothing if there is none.
func (w *xmlWriter) leaf(name, value string) {
	if value == "" {
		return
	}
	w.WriteString("<" + name + ">")
	w.escape(value)
	w.WriteString("</" + name + ">")
}

func (w *xmlWriter) escape(value string) { _ = xml.EscapeText(&w.Builder, []byte(value)) } // a Builder does not fail

// empty writes an element without content if it is wanted.
func (w *xmlWriter) empty(name string, wanted bool) {
	if wanted {
		w.WriteString("<" + name + "/>")
	}
}

// datastore writes a source or target.
func (w *xmlWriter) datastore(in string, d Datastore) {
	w.WriteString("<" + in + ">")
	if url, is := d.url(); is {
		w.leaf("url", url)
	} else {
		w.WriteString("<" + string(d) + "/>")
	}
	w.WriteString("</" + in + ">")
}

// config writes a datastore, or else a configuration that is given in the request.
func (w *xmlWriter) source(d Datastore, config []byte) {
	if d != "" {
		w.datastore("source", d)
		return
	}
	w.WriteString("<source>")
	w.config(config)
	w.WriteString("</source>")
}

func (w *xmlWriter) config(content []byte) {
	w.WriteString("<config>")
	w.Write(content)
	w.WriteString("</config>")
}

// filter writes the filter element of RFC 6241.
func (w *xmlWriter) filter(f Filter) {
	switch f.kind {
	case subtree:
		w.WriteString(`<filter type="subtree">` + f.text + "</filter>")
	case xpath:
		w.WriteString(`<filter type="xpath"`)
		w.namespaces(f.namespaces)
		w.WriteString(` select="` + attributeEscaper.Replace(f.text) + `"/>`)
	}
}

// namedFilter writes a filter of the newer RFCs, which have an element for each kind.
func (w *xmlWriter) namedFilter(subtreeName, xpathName string, f Filter) {
	switch f.kind {
	case subtree:
		w.WriteString("<" + subtreeName + ">" + f.text + "</" + subtreeName + ">")
	case xpath:
		w.WriteString("<" + xpathName)
		w.namespaces(f.namespaces)
		w.WriteString(">")
		w.escape(f.text)
		w.WriteString("</" + xpathName + ">")
	}
}

func (w *xmlWriter) namespaces(n map[string]string) {
	for _, prefix := range slices.Sorted(maps.Keys(n)) {
		w.WriteString(" xmlns:" + prefix + `="` + attributeEscaper.Replace(n[prefix]) + `"`)
	}
}

// time writes a yang:date-and-time; nothing if it is zero.
func (w *xmlWriter) time(name string, t time.Time) {
	if !t.IsZero() {
		w.leaf(name, t.UTC().Format(time.RFC3339Nano))
	}
}

func (w *xmlWriter) number(name string, n uint64) { w.leaf(name, strconv.FormatUint(n, 10)) }
