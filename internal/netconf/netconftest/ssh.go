// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

const loginTimeout = 30 * time.Second

var (
	errLogin = errors.New("wrong user or password")
	errKey   = errors.New("wrong user or key")
)

func (s *Server) sshConfig() *ssh.ServerConfig {
	config := &ssh.ServerConfig{ServerVersion: "SSH-2.0-StrowgerSimulator", MaxAuthTries: 6}
	config.AddHostKey(s.hostKey)
	if s.Password != "" {
		config.PasswordCallback = func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, s.checkPassword(c.User(), password)
		}
		config.KeyboardInteractiveCallback = func(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil {
				return nil, err
			}
			if len(answers) != 1 {
				return nil, errLogin
			}
			return nil, s.checkPassword(c.User(), []byte(answers[0]))
		}
	}
	if len(s.options.AuthorizedKeys)+len(s.options.UserAuthorities) > 0 {
		config.PublicKeyCallback = s.publicKeyCallback()
	}
	if s.options.SSH != nil {
		s.options.SSH(config)
	}
	return config
}

// publicKeyCallback knows keys, and authorities that sign certificates.
func (s *Server) publicKeyCallback() func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
	in := func(list []ssh.PublicKey, key ssh.PublicKey) bool {
		return slices.ContainsFunc(list, func(known ssh.PublicKey) bool { return bytes.Equal(known.Marshal(), key.Marshal()) })
	}
	checker := &ssh.CertChecker{
		IsUserAuthority: func(key ssh.PublicKey) bool { return in(s.options.UserAuthorities, key) },
		UserKeyFallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if in(s.options.AuthorizedKeys, key) {
				return nil, nil
			}
			return nil, errKey
		},
	}
	return func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if c.User() != s.User {
			return nil, errKey
		}
		return checker.Authenticate(c, key)
	}
}

func (s *Server) checkPassword(user string, password []byte) error {
	if user != s.User || subtle.ConstantTimeCompare(password, []byte(s.Password)) != 1 {
		return errLogin
	}
	return nil
}

// serveSSH serves one connection until it ends; the server has the SSH server's role, whoever connected. It
// may carry several NETCONF sessions.
func (s *Server) serveSSH(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(loginTimeout))
	c, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		s.failed(conn.RemoteAddr().String(), loginError(err))
		return
	}
	_ = conn.SetDeadline(time.Time{})
	var parts sync.WaitGroup
	defer parts.Wait()
	defer c.Close()
	parts.Go(func() { ssh.DiscardRequests(requests) })
	for offer := range channels {
		if offer.ChannelType() != "session" {
			_ = offer.Reject(ssh.UnknownChannelType, "only sessions are served")
			continue
		}
		channel, channelRequests, err := offer.Accept()
		if err != nil {
			return
		}
		parts.Go(func() { s.serveChannel(c, channel, channelRequests) })
	}
}

// loginError is why nobody logged in: what the last attempt failed for.
func loginError(err error) error {
	var refused *ssh.ServerAuthError
	if !errors.As(err, &refused) || len(refused.Errors) == 0 {
		return fmt.Errorf("SSH: %w", err)
	}
	last := refused.Errors[len(refused.Errors)-1]
	if errors.Is(last, ssh.ErrNoAuth) {
		return errors.New("SSH: the client did not log in")
	}
	return fmt.Errorf("SSH: %w", last)
}

// serveChannel waits for the request of the netconf subsystem.
func (s *Server) serveChannel(c *ssh.ServerConn, channel ssh.Channel, requests <-chan *ssh.Request) {
	var serving sync.WaitGroup
	defer serving.Wait()
	defer channel.Close()
	started := false
	for r := range requests {
		var subsystem struct{ Name string }
		ok := !started && r.Type == "subsystem" && ssh.Unmarshal(r.Payload, &subsystem) == nil && subsystem.Name == "netconf"
		if r.WantReply {
			_ = r.Reply(ok, nil)
		}
		if ok {
			started = true
			serving.Go(func() {
				s.serveSession(c, channel, peer{user: c.User(), host: hostOf(c.RemoteAddr()), remote: c.RemoteAddr().String(), transport: "netconf-ssh"})
				_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
				channel.Close()
			})
		}
	}
}
