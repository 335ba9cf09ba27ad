// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf_test

import (
	"net"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// knownKey makes a host key, and the line of known_hosts that has it.
func knownKey(t *testing.T) (ssh.Signer, []byte) {
	t.Helper()
	signer, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	return signer, append([]byte("* "), ssh.MarshalAuthorizedKey(signer.PublicKey())...)
}

// An NF that knows old algorithms only gets a session if its own configuration allows them, not if that of another
// does with which it shares the user name.
func TestOldNFsThatCallHome(t *testing.T) {
	const old, oldCipher = "diffie-hellman-group1-sha1", "aes128-cbc"
	for name, tt := range map[string]struct {
		own, others []string
		othersUser  string
		want        string // "" is a session
	}{
		"allowed":                {own: []string{old, oldCipher}, othersUser: "netconf"},
		"allowed for all":        {own: []string{old, oldCipher}, others: []string{old, oldCipher}, othersUser: "netconf"},
		"allowed for another":    {others: []string{old, oldCipher}, othersUser: "netconf", want: "nothing better than " + old},
		"in part":                {own: []string{old}, others: []string{oldCipher}, othersUser: "netconf", want: "nothing better than " + oldCipher},
		"for one of other user":  {others: []string{old, oldCipher}, othersUser: "zoe", want: "no common"},
		"not allowed for anyone": {othersUser: "netconf", want: "no common"},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan string, 16)
			home := netconf.NewCallHome(netconf.CallHomeOptions{
				OnSession: func(key string, s *netconf.Session) { s.Abort(); ended <- "a session of " + key },
				OnRefused: func(_ net.Addr, err error) { ended <- err.Error() },
			})
			signer, known := knownKey(t)
			_, knownOther := knownKey(t)
			for key, cfg := range map[string]netconf.SSHConfig{
				"ran/old":   {User: "netconf", KnownHosts: known, LegacyAlgorithms: tt.own},
				"ran/other": {User: tt.othersUser, KnownHosts: knownOther, LegacyAlgorithms: tt.others},
			} {
				cfg.Password = "netconf"
				if err := home.Expect(key, netconf.Caller{SSH: &cfg}); err != nil {
					t.Fatal(err)
				}
			}
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan struct{})
			go func() { defer close(served); _ = home.Serve(t.Context(), listener, netconf.SSH) }()
			t.Cleanup(func() { listener.Close(); <-served })
			newServer(t, netconftest.Options{Addr: netconftest.NoListener, HostKey: signer,
				CallHome: []netconftest.CallHome{{Addr: listener.Addr().String()}},
				SSH:      func(c *ssh.ServerConfig) { c.KeyExchanges, c.Ciphers = []string{old}, []string{oldCipher} }})
			want := tt.want
			if want == "" {
				want = "a session of ran/old"
			}
			if got := <-ended; !strings.Contains(got, want) {
				t.Errorf("%s; want %s", got, want)
			}
		})
	}
}
