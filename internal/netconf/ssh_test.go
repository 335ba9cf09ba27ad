// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

func newServer(t *testing.T, o netconftest.Options) *netconftest.Server {
	t.Helper()
	model, err := netconftest.NewModel([]yang.Source{{Name: "m.yang", Data: []byte("module m { namespace urn:m; prefix m; leaf a { type string; } }")}})
	if err != nil {
		t.Fatal(err)
	}
	o.Model = model
	s := netconftest.NewServer(o)
	t.Cleanup(s.Close)
	return s
}

func newKey(t *testing.T, passphrase string) ([]byte, ssh.PublicKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	} else {
		block, err = ssh.MarshalPrivateKey(private, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block), key
}

func TestLogin(t *testing.T) {
	plain, plainPublic := newKey(t, "")
	encrypted, encryptedPublic := newKey(t, "open sesame")
	s := newServer(t, netconftest.Options{Password: "pw", AuthorizedKeys: []ssh.PublicKey{plainPublic, encryptedPublic}})
	known := []byte(s.KnownHosts())
	tests := []struct {
		name string
		cfg  netconf.SSHConfig
		kind error
		says string
	}{
		{name: "password", cfg: netconf.SSHConfig{User: s.User, Password: "pw"}},
		{name: "key", cfg: netconf.SSHConfig{User: s.User, PrivateKey: plain}},
		{name: "encrypted key", cfg: netconf.SSHConfig{User: s.User, PrivateKey: encrypted, Passphrase: "open sesame"}},
		{name: "wrong key, right password", cfg: netconf.SSHConfig{User: s.User, PrivateKey: encrypted, Passphrase: "open sesame", Password: "pw"}},
		{name: "wrong password", cfg: netconf.SSHConfig{User: s.User, Password: "x"}, kind: netconf.ErrAuth, says: s.User},
		{name: "wrong passphrase", cfg: netconf.SSHConfig{User: s.User, PrivateKey: encrypted, Passphrase: "x"}, kind: netconf.ErrAuth, says: "private key"},
		{name: "no passphrase", cfg: netconf.SSHConfig{User: s.User, PrivateKey: encrypted}, kind: netconf.ErrAuth, says: "passphrase"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.KnownHosts = known
			session, err := netconf.DialSSH(t.Context(), s.Addr, tt.cfg)
			if tt.kind == nil {
				if err != nil {
					t.Fatal(err)
				}
				session.Abort()
				return
			}
			if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// A server that knows only keyboard-interactive gets the password all the same.
func TestKeyboardInteractive(t *testing.T) {
	key, err := netconftest.NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	asked := make(chan bool, 1)
	config := &ssh.ServerConfig{KeyboardInteractiveCallback: func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		answers, err := ask("", "", []string{"Password:"}, []bool{false})
		if err == nil && (len(answers) != 1 || answers[0] != "pw") {
			err = errors.New("wrong")
		}
		asked <- err == nil
		return nil, err
	}}
	config.AddHostKey(key)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, channels, _, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return
		}
		for c := range channels {
			_ = c.Reject(ssh.Prohibited, "no")
			return
		}
	}()
	_, err = netconf.DialSSH(t.Context(), listener.Addr().String(), netconf.SSHConfig{User: "u", Password: "pw",
		KnownHosts: []byte(knownhosts.Line([]string{listener.Addr().String()}, key.PublicKey()))})
	if !<-asked || !errors.Is(err, netconf.ErrUnreachable) || errors.Is(err, netconf.ErrAuth) {
		t.Errorf("got %v", err)
	}
}

