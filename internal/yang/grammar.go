// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"regexp"
	"strings"
)

// The substatements of each statement with their cardinality, as in the tables of RFC
// 7950 (section 7 and 9): 1 exactly one, ? at most one, * any number. An apostrophe marks
// what YANG 1 does not have (RFC 7950 section 1.1). Descriptive statements were dropped
// by the parser.
const (
	grammarData   = "anydata*' anyxml* choice* container* leaf* leaf-list* list* "
	grammarHeader = "augment* deviation* extension* feature* grouping* identity* import* include* " +
		"notification* revision* rpc* typedef* uses* yang-version? " + grammarData
	grammarProperty = "config? if-feature* status? when? "
	grammarList     = "max-elements? min-elements? must* ordered-by? "
	grammarErrors   = "error-app-tag? error-message? "
)

var grammarText = map[keyword]string{
	kwModule:    "namespace1 prefix1 " + grammarHeader,
	kwSubmodule: "belongs-to1 " + grammarHeader,
	kwImport:    "prefix1 revision-date?",
	kwInclude:   "revision-date?",
	kwBelongsTo: "prefix1",
	kwTypedef:   "type1 default? status? units?",
	kwType:      "base* bit* enum* fraction-digits? length? path? pattern* range? require-instance? type*",
	kwContainer: "action*' grouping* must* notification*' presence? typedef* uses* " + grammarProperty + grammarData,
	kwMust:      grammarErrors,
	kwLeaf:      "type1 default? mandatory? must* units? " + grammarProperty,
	kwLeafList:  "type1 default*' units? " + grammarList + grammarProperty,
	kwList:      "action*' grouping* key? notification*' typedef* unique* uses* " + grammarList + grammarProperty + grammarData,
	kwChoice:    "case* default? mandatory? " + grammarProperty + grammarData,
	kwCase:      "if-feature* status? uses* when? " + grammarData,
	kwAnydata:   "mandatory? must* " + grammarProperty,
	kwAnyxml:    "mandatory? must* " + grammarProperty,
	kwGrouping:  "action*' grouping* notification*' status? typedef* uses* " + grammarData,
	kwUses:      "augment* if-feature* refine* status? when?",
	kwRefine:    "config? default* if-feature*' mandatory? max-elements? min-elements? must* presence?",
	kwRPC:       "grouping* if-feature* input? output? status? typedef*",
	kwAction:    "grouping* if-feature* input? output? status? typedef*",
	kwInput:     "grouping* must*' typedef* uses* " + grammarData,
	kwOutput:    "grouping* must*' typedef* uses* " + grammarData,
	kwAugment:   "action*' case* if-feature* notification*' status? uses* when? " + grammarData,
	kwIdentity:  "base* if-feature*' status?",
	kwExtension: "argument? status?",
	kwArgument:  "yin-element?",
	kwFeature:   "if-feature* status?",
	kwDeviation: "deviate*",
	kwDeviate:   "config? default* mandatory? max-elements? min-elements? must* type? unique* units?",
	kwRange:     grammarErrors,
	kwLength:    grammarErrors,
	kwPattern:   "modifier?' " + grammarErrors,
	kwEnum:      "if-feature*' status? value?",
	kwBit:       "if-feature*' position? status?",
	kwNotification: "grouping* if-feature* must*' status? typedef* uses* " +
		grammarData,
}

// rule says how often a substatement may stand in a statement.
type rule uint8

const (
	allowed  rule = 1 << iota
	single        // at most one
	required      // at least one
	since11       // not in YANG 1
)

// substatements are the rules of one statement by keyword; required lists those it needs.
type substatements struct {
	rules    [keywordCount]rule
	required []keyword
}

var grammar = func() (out [keywordCount]substatements) {
	for kw, text := range grammarText {
		for _, word := range strings.Fields(text) {
			r := allowed
			if name, ok := strings.CutSuffix(word, "'"); ok {
				word, r = name, r|since11
			}
			sub := keywordByName[word[:len(word)-1]]
			switch word[len(word)-1] {
			case '1':
				r |= single | required
				out[kw].required = append(out[kw].required, sub)
			case '?':
				r |= single
			}
			out[kw].rules[sub] = r
		}
	}
	return out
}()

