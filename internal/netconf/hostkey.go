// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/ssh/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"
)

// HostKeyError says which key the server at Host showed and which were expected.
type HostKeyError struct {
	Host string
	// Got is the fingerprint of the server's key, and Line the known_hosts line that would accept it.
	Got, Line string
	// Want are the fingerprints of the keys known for Host; none if the host is unknown.
	Want []string
	// Revoked says that the key is marked as revoked.
	Revoked bool
}

func (e *HostKeyError) Error() string {
	switch {
	case e.Revoked:
		return fmt.Sprintf("the key %s of %s is marked as revoked in known_hosts; replace the key of the device", e.Got, e.Host)
	case len(e.Want) == 0:
		return fmt.Sprintf("%s shows the key %s and known_hosts has no entry for it; "+
			"if the device's owner confirms this fingerprint, add the line %q", e.Host, e.Got, e.Line)
	}
	return fmt.Sprintf("%s shows the key %s but known_hosts expects %s; someone may be in between, or the device has a new key: "+
		"if its owner confirms the fingerprint, replace the entry with the line %q", e.Host, e.Got, strings.Join(e.Want, " or "), e.Line)
}

// Is makes the error one of ErrHostKey.
func (e *HostKeyError) Is(target error) bool { return target == ErrHostKey }

// hostKeyVerifier checks host keys against known_hosts.
type hostKeyVerifier struct {
	addr  string
	check ssh.HostKeyCallback
	known ssh.HostKeyCallback // nil: verification is off, or done
	// pinned is the key that was accepted. Keys are exchanged again while the session lasts; that it stays the same
	// is checked without all of known_hosts, which may be the same long file for a thousand sessions.
	pinned []byte
}

func newHostKeyVerifier(addr string, cfg SSHConfig) (*hostKeyVerifier, error) {
	if cfg.InsecureSkipHostKeyVerification {
		return &hostKeyVerifier{addr: addr, check: ssh.InsecureIgnoreHostKey()}, nil //nolint:gosec // asked for by name
	}
	known, err := parseKnownHosts(cfg.KnownHosts)
	if err != nil {
		return nil, err
	}
	v := &hostKeyVerifier{addr: addr, known: known}
	v.check = v.verify
	return v, nil
}

// parseKnownHosts reads known_hosts. The parser keeps one key per host and type, but a device may have a
// new key beside the old one for a while: so each line is read for itself, with all that are revoked.
func parseKnownHosts(data []byte) (ssh.HostKeyCallback, error) {
	var revoked, lines [][]byte
	for line := range bytes.Lines(data) {
		line = slices.Concat(bytes.TrimSpace(line), []byte("\n")) // the data is not ours to write to
		switch {
		case line[0] == '\n' || line[0] == '#':
		case bytes.HasPrefix(line, []byte("@revoked")):
			revoked = append(revoked, line)
		default:
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		lines = append(lines, nil)
	}
	checks := make([]ssh.HostKeyCallback, len(lines))
	for i, line := range lines {
		check, _, err := knownhosts.New(bytes.Join(append(slices.Clone(revoked), line), nil))
		if err != nil {
			return nil, fmt.Errorf("known_hosts cannot be read: %w", err)
		}
		checks[i] = check
	}
	return func(host string, remote net.Addr, key ssh.PublicKey) error {
		var unknown xknownhosts.KeyError
		for _, check := range checks {
			err := check(host, remote, key)
			if revoked := (*xknownhosts.RevokedError)(nil); err == nil || errors.As(err, &revoked) {
				return err
			}
			if wrong := (*xknownhosts.KeyError)(nil); errors.As(err, &wrong) {
				unknown.Want = append(unknown.Want, wrong.Want...)
			}
		}
		return &unknown
	}, nil
}

// verify looks for host:port and then, like OpenSSH, for the host alone.
func (v *hostKeyVerifier) verify(host string, remote net.Addr, key ssh.PublicKey) error {
	if v.pinned != nil {
		if bytes.Equal(v.pinned, key.Marshal()) {
			return nil
		}
		return &HostKeyError{Host: host, Got: fingerprint(key), Line: xknownhosts.Line([]string{host}, key), Want: []string{"the key it showed before"}}
	}
	wanted, err := v.lookup(host, remote, key)
	if err == nil {
		v.pinned, v.known = key.Marshal(), nil
		return nil
	}
	failure := &HostKeyError{Host: host, Got: fingerprint(key), Line: xknownhosts.Line([]string{host}, key)}
	if revoked := (*xknownhosts.RevokedError)(nil); errors.As(err, &revoked) {
		failure.Revoked = true
		return failure
	}
	for _, k := range wanted {
		failure.Want = append(failure.Want, fingerprint(k))
	}
	return failure
}

// lookup returns nil if the key is known for the host, or the keys that are.
func (v *hostKeyVerifier) lookup(host string, remote net.Addr, key ssh.PublicKey) ([]ssh.PublicKey, error) {
	err := v.known(host, remote, key)
	if err == nil {
		return nil, nil
	}
	wanted := wantedKeys(err)
	name, port, splitErr := net.SplitHostPort(host)
	if len(wanted) > 0 || splitErr != nil || port == "22" {
		return wanted, err
	}
	if err := v.known(net.JoinHostPort(name, "22"), remote, key); err != nil {
		return wantedKeys(err), err
	}
	return nil, nil
}

func wantedKeys(err error) []ssh.PublicKey {
	var keys []ssh.PublicKey
	if wrong := (*xknownhosts.KeyError)(nil); errors.As(err, &wrong) {
		for _, k := range wrong.Want {
			keys = append(keys, k.Key)
		}
	}
	return keys
}

// algorithms puts those of the known keys first: a server with several keys then shows the one we know.
func (v *hostKeyVerifier) algorithms() []string {
	all := ssh.SupportedAlgorithms().HostKeys
	if v.known == nil {
		return all
	}
	wanted, _ := v.lookup(v.addr, unresolved(v.addr), noKey{})
	var first []string
	for _, key := range wanted {
		switch key.Type() {
		case ssh.KeyAlgoRSA:
			first = append(first, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		default:
			first = append(first, key.Type())
		}
	}
	for _, algorithm := range all {
		if !slices.Contains(first, algorithm) {
			first = append(first, algorithm)
		}
	}
	return first
}

func fingerprint(key ssh.PublicKey) string { return key.Type() + " " + ssh.FingerprintSHA256(key) }

// unresolved is a net.Addr that is an address as it was dialled.
type unresolved string

func (unresolved) Network() string  { return "tcp" }
func (a unresolved) String() string { return string(a) }

// noKey is a key that nobody knows, to ask known_hosts which keys it has.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }
