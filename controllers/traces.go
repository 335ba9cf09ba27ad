// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/target"
)

// maxTraceBytes bounds what one trace writes: whoever may annotate a Target must not fill the disk.
const maxTraceBytes = 64 << 20

// traces writes the NETCONF messages of Targets that ask for it to files, one for each.
type traces struct {
	dir  string
	pool *target.Pool

	mu    sync.Mutex
	files map[string]*traceFile
}

// follow begins, goes on with or ends the trace of a Target as its annotation says. It returns until when it is
// traced, zero if it is not, and what to say of it.
func (t *traces) follow(o *v1alpha1.Target) (until time.Time, remark string) {
	key := nameOf(o).String()
	until, err := t.wanted(o)
	var file *traceFile
	if err == nil && !until.IsZero() {
		file, err = t.begin(key)
	}
	switch {
	case err != nil:
		t.end(key)
		return time.Time{}, "; no trace: " + err.Error()
	case file == nil:
		t.end(key)
		return time.Time{}, ""
	}
	return until, fmt.Sprintf("; traced to %s until %s", file.path, timestamp(until))
}

// wanted is until when a Target is to be traced, zero if it is not.
func (t *traces) wanted(o *v1alpha1.Target) (time.Time, error) {
	value := o.GetAnnotations()[v1alpha1.TraceAnnotation]
	if value == "" {
		return time.Time{}, nil
	}
	until, err := time.Parse(time.RFC3339, value)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("the annotation %s is %q, and must be the time of its end, such as 2026-01-31T12:00:00Z", v1alpha1.TraceAnnotation, value)
	case !time.Now().Before(until):
		return time.Time{}, nil
	case t.dir == "":
		return time.Time{}, errors.New("this manager does not write traces; start it with --trace-dir")
	}
	return until, nil
}

func (t *traces) begin(key string) (*traceFile, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if file := t.files[key]; file != nil {
		return file, nil
	}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return nil, err
	}
	name := nameFromKey(key)
	file := &traceFile{path: filepath.Join(t.dir, name.Namespace+"_"+name.Name+".log"), left: maxTraceBytes}
	var err error
	if file.file, err = os.OpenFile(file.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return nil, err
	}
	if t.files == nil {
		t.files = map[string]*traceFile{}
	}
	t.files[key] = file
	t.pool.Trace(key, file.write)
	return file, nil
}

func (t *traces) end(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if file := t.files[key]; file != nil {
		delete(t.files, key)
		t.pool.Trace(key, nil)
		_ = file.file.Close()
	}
}

// traceFile is where the messages of one Target go.
type traceFile struct {
	path string
	file *os.File
	left int
}

// write adds a message. One that cannot be written is left out: a trace must not disturb what it shows.
func (f *traceFile) write(m target.TraceMessage) {
	way := "sent"
	if m.Received {
		way = "received"
	}
	if f.left < 0 {
		return
	}
	if f.left -= len(m.XML); f.left < 0 {
		_, _ = fmt.Fprintf(f.file, "The trace stops here: it has %d MiB.\n", maxTraceBytes>>20)
		return
	}
	_, _ = fmt.Fprintf(f.file, "%s %s session %d\n%s\n\n", m.Time.UTC().Format(time.RFC3339Nano), way, m.SessionID, m.XML)
}
