// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// endingVariable names the way in which a program that runs a stack ends; none may leave a process.
const endingVariable = "STROWGER_STACK_TEST_ENDING"

func TestProcessesEndWithTheirStarter(t *testing.T) {
	for ending, signal := range map[string]syscall.Signal{
		"panic":     0,
		"interrupt": syscall.SIGINT,
		"terminate": syscall.SIGTERM,
		"kill":      syscall.SIGKILL,
	} {
		t.Run(ending, func(t *testing.T) {
			g := NewWithT(t)
			starter := exec.Command(os.Args[0])
			starter.Env = append(os.Environ(), endingVariable+"="+ending, "TMPDIR="+t.TempDir())
			output, err := starter.StdoutPipe()
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(starter.Start()).To(Succeed())
			line, err := bufio.NewReader(output).ReadString('\n')
			g.Expect(err).NotTo(HaveOccurred())
			pid, err := strconv.Atoi(strings.TrimSpace(line))
			g.Expect(err).NotTo(HaveOccurred())

			if signal != 0 {
				g.Expect(starter.Process.Signal(signal)).To(Succeed())
			}
			g.Expect(starter.Wait()).NotTo(Succeed(), "the program ends as it would without a stack")
			g.Eventually(func() bool { return running(pid) }, 10*time.Second).Should(BeFalse())
		})
	}
}

// TestMain lets the test binary be the program that TestProcessesEndWithTheirStarter starts.
func TestMain(m *testing.M) {
	if ending := os.Getenv(endingVariable); ending != "" {
		startAndEnd(ending)
	}
	os.Exit(m.Run())
}

// startAndEnd runs one process, prints its pid and waits for its own end, or panics.
func startAndEnd(ending string) {
	dir, err := os.MkdirTemp("", "starter-")
	if err != nil {
		panic(err)
	}
	supervisor, err := newSupervisor(dir, os.Stderr)
	if err != nil {
		panic(err)
	}
	sleep := supervisor.add(&Service{
		name: "sleep", path: "sleep", args: []string{"60"},
		ready: func(context.Context) error { return nil },
	})
	if err := sleep.Start(context.Background()); err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(strconv.Itoa(sleep.PID()) + "\n")
	if ending == "panic" {
		panic("as a test may")
	}
	time.Sleep(time.Minute)
}

// running tells whether a process exists and is more than a zombie that nobody waits for.
func running(pid int) bool {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(content), ") Z ")
}

func TestFailedStartQuotesTheLog(t *testing.T) {
	g := NewWithT(t)
	supervisor, err := newSupervisor(t.TempDir(), t.Output())
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(supervisor.stop)
	broken := supervisor.add(&Service{
		name: "broken", path: "/bin/sh", args: []string{"-c", "echo no such database >&2; exit 3"},
		ready: func(context.Context) error { return os.ErrNotExist },
	})

	err = broken.Start(t.Context())
	g.Expect(err).To(MatchError(And(ContainSubstring("broken"), ContainSubstring("exit status 3"), ContainSubstring("no such database"))))
	g.Expect(broken.PID()).To(BeZero())
}

func TestStopEndsWhatAServiceStarted(t *testing.T) {
	g := NewWithT(t)
	supervisor, err := newSupervisor(t.TempDir(), t.Output())
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(supervisor.stop)
	// Like a session of sshd, the child leaves its parent's process group.
	parent := supervisor.add(&Service{
		name: "parent", path: "/bin/sh", args: []string{"-c", "setsid sleep 60 & wait"},
	})
	var child member
	parent.ready = func(context.Context) error {
		for _, child = range descendants(parent.PID()) {
			return nil
		}
		return os.ErrNotExist
	}
	g.Expect(parent.Start(t.Context())).To(Succeed())

	parent.Stop()
	g.Eventually(func() bool { return running(child.pid) }, 10*time.Second).Should(BeFalse())
}

func TestStartAfterStopIsRefused(t *testing.T) {
	g := NewWithT(t)
	supervisor, err := newSupervisor(t.TempDir(), t.Output())
	g.Expect(err).NotTo(HaveOccurred())
	sleep := supervisor.add(&Service{name: "sleep", path: "sleep", args: []string{"60"}})
	supervisor.stop()
	g.Expect(sleep.Start(t.Context())).To(MatchError(ContainSubstring("stopped")))
}