// grammar checks the statements of all files, and removes those that may not stand where
// they do: no later phase meets them.
func (c *compiler) grammar() {
	for _, m := range c.s.sortedModules() {
		c.unitGrammar(m.main)
	}
	for _, name := range sortedKeys(c.subs) {
		for _, u := range c.subs[name] {
			c.unitGrammar(u)
		}
	}
}

func (c *compiler) unitGrammar(u *unit) {
	switch u.version {
	case "", "1", "1.1":
	default:
		c.failure(u, u.st.sub(kwYangVersion), "is not a version of YANG known here; the module is read as YANG 1.1")
	}
	c.statements(u, u.st)
}

func (c *compiler) statements(u *unit, st *stmt) {
	var count [keywordCount]uint16
	rules := &grammar[st.kw]
	keep := st.subs[:0]
	for i := range st.subs {
		x := &st.subs[i]
		if x.kw == kwExtensionUse {
			c.extensionUse(u, x)
			keep = append(keep, *x)
			continue
		}
		r := rules.rules[x.kw]
		count[x.kw]++
		switch {
		case r == 0:
			c.failure(u, x, "not allowed in %s", st.kw)
			continue
		case r&single != 0 && count[x.kw] > 1:
			c.failure(u, x, "a second %s in %s", x.kw, st.kw)
			continue
		case r&since11 != 0 && u.version != "1.1":
			c.warning(u, x, "is of YANG 1.1, but the module has no yang-version 1.1; it is used all the same")
		}
		if !c.argument(u, x) {
			continue
		}
		c.statements(u, x)
		keep = append(keep, *x)
	}
	st.subs = keep
	for _, kw := range rules.required {
		if count[kw] == 0 {
			c.failure(u, st, "needs a %s statement", kw)
		}
	}
}

// extensionUse checks the prefix of an extension; what it means is not known here (RFC
// 7950 section 6.3.1), and its substatements are its own.
func (c *compiler) extensionUse(u *unit, st *stmt) {
	prefix, _ := splitPrefix(st.String())
	if prefix == u.prefix {
		return
	}
	for i := range u.st.subs {
		if x := &u.st.subs[i]; x.kw == kwImport && x.subArg(kwPrefix) == prefix {
			return
		}
	}
	c.warning(u, st, "unknown prefix %q", prefix)
}

// dateForm is date-arg (RFC 7950 section 14).
var dateForm = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)

// argument checks the form of an argument where no later phase does, and says whether the
// statement can be used.
func (c *compiler) argument(u *unit, st *stmt) bool {
	switch st.kw {
	case kwContainer, kwLeaf, kwLeafList, kwList, kwChoice, kwCase, kwAnydata, kwAnyxml, kwGrouping,
		kwTypedef, kwRPC, kwAction, kwNotification, kwIdentity, kwFeature, kwExtension, kwBit, kwPrefix:
		if !identifier(st.arg) {
			c.failure(u, st, "its name is not an identifier: a letter or _, then letters, digits, _, - and .")
			return false
		}
	case kwRevision, kwRevisionDate:
		if !dateForm.MatchString(st.arg) {
			c.failure(u, st, "is not a date like 2026-01-31")
			return false
		}
	case kwOrderedBy:
		if st.arg != "user" && st.arg != "system" {
			c.failure(u, st, `must be "user" or "system"`)
			return false
		}
	}
	return true
}

// identifier checks the form of an identifier (RFC 7950 section 14).
func identifier(s string) bool {
	for i := range len(s) {
		switch c := s[i] | 0x20; {
		case c >= 'a' && c <= 'z' || s[i] == '_':
		case i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '-' || s[i] == '.'):
		default:
			return false
		}
	}
	return s != ""
}