func TestKnownHosts(t *testing.T) {
	s := newServer(t, netconftest.Options{})
	fields := strings.Fields(s.KnownHosts())
	key := fields[1] + " " + fields[2]
	_, other := newKey(t, "")
	otherKey := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(other)))
	otherPrint := ssh.FingerprintSHA256(other)
	host, _, _ := net.SplitHostPort(s.Addr)
	tests := []struct {
		name, lines string
		ok          bool
		says        []string
	}{
		{"bracketed with port", fields[0] + " " + key, true, nil},
		{"host:port", s.Addr + " " + key, true, nil},
		{"host alone", host + " " + key, true, nil},
		{"hashed", knownhosts.HashHostname(knownhosts.Normalize(s.Addr)) + " " + key, true, nil},
		{"wildcard", "* " + key, true, nil},
		{"comments and others", "# ours\n\n[other]:830 " + otherKey + "\n" + fields[0] + " " + key, true, nil},
		{"one of two keys", fields[0] + " " + otherKey + "\n" + fields[0] + " " + key, true, nil},
		{"other host", "[other]:830 " + key, false, []string{"no entry", "add the line"}},
		{"nothing", "", false, []string{"no entry", key}},
		{"other key", fields[0] + " " + otherKey, false, []string{otherPrint, "replace the entry", key}},
		{"port before host", fields[0] + " " + otherKey + "\n" + host + " " + key, false, []string{otherPrint}},
		{"revoked", "* " + key + "\n@revoked * " + key, false, []string{"revoked"}},
		{"rubbish", "rubbish", false, []string{"known_hosts"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			session, err := netconf.DialSSH(t.Context(), s.Addr, netconf.SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(tt.lines + "\n")})
			if tt.ok {
				if err != nil {
					t.Fatal(err)
				}
				session.Abort()
				return
			}
			if !errors.Is(err, netconf.ErrHostKey) {
				t.Fatalf("got %v", err)
			}
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q is missing in %v", says, err)
				}
			}
		})
	}
	t.Run("insecure", func(t *testing.T) {
		session, err := netconf.DialSSH(t.Context(), s.Addr, netconf.SSHConfig{User: s.User, Password: s.Password, InsecureSkipHostKeyVerification: true})
		if err != nil {
			t.Fatal(err)
		}
		session.Abort()
	})
}

func TestDialFailures(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cfg := netconf.SSHConfig{User: "u", Password: "p", InsecureSkipHostKeyVerification: true, ConnectTimeout: 50 * time.Millisecond}
	if _, err := netconf.DialSSH(t.Context(), silent.Addr().String(), cfg); !errors.Is(err, netconf.ErrTimeout) {
		t.Errorf("silent: %v", err)
	}
	if _, err := netconf.DialSSH(t.Context(), "127.0.0.1:1", cfg); !errors.Is(err, netconf.ErrUnreachable) {
		t.Errorf("closed: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := netconf.DialSSH(cancelled, silent.Addr().String(), cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got := netconf.WithPort("host"); got != "host:830" {
		t.Errorf("got %s", got)
	}
	if got := netconf.WithPort("[2001:db8::1]"); got != "[2001:db8::1]:830" {
		t.Errorf("got %s", got)
	}
}

// A connection whose other end no longer answers is found out without a request.
func TestKeepalive(t *testing.T) {
	s := newServer(t, netconftest.Options{})
	proxy, stall := stallingProxy(t, s.Addr)
	session, err := netconf.DialSSH(t.Context(), proxy, netconf.SSHConfig{User: s.User, Password: s.Password,
		InsecureSkipHostKeyVerification: true, Keepalive: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Abort()
	select {
	case <-session.Done():
		t.Fatalf("the session ended: %v", session.Err())
	case <-time.After(300 * time.Millisecond):
	}
	stall()
	<-session.Done()
	if err := session.Err(); !errors.Is(err, netconf.ErrTimeout) || !strings.Contains(err.Error(), "no answer within 50ms") {
		t.Errorf("got %v", err)
	}
}

// stallingProxy forwards a connection until told to swallow everything.
func stallingProxy(t *testing.T, to string) (addr string, stall func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	stalled := make(chan struct{})
	copyTo := func(dst, src net.Conn) {
		defer dst.Close()
		buffer := make([]byte, 32<<10)
		for {
			n, err := src.Read(buffer)
			select {
			case <-stalled:
				if err != nil {
					return
				}
				continue
			default:
			}
			if err != nil {
				return
			}
			if _, err := dst.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
	go func() {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			client.Close()
			return
		}
		go copyTo(server, client)
		copyTo(client, server)
	}()
	return listener.Addr().String(), func() { close(stalled) }
}

func TestSSHLeavesNothingBehind(t *testing.T) {
	s := newServer(t, netconftest.Options{})
	before := runtime.NumGoroutine()
	for i := range 10 {
		cfg := netconf.SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())}
		if i%3 == 2 {
			cfg.Password = "wrong"
		}
		session, err := netconf.DialSSH(t.Context(), s.Addr, cfg)
		if err != nil {
			continue
		}
		if i%3 == 1 {
			session.Abort()
		} else if err := session.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 300 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}
