// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"errors"
	"testing"
	"time"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

const token = "strowger/core/netconfd/main@0123456789ab/1"

// changer makes changes of the hostname that are to be confirmed.
type changer struct {
	t      *testing.T
	n      *stack.Netconfd
	e      target.Endpoint
	p      *target.Pool
	schema *yang.Schema
	method target.Method
	r      target.ApplyRequest
	u      target.Undo
}

func newChanger(t *testing.T, o stack.NetconfdOptions) *changer {
	c := &changer{t: t, n: netconfd(t, o)}
	c.e = target.Endpoint{Key: "core/netconfd", Address: c.n.Addr, SSH: sshConfig(c.n)}
	c.restarted()
	t.Cleanup(func() { c.p.Close() })
	c.schema = deviceSchema(t, c.p, c.e)
	found, err := c.p.Procedure(t.Context(), c.e)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", found)
	c.method = found.Method
	return c
}

// restarted is what another process is.
func (c *changer) restarted() {
	if c.p != nil {
		c.p.Close()
	}
	c.p = target.NewPool(target.Options{})
}

// change prepares a change, and commits it to be confirmed.
func (c *changer) change(name string, timeout time.Duration) target.ApplyResult {
	c.t.Helper()
	want := intended(c.t, c.schema, "/ietf-system:system/hostname", name)
	c.r = request(c.t, c.p, c.e, c.schema, want)
	seen := c.observed()
	c.u = target.Undo{Schema: c.schema, Filter: c.r.Filter, Before: seen.Digest()}
	if c.method == target.Reverse {
		edit, err := c.r.Plan.Reverse(seen).EditConfig()
		if err != nil {
			c.t.Fatal(err)
		}
		c.u.Edit = edit
	}
	if _, err := c.p.Prepare(c.t.Context(), c.e, token, c.r); err != nil {
		c.t.Fatal(err)
	}
	got, err := c.p.CommitConfirmed(c.t.Context(), c.e, token, c.r, target.Confirmation{Method: c.method, Timeout: timeout})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Logf("%v", got.RPCs)
	c.holds(name)
	return got
}

func (c *changer) observed() *yang.Tree {
	c.t.Helper()
	seen, err := c.p.Observe(c.t.Context(), c.e, c.r.Filter)
	if err != nil {
		c.t.Fatal(err)
	}
	return decoded(c.t, c.schema, seen.XML)
}

func (c *changer) holds(name string) {
	c.t.Helper()
	if d := c.observed().Get("/ietf-system:system/hostname"); d == nil && name != "" || d != nil && d.Value() != name {
		c.t.Errorf("running has %v, want %s", d, name)
	}
}

func (c *changer) confirm() target.Ending {
	c.t.Helper()
	end, err := c.p.Confirm(c.t.Context(), c.e, token, c.method, c.r)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Logf("%v", end.RPCs)
	return end
}

func (c *changer) cancel() target.Ending {
	c.t.Helper()
	end, err := c.p.Cancel(c.t.Context(), c.e, token, c.method, c.u)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Logf("%v", end.RPCs)
	if end.Observed.Digest() != c.u.Before {
		c.t.Error("it is not what it was before")
	}
	return end
}

// A change as a transaction on netconfd: what is confirmed stays, what is cancelled or not confirmed in time
// does not, and another process ends what one began.
func TestConfirmedChange(t *testing.T) {
	for name, o := range map[string]stack.NetconfdOptions{
		"candidate": {}, "candidate and startup": {Startup: true}, "running": {Target: "running", Startup: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChanger(t, o)
			persists := o.Target != "running"
			if (c.method == target.Persistent) != persists {
				t.Fatalf("method %s", c.method)
			}
			if got := c.change("confirmed", time.Minute); got.Repeated != persists {
				t.Errorf("repeated %t", got.Repeated)
			}
			if end := c.confirm(); end.Unknown || end.StartupSaved != o.Startup {
				t.Errorf("confirmed: %+v", end)
			}
			if end := c.confirm(); end.Unknown != persists {
				t.Errorf("confirmed again: %+v", end)
			}
			c.change("cancelled", time.Minute)
			if end := c.cancel(); end.Unknown {
				t.Errorf("cancelled: %+v", end)
			}
			c.cancel()
			c.holds("confirmed")
			c.change("kept-by-another", time.Minute)
			c.restarted()
			if end := c.confirm(); end.Unknown || end.StartupSaved != o.Startup {
				t.Errorf("confirmed by another: %+v", end)
			}
			c.change("cancelled-by-another", time.Minute)
			c.restarted()
			c.cancel()
			c.holds("kept-by-another")
			c.free(persists)
			if persists {
				c.expires()
			}
		})
	}
}

// free makes sure that no lock and no dirty candidate is left.
func (c *changer) free(candidate bool) {
	c.t.Helper()
	s := dial(c.t, c.n, sshConfig(c.n))
	stores := []netconf.Datastore{netconf.Running}
	if candidate {
		stores = append(stores, netconf.CandidateStore)
	}
	for _, ds := range stores {
		if err := errors.Join(s.Lock(c.t.Context(), ds), s.Unlock(c.t.Context(), ds)); err != nil {
			c.t.Errorf("a lock, a dirty candidate or a pending commit was left: %v", err)
		}
	}
	_ = s.Close(c.t.Context())
}

// expires waits for what nobody confirms. Not too impatiently: netconfd looks at its clock only when nobody has
// asked for anything for a second.
func (c *changer) expires() {
	c.t.Helper()
	c.change("expired", time.Second)
	began := time.Now()
	for c.observed().Digest() != c.u.Before {
		if time.Since(began) > time.Minute {
			c.t.Fatal("netconfd never took it back")
		}
		time.Sleep(1500 * time.Millisecond)
	}
	c.t.Logf("taken back after %s", time.Since(began).Round(100*time.Millisecond))
	if _, err := c.p.Confirm(c.t.Context(), c.e, token, c.method, c.r); target.ReasonOf(err) != target.CommitExpired {
		c.t.Errorf("confirmed too late: %v", err)
	}
	c.free(true)
}
