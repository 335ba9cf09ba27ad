// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

// ModuleDifference is a reason for which libyang 2.1 refuses modules that we accept.
type ModuleDifference struct {
	Name string
	// Rule is where the RFC decides, and the sentence.
	Rule, Sentence string
	// Modules are those of the IETF that are refused for it, with blanks between.
	Modules string
}

// ModuleDifferences are all that are known. docs/yang.md shows them.
var ModuleDifferences = []ModuleDifference{
	{"default that is an identity of a module that is not implemented", "RFC 7950, 9.10 and 5.6.5",
		"on a particular server, the valid values are further restricted to the set of identities defined in the modules " +
			"implemented by the server: a rule for values, which is applied to them; the module has no fault",
		"ietf-dc-fabric-topology ietf-dc-fabric-topology-state ietf-l3vpn-ntw ietf-microwave-radio-link ietf-microwave-topology " +
			"ietf-network-vpn-pm ietf-pcep ietf-pcep-stats ietf-te-topology ietf-te-topology-state ietf-vn ietf-wson-topology"},
	{"extensions that libyang implements", "RFC 7950, 6.3.1",
		"if a YANG parser does not support a particular extension, the entire unknown-statement MAY be ignored: " +
			"mount-point, structure and yang-data define no configuration",
		"ietf-connectionless-oam ietf-connectionless-oam-methods ietf-dots-call-home ietf-dots-robust-trans " +
			"ietf-dots-signal-channel ietf-dots-signal-control ietf-dots-telemetry ietf-voucher-request"},
	{"backslash in a double-quoted string of YANG 1", "RFC 6020, 6.1.3",
		"a backslash character introduces a special character, \\n, \\t, \\\" or \\\\: what else follows is not forbidden in YANG 1",
		"ietf-ipfix-psamp ietf-netconf-acm"},
	{"feature that depends on one that is off", "RFC 7950, 7.20.2",
		"if-feature makes its parent conditional: the feature is off, which is no fault of the module",
		"ietf-tls-client ietf-tls-server"},
}
