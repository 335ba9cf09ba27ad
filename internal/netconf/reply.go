// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	gonetconf "github.com/Juniper/go-netconf/netconf"
)

// Reply is an rpc-reply without errors of severity error.
type Reply struct {
	MessageID string
	// OK says that the reply holds <ok/>.
	OK bool
	// Warnings are the rpc-errors of severity warning.
	Warnings []*RPCError

	raw    []byte
	prefix map[string]string
	data   []byte
}

// Raw returns the whole rpc-reply as it was received. Data shares its memory and may have changed it.
func (r *Reply) Raw() []byte { return r.raw }

// Data returns the reply's data element as a document of its own, with all prefixes in scope declared on
// it. It is nil where the reply has none.
func (r *Reply) Data() []byte { return r.data }

// Juniper returns the reply as go-netconf's type.
func (r *Reply) Juniper() *gonetconf.RPCReply {
	reply := &gonetconf.RPCReply{Ok: r.OK, MessageID: r.MessageID, RawReply: string(r.raw), Data: string(r.data)}
	for _, warning := range r.Warnings {
		reply.Errors = append(reply.Errors, warning.RPCError)
	}
	return reply
}

// head is what the reader needs to know of a message before its owner parses it.
type head struct {
	name      string
	messageID string
	hasID     bool
	prefixes  map[string]string
	body      int64 // offset behind the root's start tag
}

// parseHead reads the start tag of the root element.
func parseHead(message []byte) (head, error) {
	d := xml.NewDecoder(bytes.NewReader(message))
	for {
		token, err := d.RawToken()
		if err != nil {
			return head{}, fmt.Errorf("%w: %w", ErrProtocol, noEOF(err))
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		h := head{name: start.Name.Local, prefixes: prefixesOf(start.Attr), body: d.InputOffset()}
		if h.prefixes[start.Name.Space] != BaseNamespace && h.name != "notification" {
			return head{}, fmt.Errorf("%w: a message with the root element %q outside of %s", ErrProtocol, h.name, BaseNamespace)
		}
		for _, a := range start.Attr {
			if a.Name.Local == "message-id" && a.Name.Space == "" {
				h.messageID, h.hasID = a.Value, true
			}
		}
		return h, nil
	}
}

// parseReply reads what follows the head of an rpc-reply. The data element is found, not parsed. Errors of
// severity error are returned as RPCErrors.
func parseReply(message []byte, h head) (*Reply, error) {
	r := &Reply{MessageID: h.messageID, raw: message, prefix: h.prefixes}
	d := xml.NewDecoder(bytes.NewReader(message[h.body:]))
	var failed RPCErrors
	for {
		at := h.body + d.InputOffset()
		token, err := d.RawToken()
		if err != nil {
			return nil, fmt.Errorf("%w: rpc-reply: %w", ErrProtocol, noEOF(err))
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			if _, end := token.(xml.EndElement); end {
				break
			}
			continue
		}
		switch start.Name.Local {
		case "rpc-error":
			one, size, err := parseRPCError(message[at:], h.prefixes)
			if err != nil {
				return nil, err
			}
			if one.Warning() {
				r.Warnings = append(r.Warnings, one)
			} else {
				failed = append(failed, one)
			}
			h.body = at + size
			d = xml.NewDecoder(bytes.NewReader(message[h.body:]))
			continue
		case "data":
			content := h.body + d.InputOffset()
			size, err := r.takeData(start, content, message)
			if err != nil {
				return nil, err
			}
			if size < 0 {
				return r.result(failed)
			}
			h.body = content + size
			d = xml.NewDecoder(bytes.NewReader(message[h.body:]))
			continue
		case "ok":
			r.OK = true
		}
		if err := skipRaw(d); err != nil {
			return nil, fmt.Errorf("%w: rpc-reply: %w", ErrProtocol, noEOF(err))
		}
	}
	return r.result(failed)
}

func (r *Reply) result(failed RPCErrors) (*Reply, error) {
	if len(failed) > 0 {
		return r, failed
	}
	return r, nil
}

// parseRPCError decodes the rpc-error at the start of text and returns its length too.
func parseRPCError(text []byte, scope map[string]string) (*RPCError, int64, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.DefaultSpace = scope[""]
	x := &xmlRPCError{}
	if err := d.Decode(x); err != nil {
		return nil, 0, fmt.Errorf("%w: rpc-error: %w", ErrProtocol, noEOF(err))
	}
	return x.rpcError(scope), d.InputOffset(), nil
}

// takeData sets r.data from the data element whose content begins at content. It returns the length of
// content and end tag, or -1 if the element is the last of the reply. No content is copied: the new
// start tag overwrites what stands before the content, which is hardly ever shorter.
func (r *Reply) takeData(start xml.StartElement, content int64, message []byte) (int64, error) {
	name := start.Name.Local
	if start.Name.Space != "" {
		name = start.Name.Space + ":" + name
	}
	tag := dataTag(name, addPrefixes(addPrefixes(nil, r.prefix), prefixesOf(start.Attr)))
	if bytes.HasSuffix(message[:content], []byte("/>")) {
		r.data = slices.Concat(tag, []byte("</"+name+">"))
		return 0, nil
	}
	end, last := lastDataEnd(message[content:])
	rest := int64(-1)
	if !last {
		d := xml.NewDecoder(bytes.NewReader(message[content:]))
		if err := skipRaw(d); err != nil {
			return 0, fmt.Errorf("%w: rpc-reply: %w", ErrProtocol, noEOF(err))
		}
		rest = d.InputOffset()
		end = rest
	}
	if from := content - int64(len(tag)); from >= 0 {
		copy(message[from:], tag)
		r.data = message[from : content+end : content+end]
	} else {
		r.data = slices.Concat(tag, message[content:content+end])
	}
	return rest, nil
}

// dataTag writes the start tag with all declarations in scope, in a fixed order.
func dataTag(name string, prefixes map[string]string) []byte {
	tag := []byte("<" + name)
	for _, prefix := range slices.Sorted(maps.Keys(prefixes)) {
		tag = append(tag, " xmlns"...)
		if prefix != "" {
			tag = append(tag, ":"+prefix...)
		}
		tag = append(tag, `="`+attributeEscaper.Replace(prefixes[prefix])+`"`...)
	}
	return append(tag, '>')
}

var attributeEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;")

// lastDataEnd returns the length of content and end tag of a data element that is the last child of the
// root, found from the end of the message. It reports false where the message ends in any other way.
func lastDataEnd(content []byte) (int64, bool) {
	rest := bytes.TrimRight(content, " \t\r\n")
	root := bytes.LastIndex(rest, []byte("</"))
	if root < 0 || localEndTag(rest[root:]) != "rpc-reply" {
		return 0, false
	}
	rest = bytes.TrimRight(rest[:root], " \t\r\n")
	end := int64(len(rest))
	data := bytes.LastIndex(rest, []byte("</"))
	if data < 0 || localEndTag(rest[data:]) != "data" {
		return 0, false
	}
	return end, true
}

// localEndTag returns the local name of an end tag that is all of text.
func localEndTag(text []byte) string {
	if len(text) < 4 || text[len(text)-1] != '>' {
		return ""
	}
	name := string(bytes.TrimRight(text[2:len(text)-1], " \t\r\n"))
	if i := strings.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return name
}

// skipRaw skips the content of an element and its end tag.
func skipRaw(d *xml.Decoder) error {
	for depth := 0; ; {
		token, err := d.RawToken()
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth == 0 {
				return nil
			}
			depth--
		}
	}
}

func noEOF(err error) error { return unexpectedEOF(err) }
