// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// patience is how long one figure is measured again; the first run is always made.
const patience = 8 * time.Second

// measure runs work in this process. What it returns is what the result keeps; it is
// dropped before the next run. Memory is that of the first run, time the best of all.
func measure(runs int, work func() (any, error)) (figure, error) {
	debug.FreeOSMemory()
	base := heap()
	// The mark of the highest resident size starts anew; without leave to do so it holds
	// what came before as well.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	before := status("self", "VmRSS")
	began := time.Now()
	result, err := work()
	f := figure{Time: time.Since(began)}
	if err != nil {
		return f, err
	}
	f.Peak = max(0, status("self", "VmHWM")-before)
	f.Live = max(0, heap()-base)
	runtime.KeepAlive(result)
	for i := 1; i < runs && time.Since(began) < patience; i++ {
		runtime.GC()
		start := time.Now()
		if _, err := work(); err != nil {
			return f, err
		}
		f.Time = min(f.Time, time.Since(start))
	}
	return f, nil
}

// heap returns the bytes of what is in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// status returns a field of /proc/PID/status in bytes; 0 where there is none.
func status(pid, field string) int64 {
	data, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(data, []byte("\n"+field+":"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(line)), " kB"), 10, 64)
	return kilobytes << 10
}

// beyond runs a program with arguments, and as often with those of a base, and returns
// what the best of the first takes more than the best of the others.
func beyond(ctx context.Context, runs int, program string, args, base []string) (figure, error) {
	var best [2]figure
	began := time.Now()
	for i := 0; i == 0 || i < runs && time.Since(began) < patience; i++ {
		for k, args := range [][]string{args, base} {
			f, err := process(ctx, program, args)
			if err != nil {
				return f, err
			}
			if i == 0 || f.Time < best[k].Time {
				best[k].Time = f.Time
			}
			best[k].Peak = max(best[k].Peak, f.Peak)
		}
	}
	return figure{Time: max(0, best[0].Time-best[1].Time), Peak: max(0, best[0].Peak-best[1].Peak)}, nil
}

// process runs a program to its end. Its peak is sampled while it runs: the ru_maxrss of
// a child process starts from the size of the one that started it, not from zero.
func process(ctx context.Context, program string, args []string) (figure, error) {
	var messages bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = &messages
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return figure{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	pid := strconv.Itoa(cmd.Process.Pid)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	var f figure
	for {
		select {
		case err := <-ended:
			f.Time = time.Since(began)
			if err != nil {
				return f, fmt.Errorf("%s: %w: %.500s", program, err, messages.String())
			}
			return f, nil
		case <-tick.C:
			f.Peak = max(f.Peak, status(pid, "VmHWM"))
		}
	}
}

// available returns the memory that can still be had, in bytes.
func available() int64 {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "MemAvailable:")
	line, _, _ := strings.Cut(rest, "\n")
	kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(line), " kB"), 10, 64)
	return kilobytes << 10
}
