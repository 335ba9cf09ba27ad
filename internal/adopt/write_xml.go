// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/strowger/strowger/internal/yang"
)

// writeXML writes the content of a leaf. A value that names modules needs the prefixes
// of their namespaces instead (RFC 7950 sections 9.10.3 and 9.13.2).
func (e *editor) writeXML(n *node, value string) (written, string) {
	qualified, reason := e.xmlName(n, value)
	if reason != "" {
		return written{}, reason
	}
	content := escape(qualified)
	if !xmlText(content) {
		return written{}, reasonText
	}
	if n.style == cdata && !strings.Contains(content, "]]>") {
		return written{"<![CDATA[" + content + "]]>", content, text}, ""
	}
	return written{escapeXML(content), content, text}, ""
}

// xmlName turns module:name into prefix:name where the text that was there had a prefix
// or the namespaces are known.
func (e *editor) xmlName(n *node, value string) (string, string) {
	if path, err := yang.ParsePath(value); err == nil && len(path) > 0 && path[0].Module != "" {
		return "", "it is an instance-identifier, whose prefixes are declared in the XML: change it by hand"
	}
	module, name, is := strings.Cut(value, ":")
	if !is || !identifier.MatchString(module) || !identifier.MatchString(name) {
		return value, ""
	}
	ns, known := e.doc.Namespaces[module]
	if !known {
		if len(e.doc.Namespaces) > 0 {
			return value, "" // no module, so it is a text with a colon in it
		}
		return "", fmt.Sprintf("its value names the module %s, whose prefix in the XML is not known: change it by hand", module)
	}
	prefixes := make([]string, 0, len(n.bound))
	for p, space := range n.bound {
		if space == ns {
			prefixes = append(prefixes, p)
		}
	}
	sort.Strings(prefixes)
	if len(prefixes) == 0 {
		return "", fmt.Sprintf("its value names the module %s, for whose namespace %s the XML declares no prefix: change it by hand", module, ns)
	}
	// A prefix of its own says more than the default namespace, which is "".
	if p := prefixes[len(prefixes)-1]; p != "" {
		return p + ":" + name, ""
	}
	return name, ""
}

// around is the splice that puts the content into an element, also into one written as <a/>.
func (w written) around(data []byte, n *node) splice {
	if n.end == n.after && bytes.HasSuffix(data[n.begin:n.after], []byte("/>")) {
		tag := strings.TrimRight(string(data[n.begin:n.after-2]), " \t\r\n")
		name := n.name
		if n.prefix != "" {
			name = n.prefix + ":" + name
		}
		return splice{n.begin, n.after, tag + ">" + w.text + "</" + name + ">"}
	}
	return splice{n.start, n.end, w.text}
}

func xmlText(s string) bool {
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return utf8.ValidString(s)
}

func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;").Replace(s)
}
