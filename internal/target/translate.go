// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"regexp"
	"sort"
	"strings"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

var (
	// stepName matches a name, with or without a prefix, at the start of a step or predicate.
	stepName = regexp.MustCompile(`([/\[]\s*)(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)`)
	// leadingStep matches a first step without predicates.
	leadingStep = regexp.MustCompile(`^/([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*`)
	literal     = regexp.MustCompile(`"[^"]*"|'[^']*'`)
)

// translatePath turns an error-path, an instance-identifier with XML prefixes, into the path syntax of
// package yang. It reports false when it cannot.
func translatePath(schema *yang.Schema, path string, namespaces map[string]string) (string, bool) {
	if schema == nil || !strings.HasPrefix(path, "/") {
		return path, false
	}
	path = belowRPC(path, namespaces)
	known := true
	parent := ""
	rename := func(text string) string {
		return stepName.ReplaceAllStringFunc(text, func(match string) string {
			part := stepName.FindStringSubmatch(match)
			lead, prefix, name := part[1], part[2], part[3]
			module := parent
			if prefix != "" || parent == "" {
				m := moduleOf(schema, prefix, namespaces)
				if m == "" {
					known = false
					return match
				}
				module = m
			}
			if lead[0] == '[' || module == parent {
				return lead + name
			}
			parent = module
			return lead + module + ":" + name
		})
	}
	var b strings.Builder
	rest := path
	for {
		quoted := literal.FindStringIndex(rest)
		if quoted == nil {
			b.WriteString(rename(rest))
			break
		}
		b.WriteString(rename(rest[:quoted[0]]))
		b.WriteString(rest[quoted[0]:quoted[1]])
		rest = rest[quoted[1]:]
	}
	if !known {
		return path, false
	}
	translated := b.String()
	if _, err := yang.ParsePath(translated); err != nil {
		return path, false
	}
	return translated, true
}

// belowRPC drops the leading steps in the protocol's namespace: some servers give the path from the rpc
// element on.
func belowRPC(path string, namespaces map[string]string) string {
	for {
		step := leadingStep.FindStringSubmatch(path)
		if step == nil || namespaces[step[1]] != netconf.BaseNamespace {
			return path
		}
		path = path[len(step[0]):]
	}
}

// moduleOf finds the module of a prefix, which is an XML prefix, or with careless servers the module's own
// prefix or name.
func moduleOf(schema *yang.Schema, prefix string, namespaces map[string]string) string {
	if namespace, ok := namespaces[prefix]; ok {
		if m := schema.ModuleByNamespace(namespace); m != nil {
			return m.Name
		}
	}
	if prefix == "" {
		return ""
	}
	if m := schema.Module(prefix); m != nil {
		return m.Name
	}
	for _, m := range schema.Modules() {
		if m.Prefix == prefix {
			return m.Name
		}
	}
	return ""
}

// concealer replaces secrets in what a server says by their digests.
type concealer struct{ secrets []string }

func newConcealer(intended *yang.Tree) *concealer {
	c := &concealer{}
	if intended == nil {
		return c
	}
	for _, leaf := range intended.Leaves() {
		if leaf.FromSecret() && leaf.Value() != "" || leaf.Tainted() && len(leaf.Value()) >= shortest {
			c.secrets = append(c.secrets, leaf.Value())
		}
	}
	return c.longestFirst()
}

// longestFirst sorts: one secret may be a part of another.
func (c *concealer) longestFirst() *concealer {
	sort.Slice(c.secrets, func(i, j int) bool { return len(c.secrets[i]) > len(c.secrets[j]) })
	return c
}

func (c *concealer) text(text string) string {
	for _, secret := range c.secrets {
		digest := yang.RedactedValue(secret)
		text = strings.ReplaceAll(text, secret, digest)
		if flat := strings.Join(strings.Fields(secret), " "); flat != secret && flat != "" {
			text = strings.ReplaceAll(text, flat, digest)
		}
	}
	return text
}
