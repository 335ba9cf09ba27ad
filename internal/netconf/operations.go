// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Datastore is the name of a configuration datastore in an operation's source or target.
type Datastore string

// The datastores of RFC 6241.
const (
	Running        Datastore = "running"
	CandidateStore Datastore = "candidate"
	StartupStore   Datastore = "startup"
)

// Get returns state and configuration that the subtree filter selects; a nil filter selects all. See
// GetConfig for the result.
func (s *Session) Get(ctx context.Context, filter []byte) ([]byte, error) {
	return s.data(ctx, "<get>"+subtreeFilter(filter)+"</get>")
}

// GetConfig returns the configuration in ds that the subtree filter selects. A nil filter selects all; an
// empty one selects nothing. The result is a document with the root element data, which declares every
// prefix in scope; memory of the result is the caller's.
func (s *Session) GetConfig(ctx context.Context, ds Datastore, filter []byte) ([]byte, error) {
	return s.data(ctx, "<get-config><source><"+string(ds)+"/></source>"+subtreeFilter(filter)+"</get-config>")
}

// subtreeFilter wraps the content of a subtree filter (RFC 6241 section 6).
func subtreeFilter(content []byte) string {
	if content == nil {
		return ""
	}
	return `<filter type="subtree">` + string(content) + "</filter>"
}

func (s *Session) data(ctx context.Context, method string) ([]byte, error) {
	reply, err := s.Exec(ctx, RawMethod(method))
	if err != nil {
		return nil, err
	}
	if reply.Data() == nil {
		return nil, &Error{Kind: ErrProtocol, Op: methodName(method), Addr: s.peer, Err: errors.New("the reply has no data element")}
	}
	return reply.Data(), nil
}

// EditConfigRequest is an edit-config (RFC 6241 section 7.2). Empty options are not sent; the server's
// defaults then apply.
type EditConfigRequest struct {
	Target           Datastore
	DefaultOperation string // merge, replace, none
	TestOption       string // test-then-set, set, test-only; needs :validate
	ErrorOption      string // stop-on-error, continue-on-error, rollback-on-error
	Config           []byte // the content of the config element
}

// EditConfig sends an edit-config.
func (s *Session) EditConfig(ctx context.Context, r EditConfigRequest) error {
	return s.ok(ctx, r.method())
}

func (r EditConfigRequest) method() string {
	var b strings.Builder
	b.Grow(len(r.Config) + 256)
	b.WriteString("<edit-config><target><" + string(r.Target) + "/></target>")
	writeLeaf(&b, "default-operation", r.DefaultOperation)
	writeLeaf(&b, "test-option", r.TestOption)
	writeLeaf(&b, "error-option", r.ErrorOption)
	b.WriteString("<config>")
	b.Write(r.Config)
	b.WriteString("</config></edit-config>")
	return b.String()
}

// ok executes a method that is answered with <ok/>. Servers that answer with nothing are believed too.
func (s *Session) ok(ctx context.Context, method string) error {
	_, err := s.Exec(ctx, RawMethod(method))
	return err
}

// Lock locks a datastore for this session. Someone else's lock is an RPCError with TagLockDenied.
func (s *Session) Lock(ctx context.Context, ds Datastore) error {
	return s.ok(ctx, "<lock><target><"+string(ds)+"/></target></lock>")
}

// Unlock frees the lock of this session.
func (s *Session) Unlock(ctx context.Context, ds Datastore) error {
	return s.ok(ctx, "<unlock><target><"+string(ds)+"/></target></unlock>")
}

// DiscardChanges makes the candidate equal to running.
func (s *Session) DiscardChanges(ctx context.Context) error { return s.ok(ctx, "<discard-changes/>") }

// Validate has the server validate a datastore.
func (s *Session) Validate(ctx context.Context, ds Datastore) error {
	return s.ok(ctx, "<validate><source><"+string(ds)+"/></source></validate>")
}

// CommitOptions are those of commit (RFC 6241 section 8.4). The zero value is a plain commit.
type CommitOptions struct {
	Confirmed      bool
	ConfirmTimeout time.Duration // rounded up to seconds; 0 leaves it to the server (600 s)
	Persist        string        // with Confirmed: the token that confirms or cancels from any session
	PersistID      string        // the token given before
}

