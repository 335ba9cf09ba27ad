// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/strowger/strowger/internal/netconf"
)

const (
	configChanges   = `<netconf-config-change xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"/>`
	changesModule   = "ietf-netconf-notifications"
	pushModule      = "ietf-yang-push"
	onChangeFeature = "on-change"
)

var (
	errNoChanges = fmt.Errorf("%w: the NF announces neither notifications of changes (RFC 5277 with RFC 6470) nor on-change push (RFC 8641)",
		netconf.ErrUnsupported)
	errNoInterleave = fmt.Errorf("%w: the NF calls home and lacks :interleave, so that its one session could do nothing but notify",
		netconf.ErrUnsupported)
	// errNeedsSession says that the subscription needs a session of its own.
	errNeedsSession = errors.New("the NF lacks :interleave")
)

// feed is a subscription, and the session that bears it.
type feed struct {
	*netconf.Subscription
	session *netconf.Session
	// apart says that the session serves nothing else.
	apart bool
}

// subscribe subscribes to the changes of an NF, on its session where that can still serve for other things.
func (p *Pool) subscribe(ctx context.Context, e Endpoint) (*feed, error) {
	var f *feed
	err := p.with(ctx, e, "subscribe", func(l *link) error {
		var err error
		if f, err = l.subscribe(ctx); err == nil {
			l.device.watched = f.session
		}
		return err
	})
	if !errors.Is(err, errNeedsSession) {
		return f, err
	}
	if e.CallHome {
		return nil, e.fail("subscribe", errNoInterleave)
	}
	return p.subscribeApart(ctx, e)
}

// subscribe prefers netconf-config-change to on-change push: only the former tells who made a change.
func (l *link) subscribe(ctx context.Context) (*feed, error) {
	facts, err := l.knownFacts(ctx)
	if err != nil {
		return nil, err
	}
	f := &feed{session: l.Session}
	switch capabilities := l.Capabilities(); {
	case capabilities.Has(netconf.Notification) && l.announces(facts, changesModule, ""):
		if !capabilities.Has(netconf.Interleave) {
			return nil, errNeedsSession
		}
		f.Subscription, err = subscribeStream(ctx, l.Session, l.timeout)
	case l.announces(facts, pushModule, onChangeFeature):
		err = l.rpc(ctx, "establish-subscription", func(ctx context.Context) error {
			f.Subscription, err = l.Establish(ctx, netconf.EstablishSubscription{
				Datastore: netconf.NMDARunning, OnChange: &netconf.OnChange{NoSyncOnStart: true},
			})
			return err
		})
	default:
		err = errNoChanges
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// announces says whether the NF announces a module, with a feature if one is named: in its YANG library, or in
// its hello, where modules of the protocol stand that some leave out of the library.
func (l *link) announces(facts Facts, module, feature string) bool {
	has := func(name string, features []string) bool {
		return name == module && (feature == "" || slices.Contains(features, feature))
	}
	return slices.ContainsFunc(facts.Modules, func(m Module) bool { return m.Implemented && has(m.Name, m.Features) }) ||
		slices.ContainsFunc(l.Capabilities().Modules(), func(m netconf.AnnouncedModule) bool { return has(m.Name, m.Features) })
}

// subscribeApart subscribes on a session that serves nothing else.
func (p *Pool) subscribeApart(ctx context.Context, e Endpoint) (*feed, error) {
	session, err := p.dial(ctx, e)
	if err != nil {
		return nil, e.fail("connect", err)
	}
	p.traceSession(e.Key, session)
	sub, err := subscribeStream(ctx, session, e.rpcTimeout())
	if err != nil {
		session.Abort()
		return nil, e.fail("subscribe", err)
	}
	return &feed{Subscription: sub, session: session, apart: true}, nil
}

// subscribeStream subscribes to the changes that the stream NETCONF tells of.
func subscribeStream(ctx context.Context, session *netconf.Session, timeout time.Duration) (*netconf.Subscription, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return session.Subscribe(ctx, netconf.CreateSubscription{Filter: netconf.Subtree([]byte(configChanges))})
}

// end ends the subscription; on the NF too, where it would otherwise outlive our interest in it.
func (f *feed) end(p *Pool, key string) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	switch {
	case f.apart:
		_ = f.session.Close(ctx)
		return
	case f.session.Err() != nil:
		return
	}
	err := f.Cancel(ctx)
	d := p.current(key)
	if d == nil {
		return
	}
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	if d.watched == f.session {
		d.watched = nil
	}
	if f.ID() != 0 && err == nil {
		return
	}
	if d.session != f.session {
		return
	}
	if h := d.held(); h != nil {
		h.dropLater = true // the end of the session would end the change
		return
	}
	d.drop() // a subscription of RFC 5277 ends with its session only
}
