// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"fmt"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Reason why there is no certificate to use. Each is also a condition's reason.
type Reason string

const (
	// InvalidSpec: the request cannot be made as written.
	InvalidSpec Reason = v1alpha1.InvalidSpecReason
	// IssuerNotFound: the issuer does not exist.
	IssuerNotFound Reason = v1alpha1.IssuerNotFoundReason
	// NotReady: cert-manager has not issued it, or is issuing it again.
	NotReady Reason = v1alpha1.CertificateNotReadyReason
)

// Error says for which certificate there is nothing to use, and why.
type Error struct {
	Reason Reason
	// Certificate is its name.
	Certificate string
	// Message, with cert-manager's own words where it has some. No secrets.
	Message string
	// Terminal errors stay until somebody acts: waiting does not help.
	Terminal bool
}

// Error is one line.
func (e *Error) Error() string { return "certificate " + e.Certificate + ": " + e.Message }

func invalid(name, format string, args ...any) *Error {
	return &Error{Reason: InvalidSpec, Certificate: name, Message: fmt.Sprintf(format, args...), Terminal: true}
}

func notReady(name, format string, args ...any) *Error {
	return &Error{Reason: NotReady, Certificate: name, Message: fmt.Sprintf(format, args...)}
}

// IssuerMissing is the error for a caller that found no issuer.
func IssuerMissing(certificate string, issuer Issuer) *Error {
	return &Error{Reason: IssuerNotFound, Certificate: certificate,
		Message: fmt.Sprintf("%s does not exist; create it or correct issuerRef", issuer)}
}
