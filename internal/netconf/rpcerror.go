// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"encoding/xml"
	"errors"
	"slices"
	"strconv"
	"strings"

	gonetconf "github.com/Juniper/go-netconf/netconf"
)

// Values of error-tag (RFC 6241 appendix A) that callers act on.
const (
	TagInUse                 = "in-use"
	TagLockDenied            = "lock-denied"
	TagResourceDenied        = "resource-denied"
	TagDataExists            = "data-exists"
	TagDataMissing           = "data-missing"
	TagOperationNotSupported = "operation-not-supported"
	TagAccessDenied          = "access-denied"
	TagInvalidValue          = "invalid-value"
)

// RPCError is one rpc-error of a reply (RFC 6241 section 4.3): go-netconf's RPCError, whose Info here is
// the content of error-info, and what that type lacks.
type RPCError struct {
	gonetconf.RPCError
	// AppTag is error-app-tag.
	AppTag string
	// PathNamespaces are the prefixes in scope of error-path.
	PathNamespaces map[string]string
	// SessionID is the holder of the lock in the error-info of lock-denied; 0 is not a NETCONF session.
	SessionID uint64
	// BadElement, BadAttribute and BadNamespace come from error-info.
	BadElement, BadAttribute, BadNamespace string
}

// Warning says whether the error's severity is "warning".
func (e *RPCError) Warning() bool { return e.Severity == "warning" }

// Error is one line: tag, path and message, and what error-info adds.
func (e *RPCError) Error() string {
	var b strings.Builder
	b.WriteString("rpc-error " + e.Tag)
	if e.AppTag != "" {
		b.WriteString(" (" + e.AppTag + ")")
	}
	if e.Path != "" {
		b.WriteString(" at " + e.Path)
	}
	if e.Message != "" {
		b.WriteString(": " + strings.Join(strings.Fields(e.Message), " "))
	}
	if e.BadElement != "" {
		b.WriteString("; bad element " + e.BadElement)
	}
	if e.BadAttribute != "" {
		b.WriteString("; bad attribute " + e.BadAttribute)
	}
	if e.BadNamespace != "" {
		b.WriteString("; bad namespace " + e.BadNamespace)
	}
	if e.Tag == TagLockDenied {
		b.WriteString("; held by session " + strconv.FormatUint(e.SessionID, 10))
	}
	return b.String()
}

// RPCErrors are all rpc-errors of severity error in one reply. errors.As finds the first *RPCError too.
type RPCErrors []*RPCError

func (e RPCErrors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap makes each error visible to errors.As.
func (e RPCErrors) Unwrap() []error {
	list := make([]error, len(e))
	for i, one := range e {
		list[i] = one
	}
	return list
}

// HasTag says whether err holds an rpc-error with the error-tag.
func HasTag(err error, tag string) bool {
	var list RPCErrors
	return errors.As(err, &list) && slices.ContainsFunc(list, func(e *RPCError) bool { return e.Tag == tag })
}

type xmlErrorPath struct {
	Attrs []xml.Attr `xml:",any,attr"`
	Text  string     `xml:",chardata"`
}

type xmlErrorInfo struct {
	Inner        string `xml:",innerxml"`
	SessionID    string `xml:"session-id"`
	BadElement   string `xml:"bad-element"`
	BadAttribute string `xml:"bad-attribute"`
	BadNamespace string `xml:"bad-namespace"`
}

type xmlRPCError struct {
	Attrs    []xml.Attr   `xml:",any,attr"`
	Type     string       `xml:"error-type"`
	Tag      string       `xml:"error-tag"`
	Severity string       `xml:"error-severity"`
	AppTag   string       `xml:"error-app-tag"`
	Path     xmlErrorPath `xml:"error-path"`
	Message  string       `xml:"error-message"`
	Info     xmlErrorInfo `xml:"error-info"`
}

func (x *xmlRPCError) rpcError(scope map[string]string) *RPCError {
	sessionID, _ := strconv.ParseUint(strings.TrimSpace(x.Info.SessionID), 10, 64)
	severity := strings.TrimSpace(x.Severity)
	if severity == "" {
		severity = "error"
	}
	return &RPCError{
		RPCError: gonetconf.RPCError{
			Type:     strings.TrimSpace(x.Type),
			Tag:      strings.TrimSpace(x.Tag),
			Severity: severity,
			Path:     strings.TrimSpace(x.Path.Text),
			Message:  strings.TrimSpace(x.Message),
			Info:     strings.TrimSpace(x.Info.Inner),
		},
		AppTag:         strings.TrimSpace(x.AppTag),
		PathNamespaces: addPrefixes(addPrefixes(addPrefixes(nil, scope), prefixesOf(x.Attrs)), prefixesOf(x.Path.Attrs)),
		SessionID:      sessionID,
		BadElement:     strings.TrimSpace(x.Info.BadElement),
		BadAttribute:   strings.TrimSpace(x.Info.BadAttribute),
		BadNamespace:   strings.TrimSpace(x.Info.BadNamespace),
	}
}

func prefixesOf(attrs []xml.Attr) map[string]string {
	var prefixes map[string]string
	for _, a := range attrs {
		switch {
		case a.Name.Space == "xmlns":
			prefixes = addPrefixes(prefixes, map[string]string{a.Name.Local: a.Value})
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			prefixes = addPrefixes(prefixes, map[string]string{"": a.Value})
		}
	}
	return prefixes
}

func addPrefixes(to, from map[string]string) map[string]string {
	if to == nil && len(from) > 0 {
		to = make(map[string]string, len(from))
	}
	for prefix, namespace := range from {
		to[prefix] = namespace
	}
	return to
}
