// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package docs tests that the documents speak of what is there: every field,
// condition and reason of the API is explained, and every link leads somewhere.
package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	nfv1 "github.com/strowger/strowger/api/v1alpha1"
)

var pages = map[string]any{
	"networkfunctions.md":        nfv1.NetworkFunction{},
	"networkfunctionrollouts.md": nfv1.NetworkFunctionRollout{},
	"targets.md":                 nfv1.Target{},
	"yanglibraries.md":           nfv1.YANGLibrary{},
	"driftreports.md":            nfv1.DriftReport{},
}

const spec = "spec/v1alpha1"

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fields collects the JSON names of a type and of our own types below it.
func fields(typ reflect.Type, names map[string]bool) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return
	}
	own := typ.PkgPath() == reflect.TypeFor[nfv1.Target]().PkgPath()
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Type.Name() == "TypeMeta" || f.Type.Name() == "ObjectMeta":
		case f.Anonymous:
			fields(f.Type, names)
		case own || name == "lastHandledReconcileAt":
			names[name] = true
			if strings.HasPrefix(f.Type.String(), "v1alpha1.") || f.Type.Kind() != reflect.Struct {
				fields(f.Type, names)
			}
		}
	}
}

func TestEveryFieldIsExplained(t *testing.T) {
	for page, kind := range pages {
		text := read(t, filepath.Join(spec, page))
		names := map[string]bool{}
		fields(reflect.TypeOf(kind), names)
		if len(names) < 5 {
			t.Errorf("%s: only %d fields found", page, len(names))
		}
		for name := range names {
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(text) {
				t.Errorf("%s does not explain the field %s", page, name)
			}
		}
	}
}

// constants returns the values of the string constants of a file whose name or
// type says that they are reasons or conditions.
func constants(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		typ, _ := v.Type.(*ast.Ident)
		name := v.Names[0].Name
		if !strings.HasSuffix(name, "Reason") && !strings.HasSuffix(name, "Condition") && (typ == nil || typ.Name != "Reason") {
			return true
		}
		if literal, ok := v.Values[0].(*ast.BasicLit); ok {
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			out[value] = true
		}
		return true
	})
	if len(out) == 0 {
		t.Errorf("%s: no conditions and reasons found", path)
	}
	return out
}

var (
	reasonTable = regexp.MustCompile(`(?m)^\| Reason \|.*\n(?:\|.*\n)+`)
	reasonRow   = regexp.MustCompile("(?m)^\\| (`[^|]+`) \\|")
	quoted      = regexp.MustCompile("`([A-Za-z]+)`")
)

func TestConditionsAndReasonsAreExplained(t *testing.T) {
	known := constants(t, "../api/v1alpha1/condition_types.go")
	maps.Copy(known, constants(t, "../internal/target/errors.go"))
	known["Failed"] = true // what has no reason of its own
	var all strings.Builder
	for page := range pages {
		text := read(t, filepath.Join(spec, page))
		all.WriteString(text)
		for _, table := range reasonTable.FindAllString(text, -1) {
			for _, row := range reasonRow.FindAllStringSubmatch(table, -1) {
				for _, reason := range quoted.FindAllStringSubmatch(row[1], -1) {
					if !known[reason[1]] {
						t.Errorf("%s explains the reason %s, which is not there", page, reason[1])
					}
				}
			}
		}
	}
	for value := range known {
		if !strings.Contains(all.String(), "`"+value+"`") {
			t.Errorf("no page of %s explains %s", spec, value)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	for _, root := range []string{"../README.md", "../CHANGELOG.md", "../examples", "."} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || filepath.Ext(path) != ".md" {
				return err
			}
			for _, m := range link.FindAllStringSubmatch(read(t, path), -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
					t.Errorf("%s links to %s, which is not there", path, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
