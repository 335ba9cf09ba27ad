// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// A simulated SMF serves nothing but NETCONF. Its service based interface is played here: a TLS server that shows the
// certificate that the SMF was configured with, so that a check can make a handshake with it.

const (
	// servedBy is the NF whose service based interface is played.
	servedBy = "smf-zrh-1"
	// exampleSBI is where the example's check looks for it.
	exampleSBI = `"${inputs.site.data['smf-zrh-1.sbi']}:443"`
	// handshakeTimeout bounds one client.
	handshakeTimeout = 5 * time.Second
)

// sbi is the service based interface of an SMF.
type sbi struct {
	listener net.Listener
	// text is the certificate as it was configured, certificate what came of it.
	text        string
	certificate atomic.Pointer[tls.Certificate]
}

// listenSBI opens it. Handshakes fail until the SMF is configured.
func listenSBI() (*sbi, error) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the SMF: %w", err)
	}
	s := &sbi{}
	s.listener = tls.NewListener(plain, &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if c := s.certificate.Load(); c != nil {
				return c, nil
			}
			return nil, errors.New("the SMF has no certificate")
		},
	})
	go s.serve()
	return s, nil
}

// serve makes a handshake with whoever connects, until the listener is closed.
func (s *sbi) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			if err := conn.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1)) // the handshake, and then whatever the client does
		}()
	}
}

// follow takes over the certificate in the SMF's running configuration, if it is another one.
func (s *sbi) follow(ctx context.Context, smf *Device) error {
	running, err := smf.Running(ctx)
	if err != nil {
		return err
	}
	configured := running.Find("smf-function", "sbi", "tls")
	text := configured.Value("certificate")
	if text == s.text {
		return nil
	}
	s.text = text
	if text == "" {
		s.certificate.Store(nil)
		return nil
	}
	certificate, err := tls.X509KeyPair([]byte(text), []byte(configured.Value("private-key")))
	if err != nil {
		return fmt.Errorf("taking over the certificate of %s: %w", smf.Name, err)
	}
	s.certificate.Store(&certificate)
	return nil
}

func (s *sbi) address() string { return s.listener.Addr().String() }
