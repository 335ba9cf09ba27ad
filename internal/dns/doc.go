// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package dns turns the DNS records of a NetworkFunction into one DNSEndpoint
// for ExternalDNS, and asks a resolver whether the records are really there:
// ExternalDNS itself never says so.
//
// It must not know which DNS provider is behind ExternalDNS, and reads no
// cluster. The types of DNSEndpoint are a copy of the few fields used, because
// ExternalDNS's own module brings every provider's client along.
package dns
