// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import "strings"

// stmt is one statement of a module: what the compiler keeps of goyang's Statement,
// in about half the memory. Descriptive statements (description, reference,
// organization, contact) are dropped; extensions are kept. stmts are values in their
// parent's slice, which never changes after parsing, so pointers to them are stable.
type stmt struct {
	kw   keyword
	col  uint16
	line int32
	arg  string // of an extension: "prefix:name", NUL, argument
	subs []stmt
}

// sub returns the first substatement with the keyword, nil when there is none.
func (s *stmt) sub(kw keyword) *stmt {
	for i := range s.subs {
		if s.subs[i].kw == kw {
			return &s.subs[i]
		}
	}
	return nil
}

// subArg returns the argument of the first substatement with the keyword.
func (s *stmt) subArg(kw keyword) string {
	if x := s.sub(kw); x != nil {
		return x.arg
	}
	return ""
}

// String returns the statement as users write it, without its block.
func (s *stmt) String() string {
	if s.kw == kwExtensionUse {
		return strings.ReplaceAll(s.arg, "\x00", " ")
	}
	if s.arg == "" {
		return s.kw.String()
	}
	return s.kw.String() + " " + s.arg
}

// keyword is a YANG keyword (RFC 7950 section 14, "yang-keyword").
type keyword uint8

const (
	kwUnknown keyword = iota
	kwExtensionUse
	kwAction
	kwAnydata
	kwAnyxml
	kwArgument
	kwAugment
	kwBase
	kwBelongsTo
	kwBit
	kwCase
	kwChoice
	kwConfig
	kwContact
	kwContainer
	kwDefault
	kwDescription
	kwDeviate
	kwDeviation
	kwEnum
	kwErrorAppTag
	kwErrorMessage
	kwExtension
	kwFeature
	kwFractionDigits
	kwGrouping
	kwIdentity
	kwIfFeature
	kwImport
	kwInclude
	kwInput
	kwKey
	kwLeaf
	kwLeafList
	kwLength
	kwList
	kwMandatory
	kwMaxElements
	kwMinElements
	kwModifier
	kwModule
	kwMust
	kwNamespace
	kwNotification
	kwOrderedBy
	kwOrganization
	kwOutput
	kwPath
	kwPattern
	kwPosition
	kwPrefix
	kwPresence
	kwRange
	kwReference
	kwRefine
	kwRequireInstance
	kwRevision
	kwRevisionDate
	kwRPC
	kwStatus
	kwSubmodule
	kwType
	kwTypedef
	kwUnique
	kwUnits
	kwUses
	kwValue
	kwWhen
	kwYangVersion
	kwYinElement
	keywordCount
)

var keywordNames = [keywordCount]string{
	"unknown", "extension-use", "action", "anydata", "anyxml", "argument", "augment",
	"base", "belongs-to", "bit", "case", "choice", "config", "contact", "container",
	"default", "description", "deviate", "deviation", "enum", "error-app-tag",
	"error-message", "extension", "feature", "fraction-digits", "grouping", "identity",
	"if-feature", "import", "include", "input", "key", "leaf", "leaf-list", "length",
	"list", "mandatory", "max-elements", "min-elements", "modifier", "module", "must",
	"namespace", "notification", "ordered-by", "organization", "output", "path",
	"pattern", "position", "prefix", "presence", "range", "reference", "refine",
	"require-instance", "revision", "revision-date", "rpc", "status", "submodule",
	"type", "typedef", "unique", "units", "uses", "value", "when", "yang-version",
	"yin-element",
}

var keywordByName = func() map[string]keyword {
	m := make(map[string]keyword, keywordCount)
	for k := kwAction; k < keywordCount; k++ {
		m[keywordNames[k]] = k
	}
	return m
}()

// String returns the keyword as written.
func (k keyword) String() string { return keywordNames[k] }

// descriptive says that the statement has no effect on data and is dropped.
func (k keyword) descriptive() bool {
	switch k {
	case kwDescription, kwReference, kwOrganization, kwContact:
		return true
	}
	return false
}
