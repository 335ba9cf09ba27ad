// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	goyang "github.com/openconfig/goyang/pkg/yang"

	"github.com/strowger/strowger/internal/yang"
)

// yanglint is libyang's program with modules loaded.
type yanglint struct {
	program string
	args    []string // that load the modules
	dir     string   // for files
}

const noYanglint = "yanglint is not installed"

// newYanglint prepares yanglint for a model; ok is false where it is not installed.
// everything loads all its modules, else those of the documents only.
func newYanglint(m *model, everything bool) (l *yanglint, ok bool, err error) {
	l = &yanglint{}
	if l.program, _ = exec.LookPath("yanglint"); l.program == "" {
		return nil, false, nil
	}
	if l.dir, err = os.MkdirTemp("", "strowger-bench-"); err != nil {
		return nil, false, err
	}
	var folders, files []string
	for _, s := range m.sources {
		path := s.Name
		if m.generated {
			path = filepath.Join(l.dir, path)
			if err := os.WriteFile(path, s.Data, 0o600); err != nil {
				return nil, false, err
			}
		}
		if folder := filepath.Dir(path); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
		if !submodule.Match(s.Data) && (everything || slices.Contains(m.used, moduleName(path))) {
			files = append(files, path)
		}
	}
	l.args = []string{"-Q"}
	if everything {
		l.args = append(l.args, "-i", "-i")
	}
	for _, folder := range folders {
		l.args = append(l.args, "-p", folder)
	}
	l.args = append(l.args, files...)
	return l, true, nil
}

func (l *yanglint) close() { _ = os.RemoveAll(l.dir) }

// run returns what a run with arguments takes beyond one with others.
func (l *yanglint) run(ctx context.Context, runs int, all, base []string) (figure, error) {
	return beyond(ctx, runs, l.program, all, base)
}

// document returns what a document takes with arguments, beyond another without them.
func (l *yanglint) document(ctx context.Context, runs int, text, base string, args ...string) (figure, error) {
	var files [2]string
	for i, text := range []string{text, base} {
		files[i] = filepath.Join(l.dir, fmt.Sprintf("data%d.xml", i))
		if err := os.WriteFile(files[i], []byte(text), 0o600); err != nil {
			return figure{}, err
		}
	}
	common := append([]string{"-t", "config"}, l.args...)
	return l.run(ctx, runs, slices.Concat(args, common, files[:1]), slices.Concat(common, files[1:]))
}

// lintLoad measures loading all modules of a model.
func lintLoad(m func() (*model, error)) cell {
	return func(ctx context.Context, runs int) (figure, error) {
		x, err := m()
		if err != nil {
			return figure{}, err
		}
		l, ok, err := newYanglint(x, true)
		if !ok || err != nil {
			return figure{Missing: noYanglint}, err
		}
		defer l.close()
		return l.run(ctx, min(runs, 2), l.args, []string{"-v"})
	}
}

// lintValidate measures reading and validating a document of n leafs.
func lintValidate(n int) cell {
	return lintDocument(func(ctx context.Context, m *model, l *yanglint, runs int) (figure, error) {
		return l.document(ctx, runs, m.document(n), m.document(0))
	})
}

// lintEncode measures writing a document of n leafs, beyond reading it.
func lintEncode(n int) cell {
	return lintDocument(func(ctx context.Context, m *model, l *yanglint, runs int) (figure, error) {
		return l.document(ctx, runs, m.document(n), m.document(n), "-f", "xml", "-o", os.DevNull)
	})
}

func lintDocument(f func(context.Context, *model, *yanglint, int) (figure, error)) cell {
	return func(ctx context.Context, runs int) (figure, error) {
		m, err := interfaces()
		if err != nil {
			return figure{}, err
		}
		l, ok, err := newYanglint(m, false)
		if !ok || err != nil {
			return figure{Missing: noYanglint}, err
		}
		defer l.close()
		return f(ctx, m, l, runs)
	}
}

// entryTree measures goyang's typed tree of all modules of a model. It needs some 4 KB a
// node: with less memory than need it is left out.
func entryTree(m func() (*model, error), need int64) cell {
	return func(_ context.Context, runs int) (figure, error) {
		x, err := m()
		if err != nil {
			return figure{}, err
		}
		if need > available() {
			return missing("not run: it takes %s", megabytes(need))
		}
		return measure(runs, func() (any, error) { return entries(x.sources) })
	}
}

func entries(sources []yang.Source) (out []*goyang.Entry, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("goyang: %v", r)
		}
	}()
	ms := goyang.NewModules()
	for _, s := range sources {
		if err := ms.Parse(string(s.Data), s.Name); err != nil {
			return nil, err
		}
	}
	ms.Process() // what it finds wrong is left out of the trees
	for name, m := range ms.Modules {
		if name == m.Name { // and not by name and revision as well
			out = append(out, goyang.ToEntry(m))
		}
	}
	return out, nil
}