// Commit makes the candidate the running configuration.
func (s *Session) Commit(ctx context.Context, o CommitOptions) error {
	var b strings.Builder
	b.WriteString("<commit>")
	if o.Confirmed {
		b.WriteString("<confirmed/>")
		if o.ConfirmTimeout > 0 {
			seconds := (o.ConfirmTimeout + time.Second - 1) / time.Second
			writeLeaf(&b, "confirm-timeout", strconv.FormatInt(int64(seconds), 10))
		}
		writeLeaf(&b, "persist", o.Persist)
	}
	writeLeaf(&b, "persist-id", o.PersistID)
	b.WriteString("</commit>")
	return s.ok(ctx, b.String())
}

// CancelCommit cancels a confirmed commit, of this session or of the persist token.
func (s *Session) CancelCommit(ctx context.Context, persistID string) error {
	var b strings.Builder
	b.WriteString("<cancel-commit>")
	writeLeaf(&b, "persist-id", persistID)
	b.WriteString("</cancel-commit>")
	return s.ok(ctx, b.String())
}

// CopyConfig overwrites a datastore with another.
func (s *Session) CopyConfig(ctx context.Context, target, source Datastore) error {
	return s.ok(ctx, "<copy-config><target><"+string(target)+"/></target><source><"+string(source)+"/></source></copy-config>")
}

// DeleteConfig deletes a datastore; running cannot be deleted.
func (s *Session) DeleteConfig(ctx context.Context, ds Datastore) error {
	return s.ok(ctx, "<delete-config><target><"+string(ds)+"/></target></delete-config>")
}

// KillSession ends another session.
func (s *Session) KillSession(ctx context.Context, id uint64) error {
	return s.ok(ctx, "<kill-session><session-id>"+strconv.FormatUint(id, 10)+"</session-id></kill-session>")
}

// GetSchema returns a module's text in YANG (RFC 6022 section 3.1). An empty version leaves the choice to
// the server.
func (s *Session) GetSchema(ctx context.Context, name, version string) ([]byte, error) {
	call, err := s.StartGetSchema(ctx, name, version)
	if err != nil {
		return nil, err
	}
	return call.Text(ctx)
}

// SchemaCall is a get-schema whose reply is awaited.
type SchemaCall struct{ call *Call }

// StartGetSchema sends a get-schema without waiting for its reply, so that several can be under way.
func (s *Session) StartGetSchema(ctx context.Context, name, version string) (*SchemaCall, error) {
	var b strings.Builder
	b.WriteString(`<get-schema xmlns="` + MonitoringNamespace + `">`)
	writeLeaf(&b, "identifier", name)
	writeLeaf(&b, "version", version)
	writeLeaf(&b, "format", "yang")
	b.WriteString("</get-schema>")
	call, err := s.Start(ctx, RawMethod(b.String()))
	if err != nil {
		return nil, err
	}
	return &SchemaCall{call: call}, nil
}

// Text waits for the reply and returns the module's text.
func (c *SchemaCall) Text(ctx context.Context) ([]byte, error) {
	reply, err := c.call.Wait(ctx)
	if err != nil {
		return nil, err
	}
	text, err := characterData(reply.Data())
	if err != nil {
		return nil, &Error{Kind: ErrProtocol, Op: "get-schema", Addr: c.call.session.peer, Err: err}
	}
	return text, nil
}

// characterData returns the text of an element, entities and CDATA resolved.
func characterData(element []byte) ([]byte, error) {
	if element == nil {
		return nil, errors.New("the reply has no data element")
	}
	d := xml.NewDecoder(bytes.NewReader(element))
	var text []byte
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		if part, ok := token.(xml.CharData); ok {
			text = append(text, part...)
		}
	}
}

func writeLeaf(b *strings.Builder, name, value string) {
	if value == "" {
		return
	}
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(value)) // a Builder does not fail
	b.WriteString("</" + name + ">")
}
