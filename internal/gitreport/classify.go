// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
	"golang.org/x/crypto/ssh/knownhosts"
)

type phase int

const (
	fetching phase = iota
	pushing
)

// phaseError says whether an error came while reading or while writing.
type phaseError struct {
	phase phase
	err   error
}

func (e *phaseError) Error() string { return e.err.Error() }
func (e *phaseError) Unwrap() error { return e.err }

// classify turns whatever a push ended with into an *Error with a remedy.
func classify(ctx context.Context, err error, subject string) error {
	var typed *Error
	if errors.As(err, &typed) {
		return withSubject(err, subject)
	}
	e := &Error{Kind: ErrUnreachable, Subject: subject, Message: oneLine(steady(err)), Err: err}
	var (
		moved    *movedError
		refused  *refusedError
		occupied *occupiedError
		at       *phaseError
		local    *fs.PathError
	)
	write := errors.As(err, &at) && at.phase == pushing
	switch {
	case errors.As(err, &refused):
		e.Kind, e.Message, e.Remedy = ErrRejected, refused.Error(), remedyFor(refused)
	case errors.As(err, &moved):
		e.Kind, e.Message = ErrRejected, moved.Error()+" again and again"
	case errors.As(err, &occupied):
		e.Kind, e.Remedy = ErrInvalid, "remove it from the repository"
	case errors.Is(err, ErrTooLarge):
		e.Kind, e.Message = ErrTooLarge, "it sent more than the bound without partial clone"
		e.Remedy = "enable uploadpack.allowFilter on the Git server, or raise the bound"
	case errors.Is(err, transport.ErrAuthenticationRequired), isSSHAuth(err):
		e.Kind, e.Remedy = ErrAuth, "correct the Secret named by spec.secretRef of the GitRepository"
	case errors.Is(err, transport.ErrAuthorizationFailed) && write:
		e.Kind, e.Remedy = ErrRejected, "give the credentials of the GitRepository write access, or name another GitRepository in spec.drift.report.gitRepositoryRef"
	case errors.Is(err, transport.ErrAuthorizationFailed):
		e.Kind, e.Remedy = ErrAuth, "give the credentials of the GitRepository access to the repository"
	case errors.Is(err, transport.ErrRepositoryNotFound):
		e.Kind, e.Remedy = ErrNotFound, "correct spec.url of the GitRepository, or give its credentials access: servers hide what they do not show"
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		e.Kind, e.Remedy = ErrNotFound, "the repository has no commits yet"
	case isUntrusted(err):
		e.Kind, e.Remedy = ErrUntrusted, "put the server's CA into ca.crt, or its host key into known_hosts, of the Secret of the GitRepository"
	case errors.As(err, &local):
		e.Kind, e.Remedy = ErrLocal, "give the manager a writable folder for temporary files with enough room"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.Message, e.Err = "no answer in time", ctx.Err()
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	}
	return e
}

// steady is the error's text without the ephemeral port of a broken connection:
// the same failure reads the same each time.
func steady(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Source != nil && op.Addr != nil {
		return op.Op + " " + op.Net + " " + op.Addr.String() + ": " + op.Err.Error()
	}
	return err.Error()
}

// remedyFor reads the words servers use for branch protection.
func remedyFor(r *refusedError) string {
	s := strings.ToLower(r.Error())
	switch {
	case strings.Contains(s, "protected"):
		return "allow the credentials of the GitRepository to push to this branch, or set another spec.drift.report.branch"
	case strings.Contains(s, "hook"):
		return "satisfy the server's hook, or set another spec.drift.report.branch"
	case strings.Contains(s, "read-only"), strings.Contains(s, "read only"), strings.Contains(s, "permission"):
		return "give the credentials of the GitRepository write access"
	}
	return "see the Git server's log for what it refuses"
}

// isSSHAuth: x/crypto/ssh has no type for it.
func isSSHAuth(err error) bool { return strings.Contains(err.Error(), "ssh: unable to authenticate") }

func isUntrusted(err error) bool {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		key       *knownhosts.KeyError
		revoked   *knownhosts.RevokedError
	)
	return errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid) ||
		errors.As(err, &verify) || errors.As(err, &key) || errors.As(err, &revoked)
}
