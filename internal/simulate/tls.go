// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// tlsOptions reads the certificates in a folder, or makes them there.
func tlsOptions(dir, name, addr string) (*netconftest.TLSOptions, error) {
	if dir == "" {
		return nil, errors.New("--tls-dir: say in which folder the certificates are, or shall be made")
	}
	if _, err := os.Stat(filepath.Join(dir, "tls.crt")); errors.Is(err, fs.ErrNotExist) {
		if err := makeCertificates(dir, name); err != nil {
			return nil, fmt.Errorf("--tls-dir: %w", err)
		}
	}
	certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"))
	if err != nil {
		return nil, fmt.Errorf("--tls-dir: %w", err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("--tls-dir: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("--tls-dir: %s holds no certificate", filepath.Join(dir, "ca.crt"))
	}
	return &netconftest.TLSOptions{Addr: addr, Certificate: certificate, ClientCAs: pool}, nil
}

// makeCertificates makes an authority, which is then forgotten, and certificates of a device and a client.
func makeCertificates(dir, name string) error {
	authority, err := netconftest.NewAuthority("strowger simulate")
	if err != nil {
		return err
	}
	server, err := authority.Issue(name, name, "localhost", "127.0.0.1", "::1")
	if err != nil {
		return err
	}
	client, err := authority.Issue("netconf")
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		data []byte
		mode fs.FileMode
	}{
		{"ca.crt", authority.PEM, 0o644},
		{"client.crt", client.Certificate, 0o644},
		{"client.key", client.Key, 0o600},
		{"tls.key", server.Key, 0o600},
		{"tls.crt", server.Certificate, 0o644},
	} {
		if err := writeFile(filepath.Join(dir, file.name), file.data, file.mode); err != nil {
			return err
		}
	}
	return nil
}
