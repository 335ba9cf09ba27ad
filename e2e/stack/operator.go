// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// OperatorPath is where make builds the operator's program, which is the simulator's too.
func OperatorPath(root string) string { return filepath.Join(root, "bin", "strowger") }

// BuildOperator builds the operator's program of the module at root, with build tags, into a file.
func BuildOperator(ctx context.Context, root, path string, tags ...string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", strings.Join(tags, ","), "-o", path, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the operator: %w\n%s", err, output)
	}
	return nil
}

// SetEnv replaces what a service's environment has beside ours, from its next start on.
func (s *Service) SetEnv(env ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.env = env
}

// Wait returns how the process ended, nil for exit status 0, as soon as it did. The service can then be started
// again.
func (s *Service) Wait(ctx context.Context) error {
	s.mu.Lock()
	p := s.process
	s.mu.Unlock()
	if p == nil {
		return errors.New(s.name + " does not run")
	}
	select {
	case <-p.exited:
		s.Stop()
		return p.err
	case <-ctx.Done():
		return fmt.Errorf("waiting for %s to end: %w", s.name, ctx.Err())
	}
}

// Ended says whether the process ended by itself.
func (s *Service) Ended() bool {
	s.mu.Lock()
	p := s.process
	s.mu.Unlock()
	return p != nil && p.ended()
}

// PeakMemory reads from /proc how much memory a process has had resident at most.
func PeakMemory(pid int) (int64, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("reading a process's memory: %w", err)
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var kilobytes int64
		if _, err := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes << 10, nil
		}
	}
	return 0, fmt.Errorf("/proc/%d/status does not say VmHWM", pid)
}
