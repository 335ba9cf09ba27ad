// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"math/big"
	"net/netip"
	"regexp"
	"strings"
)

// canonicalNumber is how YANG writes integers and decimal64 (RFC 7950 section 9).
var canonicalNumber = regexp.MustCompile(`^(-?[1-9][0-9]{0,17}|0|-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18})$`)

// likeness says how well a value as written stands for a canonical one: 0 not at all,
// 1 in another notation, 2 exactly.
func likeness(n *node, canonical string, xml bool) int {
	if n.kind != scalar || n.alias != "" {
		return 0
	}
	written := literal(n.value)
	switch {
	case written == canonical:
		return 2
	case sameNumber(n, written, canonical), n.class == boolean && strings.EqualFold(written, canonical),
		sameIdentity(n, written, canonical, xml), sameAddress(written, canonical),
		xml && strings.TrimSpace(written) == canonical:
		return 1
	}
	return 0
}

// shortNumber bounds what is taken for a number, so that no exponent costs anything.
var shortNumber = regexp.MustCompile(`^[-+]?(0x[0-9a-fA-F]{1,16}|0o?[0-7]{1,22}|[0-9]{1,20}(\.[0-9]{1,20})?)$`)

func sameNumber(n *node, written, canonical string) bool {
	if n.class != number && n.style == plain && n.class != text || !canonicalNumber.MatchString(canonical) ||
		!shortNumber.MatchString(written) {
		return false
	}
	a, ok := new(big.Rat).SetString(written)
	b, also := new(big.Rat).SetString(canonical)
	return ok && also && a.Cmp(b) == 0
}

// sameIdentity: identities and their like may be written without module, and in XML
// with a prefix instead.
func sameIdentity(_ *node, written, canonical string, xml bool) bool {
	module, name, qualified := strings.Cut(canonical, ":")
	if !qualified || !identifier.MatchString(module) || !identifier.MatchString(name) {
		return false
	}
	if xml {
		if _, local, prefixed := strings.Cut(strings.TrimSpace(written), ":"); prefixed {
			return local == name
		}
	}
	return written == name
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func sameAddress(written, canonical string) bool {
	if !strings.ContainsAny(written, ".:") {
		return false
	}
	if a, err := netip.ParseAddr(written); err == nil {
		b, err := netip.ParseAddr(canonical)
		return err == nil && a == b
	}
	a, err := netip.ParsePrefix(written)
	if err != nil {
		return false
	}
	b, err := netip.ParsePrefix(canonical)
	return err == nil && a.Masked() == b.Masked()
}
