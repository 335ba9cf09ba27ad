// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/strowger/strowger/hack/bench/client"
)

// hung is when a client that does not answer is given up.
const hung = 30 * time.Second

// clientProcess is a client at work; see package client for what it is told.
type clientProcess struct {
	cmd     *exec.Cmd
	in      io.Writer
	answers chan string
}

// startClient starts a client for a server; end it with stop.
func startClient(ctx context.Context, name string, server client.Server) (*clientProcess, error) {
	program, args, err := clientProgram(name)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(server)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), client.Env+"="+string(text))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p := &clientProcess{cmd: cmd, in: in, answers: make(chan string)}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.answers)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.answers <- lines.Text()
		}
	}()
	return p, nil
}

// clientProgram returns how a client is started.
func clientProgram(name string) (program string, args []string, err error) {
	switch name {
	case "ours", "raw":
		program, err = os.Executable()
		return program, []string{"-client", name}, err
	case "ncclient":
		dir, err := moduleDir()
		return "/usr/bin/python3", []string{filepath.Join(dir, "hack", "bench", "peers", "ncclient_client.py")}, err // Debian's, for which the package is
	}
	program, err = peersProgram()
	return program, []string{name}, err
}

func (p *clientProcess) stop() {
	_ = p.cmd.Process.Kill()
	for range p.answers { // until its output ends
	}
	_ = p.cmd.Wait() // it was killed
}

// failed is what a client could not do, and why: that is a result, not an error.
type failed struct{ why string }

func (f failed) Error() string { return f.why }

// spent is what something took.
type spent struct{ wall, cpu time.Duration }

// do has the client do something n times, and returns what it took.
func (p *clientProcess) do(command string, n int) (spent, error) {
	before, began := p.cpu(), time.Now()
	if _, err := fmt.Fprintln(p.in, command, n); err != nil {
		return spent{}, failed{"it ended"}
	}
	select {
	case answer, ok := <-p.answers:
		s := spent{time.Since(began), p.cpu() - before}
		switch {
		case !ok:
			return s, failed{"it ended"}
		case answer != "ok":
			return s, failed{shorten(strings.TrimPrefix(answer, "error "))}
		}
		return s, nil
	case <-time.After(hung):
		return spent{}, failed{fmt.Sprintf("hangs (%s)", command)}
	}
}

func shorten(s string) string {
	const most = 60
	s = strings.ReplaceAll(s, "|", "/") // it goes into a table
	if len(s) > most {
		s = s[:most] + "..."
	}
	return s
}

// cpu is what the process has used, of all its threads that live.
func (p *clientProcess) cpu() time.Duration {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	var sum time.Duration
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that ended
		}
		first, _, _ := strings.Cut(string(text), " ")
		nanoseconds, _ := strconv.ParseInt(first, 10, 64)
		sum += time.Duration(nanoseconds)
	}
	return sum
}

// resident is the memory of the process, when it has given back what it does not use.
func (p *clientProcess) resident() (int64, error) {
	for range 2 { // what the first round lets finalizers drop
		if _, err := p.do("settle", 1); err != nil {
			return 0, err
		}
	}
	return status(strconv.Itoa(p.cmd.Process.Pid), "VmRSS"), nil
}

// batches are made in each run: short ones are more likely to be left alone by others.
const batches = 4

// best has the client do something several times, and returns the least that a batch of n
// took. The first batch, of one, warms up and is not counted.
func (p *clientProcess) best(runs int, command string, n int) (least spent, count int, err error) {
	one, err := p.do(command, 1)
	if err != nil {
		return one, n, err
	}
	if one.wall*time.Duration(n) > patience { // a slow one
		n = max(1, int(patience/2/max(one.wall, 1)))
	}
	began := time.Now()
	for i := 0; i == 0 || i < batches*runs && time.Since(began) < patience; i++ {
		s, err := p.do(command, n)
		if err != nil {
			return s, n, err
		}
		if i == 0 {
			least = s
		}
		least = spent{min(least.wall, s.wall), min(least.cpu, s.cpu)}
	}
	return least, n, nil
}

// with makes a cell of what is done with a client for a server of the run.
func with(name string, pick func(servers) client.Server, f func(p *clientProcess, runs int) (figure, error)) cell {
	return func(ctx context.Context, runs int) (figure, error) {
		all, err := theServers()
		if err != nil {
			return figure{}, err
		}
		p, err := startClient(ctx, name, pick(all))
		if err != nil {
			return figure{}, err
		}
		defer p.stop()
		result, err := f(p, runs)
		var why failed
		if errors.As(err, &why) {
			return missing("%s", why)
		}
		return result, err
	}
}
