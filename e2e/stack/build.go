// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	// progressInterval is how often a running build says that it goes on: a cold kube-apiserver takes minutes.
	progressInterval = 20 * time.Second
	// lockPoll is how often a process that waits for another's build looks again.
	lockPoll = 200 * time.Millisecond
)

// goBuild is one `go build` in a module of tools/.
type goBuild struct {
	name, version string
	dir, pkg      string
	ldflags, tags string
	cgo           bool
	target        string
}

// once builds the target unless it is there. A lock file beside it keeps a second process from building the same.
func (b goBuild) once(ctx context.Context, w io.Writer) error {
	if b.done() {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(b.target), 0o755); err != nil {
		return fmt.Errorf("making the folder for binaries: %w", err)
	}
	unlock, err := lockFile(ctx, filepath.Join(filepath.Dir(b.target), "."+b.name+".lock"), func() {
		say(w, "waiting for another process that builds %s", b.name)
	})
	if err != nil {
		return err
	}
	defer unlock()
	if b.done() {
		return nil
	}
	return b.run(ctx, w)
}

func (b goBuild) done() bool {
	_, err := os.Stat(b.target)
	return err == nil
}

// run builds into a temporary name first, so that an interrupted build leaves nothing that looks finished.
func (b goBuild) run(ctx context.Context, w io.Writer) error {
	started := time.Now()
	say(w, "building %s %s", b.name, b.version)
	stop := every(progressInterval, func() {
		say(w, "building %s %s for %s", b.name, b.version, time.Since(started).Round(time.Second))
	})
	defer stop()

	partial := b.target + ".partial"
	var output bytes.Buffer
	cgo := "CGO_ENABLED=0"
	if b.cgo {
		cgo = "CGO_ENABLED=1"
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", b.tags, "-ldflags", b.ldflags, "-o", partial, b.pkg)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), cgo, "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false")
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s %s in %s: %w\n%s", b.name, b.version, b.dir, err, output.Bytes())
	}
	if err := os.Rename(partial, b.target); err != nil {
		return fmt.Errorf("moving the built %s into place: %w", b.name, err)
	}
	say(w, "built %s %s in %s", b.name, b.version, time.Since(started).Round(time.Second))
	return b.removeFormer()
}

// removeFormer removes the builds of other versions: a kube-apiserver is more than 100 MiB.
func (b goBuild) removeFormer() error {
	builds, err := filepath.Glob(filepath.Join(filepath.Dir(b.target), b.name+"-v*"))
	if err != nil {
		return fmt.Errorf("listing former builds of %s: %w", b.name, err)
	}
	for _, former := range builds {
		if former == b.target {
			continue
		}
		if err := os.Remove(former); err != nil {
			return fmt.Errorf("removing a former build of %s: %w", b.name, err)
		}
	}
	return nil
}

// lockFile takes an exclusive lock that the kernel drops when the holder ends, however it ends. blocked is called
// once if the lock is held by somebody else.
func lockFile(ctx context.Context, path string, blocked func()) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening lock file: %w", err)
	}
	for waited := false; ; waited = true {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = file.Close()
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		if !waited {
			blocked()
		}
		if err := sleep(ctx, lockPoll); err != nil {
			_ = file.Close()
			return nil, fmt.Errorf("waiting for lock %s: %w", path, err)
		}
	}
}

// every calls f at the interval until the returned function is called.
func every(interval time.Duration, f func()) (stop func()) {
	ticker := time.NewTicker(interval)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				f()
			case <-done:
				return
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// sleep waits for d or for the end of the context, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// say writes one line of progress; a writer that fails does not stop the stack.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, "stack: "+format+"\n", args...)
}
