// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// smfCertificate selects the certificate in use on the SMF's service based interface, and not its key.
const smfCertificate = `<smf-function xmlns="urn:strowger:example:5gc-smf"><sbi><tls><certificate/></tls></sbi></smf-function>`

// IssuedCertificate reads what cert-manager issued for the SMF.
func (w *World) IssuedCertificate(ctx context.Context) (*x509.Certificate, error) {
	return w.Certificate(ctx, "smf-zrh-1-sbi")
}

// UsedCertificate reads the certificate in the SMF's running configuration.
func (w *World) UsedCertificate(ctx context.Context) (*x509.Certificate, error) {
	running, err := w.Devices["smf-zrh-1"].Read(ctx, smfCertificate)
	if err != nil {
		return nil, err
	}
	return parseCertificate([]byte(running.Value("smf-function", "sbi", "tls", "certificate")))
}

// parseCertificate reads the first certificate of a chain.
func parseCertificate(chain []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(chain)
	if block == nil {
		return nil, errors.New("there is no certificate in PEM")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parsing the certificate: %w", err)
	}
	return certificate, nil
}
