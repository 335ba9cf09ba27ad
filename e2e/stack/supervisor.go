// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
)

// supervisor owns the processes of one stack and ends them, whatever happens to the program that started them:
// on Stop, those that serve others last; on SIGINT and SIGTERM likewise, before the signal takes its usual course; and on a
// panic or a SIGKILL through the kernel, which ends a child when the thread that started it ends.
type supervisor struct {
	dir     string
	log     io.Writer
	spawn   chan func()
	done    chan struct{}
	signals chan os.Signal

	mu       sync.Mutex
	services []*Service
	cleanups []func()
	stopping sync.Once
}

// newSupervisor makes the folders for logs and pid files and starts to listen for signals.
func newSupervisor(dir string, log io.Writer) (*supervisor, error) {
	for _, sub := range []string{"logs", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("making the folder of the stack: %w", err)
		}
	}
	s := &supervisor{
		dir:     dir,
		log:     &syncWriter{w: log},
		spawn:   make(chan func()),
		done:    make(chan struct{}),
		signals: make(chan os.Signal, 1),
	}
	go s.spawnLoop()
	signal.Notify(s.signals, os.Interrupt, syscall.SIGTERM)
	go s.signalLoop()
	return s, nil
}

// spawnLoop starts processes from one thread that lives as long as the stack: the kernel ties the parent-death
// signal to the thread, not to the process, that started the child. When the stack is stopped the thread ends too,
// and with it a child that was started too late to be stopped.
func (s *supervisor) spawnLoop() {
	runtime.LockOSThread()
	for {
		select {
		case start := <-s.spawn:
			start()
		case <-s.done:
			return
		}
	}
}

// signalLoop stops the stack on a signal and then raises it again, so that whoever else handles it does, or the
// program ends as it would have.
func (s *supervisor) signalLoop() {
	sig, ok := <-s.signals
	if !ok {
		return
	}
	say(s.log, "%s: stopping every process", sig)
	s.stop()
	if number, ok := sig.(syscall.Signal); ok {
		_ = syscall.Kill(os.Getpid(), number)
	}
}

// onThread runs f on the thread that starts processes and returns what it returned.
func (s *supervisor) onThread(f func() error) error {
	result := make(chan error, 1)
	select {
	case s.spawn <- func() { result <- f() }:
		return <-result
	case <-s.done:
		return errors.New("the stack has been stopped")
	}
}

// add registers a service to be stopped with the stack; it is not started.
func (s *supervisor) add(svc *Service) *Service {
	svc.supervisor = s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.services = append(s.services, svc)
	return svc
}

// cleanup registers a function that runs after all services have been stopped.
func (s *supervisor) cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cleanups = append(s.cleanups, f)
}

// stop ends all services, clients before what they are clients of. Further calls wait for the first.
func (s *supervisor) stop() {
	s.stopping.Do(s.stopServices)
}

func (s *supervisor) stopServices() {
	s.mu.Lock()
	services, cleanups := slices.Clone(s.services), slices.Clone(s.cleanups)
	s.mu.Unlock()

	for _, t := range []tier{tierClient, tierServer, tierStore} {
		stopAll(slices.DeleteFunc(slices.Clone(services), func(svc *Service) bool { return svc.tier != t }))
	}
	signal.Stop(s.signals)
	close(s.signals)
	close(s.done)
	for _, f := range cleanups {
		f()
	}
}

// stopAll ends services at the same time: some take a second to notice.
func stopAll(services []*Service) {
	var stopping sync.WaitGroup
	for _, svc := range services {
		stopping.Go(svc.Stop)
	}
	stopping.Wait()
}

// starter starts one component and returns when it is ready.
type starter = func(context.Context) error

// startAll starts services at the same time and returns the first failure.
func startAll(ctx context.Context, starters ...starter) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, start := range starters {
		running.Go(func() {
			if err := start(ctx); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
