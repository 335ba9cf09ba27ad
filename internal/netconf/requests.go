// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import "context"

// This file holds the operations that are waited for; each is a Method that can be started as well.

// Get returns state and configuration that the subtree filter selects; a nil filter selects all. See
// GetConfig for the result.
func (s *Session) Get(ctx context.Context, filter []byte) ([]byte, error) {
	return s.data(ctx, Get{Filter: subtreeOrAll(filter)})
}

// GetConfig returns the configuration in ds that the subtree filter selects. A nil filter selects all; an
// empty one selects nothing. The result is a document with the root element data, which declares every
// prefix in scope; memory of the result is the caller's.
func (s *Session) GetConfig(ctx context.Context, ds Datastore, filter []byte) ([]byte, error) {
	return s.data(ctx, GetConfig{Source: ds, Filter: subtreeOrAll(filter)})
}

// GetData returns the content of an NMDA datastore; see GetConfig for the result.
func (s *Session) GetData(ctx context.Context, o GetData) ([]byte, error) { return s.data(ctx, o) }

func subtreeOrAll(content []byte) Filter {
	if content == nil {
		return Filter{}
	}
	return Subtree(content)
}

func (s *Session) data(ctx context.Context, method Method) ([]byte, error) {
	call, err := s.Start(ctx, method)
	if err != nil {
		return nil, err
	}
	reply, err := call.Wait(ctx)
	if err != nil {
		return nil, err
	}
	if reply.Data() == nil {
		return nil, call.noData()
	}
	return reply.Data(), nil
}

// ok executes a method that is answered with <ok/>. Servers that answer with nothing are believed too.
func (s *Session) ok(ctx context.Context, method Method) error {
	_, err := s.Exec(ctx, method)
	return err
}

// EditConfig changes a configuration.
func (s *Session) EditConfig(ctx context.Context, o EditConfig) error { return s.ok(ctx, o) }

// EditData changes an NMDA datastore.
func (s *Session) EditData(ctx context.Context, o EditData) error { return s.ok(ctx, o) }

// CopyConfig overwrites a datastore with another.
func (s *Session) CopyConfig(ctx context.Context, target, source Datastore) error {
	return s.ok(ctx, CopyConfig{Target: target, Source: source})
}

// DeleteConfig deletes a datastore; running cannot be deleted.
func (s *Session) DeleteConfig(ctx context.Context, ds Datastore) error {
	return s.ok(ctx, DeleteConfig{ds})
}

// Lock locks a datastore for this session. Someone else's lock is an RPCError with TagLockDenied.
func (s *Session) Lock(ctx context.Context, ds Datastore) error { return s.ok(ctx, Lock{ds}) }

// Unlock frees the lock of this session.
func (s *Session) Unlock(ctx context.Context, ds Datastore) error { return s.ok(ctx, Unlock{ds}) }

// Validate has the server validate a datastore.
func (s *Session) Validate(ctx context.Context, ds Datastore) error {
	return s.ok(ctx, Validate{Source: ds})
}

// Commit makes the candidate the running configuration.
func (s *Session) Commit(ctx context.Context, o Commit) error { return s.ok(ctx, o) }

// CancelCommit cancels a confirmed commit, of this session or of the persist token.
func (s *Session) CancelCommit(ctx context.Context, persistID string) error {
	return s.ok(ctx, CancelCommit{persistID})
}

// DiscardChanges makes the candidate equal to running.
func (s *Session) DiscardChanges(ctx context.Context) error { return s.ok(ctx, DiscardChanges{}) }

// KillSession ends another session.
func (s *Session) KillSession(ctx context.Context, id uint64) error {
	return s.ok(ctx, KillSession{id})
}

// GetSchema returns a module's text in YANG. An empty version leaves the choice to the server.
func (s *Session) GetSchema(ctx context.Context, name, version string) ([]byte, error) {
	call, err := s.Start(ctx, GetSchema{Identifier: name, Version: version})
	if err != nil {
		return nil, err
	}
	return call.Text(ctx)
}
