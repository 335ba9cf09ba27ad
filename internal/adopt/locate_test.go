// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const nfHead = "apiVersion: nf.strowger.dev/v1alpha1\nkind: NetworkFunction\n"

func nfFile(name, namespace string) string {
	s := nfHead + "metadata:\n  name: " + name + "\n"
	if namespace != "" {
		s += "  namespace: " + namespace + "\n"
	}
	return s + "  labels: {site: zrh}\nspec:\n  config:\n  - name: local\n    value: {m:sys: {host: r1}}\n"
}

const patchBody = "spec:\n  config:\n  - name: local\n    value: {m:sys: {host: patched}}\n"

func TestLocate(t *testing.T) {
	const json6902 = "- op: replace\n  path: /spec/config/0/value\n  value: {}\n"
	other := "---\n# nothing\n---\n" + nfFile("amf", "core") + "---\n"
	for name, tc := range map[string]struct {
		files map[string]string
		root  string
		file  string
		index int
		says  string
	}{
		"generated":            {map[string]string{"nf/a/upf.yaml": nfFile("upf", "core"), "nf/b.yml": nfFile("amf", "core")}, "./nf/", "nf/a/upf.yaml", 0, ""},
		"everything":           {map[string]string{"upf.yaml": nfFile("upf", "core")}, "", "upf.yaml", 0, ""},
		"not below":            {map[string]string{"x/upf.yaml": nfFile("upf", "core"), "nf/README.md": ""}, "nf", "", 0, "no manifest"},
		"no such path":         {map[string]string{"x/upf.yaml": nfFile("upf", "core")}, "nf", "", 0, "nf cannot be read"},
		"several documents":    {map[string]string{"nf/upf.yaml": other + nfFile("upf", "core")}, "nf", "nf/upf.yaml", 2, ""},
		"other namespace":      {map[string]string{"nf/upf.yaml": nfFile("upf", "edge")}, "nf", "", 0, "namespace edge"},
		"resources":            {map[string]string{"nf/kustomization.yaml": "resources: [upf.yaml]\nnamespace: core", "nf/upf.yaml": nfFile("upf", "x"), "nf/no.yaml": nfFile("upf", "core")}, "nf", "nf/upf.yaml", 0, ""},
		"not a resource":       {map[string]string{"nf/kustomization.yaml": "resources: [amf.yaml]", "nf/upf.yaml": nfFile("upf", "core"), "nf/amf.yaml": nfFile("amf", "core")}, "nf", "", 0, "no manifest"},
		"missing resource":     {map[string]string{"nf/kustomization.yaml": "resources: [upf.yaml]"}, "nf", "", 0, "nf/upf.yaml is not in the repository"},
		"json":                 {map[string]string{"nf/kustomization.yaml": "resources: [upf.json]", "nf/upf.json": `{"apiVersion":"nf.strowger.dev/v1","kind":"NetworkFunction","metadata":{"name":"upf"},"spec":{"config":[{"name":"local","value":{}}]}}`}, "nf", "nf/upf.json", 0, ""},
		"overlay":              {map[string]string{"o/kustomization.yml": "bases: [../base]\nnamePrefix: u\nnameSuffix: f\nnamespace: core", "base/Kustomization": "resources: [x.yaml]", "base/x.yaml": nfFile("p", "")}, "o", "base/x.yaml", 0, ""},
		"wrong prefix":         {map[string]string{"o/kustomization.yml": "resources: [../base]\nnamePrefix: x-", "base/Kustomization": "resources: [x.yaml]", "base/x.yaml": nfFile("upf", "")}, "o", "", 0, `prefix "x-"`},
		"remote and outside":   {map[string]string{"nf/kustomization.yaml": "resources: [https://example.org/x, ../../x]"}, "nf", "", 0, "https://example.org/x is remote; ../../x leaves the repository"},
		"cycle":                {map[string]string{"a/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [../a]"}, "a", "", 0, "a builds itself"},
		"patch file":           {map[string]string{"o/kustomization.yaml": "resources: [../base]\npatches:\n- path: p.yaml\n", "o/p.yaml": nfHead + "metadata: {name: upf}\n" + patchBody, "base/kustomization.yaml": "resources: [x.yaml]", "base/x.yaml": nfFile("upf", "core")}, "o", "o/p.yaml", 0, ""},
		"strategic merge":      {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatchesStrategicMerge: [p.yaml]\n", "p.yaml": nfFile("amf", "") + "---\n" + nfHead + "metadata: {name: upf}\n" + patchBody, "x.yaml": nfFile("upf", "core")}, ".", "p.yaml", 1, ""},
		"patch by target":      {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- path: p.yaml\n  target: {kind: NetworkFunction, name: up., labelSelector: site=zrh}\n", "p.yaml": nfHead + "metadata: {name: any}\n" + patchBody, "x.yaml": nfFile("upf", "core")}, ".", "p.yaml", 0, ""},
		"patch of another":     {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- path: p.yaml\n  target: {labelSelector: site=brn}\n", "p.yaml": nfHead + "metadata: {name: any}\n" + patchBody, "x.yaml": nfFile("upf", "core")}, ".", "x.yaml", 0, ""},
		"patch of the rest":    {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- path: p.yaml\n", "p.yaml": nfHead + "metadata: {name: upf}\nspec: {interval: 5s}\n", "x.yaml": nfFile("upf", "core")}, ".", "x.yaml", 0, ""},
		"inline patch":         {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- patch: |\n" + indented(nfHead+"metadata: {name: upf}\n"+patchBody), "x.yaml": nfFile("upf", "core")}, ".", "", 0, "inline patch in kustomization.yaml holds the layers"},
		"JSON 6902":            {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- target: {kind: NetworkFunction}\n  patch: |\n" + indented(json6902), "x.yaml": nfFile("upf", "core")}, ".", "", 0, "JSON 6902"},
		"JSON 6902 file":       {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatchesJson6902:\n- target: {name: upf}\n  path: p.json\n", "p.json": `[{"op":"remove","path":"/spec/config/0"}]`, "x.yaml": nfFile("upf", "core")}, ".", "", 0, "p.json changes spec.config"},
		"JSON 6902 elsewhere":  {map[string]string{"kustomization.yaml": "resources: [x.yaml]\npatches:\n- target: {name: upf}\n  path: p.json\n", "p.json": `[{"op":"remove","path":"/spec/interval"}]`, "x.yaml": nfFile("upf", "core")}, ".", "x.yaml", 0, ""},
		"component":            {map[string]string{"kustomization.yaml": "resources: [x.yaml]\ncomponents: [c]", "c/kustomization.yaml": "patches: [{path: p.yaml}]", "c/p.yaml": nfHead + "metadata: {name: upf}\n" + patchBody, "x.yaml": nfFile("upf", "core")}, ".", "c/p.yaml", 0, ""},
		"component's own":      {map[string]string{"kustomization.yaml": "components: [c]", "c/kustomization.yaml": "resources: [x.yaml]", "c/x.yaml": nfFile("upf", "core")}, ".", "c/x.yaml", 0, ""},
		"twice":                {map[string]string{"a.yaml": nfFile("upf", "core"), "b.yaml": nfFile("upf", "core")}, ".", "", 0, "a.yaml and b.yaml both"},
		"no such layer":        {map[string]string{"a.yaml": strings.ReplaceAll(nfFile("upf", "core"), "local", "elsewhere")}, ".", "", 0, "a.yaml: the manifest has no layer local"},
		"subdirectory":         {map[string]string{"a/kustomization.yaml": "resources: [x.yaml]", "a/x.yaml": nfFile("upf", "core"), "a/y.yaml": nfFile("upf", "core")}, ".", "a/x.yaml", 0, ""},
		"broken":               {map[string]string{"x.yaml": nfFile("upf", "core") + "{"}, ".", "", 0, "x.yaml cannot be read"},
		"broken kustomization": {map[string]string{"kustomization.yaml": "{"}, ".", "", 0, "kustomization.yaml cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			for file, data := range tc.files {
				files[file] = &fstest.MapFile{Data: []byte(data)}
			}
			d, err := Locate(files, tc.root, "core", "upf", "local")
			if tc.file == "" {
				var missing *NotFoundError
				if !errors.As(err, &missing) || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), "core/upf") {
					t.Fatalf("%v, %+v", err, d)
				}
				return
			}
			if err != nil || d.Name != tc.file || d.Within.Document != tc.index || string(d.Data) != tc.files[tc.file] {
				t.Fatalf("%v, %s %+v", err, d.Name, d.Within)
			}
			if got := Edit(d, []Change{{"/m:sys/host", Modify, "r2"}}); tc.file != "nf/upf.json" && (len(got.Done) != 1 ||
				strings.Count(string(got.Data), "host: r2") != 1) {
				t.Errorf("%+v\n%s", got.Refused, got.Data)
			}
		})
	}
}

func indented(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n    ") + "\n"
}

// counted notes which files are read.
type counted struct {
	fstest.MapFS
	read []string
}

func (c *counted) ReadFile(name string) ([]byte, error) {
	c.read = append(c.read, name)
	return c.MapFS.ReadFile(name)
}

// TestLocateReadsLittle: of a kustomization, what it does not name is not read.
func TestLocateReadsLittle(t *testing.T) {
	c := &counted{MapFS: fstest.MapFS{
		"nf/kustomization.yaml": {Data: []byte("resources: [upf.yaml]\npatches: [{path: p.yaml, target: {kind: Secret}}]")},
		"nf/upf.yaml":           {Data: []byte(nfFile("upf", "core"))},
		"nf/p.yaml":             {Data: []byte("{}")},
		"nf/other.yaml":         {Data: []byte("{}")},
		"layers/base.yaml":      {Data: []byte("{}")},
	}}
	if _, err := Locate(c, "nf", "core", "upf", "local"); err != nil {
		t.Fatal(err)
	}
	if len(c.read) > 3 {
		t.Errorf("read %q", c.read)
	}
}

// failing cannot read files, as when a server is away.
type failing struct{ fstest.MapFS }

var errAway = errors.New("the server is away")

func (failing) ReadFile(string) ([]byte, error) { return nil, errAway }

func TestLocateSaysWhatReadingGave(t *testing.T) {
	_, err := Locate(failing{fstest.MapFS{"upf.yaml": {}}}, ".", "core", "upf", "local")
	var missing *NotFoundError
	if !errors.Is(err, errAway) || errors.As(err, &missing) {
		t.Error(err)
	}
}

var _ fs.ReadFileFS = failing{}
