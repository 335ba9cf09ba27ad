// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// offer adds the legacy algorithms asked for to those offered anyway, which stay preferred. A name may be
// one of a key exchange, a cipher, a MAC or a host key; the name tells which.
func offer(client *ssh.ClientConfig, legacy []string) error {
	if len(legacy) == 0 {
		return nil
	}
	var usual ssh.Config
	usual.SetDefaults()
	safe, insecure := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	lists := []struct {
		offered *[]string
		usual   []string
		known   []string
	}{
		{&client.KeyExchanges, usual.KeyExchanges, append(safe.KeyExchanges, insecure.KeyExchanges...)},
		{&client.Ciphers, usual.Ciphers, append(safe.Ciphers, insecure.Ciphers...)},
		{&client.MACs, usual.MACs, append(safe.MACs, insecure.MACs...)},
		{&client.HostKeyAlgorithms, client.HostKeyAlgorithms, append(safe.HostKeys, insecure.HostKeys...)},
	}
	for _, name := range legacy {
		var known []string
		found := false
		for _, l := range lists {
			known = append(known, l.known...)
			if !slices.Contains(l.known, name) {
				continue
			}
			found = true
			if len(*l.offered) == 0 {
				*l.offered = slices.Clone(l.usual)
			}
			if !slices.Contains(*l.offered, name) {
				*l.offered = append(*l.offered, name)
			}
		}
		if !found {
			slices.Sort(known)
			return fmt.Errorf("no SSH algorithm %q is known; those known are %s", name, strings.Join(slices.Compact(known), ", "))
		}
	}
	return nil
}

// foreignOf are those of the legacy algorithms that were offered which are neither usual nor among own.
func foreignOf(offered, own, hostKeys []string) []string {
	var usual ssh.Config
	usual.SetDefaults()
	allowed := slices.Concat(usual.KeyExchanges, usual.Ciphers, usual.MACs, hostKeys, own)
	return slices.DeleteFunc(slices.Clone(offered), func(name string) bool { return slices.Contains(allowed, name) })
}

// usedOf is the first of the algorithms in use that is in list, or "".
func usedOf(used ssh.NegotiatedAlgorithms, list []string) string {
	for _, name := range []string{used.KeyExchange, used.HostKey, used.Read.Cipher, used.Read.MAC, used.Write.Cipher, used.Write.MAC} {
		if slices.Contains(list, name) {
			return name
		}
	}
	return ""
}

// noCommonAlgorithm says what to do when client and server cannot agree; nil if that is not what happened.
func noCommonAlgorithm(err error) error {
	var negotiation *ssh.AlgorithmNegotiationError
	if !errors.As(err, &negotiation) {
		return nil
	}
	return fmt.Errorf("no common %s: the server offers only %s; if that is as good as it gets, allow one of them as a legacy algorithm",
		negotiation.What, strings.Join(negotiation.RequestedAlgorithms, ", "))
}
