// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// maxRemembered bounds what is remembered of those that called.
const maxRemembered = 1 << 16

// sshCallers are the callers over SSH, by their host keys.
//
// SSH names the user before the server's key is known to us who dial; here it is needed before we can know
// who called. So the user is that of whoever called last from the same address, else the one that most
// callers have. If that turns out to be wrong, the connection is closed, and the NF, which calls again
// (RFC 8071 section 4.1), is then expected.
type sshCallers struct {
	mu      sync.Mutex
	byKey   map[string]*sshCaller
	byPrint map[string][]*sshCaller
	users   map[string]int    // how many callers log in as each user
	last    map[string]string // user by the host that called
}

type sshCaller struct {
	key    string
	cfg    SSHConfig
	prints []string
	auth   []ssh.Signer
}

func (c *sshCallers) put(key string, cfg SSHConfig) error {
	caller := &sshCaller{key: key, cfg: cfg}
	var err error
	if caller.prints, err = keyPrints(cfg.KnownHosts); err != nil {
		return err
	}
	if len(caller.prints) == 0 {
		return errors.New("an NF that calls home over SSH is recognised by its host key: known_hosts holds none")
	}
	if len(bytes.TrimSpace(cfg.PrivateKey)) > 0 {
		signer, err := cfg.signer()
		if err != nil {
			return err
		}
		caller.auth = append(caller.auth, signer)
	}
	if err := offer(&ssh.ClientConfig{}, cfg.LegacyAlgorithms); err != nil {
		return err
	}
	c.remove(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil {
		c.byKey, c.byPrint = map[string]*sshCaller{}, map[string][]*sshCaller{}
		c.users, c.last = map[string]int{}, map[string]string{}
	}
	c.byKey[key] = caller
	for _, print := range caller.prints {
		c.byPrint[print] = append(c.byPrint[print], caller)
	}
	c.users[cfg.User]++
	return nil
}

func (c *sshCallers) remove(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	caller, ok := c.byKey[key]
	if !ok {
		return
	}
	delete(c.byKey, key)
	for _, print := range caller.prints {
		c.byPrint[print] = without(c.byPrint[print], caller)
		if len(c.byPrint[print]) == 0 {
			delete(c.byPrint, print)
		}
	}
	if c.users[caller.cfg.User]--; c.users[caller.cfg.User] == 0 {
		delete(c.users, caller.cfg.User)
	}
}

// keyPrints are the fingerprints of the host keys in known_hosts lines.
func keyPrints(knownHosts []byte) ([]string, error) {
	var prints []string
	for rest := knownHosts; len(bytes.TrimSpace(rest)) > 0; {
		marker, _, key, _, next, err := ssh.ParseKnownHosts(rest)
		if err != nil {
			if len(prints) > 0 || onlyComments(rest) {
				break
			}
			return nil, fmt.Errorf("known_hosts cannot be read: %w", err)
		}
		if marker == "" {
			prints = append(prints, ssh.FingerprintSHA256(key))
		}
		rest = next
	}
	return prints, nil
}

func onlyComments(lines []byte) bool {
	for line := range bytes.Lines(lines) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

// userFor is whom to log in as with whoever called from host.
func (c *sshCallers) userFor(host string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if user, ok := c.last[host]; ok && c.users[user] > 0 {
		return user
	}
	best := ""
	for user, n := range c.users {
		if d := cmp.Compare(n, c.users[best]); d > 0 || d == 0 && user < best {
			best = user
		}
	}
	return best
}

// recognise finds the caller with a host key, and remembers its user.
func (c *sshCallers) recognise(host string, key ssh.PublicKey) (*sshCaller, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	callers := c.byPrint[ssh.FingerprintSHA256(key)]
	switch len(callers) {
	case 0:
		return nil, fmt.Errorf("no NF is expected to call with the host key %s", fingerprint(key))
	case 1:
	default:
		return nil, fmt.Errorf("the host key %s is that of %s and of %s: NFs that call home need keys of their own",
			fingerprint(key), callers[0].key, callers[1].key)
	}
	if len(c.last) >= maxRemembered {
		clear(c.last)
	}
	c.last[host] = callers[0].cfg.User
	return callers[0], nil
}

// open is the handshake as the SSH client of a server that called.
func (c *sshCallers) open(ctx context.Context, conn net.Conn, trace func(string) func(Direction, []byte)) (string, *Session, error) {
	addr := conn.RemoteAddr().String()
	host, _, _ := net.SplitHostPort(addr)
	call := &sshCall{login: login{addr: addr}, user: c.userFor(host)}
	if call.user == "" {
		return "", nil, errors.New("no NF is expected to call over SSH")
	}
	legacy := c.legacyOf(call.user)
	client := call.config(func(key ssh.PublicKey) error {
		caller, err := c.recognise(host, key)
		if err != nil {
			return err
		}
		call.key, call.cfg, call.signers = caller.key, caller.cfg, caller.auth
		call.cfg.Trace = trace(caller.key)
		call.foreign = foreignOf(legacy, caller.cfg.LegacyAlgorithms, plainHostKeys())
		if caller.cfg.User != call.user {
			return fmt.Errorf("it was taken for one where we log in as %q, which is %q here: the next call will be right", call.user, caller.cfg.User)
		}
		return nil
	})
	if err := offer(client, legacy); err != nil {
		return "", nil, err
	}
	session, err := call.start(ctx, conn, client)
	return call.key, session, err
}

// legacyOf are the legacy algorithms of all callers with a user: who of them calls is known only when the
// algorithms are agreed.
func (c *sshCallers) legacyOf(user string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, caller := range c.byKey {
		if caller.cfg.User == user {
			all = append(all, caller.cfg.LegacyAlgorithms...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sshCall is a login whose configuration is known once the server's key is.
type sshCall struct {
	login
	user    string
	key     string
	signers []ssh.Signer
}

// plainHostKeys are the usual algorithms of host keys, without certificates: these are not in known_hosts.
func plainHostKeys() []string {
	return slices.DeleteFunc(ssh.SupportedAlgorithms().HostKeys, func(a string) bool { return strings.Contains(a, "-cert-") })
}

func (s *sshCall) config(recognise func(ssh.PublicKey) error) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		User:              s.user,
		ClientVersion:     clientVersion,
		HostKeyAlgorithms: plainHostKeys(),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			s.hostKeyErr = recognise(key)
			s.trusted = s.hostKeyErr == nil
			return s.hostKeyErr
		},
		Auth: []ssh.AuthMethod{
			ssh.PublicKeysCallback(func() ([]ssh.Signer, error) { return s.signers, nil }),
			ssh.PasswordCallback(func() (string, error) { return s.cfg.Password, nil }),
			ssh.KeyboardInteractive(func(name, instruction string, questions []string, echo []bool) ([]string, error) {
				return s.answer(name, instruction, questions, echo)
			}),
		},
	}
}

// without is list less x, which is in it at most once.
func without[T comparable](list []T, x T) []T {
	if i := slices.Index(list, x); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
