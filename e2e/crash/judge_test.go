// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// hold brings a device to a version, as somebody would who takes only the given leaves.
func hold(t *testing.T, d *simulated, v version, leaves ...string) {
	t.Helper()
	tree := yang.NewTree(d.Model().Schema())
	values := map[string]string{"power": fmt.Sprint(int(v))}
	for _, name := range []string{"a", "b", fmt.Sprintf("v%d", v)} {
		values["neighbour[name='"+name+"']/offset"] = fmt.Sprint(int(v))
	}
	set := func(into *yang.Tree, leaf string) {
		if _, err := into.Set("/"+yangModule+":cell/"+leaf, values[leaf], yang.Origin{}, false); err != nil {
			t.Fatal(err)
		}
	}
	if len(leaves) == 0 {
		for leaf := range values {
			set(tree, leaf)
		}
		d.SetRunning(tree)
		return
	}
	if err := d.Edit(func(running *yang.Tree) error {
		for _, leaf := range leaves {
			set(running, leaf)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// What the devices hold is judged by what is on them: one that took a part of a change,
// and one that took it while another did not, are told from those that are as they shall be.
func TestLook(t *testing.T) {
	for name, c := range map[string]struct {
		first, second version
		part          []string
		became        end
		violated      bool
	}{
		"all old":         {first: 2, second: 2, became: endedOld},
		"all new":         {first: 3, second: 3, became: endedNew},
		"one of two":      {first: 3, second: 2, became: endedTorn, violated: true},
		"one the old":     {first: 2, second: 3, became: endedTorn, violated: true},
		"a leaf of it":    {first: 2, second: 2, part: []string{"power"}, became: endedTorn, violated: true},
		"something else":  {first: 7, second: 7, became: endedTorn, violated: true},
		"an entry's leaf": {first: 2, second: 2, part: []string{"neighbour[name='a']/offset"}, became: endedTorn, violated: true},
	} {
		t.Run(name, func(t *testing.T) {
			l := devicesOf(t, Persistent, Persistent)
			l.before, l.declared = 2, 3
			for i, v := range []version{c.first, c.second} {
				hold(t, l.devices[i].(*simulated), v)
			}
			if c.part != nil {
				hold(t, l.last().(*simulated), 3, c.part...)
			}
			became, violations := l.look(t.Context())
			if became != c.became || len(violations) > 0 != c.violated {
				t.Errorf("ended %q with violations %q, want %q, %v", became, violations, c.became, c.violated)
			}
		})
	}
}

// A configuration that a device had only for a moment is not forgotten.
func TestTears(t *testing.T) {
	l := devicesOf(t, Persistent)
	l.before, l.declared = 2, 3
	d := l.last().(*simulated)
	hold(t, d, 2)
	d.forget()
	hold(t, d, 3)
	if torn := l.tears(); len(torn) != 0 {
		t.Errorf("a change that was made at once is called torn: %q", torn)
	}
	hold(t, d, 2, "power")
	hold(t, d, 3)
	if torn := l.tears(); len(torn) != 1 {
		t.Errorf("a part of a change was there for a moment, and is not seen: %q", torn)
	}
}

// What a change leaves behind on a device is seen: locks, edits, pending commits, and what
// is not saved.
func TestLeft(t *testing.T) {
	edit := func(ctx context.Context, s *netconf.Session) error {
		store := netconf.CandidateStore
		if !s.Capabilities().Has(netconf.Candidate) {
			store = netconf.Running
		}
		return s.EditConfig(ctx, netconf.EditConfig{Target: store, Config: []byte(`<cell xmlns="` + cellNamespace + `"><power>9</power></cell>`)})
	}
	for name, c := range map[string]struct {
		kind Kind
		do   func(context.Context, *netconf.Session) error
		want string
	}{
		"nothing":   {Persistent, func(context.Context, *netconf.Session) error { return nil }, ""},
		"lock":      {Persistent, func(ctx context.Context, s *netconf.Session) error { return s.Lock(ctx, netconf.Running) }, "lock of running"},
		"candidate": {Persistent, edit, "uncommitted"},
		"not saved": {RunningOnly, edit, "startup"},
		"pending commit": {Persistent, func(ctx context.Context, s *netconf.Session) error {
			if err := edit(ctx, s); err != nil {
				return err
			}
			return s.Commit(ctx, netconf.Commit{Confirmed: true, Persist: "x"})
		}, "pending"},
	} {
		t.Run(name, func(t *testing.T) {
			l := devicesOf(t, c.kind)
			session, err := l.last().access().dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer session.Abort()
			if err := c.do(t.Context(), session); err != nil {
				t.Fatal(err)
			}
			left, err := l.last().left(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if said := strings.Join(left, "; "); c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("left %q, want %q", said, c.want)
			}
		})
	}
}

// devicesOf is a lane without a cluster.
func devicesOf(t *testing.T, kinds ...Kind) *lane {
	t.Helper()
	model, err := newModel()
	if err != nil {
		t.Fatal(err)
	}
	l := &lane{field: &field{}, kinds: kinds}
	for _, kind := range kinds {
		d, err := startSimulated(model, kind)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.close)
		l.devices = append(l.devices, d)
	}
	return l
}
