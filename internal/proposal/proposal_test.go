// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package proposal_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
	"github.com/strowger/strowger/internal/proposal"
)

const (
	hostname = "/strowger-test-router:system/hostname"
	location = "/strowger-test-router:system/location"
)

// repository is files, and who wrote them.
type repository struct {
	fstest.MapFS
	author  string
	fetched []string
}

func (r *repository) Files() fs.FS { return r.MapFS }

func (r *repository) Prefetch(dir string, _ func(string) bool) error {
	r.fetched = append(r.fetched, dir)
	return nil
}

func (r *repository) Blame(_ string, lines []int) (map[int]gitreport.Author, error) {
	out := map[int]gitreport.Author{}
	for _, l := range lines {
		out[l] = gitreport.Author{Name: r.author, Email: "a@example.com"}
	}
	return out, nil
}

func newRepository() *repository {
	manifest := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: fmt.Appendf(nil, `# the edge router
apiVersion: nf.strowger.dev/v1alpha1
kind: NetworkFunction
metadata:
  name: %s
  namespace: core
spec:
  config:
  - name: base
    sourceRef: {kind: GitRepository, name: core}
    path: layers/base.yaml
  - name: local
    value:
      strowger-test-router:system:
        hostname: edge-1 # as on the door
`, name)}
	}
	return &repository{author: "Ada", MapFS: fstest.MapFS{
		"clusters/a/one.yaml": manifest("one"),
		"clusters/a/two.yaml": manifest("two"),
		"layers/base.yaml":    {Data: []byte("strowger-test-router:system:\n  location: Zurich # the site\n")},
	}}
}

func item(name string, entries ...v1alpha1.DriftEntry) proposal.Item {
	return proposal.Item{
		Report: gitreport.Report{Namespace: "core", Name: name, Revision: "main@sha1:0123456789"},
		Branch: "drift/core", Entries: entries, Propose: true, Root: "clusters/a",
		Layers: []proposal.Layer{{Name: "base", File: "layers/base.yaml"}, {Name: "local"}},
	}
}

func adopted(path, value, layer string) v1alpha1.DriftEntry {
	e := v1alpha1.DriftEntry{Path: path, Operation: "Modify", Desired: "x", Actual: value, Class: v1alpha1.DriftDeclared,
		Action: v1alpha1.DriftAdopt, Origin: &v1alpha1.DriftOrigin{Layer: layer, Revision: "main@sha1:1"}}
	if layer == "base" {
		e.Origin.Source, e.Origin.File, e.Origin.Line = "GitRepository/core/core", "layers/base.yaml", 2
	}
	return e
}

