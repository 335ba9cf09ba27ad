// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	// readyTimeout bounds the wait for one component; a loaded two-core machine takes tens of seconds.
	readyTimeout = 2 * time.Minute
	readyPoll    = 50 * time.Millisecond
	// stopTimeout is how long a component may take to end by itself before it is killed.
	stopTimeout = 10 * time.Second
	// logTail is how much of a log an error quotes.
	logTail = 2048
)

// tier says who must outlive whom when a stack is stopped.
type tier int

const (
	tierClient tier = iota // of the API server, or of nobody
	tierServer             // the API server
	tierStore              // etcd
)

// Service is one component's process. It can be stopped and started again on the same address, to see what its
// users do meanwhile.
type Service struct {
	name string
	path string
	args []string
	env  []string
	dir  string
	// privateMounts gives the process a mount namespace of its own, which needs root.
	privateMounts bool
	// asNobody runs a process that refuses to be root as the user nobody, if we are root.
	asNobody bool
	tier     tier
	// ready returns nil when the component does its job.
	ready func(context.Context) error

	supervisor *supervisor
	mu         sync.Mutex
	process    *process
}

// process is one run of a service.
type process struct {
	*os.Process
	exited chan struct{}
	err    error // set before exited is closed
}

// ended says whether the process was waited for: its id may be that of another by now.
func (p *process) ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// Name returns the component's name, which its log and pid file carry.
func (s *Service) Name() string { return s.name }

// LogPath returns the file that holds everything the component printed.
func (s *Service) LogPath() string {
	return filepath.Join(s.supervisor.dir, "logs", s.name+".log")
}

// PID returns the process id, or 0 while the service does not run.
func (s *Service) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.Pid
}

// Start runs the component and returns when it does its job. On failure the process is ended and the error quotes
// the end of its log.
func (s *Service) Start(ctx context.Context) error {
	started := time.Now()
	p, err := s.launch()
	if err != nil {
		return fmt.Errorf("starting %s: %w", s.name, err)
	}
	if err := s.waitReady(ctx, p); err != nil {
		s.Stop()
		return fmt.Errorf("waiting for %s: %w\n%s", s.name, err, tail(s.LogPath()))
	}
	say(s.supervisor.log, "%s ready after %s (pid %d)", s.name, time.Since(started).Round(10*time.Millisecond), p.Pid)
	return nil
}

// launch starts the process, in a process group of its own so that a terminal's Ctrl-C reaches only us.
func (s *Service) launch() (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		return nil, errors.New("it runs already")
	}
	log, err := os.OpenFile(s.LogPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening its log: %w", err)
	}
	defer func() { _ = log.Close() }()

	cmd := exec.Command(s.path, s.args...)
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), s.env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if s.privateMounts {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	if s.asNobody {
		if err := runAsNobody(cmd); err != nil {
			return nil, err
		}
	}
	if err := s.supervisor.onThread(cmd.Start); err != nil {
		return nil, err
	}
	p := &process{Process: cmd.Process, exited: make(chan struct{})}
	s.process = p
	if err := os.WriteFile(s.pidPath(), []byte(strconv.Itoa(p.Pid)+"\n"), 0o644); err != nil {
		say(s.supervisor.log, "recording the pid of %s: %v", s.name, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

func (s *Service) pidPath() string {
	return filepath.Join(s.supervisor.dir, "run", s.name+".pid")
}

// waitReady polls the readiness condition until it holds, the process ends or the time is up.
func (s *Service) waitReady(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		err := s.ready(ctx)
		if err == nil {
			return nil
		}
		if p.ended() {
			return fmt.Errorf("it ended: %w", exitReason(p.err))
		}
		if ended := sleep(ctx, readyPoll); ended != nil {
			return errors.Join(ended, err)
		}
	}
}

// Stop ends the process and everything it started: it asks first, and kills what is left after a while.
// Stopping a service that does not run does nothing.
func (s *Service) Stop() {
	s.mu.Lock()
	p := s.process
	s.process = nil
	s.mu.Unlock()
	if p == nil {
		return
	}
	defer func() { _ = os.Remove(s.pidPath()) }()
	if p.ended() {
		return
	}
	family := descendants(p.Pid)
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(stopTimeout):
		say(s.supervisor.log, "%s did not end within %s and is killed", s.name, stopTimeout)
		_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
		<-p.exited
	}
	for _, member := range family {
		member.kill()
	}
}

func exitReason(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// tail returns the end of a log for an error message.
func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-logTail):])
}

// httpReady is the readiness of a component that answers 200 at a URL.
func httpReady(client *http.Client, url string, header http.Header) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return fmt.Errorf("composing the readiness request: %w", err)
		}
		request.Header = header.Clone()
		response, err := client.Do(request)
		if err != nil {
			return fmt.Errorf("asking for readiness: %w", err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, response.Status)
		}
		return nil
	}
}
