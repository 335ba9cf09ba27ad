// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// kustomization looks into what a kustomization file builds. As kustomize does it:
// resources, then components, then patches, then names and namespace.
func (l *locator) kustomization(dir, file, name string, level int) ([]*finding, error) {
	data, err := l.read(file)
	if err != nil {
		return nil, err
	}
	k := onlyObject(data)
	if k == nil {
		l.skip("%s cannot be read", file)
		return nil, nil
	}
	inner, ok := strings.CutPrefix(name, k.text("namePrefix"))
	inner, also := strings.CutSuffix(inner, k.text("nameSuffix"))
	if !ok || !also || inner == "" {
		l.skip("%s gives all names the prefix %q and the suffix %q", file, k.text("namePrefix"), k.text("nameSuffix"))
		return nil, nil
	}
	var found []*finding
	for _, field := range []string{"resources", "bases"} {
		for _, resource := range k.member(field).texts() {
			more, err := l.entry(dir, resource, inner, level)
			if err != nil {
				return nil, err
			}
			found = append(found, more...)
		}
	}
	if found, err = l.components(dir, k, inner, level, found); err != nil {
		return nil, err
	}
	if err := l.patches(dir, file, k, found); err != nil {
		return nil, err
	}
	for _, f := range found {
		if f.names[0] != name {
			f.names = append([]string{name}, f.names...)
		}
		if ns := k.text("namespace"); ns != "" {
			f.namespace = ns
		}
	}
	return found, nil
}

// onlyObject reads a file that is one YAML object; nil when it is not.
func onlyObject(data []byte) *node {
	roots, err := parse(data, formatYAML)
	if err != nil || len(roots) != 1 || roots[0].kind != object {
		return nil
	}
	return roots[0]
}

// texts returns the items of a list that are texts.
func (n *node) texts() []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, c := range n.kids {
		if c.kind == scalar && c.value != "" {
			out = append(out, c.value)
		}
	}
	return out
}

// entry looks into one resource: a file or a directory.
func (l *locator) entry(dir, resource, name string, level int) ([]*finding, error) {
	at, ok := l.inside(dir, resource)
	if !ok {
		return nil, nil
	}
	if ext := strings.ToLower(path.Ext(at)); ext == ".yaml" || ext == ".yml" || ext == ".json" {
		if info, err := fs.Stat(l.fsys, at); err != nil || !info.IsDir() {
			return l.resource(at, name)
		}
	}
	return l.directory(at, name, level+1, false)
}

// inside returns the path of what a kustomization names, if it is in the repository.
func (l *locator) inside(dir, resource string) (string, bool) {
	if remote(resource) {
		l.skip("%s is remote", clip(resource))
		return "", false
	}
	at := path.Join(dir, resource)
	if strings.HasPrefix(resource, "/") || !fs.ValidPath(at) {
		l.skip("%s leaves the repository", clip(resource))
		return "", false
	}
	return at, true
}

func remote(resource string) bool {
	return strings.Contains(resource, "://") || strings.Contains(resource, "?ref=") || strings.HasPrefix(resource, "git@") ||
		strings.HasPrefix(resource, "git::") || strings.HasPrefix(resource, "github.com/") || strings.HasPrefix(resource, "github.com:")
}

