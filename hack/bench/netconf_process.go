// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// task is what is measured of a client.
type task struct {
	// sessions is how many the client has before.
	sessions int
	// batch is how many things are done at each turn, of which there are many; before, one
	// is done to warm up. 0: it is done just once.
	batch   int
	measure func(p *clientProcess, n int) (figure, error)
}

// entrant is a client with its task.
type entrant struct {
	name string
	task task
}

const (
	// turns are made in each run: short ones are more likely to be left alone by others.
	turns = 12
	// patienceFor is how long each client is measured again.
	patienceFor = patience / 2
)

// measureClients has clients do their tasks on a server of the run, in turns, and returns
// the median of what each took.
func measureClients(ctx context.Context, runs int, pick func(servers) client.Server, entrants ...entrant) ([]figure, error) {
	all, err := theServers()
	if err != nil {
		return nil, err
	}
	var contest []*contestant
	for _, e := range entrants {
		p, err := startClient(ctx, e.name, pick(all))
		if err != nil {
			return nil, err
		}
		defer p.stop()
		contest = append(contest, &contestant{process: p, task: e.task})
	}
	for _, c := range contest {
		c.tell(c.begin())
	}
	began := time.Now()
	for i := 0; i == 0 || i < turns*runs && time.Since(began) < patienceFor*time.Duration(len(contest)); i++ {
		for _, c := range contest {
			if c.why == nil && (i == 0 || c.task.batch > 0) {
				c.tell(c.turn())
			}
		}
	}
	figures := make([]figure, len(contest))
	for i, c := range contest {
		if figures[i], err = c.result(); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// contestant is a client while it is measured.
type contestant struct {
	process *clientProcess
	task    task
	batch   int
	all     []figure
	why     error // it takes no more turns
}

func (c *contestant) tell(err error) {
	if c.why == nil {
		c.why = err
	}
}

// begin opens what sessions the task needs, and warms up. Slow clients do less at each turn.
func (c *contestant) begin() error {
	if c.task.sessions > 0 {
		if _, err := c.process.do("open", c.task.sessions); err != nil {
			return err
		}
	}
	if c.batch = c.task.batch; c.batch == 0 {
		return nil
	}
	began := time.Now()
	if _, err := c.task.measure(c.process, 1); err != nil {
		return err
	}
	if one := time.Since(began); one*time.Duration(c.batch) > patienceFor {
		c.batch = max(1, int(patienceFor/2/one))
	}
	return nil
}

func (c *contestant) turn() error {
	f, err := c.task.measure(c.process, c.batch)
	if err == nil {
		c.all = append(c.all, f)
	}
	return err
}

// result returns the median of the figures, or why there is none.
func (c *contestant) result() (figure, error) {
	var why failed
	if errors.As(c.why, &why) {
		return missing("%s", why)
	}
	if c.why != nil {
		return figure{}, c.why
	}
	slices.SortFunc(c.all, func(a, b figure) int { return cmp.Compare(a.cost(), b.cost()) })
	return c.all[len(c.all)/2], nil
}
