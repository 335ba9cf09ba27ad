// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

// modelFlags say which YANG modules documents are judged by.
type modelFlags struct {
	yang       []string
	modules    []string
	features   []string
	noFeatures bool
}

func (f *modelFlags) add(set *pflag.FlagSet) {
	set.StringArrayVar(&f.yang, "yang", nil, "folder with its subfolders, or file, of .yang files; may be repeated")
	set.StringArrayVar(&f.modules, "module", nil, "module that the device implements, as name, name@revision, or with the features it has: name:feature,feature (name: for none); may be repeated; the others are only imported. Default: every module, in its newest revision")
	set.StringArrayVar(&f.features, "feature", nil, "the features of a module that the device has, as module:feature,feature (module: for none); may be repeated. Default: every feature")
	set.BoolVar(&f.noFeatures, "no-feature", false, "no features but those of --feature and --module")
}

// load compiles the modules. Problems in them are no error: see loadProblems.
func (f *modelFlags) load() (*yang.Schema, error) {
	if len(f.yang) == 0 {
		return nil, errors.New("--yang is missing: name the folder with the YANG modules")
	}
	sources, err := yangdir.Read(f.yang...)
	if err != nil {
		return nil, fmt.Errorf("--yang: %w", err)
	}
	all := yang.Compile(sources, yang.Options{})
	refs, err := f.implement(all)
	if err != nil || refs == nil {
		return all, err
	}
	return yang.Compile(sources, yang.Options{Implement: refs}), nil
}

// implement returns the modules that flags ask for, with their features; nil for all of
// both. All is the schema that has everything.
func (f *modelFlags) implement(all *yang.Schema) ([]yang.ModuleRef, error) {
	if len(f.modules)+len(f.features) == 0 && !f.noFeatures {
		return nil, nil
	}
	var refs []yang.ModuleRef
	for _, text := range f.modules {
		ref := yangdir.Ref(text)
		if err := known(all, ref); err != nil {
			return nil, fmt.Errorf("--module %s: %w", text, err)
		}
		refs = append(refs, ref)
	}
	if len(refs) == 0 {
		for _, m := range all.Modules() {
			if m.Implemented {
				refs = append(refs, yang.ModuleRef{Name: m.Name, AllFeatures: true})
			}
		}
	}
	if f.noFeatures {
		for i := range refs {
			refs[i].AllFeatures = false
		}
	}
	for _, text := range f.features {
		if err := limit(refs, all, text); err != nil {
			return nil, fmt.Errorf("--feature %s: %w", text, err)
		}
	}
	return refs, nil
}

// limit gives a module the features of a --feature flag; several flags add up.
func limit(refs []yang.ModuleRef, all *yang.Schema, text string) error {
	ref := yangdir.Ref(text)
	if ref.AllFeatures || ref.Revision != "" {
		return errors.New("must be module:feature,feature")
	}
	if err := known(all, ref); err != nil {
		return err
	}
	at := slices.IndexFunc(refs, func(r yang.ModuleRef) bool { return r.Name == ref.Name })
	if at < 0 {
		return fmt.Errorf("module %s is not one of those of --module", ref.Name)
	}
	refs[at].AllFeatures = false
	refs[at].Features = append(refs[at].Features, ref.Features...)
	return nil
}

// known says whether the modules that were read have what a flag names.
func known(all *yang.Schema, ref yang.ModuleRef) error {
	var revisions []string
	var features []string
	for _, m := range all.Modules() {
		if m.Name == ref.Name {
			revisions = append(revisions, m.Revision)
		}
		if m.Name == ref.Name && m.Implemented {
			features = m.Features
		}
	}
	switch {
	case len(revisions) == 0:
		return fmt.Errorf("there is no module %q under --yang%s", ref.Name, suggestion(all, ref.Name))
	case ref.Revision != "" && !slices.Contains(revisions, ref.Revision):
		return fmt.Errorf("there is no revision %s of it under --yang, only %s", ref.Revision, strings.Join(revisions, ", "))
	case ref.Revision != "":
		return nil // another revision may have other features
	}
	for _, feature := range ref.Features {
		if slices.Contains(features, feature) {
			continue
		}
		if len(features) == 0 {
			return fmt.Errorf("module %s has no features", ref.Name)
		}
		return fmt.Errorf("module %s has no feature %q, only %s", ref.Name, feature, strings.Join(features, ", "))
	}
	return nil
}

func suggestion(s *yang.Schema, name string) string {
	if near := s.NearestModule(name); near != "" {
		return "; did you mean " + near + "?"
	}
	if len(s.Modules()) <= 8 {
		var names []string
		for _, m := range s.Modules() {
			names = append(names, m.Name)
		}
		return ", only " + strings.Join(slices.Compact(names), ", ")
	}
	return ""
}
