// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import "context"

// Program is a further process beside the components, such as the operator or a simulated device.
type Program struct {
	// Name is that of its log and pid file.
	Name string
	// Path, Args and Env (beside our own environment) say what is run, and Dir where.
	Path string
	Args []string
	Env  []string
	Dir  string
	// Ready returns nil when the program does its job; nil means at once.
	Ready func(context.Context) error
}

// Run starts a program and returns when it is ready. It ends with the stack, before the components do.
func (cp *ControlPlane) Run(ctx context.Context, p Program) (*Service, error) {
	ready := p.Ready
	if ready == nil {
		ready = func(context.Context) error { return nil }
	}
	svc := cp.supervisor.add(&Service{name: p.Name, path: p.Path, args: p.Args, env: p.Env, dir: p.Dir, ready: ready})
	return svc, svc.Start(ctx)
}

// Kill ends the process at once, without asking, as a crash would. It can be started again.
func (s *Service) Kill() {
	s.mu.Lock()
	p := s.process
	s.mu.Unlock()
	if p == nil {
		return
	}
	_ = p.Kill()
	<-p.exited
	s.Stop()
}

// FreeAddrs returns n different loopback addresses, host:port, on which no server listens.
func FreeAddrs(n int) ([]string, error) { return freeAddrs(n) }
