// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/miekg/dns"
)

// Resolver is the authoritative name server of the zone, host:port: the stack's PowerDNS, or, where the cluster
// brings its own ExternalDNS, the one that was given or else the machine's resolver.
func (w *World) Resolver() (string, error) {
	if w.PowerDNS != nil {
		return w.PowerDNS.Addr, nil
	}
	if w.resolver != "" {
		return w.resolver, nil
	}
	config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return "", fmt.Errorf("looking for a resolver: %w", err)
	}
	if len(config.Servers) == 0 {
		return "", errors.New("/etc/resolv.conf names no server")
	}
	return net.JoinHostPort(config.Servers[0], config.Port), nil
}

// Lookup asks for records, such as "NAPTR" ones, and returns each as in a zone file, without its name.
func (w *World) Lookup(ctx context.Context, name, recordType string) ([]string, error) {
	server, err := w.Resolver()
	if err != nil {
		return nil, err
	}
	question := new(dns.Msg)
	question.SetQuestion(dns.Fqdn(name), dns.StringToType[recordType])
	answer, _, err := new(dns.Client).ExchangeContext(ctx, question, server)
	if err != nil {
		return nil, fmt.Errorf("asking %s for %s %s: %w", server, recordType, name, err)
	}
	var records []string
	for _, record := range answer.Answer {
		if dns.TypeToString[record.Header().Rrtype] == recordType {
			records = append(records, strings.TrimPrefix(record.String(), record.Header().String()))
		}
	}
	return records, nil
}
