// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"regexp"
	"strings"
)

// What is known of secrets that nobody marked in a document: models tell by an extension or
// a type, people by the names they give, and hashes by how they look.

var (
	secretName = regexp.MustCompile(`(?i)passw(or)?d|passphrase|secret|cleartext|pre-?shared|priv(ate)?-key|auth-key|key-string|symmetric-key|(^|-)community$|community-(string|name)`)
	cryptHash  = regexp.MustCompile(`\$(?:0|1|2[abxy]?|5|6|7|y|gy)\$[^\s<>"']+`)
)

// SecretName says whether what holds secrets is called so, whatever its module says of it.
func SecretName(name string) bool { return secretName.MatchString(name) }

// RedactHashes puts digests in place of what looks like a hash of crypt(3), or a password
// that is to become one (RFC 7317 section 4).
func RedactHashes(text string) string { return cryptHash.ReplaceAllStringFunc(text, RedactedValue) }

// Secret says that the model wants the values of a leaf, leaf-list, anydata or anyxml kept
// from those who may read the rest: it bears nacm:default-deny-all (RFC 8341 section 3.4.4),
// or the choice or case does that it is in, or it is of type crypt-hash (RFC 7317). What is
// below a container or list that bears the extension is not meant: those of RFC 8341 itself
// hold rules, not secrets.
func (n *Node) Secret() bool { return n.flags&flagSecret != 0 }

// LooksSecret says whether the value is likely to be a secret although nobody said so: by
// the model, by its name or that of what it is in, or by what it looks like.
func (d *Data) LooksSecret() bool {
	if d.Tainted() || cryptHash.MatchString(d.value) {
		return true
	}
	for ; d.parent != nil; d = d.parent {
		if SecretName(d.node.def.name) {
			return true
		}
	}
	return false
}

const (
	denyAll     = "default-deny-all"
	nacmModule  = "ietf-netconf-acm"
	cryptHashes = "crypt-hash"
)

// deniesAll says whether a statement is nacm:default-deny-all. A module that cannot be found
// may be meant.
func (u *unit) deniesAll(st *stmt) bool {
	if st.kw != kwExtensionUse {
		return false
	}
	prefix, name := splitPrefix(strings.TrimSuffix(st.arg, "\x00"))
	if name != denyAll {
		return false
	}
	m := u.resolve(prefix)
	return m == nil || m.Name == nacmModule
}

// markSecret notes what the model says of a new node.
func (n *Node) markSecret() {
	switch n.def.kind {
	case KindLeaf, KindLeafList, KindAnyData, KindAnyXML, KindChoice, KindCase:
		within := (n.parent.def.kind == KindChoice || n.parent.def.kind == KindCase) && n.parent.flags&flagSecret != 0
		if within || n.props.secret || n.props.typ != nil && n.props.typ.secret {
			n.flags |= flagSecret
		}
	}
}

// secretNamesKey is of Schema.Derived.
type secretNamesKey struct{}

// SecretNames returns the local names of all nodes that bear nacm:default-deny-all or are of
// type crypt-hash somewhere in the modules, containers and lists included: for messages that
// are not of one known model. The map must not be changed.
func (s *Schema) SecretNames() map[string]bool {
	return s.Derived(secretNamesKey{}, func() any {
		names := map[string]bool{}
		for _, m := range s.sorted {
			for _, u := range m.units {
				u.secretNames(u.st, "", names)
			}
		}
		return names
	}).(map[string]bool)
}

// secretNames goes through a statement of the node with a name.
func (u *unit) secretNames(st *stmt, name string, names map[string]bool) {
	switch st.kw {
	case kwType, kwDeviate: // of the node around it
	default: // of a refine, augment or deviation the argument is a path
		_, name = splitPrefix(st.arg[strings.LastIndexByte(st.arg, '/')+1:])
	}
	for i := range st.subs {
		x := &st.subs[i]
		if _, typ := splitPrefix(x.arg); u.deniesAll(x) || x.kw == kwType && typ == cryptHashes {
			names[name] = true
		}
		u.secretNames(x, name, names)
	}
}
