// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package yangdir reads YANG modules from folders, for commands. It does not know what
// the modules are for: package yang compiles them.
package yangdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

const extension = ".yang"

// Read returns the .yang files in folders and their subfolders, in lexical order of each
// folder. A path may also be a file, whatever its name. A path without any is an error.
// The name of a source is its path, so that positions can be opened from where the
// command was called.
func Read(paths ...string) ([]yang.Source, error) {
	var sources []yang.Source
	for _, path := range paths {
		found, err := read(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, found...)
	}
	return sources, nil
}

func read(path string) ([]yang.Source, error) {
	// A folder may be a link, as mounted volumes have them; links in it are files.
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Unwrap(err))
	}
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	var sources []yang.Source
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name != root && filepath.Ext(name) != extension {
			return err
		}
		data, err := os.ReadFile(name)
		if err == nil {
			sources = append(sources, yang.Source{Name: filepath.Join(path, strings.TrimPrefix(name, root)), Data: data})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("no %s files in %s", extension, path)
	}
	return sources, nil
}

// Ref reads how flags name a module to implement: name, name@revision, and after a colon
// the features it has: "name:one,two", "name:" for none. Without a colon it has all.
func Ref(text string) yang.ModuleRef {
	name, features, listed := strings.Cut(text, ":")
	name, revision, _ := strings.Cut(name, "@")
	ref := yang.ModuleRef{Name: strings.TrimSpace(name), Revision: revision, AllFeatures: !listed}
	for feature := range strings.SplitSeq(features, ",") {
		if feature = strings.TrimSpace(feature); feature != "" {
			ref.Features = append(ref.Features, feature)
		}
	}
	return ref
}
