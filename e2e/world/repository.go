// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CommitExample commits the example as the repository's first state, with the addresses of the running devices and
// the world's interval, and returns the commit.
func (w *World) CommitExample(ctx context.Context) (string, error) {
	files, err := w.exampleFiles()
	if err != nil {
		return "", err
	}
	return w.Git.Commit(ctx, Repo, Branch, "The core network of site ZRH", files)
}

// exampleFiles reads examples/5g-core by path in the repository.
func (w *World) exampleFiles() (map[string][]byte, error) {
	base := filepath.Join(w.root, "examples", "5g-core")
	files := map[string][]byte{}
	err := filepath.WalkDir(base, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(base, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)] = w.adapt(filepath.ToSlash(name), content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the example: %w", err)
	}
	return files, nil
}

// adapt puts the running devices' addresses and the world's interval into a file. An NF that the example looks at
// less often than the others, because it announces its changes, keeps its interval.
func (w *World) adapt(name string, content []byte) []byte {
	switch filepath.Dir(name) {
	case "targets":
		for _, d := range w.Devices {
			content = bytes.ReplaceAll(content, []byte("address: "+d.exampleAddr+"\n"), []byte("address: "+d.targetAddr+"\n"))
		}
	case "nf":
		content = bytes.ReplaceAll(content, []byte(exampleSBI), []byte(w.sbi.address()))
		if w.interval > 0 {
			content = bytes.ReplaceAll(content, []byte("\n  interval: 30s\n"), []byte("\n  interval: "+w.interval.String()+"\n"))
		}
	}
	return content
}

// Edit replaces text in one file of the branch that Flux follows and returns the commit. The text must be there.
func (w *World) Edit(ctx context.Context, message, path, from, to string) (string, error) {
	content, err := w.Git.Show(ctx, Repo, Branch, path)
	if err != nil {
		return "", err
	}
	if !bytes.Contains(content, []byte(from)) {
		return "", fmt.Errorf("%s does not hold %q", path, from)
	}
	edited := bytes.Replace(content, []byte(from), []byte(to), 1)
	return w.Git.Commit(ctx, Repo, Branch, message, map[string][]byte{path: edited})
}

// Revert undoes a commit on the branch that Flux follows, as `git revert` does, and returns the new commit. Of a merge
// it undoes what was merged.
func (w *World) Revert(ctx context.Context, commit string) (string, error) {
	changed, err := w.GitLog(ctx, "diff", "--name-only", commit+"^", commit)
	if err != nil {
		return "", err
	}
	subject, err := w.GitLog(ctx, "log", "-1", "--format=%s", commit)
	if err != nil {
		return "", err
	}
	files := map[string][]byte{}
	for _, name := range strings.Fields(changed) {
		// A file that the commit added has no content before it, and is removed.
		content, err := w.Git.Show(ctx, Repo, commit+"^", name)
		if err == nil && content == nil {
			content = []byte{}
		}
		files[name] = content
	}
	message := fmt.Sprintf("Revert %q\n\nThis reverts commit %s.", strings.TrimSpace(subject), commit)
	return w.Git.Commit(ctx, Repo, Branch, message, files)
}

// GitLog runs a reading Git command, such as log or show, in the server's repository.
func (w *World) GitLog(ctx context.Context, args ...string) (string, error) {
	return w.Git.Read(ctx, Repo, args...)
}
