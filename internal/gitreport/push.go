// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxPushes bounds how often a push that is refused as a whole is tried in parts.
const maxPushes = 32

// mostBranches of one push: a forge that has work with each takes its time.
const mostBranches = 250

// push sends all new commits at once, or very many by parts. A server's hook refuses all branches of a push
// because of one: then halves are tried, until only the guilty are refused. The error
// is a *movedError where a branch moved, or that nothing could be pushed.
func (s *Session) push(ctx context.Context, changes []*change) error {
	waiting := slices.DeleteFunc(slices.Clone(changes), func(c *change) bool { return c.tip.IsZero() || c.written.Err != nil })
	s.pushes = 0
	var moved error
	for part := range slices.Chunk(waiting, mostBranches) {
		switch err := s.pushPart(ctx, part); {
		case errors.As(err, new(*movedError)):
			moved = err
		case err != nil:
			return err
		}
	}
	return moved
}

func (s *Session) pushPart(ctx context.Context, changes []*change) error {
	ctx, cancel := context.WithTimeout(ctx, s.w.timeout(s.access.Repository))
	defer cancel()
	err := s.pushAll(ctx, changes)
	if err == nil || errors.As(err, new(*movedError)) {
		return err
	}
	return classify(ctx, err, "")
}

func (s *Session) pushAll(ctx context.Context, changes []*change) error {
	if len(changes) == 0 {
		return nil
	}
	refused, err := s.send(ctx, changes)
	var whole *refusedError
	if errors.As(err, &whole) {
		refused = map[plumbing.ReferenceName]error{}
		for _, c := range changes {
			refused[c.ref] = whole
		}
	} else if err != nil {
		return err
	}
	if len(refused) == len(changes) && len(changes) > 1 && s.pushes < maxPushes && !allMoved(refused) {
		half := len(changes) / 2
		return errors.Join(s.pushAll(ctx, changes[:half]), s.pushAll(ctx, changes[half:]))
	}
	var moved error
	for _, c := range changes {
		err, ok := refused[c.ref]
		if !ok {
			c.written.Pushed = true
			continue
		}
		if err = s.movedOr(ctx, c, err); errors.As(err, new(*movedError)) {
			moved = err
		}
		c.fail(ctx, err)
	}
	return moved
}

func allMoved(refused map[plumbing.ReferenceName]error) bool {
	for _, err := range refused {
		if !errors.As(err, new(*movedError)) {
			return false
		}
	}
	return true
}

// send makes one push.
func (s *Session) send(ctx context.Context, changes []*change) (map[plumbing.ReferenceName]error, error) {
	commands := make([]command, 0, len(changes))
	seen := map[plumbing.Hash]bool{}
	var objects []plumbing.Hash
	for _, c := range changes {
		commands = append(commands, command{ref: c.ref, old: c.old, tip: c.tip})
		for _, h := range c.objects {
			if !seen[h] {
				seen[h] = true
				objects = append(objects, h)
			}
		}
	}
	pack, err := pack(s.made, objects)
	if err != nil {
		return nil, err
	}
	s.pushes++
	refused, err := s.remote.push(ctx, commands, pack, s.still)
	if err != nil && !errors.As(err, new(*refusedError)) {
		err = &phaseError{phase: pushing, err: err}
	}
	return refused, err
}

// movedOr tells a refusal because the branch moved from one that will stay, by looking
// at the branch again.
func (s *Session) movedOr(ctx context.Context, c *change, refused error) error {
	if errors.As(refused, new(*movedError)) {
		return refused
	}
	var answer *refusedError
	if errors.As(refused, &answer) && answer.busy() {
		return &movedError{branch: c.ref} // somebody else is just writing it
	}
	now, err := s.remote.refs(ctx)
	if err != nil {
		return refused
	}
	defer now.Close()
	if now.References[c.ref.String()] != c.old {
		return &movedError{branch: c.ref}
	}
	return &phaseError{phase: pushing, err: refused}
}
