// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// RPCError is an rpc-error to answer with (RFC 6241 section 4.3). Empty Type is "application", empty
// Severity "error".
type RPCError struct {
	Type     string `json:"type,omitempty"`
	Tag      string `json:"tag"`
	Severity string `json:"severity,omitempty"`
	AppTag   string `json:"appTag,omitempty"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message,omitempty"`
	// Info is the content of error-info, as XML.
	Info string `json:"info,omitempty"`
}

func (e *RPCError) Error() string { return e.Tag + ": " + e.Message }

// rpcErrors are several of them.
type rpcErrors []*RPCError

func (e rpcErrors) Error() string { return e[0].Error() }

func missingElement(name string) *RPCError {
	return &RPCError{Type: "protocol", Tag: "missing-element", Message: "element " + name + " is missing",
		Info: "<bad-element>" + name + "</bad-element>"}
}

func badElement(name, message string) *RPCError {
	return &RPCError{Type: "protocol", Tag: "bad-element", Message: message, Info: "<bad-element>" + name + "</bad-element>"}
}

func invalidValue(message string) *RPCError {
	return &RPCError{Type: "protocol", Tag: "invalid-value", Message: message}
}

// attributeInfo is the error-info of the tags about attributes (RFC 6241 appendix A).
func attributeInfo(attribute, element string) string {
	return "<bad-attribute>" + attribute + "</bad-attribute><bad-element>" + element + "</bad-element>"
}

// namespaceInfo is the error-info of unknown-namespace (RFC 6241 appendix A).
func namespaceInfo(namespace, element string) string {
	var b bytes.Buffer
	b.WriteString("<bad-element>" + element + "</bad-element><bad-namespace>")
	_ = xml.EscapeText(&b, []byte(namespace)) // a Buffer does not fail
	b.WriteString("</bad-namespace>")
	return b.String()
}

func notSupported(op *element) *RPCError {
	message := "there is no operation " + op.name
	if op.space == "" {
		message += " without a namespace: the namespace is missing"
	}
	return &RPCError{Type: "protocol", Tag: "operation-not-supported", Message: message,
		Info: "<bad-element>" + op.name + "</bad-element>"}
}

func lockDenied(holder uint64) *RPCError {
	return &RPCError{Type: "protocol", Tag: "lock-denied", Message: "the lock is held by another entity",
		Info: "<session-id>" + strconv.FormatUint(holder, 10) + "</session-id>"}
}

// listOf turns any error of an operation into what is sent.
func listOf(err error) rpcErrors {
	var list rpcErrors
	if errors.As(err, &list) {
		return list
	}
	var one *RPCError
	if errors.As(err, &one) {
		return rpcErrors{one}
	}
	var found yang.Errors
	if errors.As(err, &found) {
		for _, e := range found {
			list = append(list, fromYANG(e))
		}
		return list
	}
	return rpcErrors{{Tag: "operation-failed", Message: err.Error()}}
}

func fromYANG(e *yang.Error) *RPCError {
	tag := e.Tag
	if tag == "" {
		tag = "invalid-value"
	}
	message := e.Message
	if e.Rule != "" {
		message += " (" + e.Rule + ")"
	}
	if tag == "unknown-namespace" {
		return unknownNamespace(e)
	}
	return &RPCError{Tag: tag, AppTag: e.AppTag, Path: e.Path, Message: message, Info: elementInfo(tag, e.Path)}
}

// unknownNamespace is about an element that no path can name: its path is that of the node around it.
func unknownNamespace(e *yang.Error) *RPCError {
	above, name := "", e.Path
	if i := strings.LastIndex(e.Path, "/"); i >= 0 {
		above, name = e.Path[:i], strings.TrimPrefix(e.Path[i+1:], ":")
	}
	namespace := ""
	if quoted := quotedText.FindString(e.Message); strings.HasPrefix(e.Message, "no module with the namespace ") {
		namespace, _ = strconv.Unquote(quoted) // the YANG engine quoted it
	}
	return &RPCError{Tag: e.Tag, Path: above, Message: e.Message, Info: namespaceInfo(namespace, name)}
}

var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// elementInfo is the error-info that the tags about elements come with (RFC 6241 appendix A).
func elementInfo(tag, path string) string {
	steps, err := yang.ParsePath(path)
	if err != nil || len(steps) == 0 {
		return ""
	}
	switch tag {
	case "unknown-element", "missing-element", "bad-element":
		return "<bad-element>" + steps[len(steps)-1].Name + "</bad-element>"
	}
	return ""
}

func (e *RPCError) write(b *bytes.Buffer, model *Model) {
	leaf := func(name, value string) {
		if value != "" {
			b.WriteString("<" + name + ">")
			_ = xml.EscapeText(b, []byte(value)) // a Buffer does not fail
			b.WriteString("</" + name + ">")
		}
	}
	b.WriteString("<rpc-error>")
	leaf("error-type", either(e.Type, "application"))
	leaf("error-tag", e.Tag)
	leaf("error-severity", either(e.Severity, "error"))
	leaf("error-app-tag", e.AppTag)
	if e.Path != "" {
		path, declarations := xmlPath(model.schema, e.Path)
		b.WriteString("<error-path" + declarations + ">")
		_ = xml.EscapeText(b, []byte(path))
		b.WriteString("</error-path>")
	}
	leaf("error-message", e.Message)
	if e.Info != "" {
		b.WriteString("<error-info>" + e.Info + "</error-info>")
	}
	b.WriteString("</rpc-error>")
}

func either(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
