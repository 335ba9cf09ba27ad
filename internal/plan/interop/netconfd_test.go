// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package interop

import (
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/difftest"
	"github.com/strowger/strowger/internal/yang/validate"
)

const module = "strowger-plan"

func compile(t *testing.T, files ...string) *yang.Schema {
	t.Helper()
	var sources []yang.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, yang.Source{Name: file, Data: text})
	}
	s := yang.Compile(sources, yang.Options{})
	for _, p := range s.Problems() {
		t.Fatal(p)
	}
	return s
}

// server is a datastore of netconfd.
type server struct {
	*netconf.Session
	t         *testing.T
	schema    *yang.Schema
	candidate bool
}

// startServer starts netconfd with our module, or skips the test where there is none.
func startServer(t *testing.T, s *yang.Schema, datastore string) *server {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT TESTED: netconfd behind sshd needs root")
	}
	for _, program := range []string{"/usr/sbin/netconfd", "/usr/sbin/netconf-subsystem", "/usr/sbin/sshd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT TESTED: %s is not installed: make deps", program)
		}
	}
	folder, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	n, stop, err := stack.StartNetconfd(t.Context(), stack.Options{Log: t.Output(), Netconfd: stack.NetconfdOptions{
		Target: datastore, Modules: []string{module}, ModulePath: folder}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	session, err := netconf.DialSSH(t.Context(), n.Addr, netconf.SSHConfig{User: n.User, Password: n.Password, KnownHosts: []byte(n.KnownHosts)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close(context.Background()) })
	return &server{Session: session, t: t, schema: s, candidate: datastore == "candidate"}
}

// send makes an edit. It is not validated first: netconfd then loses the commit.
func (s *server) send(edit []byte) error {
	if len(edit) == 0 {
		return nil
	}
	r := netconf.EditConfig{Target: netconf.Running, DefaultOperation: "merge", Config: edit}
	if s.candidate {
		r.Target = netconf.CandidateStore
	}
	if err := s.EditConfig(s.t.Context(), r); err != nil || !s.candidate {
		return err
	}
	return s.Commit(s.t.Context(), netconf.Commit{})
}

// read returns all of our module that the server has.
func (s *server) read() *yang.Tree {
	s.t.Helper()
	filter := fmt.Sprintf(`<plan xmlns=%[1]q/><interface xmlns=%[1]q/>`, s.schema.Module(module).Namespace)
	data, err := s.GetConfig(s.t.Context(), netconf.Running, []byte(filter))
	if err != nil {
		s.t.Fatal(err)
	}
	tree, unknown, errs := yang.DecodeXML(s.schema, bytes.NewReader(data), yang.XMLOptions{ConfigOnly: true})
	if len(errs) > 0 || len(unknown) > 0 {
		s.t.Fatalf("%v %v in\n%s", errs, unknown, data)
	}
	return tree
}

// next returns a valid random tree that has something in common with another.
func next(g *difftest.Generator, r *rand.Rand, from *yang.Tree) *yang.Tree {
	for {
		to := from.Clone()
		var gone []*yang.Data
		to.Walk(func(d *yang.Data) bool {
			if r.Intn(5) == 0 {
				gone = append(gone, d)
				return false
			}
			return true
		})
		for _, d := range gone {
			to.Remove(d)
		}
		to.Merge(g.Tree(r))
		if len(validate.Complete(to)) == 0 {
			return to
		}
	}
}

// nextAppended is next, such that the plans there and back put new entries of ordered-by
// user lists at the end and move none: the server ignores insert="first" and refuses
// "after".
func nextAppended(g *difftest.Generator, r *rand.Rand, from *yang.Tree) (*yang.Tree, *plan.Plan) {
	for {
		to := next(g, r, from)
		p := plan.Compare(to, from, plan.Options{})
		if inserts(p) == 0 && inserts(p.Reverse(from)) == 0 {
			return to, p
		}
	}
}

// text is what there is in a tree: empty containers without presence do not count, nor,
// unless wanted, leafs that have their default.
func text(t *yang.Tree, defaults bool) string {
	t = t.Clone()
	var left []*yang.Data
	t.Walk(func(d *yang.Data) bool {
		n := d.Node()
		implied := !defaults && slices.Contains(n.Defaults(), d.Value())
		if implied || d.Vacant() {
			left = append(left, d)
		}
		return true
	})
	for _, d := range slices.Backward(left) {
		t.Remove(d)
	}
	return string(difftest.XML(t))
}

// TestNetconfd walks from one random configuration to the next: each plan must lead the
// server there, its reverse back, and the plan forward again.
func TestNetconfd(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT TESTED: a real server takes its time")
	}
	const steps = 40
	for _, datastore := range []string{"running", "candidate"} {
		t.Run(datastore, func(t *testing.T) {
			s := startServer(t, compile(t, filepath.Join("testdata", module+".yang")), datastore)
			g := &difftest.Generator{Schema: s.schema, Size: 60}
			have := s.read()
			changes := 0
			for seed := range int64(steps) {
				want, p := nextAppended(g, rand.New(rand.NewSource(seed)), have)
				changes += len(p.Changes)
				there := s.step(seed, forward, have, want, p)
				s.step(seed, back, there, have, p.Reverse(have))
				have = s.step(seed, again, have, want, p)
				if t.Failed() {
					return
				}
			}
			t.Logf("%d plans with %d changes applied, undone and applied again", steps, changes)
		})
	}
}

const (
	forward = "forward"
	back    = "back"
	again   = "forward again"
)

// step applies a plan and returns what the server has then. Back it must have exactly
// what it had, forward what is the same in effect.
func (s *server) step(seed int64, direction string, from, want *yang.Tree, p *plan.Plan) *yang.Tree {
	s.t.Helper()
	exactly := direction == back
	edit, err := p.EditConfig()
	if err != nil {
		s.t.Fatalf("seed %d, %s: %v", seed, direction, err)
	}
	if err := s.send(edit); err != nil {
		s.t.Fatalf("seed %d, %s: %v\nfrom:\n%s\nplan:\n%s\nedit:\n%s", seed, direction, err, text(from, true), p, edit)
	}
	got := s.read()
	if d := cmp.Diff(text(want, exactly), text(got, exactly)); d != "" {
		s.t.Fatalf("seed %d, %s (-want +got):\n%s\nplan:\n%s\nedit:\n%s", seed, direction, d, p, edit)
	}
	if left := plan.Compare(want, got, plan.Options{}); !left.Empty() {
		s.t.Fatalf("seed %d, %s: still to do:\n%s", seed, direction, left)
	}
	return got
}