func TestComposeEditsWhatDeclared(t *testing.T) {
	repo := newRepository()
	branches, outcomes, err := proposal.Compose(repo, []proposal.Item{
		item("one", adopted(hostname, "rogue", "local"), adopted(location, "Basel", "base")),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(branches) != 1 || branches[0].Name != "drift/core" || branches[0].Detached {
		t.Fatalf("branches are %+v", branches)
	}
	files := branches[0].Files
	if got := string(files["clusters/a/one.yaml"]); !strings.Contains(got, "hostname: rogue # as on the door") || !strings.HasPrefix(got, "# the edge router\n") {
		t.Errorf("the manifest became\n%s", got)
	}
	if got, want := string(files["layers/base.yaml"]), "strowger-test-router:system:\n  location: Basel # the site\n"; got != want {
		t.Errorf("the layer became\n%s", cmp.Diff(want, got))
	}
	if got := string(files["drift/core/one.yaml"]); !strings.Contains(got, "clusters/a/one.yaml:15") || strings.Contains(got, "sha1") {
		t.Errorf("the report is\n%s", got)
	}
	if diff := cmp.Diff(map[string]bool{"drift/core/one.yaml": true}, branches[0].Report); diff != "" {
		t.Errorf("report files: %s", diff)
	}
	out := outcomes[0]
	if len(out.Refused) != 0 || len(out.Edits) != 2 {
		t.Fatalf("edits %+v, refused %+v", out.Edits, out.Refused)
	}
	if o := out.Origins[0]; o.File != "clusters/a/one.yaml" || o.Line != 15 || o.Author != "Ada <a@example.com>" || o.Revision != "main@sha1:1" {
		t.Errorf("the origin became %+v", o)
	}
}

// TestComposeIsRepeatable: what was found out and written into the report changes
// nothing when it is composed again.
func TestComposeIsRepeatable(t *testing.T) {
	items := []proposal.Item{item("one", adopted(hostname, "rogue", "local"), adopted(location, "Basel", "base"))}
	first, outcomes, err := proposal.Compose(newRepository(), items)
	if err != nil {
		t.Fatal(err)
	}
	for i := range items[0].Entries {
		items[0].Entries[i].Origin = outcomes[0].Origins[i]
		items[0].Entries[i].Origin.Revision = "main@sha1:2"
	}
	again, _, err := proposal.Compose(newRepository(), items)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
}

// TestComposeTracesWhatIsNotProposed: who declared a value is told of what is corrected or reported too, unless very
// many wait. Nothing is edited, and the report file does not depend on it.
func TestComposeTracesWhatIsNotProposed(t *testing.T) {
	entry := func(path, layer string, action v1alpha1.DriftAction) v1alpha1.DriftEntry {
		e := adopted(path, "rogue", layer)
		e.Action = action
		return e
	}
	one := item("one", entry(hostname, "local", v1alpha1.DriftCorrect), entry(location, "base", v1alpha1.DriftReportOnly))
	repo := newRepository()
	branches, outcomes, err := proposal.Compose(repo, []proposal.Item{one})
	if err != nil {
		t.Fatal(err)
	}
	if len(branches[0].Files) != 1 || len(outcomes[0].Edits) != 0 || len(outcomes[0].Refused) != 0 {
		t.Errorf("files %v, edits %+v, refused %+v", branches[0].Files, outcomes[0].Edits, outcomes[0].Refused)
	}
	if o := outcomes[0].Origins[0]; o.File != "clusters/a/one.yaml" || o.Line != 15 || o.Author == "" {
		t.Errorf("the inline value was declared in %+v", o)
	}
	if o := outcomes[0].Origins[1]; o.Line != 2 || o.Author == "" {
		t.Errorf("the value of the file was declared in %+v", o)
	}
	if diff := cmp.Diff([]string{"clusters/a"}, repo.fetched); diff != "" {
		t.Errorf("fetched: %s", diff)
	}
	many := []proposal.Item{one}
	for range 40 {
		many = append(many, item("two"))
	}
	crowd, outcomes, err := proposal.Compose(newRepository(), many)
	if err != nil {
		t.Fatal(err)
	}
	if o := outcomes[0].Origins[0]; o.Line != 0 || o.Author != "" {
		t.Errorf("among many, the inline value was looked for: %+v", o)
	}
	if diff := cmp.Diff(string(branches[0].Files["drift/core/one.yaml"]), string(crowd[0].Files["drift/core/one.yaml"])); diff != "" {
		t.Errorf("the report depends on how many wait: %s", diff)
	}
}

// TestComposeRestartsABranch that holds nothing of what is reported now.
func TestComposeRestartsABranch(t *testing.T) {
	fresh, known := item("one"), item("two")
	fresh.Fresh = true
	for _, c := range []struct {
		items []proposal.Item
		want  bool
	}{{[]proposal.Item{fresh}, true}, {[]proposal.Item{fresh, known}, false}} {
		branches, _, err := proposal.Compose(newRepository(), c.items)
		if err != nil || branches[0].Restart != c.want {
			t.Errorf("%d items: restart %t, %v", len(c.items), branches[0].Restart, err)
		}
	}
}

func TestComposeBuildsOnTheSameFile(t *testing.T) {
	one, two := item("one", adopted(location, "Basel", "base")), item("two", adopted(hostname, "rogue", "base"))
	one.Layers[0].Shared, two.Layers[0].Shared = []string{"core/two"}, []string{"core/one"}
	repo := newRepository()
	repo.MapFS["layers/base.yaml"] = &fstest.MapFile{Data: []byte("strowger-test-router:system:\n  hostname: a\n  location: Zurich\n")}
	branches, outcomes, err := proposal.Compose(repo, []proposal.Item{two, one})
	if err != nil {
		t.Fatal(err)
	}
	if len(branches) != 1 || len(branches[0].Files) != 3 {
		t.Fatalf("branches are %+v", branches)
	}
	if got, want := string(branches[0].Files["layers/base.yaml"]), "strowger-test-router:system:\n  hostname: rogue\n  location: Basel\n"; got != want {
		t.Error(cmp.Diff(want, got))
	}
	if diff := cmp.Diff(map[string][]string{"layers/base.yaml": {"core/one"}}, outcomes[0].Shared); diff != "" {
		t.Errorf("outcomes are not in the items' order: %s", diff)
	}
	if outcomes[1].Edits[0].Line != 3 || outcomes[0].Edits[0].Line != 2 {
		t.Errorf("lines are %d and %d", outcomes[1].Edits[0].Line, outcomes[0].Edits[0].Line)
	}
}

func TestComposeRefuses(t *testing.T) {
	secret := adopted(hostname, "sha256:1", "local")
	secret.Class = v1alpha1.DriftSecret
	order := adopted(hostname, "", "local")
	order.Class = v1alpha1.DriftOrder
	for _, c := range []struct {
		name   string
		change func(*proposal.Item, *repository)
		entry  v1alpha1.DriftEntry
		says   string
	}{
		{name: "a secret", entry: secret, says: "Secret"},
		{name: "an order", entry: order, says: "order"},
		{name: "a clipped value", entry: adopted(hostname, strings.Repeat("a", 1024), "local"), says: "longer"},
		{name: "a layer that is gone", entry: adopted(hostname, "rogue", "gone"), says: "no layer gone"},
		{name: "a layer elsewhere", entry: adopted(location, "Basel", "base"), says: "elsewhere",
			change: func(i *proposal.Item, _ *repository) { i.Layers[0].Elsewhere = "it is elsewhere" }},
		{name: "a file that is not there", entry: adopted(location, "Basel", "base"), says: "layers/base.yaml",
			change: func(_ *proposal.Item, r *repository) { delete(r.MapFS, "layers/base.yaml") }},
		{name: "a manifest elsewhere", entry: adopted(hostname, "rogue", "local"), says: "in another repository",
			change: func(i *proposal.Item, _ *repository) { i.RootUnknown = "declared in another repository" }},
		{name: "a manifest that is not found", entry: adopted(hostname, "rogue", "local"), says: "layer local",
			change: func(_ *proposal.Item, r *repository) { delete(r.MapFS, "clusters/a/one.yaml") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			repo, i := newRepository(), item("one", c.entry)
			if c.change != nil {
				c.change(&i, repo)
			}
			branches, outcomes, err := proposal.Compose(repo, []proposal.Item{i})
			if err != nil {
				t.Fatal(err)
			}
			if r := outcomes[0].Refused; len(r) != 1 || !strings.Contains(r[0].Reason, c.says) || r[0].Path != c.entry.Path {
				t.Errorf("refused is %+v", r)
			}
			if len(branches[0].Files) != 1 {
				t.Errorf("files beside the report: %v", branches[0].Files)
			}
		})
	}
}

// TestComposePlacesWhatNobodyDeclares in the last inline layer that takes it.
func TestComposePlacesWhatNobodyDeclares(t *testing.T) {
	e := v1alpha1.DriftEntry{Path: location, Operation: "Create", Actual: "Bern", Class: v1alpha1.DriftUnmanaged, Action: v1alpha1.DriftAdopt}
	branches, outcomes, err := proposal.Compose(newRepository(), []proposal.Item{item("one", e)})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(branches[0].Files["clusters/a/one.yaml"]); !strings.Contains(got, "location: Bern") {
		t.Errorf("the manifest is %q, outcome %+v", got, outcomes[0])
	}
}

// TestComposeRecords: what is not proposed changes no file but the report.
func TestComposeRecords(t *testing.T) {
	i := item("one", adopted(hostname, "rogue", "local"))
	i.Propose = false
	branches, outcomes, err := proposal.Compose(newRepository(), []proposal.Item{i})
	if err != nil {
		t.Fatal(err)
	}
	if len(branches[0].Files) != 1 || len(outcomes[0].Edits) != 0 {
		t.Errorf("files %v, edits %v", slices.Collect(maps.Keys(branches[0].Files)), outcomes[0].Edits)
	}
	if got := string(branches[0].Files["drift/core/one.yaml"]); !strings.Contains(got, "origin: layer local\n") {
		t.Errorf("the report is\n%s", got)
	}
}
