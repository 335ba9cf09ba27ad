// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// The kinds of failure a caller may want to tell apart, for use with errors.Is. An rpc-error from the
// server is none of these: see RPCErrors.
var (
	// ErrUnreachable says that no session could be established, or that it broke.
	ErrUnreachable = errors.New("unreachable")
	// ErrHostKey says that the server's host key is unknown, wrong or revoked. See HostKeyError.
	ErrHostKey = errors.New("host key not trusted")
	// ErrAuth says that the server refused the credentials, or that they cannot be used.
	ErrAuth = errors.New("authentication failed")
	// ErrTimeout says that the server did not answer before the deadline.
	ErrTimeout = errors.New("timeout")
	// ErrProtocol says that the server broke the NETCONF protocol: hello, framing, XML or message-id.
	ErrProtocol = errors.New("protocol violation")
	// ErrClosed says that the session was closed by us.
	ErrClosed = errors.New("session closed")
	// ErrUnsupported says that the server does not announce the capability that an operation needs.
	ErrUnsupported = errors.New("not supported by the server")
	// ErrInvalid says that a request or a configuration makes no sense, whatever the server.
	ErrInvalid = errors.New("invalid")
	// ErrNotificationsLost says that notifications came in faster than they were taken. See Subscription.
	ErrNotificationsLost = errors.New("notifications were lost")
	// ErrSubscriptionEnded says that no more notifications come, though the session lives.
	ErrSubscriptionEnded = errors.New("subscription ended")
)

// Error is a failure of one of the kinds above while doing Op with the server at Addr.
type Error struct {
	Kind error
	Op   string
	Addr string
	Err  error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Addr != "" {
		b.WriteString(" " + e.Addr)
	}
	b.WriteString(": " + e.Kind.Error())
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap makes both the kind and the cause visible to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

func unsupported(format string, args ...any) *Error {
	return &Error{Kind: ErrUnsupported, Err: fmt.Errorf(format, args...)}
}

func invalid(format string, args ...any) *Error {
	return &Error{Kind: ErrInvalid, Err: fmt.Errorf(format, args...)}
}

// contextError turns the end of ctx into an error: ErrTimeout for a deadline, the plain cause otherwise.
func contextError(ctx context.Context, op, addr string) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.DeadlineExceeded) {
		return &Error{Kind: ErrTimeout, Op: op, Addr: addr, Err: cause}
	}
	return fmt.Errorf("%s: %w", op, cause)
}
