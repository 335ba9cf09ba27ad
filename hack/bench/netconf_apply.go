// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/hack/bench/client"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// roundTrip is what the slow link takes, there and back.
const roundTrip = 100 * time.Millisecond

// plainTrips are the round trips of an apply that nobody has to confirm.
const plainTrips = 4

// applied counts the round trips of an apply over a slow link: how often its time holds
// that of one.
func applied(ctx context.Context, _ int) (figure, error) { return counted(ctx, (*applier).apply) }

// confirmed counts those of a change that is prepared, committed and confirmed.
func confirmed(ctx context.Context, _ int) (figure, error) { return counted(ctx, (*applier).confirm) }

// change gives the NF a name, and returns how long that took.
type change func(a *applier, ctx context.Context, name string) (time.Duration, error)

func counted(ctx context.Context, change change) (figure, error) {
	// One of its own: netconfd 2.13 does not survive that its modules are read twice.
	n, stop, err := stack.StartNetconfd(ctx, stack.Options{})
	if err != nil {
		return figure{}, err
	}
	defer stop()
	link, err := newSlowLink(ctx, n.Addr)
	if err != nil {
		return figure{}, err
	}
	defer link.listener.Close()
	a, err := newApplier(ctx, client.Server{User: n.User, Password: n.Password}, link.listener.Addr().String())
	if err != nil {
		return figure{}, err
	}
	defer a.pool.Close()
	// The first one finds out what the server is like.
	if _, err := change(a, ctx, "first"); err != nil {
		return figure{}, err
	}
	link.delay.Store(int64(roundTrip / 2))
	took, err := change(a, ctx, "second")
	return figure{Kind: trips, Time: took, Units: int(took / roundTrip)}, err
}

// applier makes changes on an NF, as the controllers do.
type applier struct {
	pool     *target.Pool
	endpoint target.Endpoint
	schema   *yang.Schema
}

func newApplier(ctx context.Context, server client.Server, addr string) (*applier, error) {
	a := &applier{pool: target.NewPool(target.Options{}), endpoint: target.Endpoint{Key: "bench/netconfd", Address: addr,
		SSH: target.SSHConfig{User: server.User, Password: server.Password, InsecureSkipHostKeyVerification: true}}} // the link's address is in no known_hosts
	sources, refs, err := a.pool.Schema(ctx, a.endpoint)
	if err != nil {
		a.pool.Close()
		return nil, err
	}
	a.schema = yang.Compile(sources, yang.Options{Implement: refs})
	return a, nil
}

// apply makes the change at once.
func (a *applier) apply(ctx context.Context, name string) (time.Duration, error) {
	r, err := a.request(ctx, name)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = a.pool.Apply(ctx, a.endpoint, r)
	return time.Since(began), err
}

// confirm makes the change to be confirmed, and confirms it without waiting for anything.
func (a *applier) confirm(ctx context.Context, name string) (time.Duration, error) {
	const token = "strowger/bench"
	r, err := a.request(ctx, name)
	if err != nil {
		return 0, err
	}
	p, err := a.pool.Procedure(ctx, a.endpoint)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err = a.pool.Prepare(ctx, a.endpoint, token, r); err != nil {
		return 0, err
	}
	if _, err = a.pool.CommitConfirmed(ctx, a.endpoint, token, r, target.Confirmation{Method: p.Method, Timeout: time.Minute}); err != nil {
		return 0, err
	}
	_, err = a.pool.Confirm(ctx, a.endpoint, token, p.Method, r)
	return time.Since(began), err
}

// request is the change that gives the NF a name.
func (a *applier) request(ctx context.Context, name string) (target.ApplyRequest, error) {
	want := yang.NewTree(a.schema)
	if _, err := want.Set("/ietf-system:system/hostname", name, yang.Origin{}, false); err != nil {
		return target.ApplyRequest{}, err
	}
	filter := plan.Filter(a.schema, plan.Inventory{}, want)
	seen, err := a.pool.Observe(ctx, a.endpoint, filter)
	if err != nil {
		return target.ApplyRequest{}, err
	}
	observed, _, errs := yang.DecodeXML(a.schema, bytes.NewReader(seen.XML), yang.XMLOptions{IgnoreUnknown: true, ConfigOnly: true})
	if err := errs.Err(); err != nil {
		return target.ApplyRequest{}, err
	}
	owned := plan.Own(plan.Inventory{}, want, observed)
	p := plan.Diff(want, observed, owned, plan.Options{})
	if p.Empty() {
		return target.ApplyRequest{}, fmt.Errorf("the hostname is %q already", name)
	}
	return target.ApplyRequest{Schema: a.schema, Plan: p, Filter: filter, Intended: want, Owned: owned}, nil
}

// slowLink passes connections on, and each byte after a delay, in nanoseconds.
type slowLink struct {
	listener net.Listener
	delay    atomic.Int64
}

func newSlowLink(ctx context.Context, to string) (*slowLink, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &slowLink{listener: listener}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := (&net.Dialer{}).DialContext(ctx, "tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			go l.carry(near, far)
			go l.carry(far, near)
		}
	}()
	return l, nil
}

// carry passes on what one side sends. What is under way holds up nothing behind it.
func (l *slowLink) carry(from io.Reader, to io.WriteCloser) {
	type parcel struct {
		due  time.Time
		data []byte
	}
	road := make(chan parcel, 1024)
	go func() {
		defer to.Close()
		for p := range road {
			time.Sleep(time.Until(p.due))
			_, _ = to.Write(p.data) // the other direction ends when nobody reads
		}
	}()
	defer close(road)
	for {
		data := make([]byte, 16<<10)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		road <- parcel{time.Now().Add(time.Duration(l.delay.Load())), data[:n]}
	}
}
