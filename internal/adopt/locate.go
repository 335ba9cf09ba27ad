// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Bounds of what Locate reads.
const (
	maxLevels = 32
	maxFiles  = 20_000
)

// NotFoundError says that no manifest declares a layer where it could be edited.
type NotFoundError struct {
	// Subject is the NetworkFunction and the layer, Root where was looked.
	Subject, Root string
	// Reasons are what was found instead, and what was not looked into.
	Reasons []string
}

// Error returns what was not found, where and why.
func (e *NotFoundError) Error() string {
	s := fmt.Sprintf("%s: no manifest to edit is below %s", e.Subject, e.Root)
	if len(e.Reasons) > 0 {
		s += ": " + strings.Join(e.Reasons, "; ")
	}
	return s
}

// Locate finds the manifest that declares an inline layer of a NetworkFunction in what
// a Flux Kustomization with the path root builds: its kustomization file, or without
// one every YAML file below, as Flux generates it. fsys is the repository at one commit;
// only files that may be part of the answer are read. The error is a *NotFoundError, or
// what reading gave.
func Locate(fsys fs.FS, root, namespace, name, layer string) (Document, error) {
	root = strings.TrimPrefix(path.Join("/", root), "/")
	if root == "" {
		root = "."
	}
	l := &locator{fsys: fsys, namespace: namespace, layer: layer}
	found, err := l.directory(root, name, 0, true)
	if err != nil {
		return Document{}, err
	}
	found = slices.DeleteFunc(found, func(f *finding) bool { return !l.inNamespace(f) })
	missing := &NotFoundError{Subject: fmt.Sprintf("layer %s of NetworkFunction %s/%s", layer, namespace, name), Root: root, Reasons: l.reasons}
	switch {
	case len(found) == 0:
		return Document{}, missing
	case len(found) > 1:
		missing.Reasons = append(missing.Reasons, fmt.Sprintf("%s and %s both declare it", found[0].file, found[1].file))
		return Document{}, missing
	}
	f := found[0]
	if f.blocked != "" {
		missing.Reasons = append([]string{f.blocked}, missing.Reasons...)
		return Document{}, missing
	}
	if _, err := layerValue(f.at.nf, layer); err != nil {
		missing.Reasons = append([]string{f.at.file + ": " + err.Error()}, missing.Reasons...)
		return Document{}, missing
	}
	return f.at.document(layer), nil
}

type locator struct {
	fsys             fs.FS
	namespace, layer string
	reasons          []string
	open             []string // the directories being built, outermost first
	files            int
}

func (l *locator) skip(format string, args ...any) {
	if r := fmt.Sprintf(format, args...); len(l.reasons) < 10 && !slices.Contains(l.reasons, r) {
		l.reasons = append(l.reasons, r)
	}
}

// manifest is a NetworkFunction in a file.
type manifest struct {
	file  string
	data  []byte
	index int
	nf    *node
}

func (m manifest) name() string { return m.nf.member("metadata").text("name") }

func (m manifest) document(layer string) Document {
	d := Document{Name: m.file, Data: m.data, Within: Within{NetworkFunction: m.name(),
		Namespace: m.nf.member("metadata").text("namespace"), Layer: layer, Document: m.index}}
	if strings.EqualFold(path.Ext(m.file), ".json") {
		d.Format = formatJSON
	} else {
		d.Format = formatYAML
	}
	return d
}

// finding is the NetworkFunction, as the resources and patches so far make it.
type finding struct {
	// file of the resource.
	file string
	// at holds the layer: the resource or the patch that replaced its list.
	at manifest
	// base is the resource, whose labels patches select by.
	base *node
	// names it has had, the last one first; namespace it has now.
	names     []string
	namespace string
	// blocked says why what at holds is not what is built.
	blocked string
}

func (l *locator) inNamespace(f *finding) bool {
	if f.namespace == "" || f.namespace == l.namespace {
		return true
	}
	l.skip("%s declares it in the namespace %s", f.file, f.namespace)
	return false
}

var kustomizationFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// directory looks into what is built from a directory. Without a kustomization file
// that is all manifests below, if generate is set.
func (l *locator) directory(dir, name string, level int, generate bool) ([]*finding, error) {
	if slices.Contains(l.open, dir) {
		l.skip("%s builds itself", dir)
		return nil, nil
	}
	if level > maxLevels {
		l.skip("%s is more than %d kustomizations deep", dir, maxLevels)
		return nil, nil
	}
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		l.skip("%s cannot be read: %v", dir, err)
		return nil, nil
	}
	l.open = append(l.open, dir)
	defer func() { l.open = l.open[:len(l.open)-1] }()
	if file := kustomizationIn(dir, entries); file != "" {
		return l.kustomization(dir, file, name, level)
	}
	if !generate {
		l.skip("%s has no kustomization file", dir)
		return nil, nil
	}
	return l.generated(dir, entries, name, level)
}

func kustomizationIn(dir string, entries []fs.DirEntry) string {
	for _, name := range kustomizationFiles {
		for _, entry := range entries {
			if entry.Name() == name && !entry.IsDir() {
				return path.Join(dir, name)
			}
		}
	}
	return ""
}

// generated looks into all manifests below a directory; a subdirectory with a
// kustomization file is built by that.
func (l *locator) generated(dir string, entries []fs.DirEntry, name string, level int) ([]*finding, error) {
	var out []*finding
	for _, entry := range entries {
		at := path.Join(dir, entry.Name())
		var found []*finding
		var err error
		switch ext := path.Ext(entry.Name()); {
		case entry.IsDir():
			found, err = l.directory(at, name, level+1, true)
		case ext == ".yaml" || ext == ".yml":
			found, err = l.resource(at, name)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// resource looks into a file of manifests.
func (l *locator) resource(file, name string) ([]*finding, error) {
	list, err := l.manifests(file, name)
	var out []*finding
	for _, m := range list {
		if m.name() == name {
			out = append(out, &finding{file: file, at: m, base: m.nf, names: []string{name},
				namespace: m.nf.member("metadata").text("namespace")})
		}
	}
	return out, err
}

// manifests returns the NetworkFunctions in a file that holds the text.
func (l *locator) manifests(file, text string) ([]manifest, error) {
	data, err := l.read(file)
	if err != nil || !bytes.Contains(data, []byte(text)) || !bytes.Contains(data, []byte(nfKind)) {
		return nil, err
	}
	format := formatYAML
	if strings.EqualFold(path.Ext(file), ".json") {
		format = formatJSON
	}
	roots, err := parse(data, format)
	if err != nil {
		l.skip("%s cannot be read: %v", file, err)
		return nil, nil
	}
	var out []manifest
	for i, r := range roots {
		for _, nf := range networkFunctions(r) {
			out = append(out, manifest{file, data, i, nf})
		}
	}
	return out, nil
}

// read returns a file; one that is not there is mentioned, and empty.
func (l *locator) read(file string) ([]byte, error) {
	if l.files++; l.files > maxFiles {
		return nil, fmt.Errorf("looking for the manifest: more than %d files", maxFiles)
	}
	data, err := fs.ReadFile(l.fsys, file)
	if err != nil && !fs.ValidPath(file) || isMissing(err) {
		l.skip("%s is not in the repository", file)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the manifest: %w", err)
	}
	return data, nil
}
