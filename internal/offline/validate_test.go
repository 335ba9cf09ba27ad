// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files writes files into a new folder, and makes it the current one.
func files(t *testing.T, content map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

const (
	acme = `module acme {
  namespace "urn:acme"; prefix a; revision 2026-01-01;
  feature fast; feature safe;
  container top {
    leaf name { type string; }
    leaf speed { if-feature fast; type uint8; }
    leaf guard { if-feature safe; type uint8; }
    leaf peer { type leafref { path "/other/name"; } }
  }
  container other { leaf name { type string; } }
}`
	// demanding is implemented but not meant by documents of acme.
	demanding = `module demanding {
  namespace "urn:demanding"; prefix d;
  leaf must-be { type string; mandatory true; }
}`
	// importer needs a module that is not there.
	importer = `module importer {
  namespace "urn:importer"; prefix i;
  import missing { prefix m; }
  container box { leaf good { type string; } leaf bad { type m:text; } }
}`
	// augmenter changes acme, but for what it misses.
	augmenter = `module augmenter {
  namespace "urn:augmenter"; prefix g;
  import acme { prefix a; }
  augment "/a:top" { leaf more { type string; } }
  augment "/a:gone" { leaf more { type string; } }
}`
)

func TestGolden(t *testing.T) {
	golden, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(exampleFolder)
	for name, args := range map[string]string{
		"invalid.json":   "validate --yang yang -o json intended.yaml bsl.json gva.yaml values.yaml inputs/site.yaml",
		"invalid.github": "validate --yang yang -o github bsl.json gva.yaml inputs/site.yaml",
		"merged.json":    "validate --yang yang --merge -o json base.yaml gva.yaml",
	} {
		out, log, code := run(t, strings.NewReader(""), strings.Fields(args)...)
		if log != "" || code == 0 {
			t.Errorf("%s: code %d, standard error %q", name, code, log)
		}
		path := filepath.Join(golden, name)
		if *update {
			if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestVerdicts(t *testing.T) {
	files(t, map[string]string{
		"yang/acme.yang": acme, "all/acme.yang": acme, "all/demanding.yang": demanding,
		"all/importer.yang": importer, "all/augmenter.yang": augmenter,
		"good.yaml":     "acme:top: {name: a}",
		"good.json":     `{"acme:top": {"name": "a"}}`,
		"good.xml":      `<top xmlns="urn:acme"><name>a</name></top>`,
		"noname":        `{"acme:top": {"name": "a"}}`,
		"flow":          `{acme:top: {name: a}}`,
		"fast.yaml":     "acme:top: {speed: 1}",
		"safe.yaml":     "acme:top: {guard: 1}",
		"peer.yaml":     "acme:top: {peer: b}",
		"other.yaml":    "acme:other: {name: b}",
		"box.yaml":      "importer:box: {good: a}",
		"more.yaml":     "acme:top: {augmenter:more: a}",
		"typo.yaml":     "acmee:top: {}",
		"far.yaml":      "completely-different:thing: {}",
		"empty.yaml":    " \n",
		"binary.json":   "{\x00}",
		"latin.yaml":    "acme:top:\n  name: caf\xe9",
		"utf16.xml":     "\xff\xfe<\x00",
		"mixed.yaml":    "<top/>",
		"two.yaml":      "acme:top: {}\n---\nacme:other: {}",
		"nf.yaml":       "apiVersion: nf.strowger.dev/v1alpha1\nkind: NetworkFunction",
		"expr.yaml":     "acme:top: {name: 'x ${inputs.site.name}', speed: '${inputs.site.speed}'}",
		"site.yaml":     "name: a\nspeed: 7",
		"wrong.yaml":    "input: {}",
		"folder/a.yaml": "acme:top: {}", "folder/deep/b.xml": `<other xmlns="urn:acme"/>`, "folder/README.md": "text",
		"none/README.md": "text",
	})
	const one = "--yang yang "
	for _, tt := range []struct {
		args, in string
		code     int
		says     string
	}{
		{args: one + "good.yaml good.json good.xml noname", says: "4 documents: 4 valid, 0 invalid"},
		{args: one + "folder", says: "2 documents: 2 valid"},
		{args: one + "--format yaml flow", says: "flow: valid"},
		{args: one + "-", in: "acme:top: {name: a}", says: "stdin: valid"},
		{args: one + "-", in: "acme:top: {nam: a}", code: 1, says: "stdin:1: nam: no node"},
		{args: one + "-", in: "<top xmlns='urn:acme'/>", says: "valid"},
		// What there is to be.
		{args: one + "peer.yaml", code: 1, says: "refers to b"},
		{args: one + "--partial peer.yaml", says: "1 rule not evaluated"},
		{args: one + "--partial -v peer.yaml", says: "/acme:top/peer: require-instance"},
		{args: one + "--layer peer.yaml", says: "peer.yaml: valid"},
		{args: one + "--merge peer.yaml other.yaml", says: "peer.yaml + other.yaml: valid"},
		{args: one + "--layer --merge peer.yaml", code: 2, says: "--layer"},
		{args: one + "--max-errors 1 --merge fast.yaml two.yaml typo.yaml far.yaml", code: 1, says: "and 2 more; --max-errors 0"},
		// Features and modules.
		{args: one + "fast.yaml safe.yaml", says: "2 valid"},
		{args: one + "--no-feature fast.yaml", code: 1, says: "speed"},
		{args: one + "--no-feature --feature acme:fast fast.yaml", says: "valid"},
		{args: one + "--feature acme:fast safe.yaml", code: 1, says: "guard"},
		{args: one + "--feature acme:fast --feature acme:safe safe.yaml", says: "valid"},
		{args: one + "--feature acme: fast.yaml", code: 1, says: "speed"},
		{args: one + "--module acme:fast safe.yaml", code: 1, says: "guard"},
		{args: one + "--module acme@2026-01-01 safe.yaml", says: "valid"},
		{args: one + "--feature acme good.yaml", code: 2, says: "must be module:feature"},
		{args: one + "--feature acme:slow good.yaml", code: 2, says: `no feature "slow", only fast, safe`},
		{args: one + "--feature acmes:slow good.yaml", code: 2, says: "did you mean acme?"},
		{args: one + "--module something-else good.yaml", code: 2, says: "only acme"},
		{args: one + "--module acme@1999-01-01 good.yaml", code: 2, says: "only 2026-01-01"},
		{args: "--yang all --module demanding --feature acme:fast good.yaml", code: 2, says: "not one of those of --module"},
		// Modules that are not meant, or broken.
		{args: "--yang all good.yaml", code: 1, says: "if the device does not have module demanding, name those that it has with --module"},
		{args: "--yang all --partial good.yaml", says: "2 problems in the modules that should not matter here"},
		{args: "--yang all --partial -v good.yaml", says: "module missing not found"},
		{args: "--yang all --partial good.yaml", says: "augment /a:gone"},
		{args: "--yang all --partial more.yaml", says: "all/augmenter.yang:5: warning: augment /a:gone"},
		{args: "--yang all --partial box.yaml", code: 2, says: "2 statements of the modules it needs cannot be loaded, first: all/importer.yang:3"},
		{args: "--yang all --partial --ignore-load-errors box.yaml", says: "box.yaml: valid"},
		// Expressions.
		{args: one + "expr.yaml", code: 1, says: "--values and --input"},
		{args: one + "--input site=site.yaml expr.yaml", says: "expr.yaml: valid"},
		{args: one + "--input site=wrong.yaml expr.yaml", code: 1, says: "expr.yaml:1: ${inputs.site.name}: inputs.site has no field name"},
		{args: one + "--input site=nowhere.yaml expr.yaml", code: 2, says: "--input site: nowhere.yaml: no such file"},
		{args: one + "--input site expr.yaml", code: 2, says: "NAME=FILE"},
		{args: one + "--values wrong.yaml expr.yaml", code: 2, says: "field input not found"},
		// Documents that cannot be judged, and those that can: their author must act.
		{args: one + "typo.yaml", code: 1, says: "did you mean acme:top?"},
		{args: one + "far.yaml", code: 1, says: "it is none of the 1 module under --yang"},
		{args: one + "two.yaml", code: 1, says: "two.yaml:2: not YAML: more than one document"},
		{args: one + "good.yaml nowhere.yaml", code: 2, says: "nowhere.yaml: no such file or directory"},
		{args: one + "empty.yaml", code: 2, says: "is empty"},
		{args: one + "binary.json", code: 2, says: "zero byte at offset 1"},
		{args: one + "latin.yaml", code: 2, says: "byte 0xe9 on line 2"},
		{args: one + "utf16.xml", code: 2, says: "UTF-16"},
		{args: one + "mixed.yaml", code: 2, says: "is not YAML, as its name says"},
		{args: one + "flow", code: 2, says: "give --format"},
		{args: one + "nf.yaml", code: 2, says: "spec.config[].value"},
		{args: one + "none", code: 2, says: "no .yaml, .yml, .json or .xml files in none"},
		// Usage.
		{args: "good.yaml", code: 2, says: "--yang is missing"},
		{args: "--yang nowhere good.yaml", code: 2, says: "--yang: nowhere: no such file or directory"},
		{args: "--yang none good.yaml", code: 2, says: "no .yang files in none"},
		{args: one, code: 2, says: "no documents"},
		{args: one + "--format toml good.yaml", code: 2, says: `"toml" is none of`},
		{args: one + "-o yaml good.yaml", code: 2, says: `"yaml" is none of`},
		{args: one + "--moduel a good.yaml", code: 2, says: "unknown flag"},
	} {
		out, log, code := run(t, strings.NewReader(tt.in), append([]string{"validate"}, strings.Fields(tt.args)...)...)
		if code != tt.code || !strings.Contains(out+log, tt.says) {
			t.Errorf("validate %s: code %d, want %d, and %q in\n%s%s", tt.args, code, tt.code, tt.says, log, out)
		}
	}
}

// Programs get JSON whatever became of the documents, and nothing else.
func TestJSONOfWhatCannotBeJudged(t *testing.T) {
	files(t, map[string]string{"acme.yang": acme, "importer.yang": importer, "nf.yaml": "apiVersion: v1\nkind: Secret", "box.yaml": "importer:box: {bad: a}"})
	out, log, code := run(t, strings.NewReader(""), "validate", "--yang", ".", "-o", "json", "nf.yaml", "box.yaml", "nowhere")
	var got report
	if err := json.Unmarshal([]byte(out), &got); err != nil || log != "" || code != 2 {
		t.Fatalf("code %d, %v, standard error %q:\n%s", code, err, log, out)
	}
	want := summary{Documents: 3, NotJudged: 3, Warnings: 2}
	if diff := cmp.Diff(want, got.Summary); diff != "" {
		t.Error(diff)
	}
	for _, r := range got.Results {
		if r.Status != unjudged || r.Error == "" {
			t.Errorf("got %+v", r)
		}
	}
}

func TestTooLarge(t *testing.T) {
	if _, err := readBounded(stdin, endless{}, 3<<20); err == nil || err.Error() != "larger than 3 MiB" {
		t.Errorf("got %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
