// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"testing"
	"time"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/target"
)

// Changes of others are told, with their author; those of the pool are not.
func TestWatch(t *testing.T) {
	n := netconfd(t, stack.NetconfdOptions{})
	changes := make(chan target.Change, 100)
	p := target.NewPool(target.Options{OnChange: func(_ string, c target.Change) { changes <- c }})
	defer p.Close()
	e := target.Endpoint{Key: "core/netconfd", Address: n.Addr, SSH: sshConfig(n)}
	schema := deviceSchema(t, p, e)
	p.Watch(e)
	for p.Subscription(e.Key).Status != target.SubscriptionActive {
		if t.Context().Err() != nil || p.Subscription(e.Key).Status == target.SubscriptionUnsupported {
			t.Fatalf("got %+v", p.Subscription(e.Key))
		}
		time.Sleep(10 * time.Millisecond)
	}
	apply(t, p, e, schema, "ours", "n1")
	other := dial(t, n, sshConfig(n))
	must(t, other, netconf.DiscardChanges{}, edit("theirs"), netconf.Commit{})
	select { // had our own change been told, it would come first
	case c := <-changes:
		if c.SessionID != other.ID() || c.User != n.User || len(c.Edits) == 0 || c.Unseen {
			t.Errorf("got %+v; it was session %d", c, other.ID())
		}
	case <-time.After(20 * time.Second):
		t.Errorf("the change was not told: %+v", p.Subscription(e.Key))
	}
}
