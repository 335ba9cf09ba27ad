// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// foreign is a device that is looked at through NETCONF, as anybody could.
type foreign struct {
	model *netconftest.Model
	at    access
}

func (d *foreign) access() access { return d.at }

func (d *foreign) close() {}

func (a access) dial(ctx context.Context) (*netconf.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	session, err := netconf.DialSSH(ctx, a.addr, netconf.SSHConfig{User: a.user, Password: a.password, KnownHosts: []byte(a.knownHosts)})
	if err != nil {
		return nil, fmt.Errorf("looking at the device %s: %w", a.addr, err)
	}
	return session, nil
}

// ask does something in a session of its own.
func (d *foreign) ask(ctx context.Context, do func(context.Context, *netconf.Session) error) error {
	session, err := d.at.dial(ctx)
	if err != nil {
		return err
	}
	defer session.Abort()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := do(ctx, session); err != nil {
		return fmt.Errorf("looking at the device %s: %w", d.at.addr, err)
	}
	return session.Close(ctx)
}

func (d *foreign) read(ctx context.Context, s *netconf.Session, from netconf.Datastore) (string, error) {
	data, err := s.GetConfig(ctx, from, []byte(`<cell xmlns="`+cellNamespace+`"/>`))
	if err != nil {
		return "", err
	}
	config := append(append([]byte("<config>"), data...), "</config>"...)
	tree, _, errs := yang.DecodeXML(d.model.Schema(), bytes.NewReader(config), yang.XMLOptions{ConfigOnly: true})
	if err := errs.Err(); err != nil {
		return "", err
	}
	return shape(tree), nil
}

func (d *foreign) running(ctx context.Context) (now string, err error) {
	err = d.ask(ctx, func(ctx context.Context, s *netconf.Session) error {
		now, err = d.read(ctx, s, netconf.Running)
		return err
	})
	return now, err
}

// left asks for the locks, which are denied while others hold them, and cancels a commit by
// a token that nobody has: what the device says against it tells whether one is pending.
func (d *foreign) left(ctx context.Context) ([]string, error) {
	var out []string
	err := d.ask(ctx, func(ctx context.Context, s *netconf.Session) error {
		for _, name := range []netconf.Datastore{netconf.Running, netconf.CandidateStore} {
			var refusal *netconf.RPCError
			switch err := s.Lock(ctx, name); {
			case errors.As(err, &refusal):
				out = append(out, fmt.Sprintf("%s cannot be locked: %v", name, err))
			case err != nil:
				return err
			}
		}
		running, err := d.read(ctx, s, netconf.Running)
		if err != nil {
			return err
		}
		candidate, err := d.read(ctx, s, netconf.CandidateStore)
		if err == nil && candidate != running {
			out = append(out, fmt.Sprintf("candidate holds %s, running %s", candidate, running))
		}
		return err
	})
	return out, err
}