// components are kustomizations that change what was found, and add to it.
func (l *locator) components(dir string, k *node, name string, level int, found []*finding) ([]*finding, error) {
	for _, c := range k.member("components").texts() {
		at, ok := l.inside(dir, c)
		if !ok {
			continue
		}
		more, err := l.directory(at, name, level+1, false)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
		entries, err := fs.ReadDir(l.fsys, at)
		if err != nil {
			continue // it was mentioned
		}
		if file := kustomizationIn(at, entries); file != "" && len(more) == 0 {
			data, err := l.read(file)
			if err != nil {
				return nil, err
			}
			if err := l.patches(at, file, onlyObject(data), found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// patch is one patch of a kustomization.
type patch struct {
	file   string // "" when it is inline
	inline string
	target *node
}

func (l *locator) patches(dir, file string, k *node, found []*finding) error {
	if len(found) == 0 {
		return nil
	}
	var list []patch
	for _, p := range k.member("patchesStrategicMerge").texts() {
		if strings.Contains(p, "\n") {
			list = append(list, patch{inline: p})
		} else {
			list = append(list, patch{file: p})
		}
	}
	for _, field := range []string{"patches", "patchesJson6902"} {
		if m := k.member(field); m != nil {
			for _, p := range m.kids {
				list = append(list, patch{p.text("path"), p.text("patch"), p.member("target")})
			}
		}
	}
	for _, p := range list {
		if err := l.patch(dir, file, p, found); err != nil {
			return err
		}
	}
	return nil
}

// patch applies one patch to what was found.
func (l *locator) patch(dir, file string, p patch, found []*finding) error {
	data, where := []byte(p.inline), "an inline patch in "+file
	if p.file != "" {
		at, ok := l.inside(dir, p.file)
		if !ok {
			return nil
		}
		read, err := l.read(at)
		if err != nil {
			return err
		}
		data, where = read, at
	}
	// What says nothing of the list of layers leaves it as it is.
	if !bytes.Contains(data, []byte("config")) && !bytes.Contains(data, []byte("$patch")) && !bytes.Contains(data, []byte("/spec")) {
		return nil
	}
	format := formatYAML
	if strings.EqualFold(path.Ext(p.file), ".json") {
		format = formatJSON
	}
	roots, err := parse(data, format)
	if err != nil {
		l.skip("%s cannot be read: %v", where, err)
		return nil
	}
	for _, f := range found {
		for i, r := range roots {
			f.patch(p, where, manifest{where, data, i, r})
		}
	}
	return nil
}

// patch takes over the layer where a patch holds it.
func (f *finding) patch(p patch, where string, m manifest) {
	switch {
	case m.nf.kind == array:
		if p.target != nil && f.targeted(p.target) && touchesConfig(m.nf) {
			f.blocked = where + " changes spec.config by a JSON 6902 patch: change it there by hand"
		}
	case m.nf.kind == object && (p.target != nil && f.targeted(p.target) || p.target == nil && f.meant(m)):
		if m.nf.text("$patch") == "delete" {
			f.blocked = where + " deletes it"
		}
		config := m.nf.member("spec").member("config")
		switch {
		case config == nil:
		case p.file == "":
			f.blocked = where + " holds the layers: move the patch into a file of its own, or change it there by hand"
		default:
			f.at, f.blocked = m, ""
			if !isNetworkFunction(m.nf) {
				f.blocked = where + " holds the layers without being a whole NetworkFunction: change it there by hand"
			}
		}
	}
}

// meant says whether a strategic merge patch names the NetworkFunction.
func (f *finding) meant(m manifest) bool {
	return isNetworkFunction(m.nf) && slices.Contains(f.names, m.name())
}

// targeted says whether a target selects the NetworkFunction. Its fields are regular
// expressions for the whole of a name.
func (f *finding) targeted(target *node) bool {
	for field, have := range map[string][]string{
		"group": {apiGroup}, "kind": {nfKind}, "name": f.names, "namespace": {f.namespace},
	} {
		want := target.text(field)
		if want == "" || field == "namespace" && f.namespace == "" {
			continue
		}
		re, err := regexp.Compile("^(?:" + want + ")$")
		if err != nil || !slices.ContainsFunc(have, re.MatchString) {
			return false
		}
	}
	return f.labelled(target.text("labelSelector"), "labels") && f.labelled(target.text("annotationSelector"), "annotations")
}

// labelled checks a selector of the form a=b,c=d; any other may select the object.
func (f *finding) labelled(selector, field string) bool {
	have := f.base.member("metadata").member(field)
	for part := range strings.SplitSeq(selector, ",") {
		key, value, equals := strings.Cut(strings.ReplaceAll(part, "==", "="), "=")
		key = strings.TrimSpace(key)
		if selector == "" || !equals || strings.HasSuffix(key, "!") {
			continue
		}
		if have.text(key) != strings.TrimSpace(value) {
			return false
		}
	}
	return true
}

// touchesConfig says whether a JSON 6902 patch changes the list of layers.
func touchesConfig(ops *node) bool {
	for _, op := range ops.kids {
		at := op.text("path")
		if op.text("op") != "test" && (at == "/spec" || at == "" || at == "/spec/config" || strings.HasPrefix(at, "/spec/config/")) {
			return true
		}
	}
	return false
}
