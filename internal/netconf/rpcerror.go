// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
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

// parseRPCError reads an rpc-error element.
func parseRPCError(document []byte) (*RPCError, error) {
	n, err := parseNode(document)
	if err != nil {
		return nil, err
	}
	path, info := n.child("error-path"), n.child("error-info")
	severity := n.child("error-severity").value()
	if severity == "" {
		severity = "error"
	}
	sessionID, _ := strconv.ParseUint(info.child("session-id").value(), 10, 64)
	return &RPCError{
		RPCError: gonetconf.RPCError{
			Type:     n.child("error-type").value(),
			Tag:      n.child("error-tag").value(),
			Severity: severity,
			Path:     path.value(),
			Message:  n.child("error-message").value(),
			Info:     string(bytes.TrimSpace(info.content)),
		},
		AppTag:         n.child("error-app-tag").value(),
		PathNamespaces: path.scope,
		SessionID:      sessionID,
		BadElement:     info.child("bad-element").value(),
		BadAttribute:   info.child("bad-attribute").value(),
		BadNamespace:   info.child("bad-namespace").value(),
	}, nil
}
