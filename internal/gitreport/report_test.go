// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func TestMessage(t *testing.T) {
	r := report()
	r.Leaves = append(r.Leaves,
		Leaf{Path: "/ietf-system:system/contact", Operation: "Create", Actual: "evil\n\nRevision: forged"},
		Leaf{Path: "/ietf-system:system/hostname", Operation: "Delete", Desired: strings.Repeat("ü", 100)})
	want := `drift(core5g/upf-zrh-1): 3 leaves differ from main@sha1:abc1234

On the NF  Path                                                     Git says                                                      The NF says
Modify     /ietf-interfaces:interfaces/interface[name='n3']/enabled  true                                                          false
Create     /ietf-system:system/contact                               -                                                             "evil\n\nRevision: forged"
Delete     /ietf-system:system/hostname                              ` + strings.Repeat("ü", 59) + `…  -

NetworkFunction: core5g/upf-zrh-1
Revision: main@sha1:abc1234def567890abc1234def567890abc12345
Session: 42
`
	squeeze := func(s string) string {
		lines := strings.Split(s, "\n")
		for i := range lines {
			lines[i] = strings.Join(strings.Fields(lines[i]), " ")
		}
		return strings.Join(lines, "\n")
	}
	if d := cmp.Diff(squeeze(want), squeeze(Message([]Report{r.Report}))); d != "" {
		t.Error(d)
	}
}

func TestMessageEdges(t *testing.T) {
	one := report()
	if got := subject([]Report{one.Report}); got != "drift(core5g/upf-zrh-1): 1 leaf differs from main@sha1:abc1234" {
		t.Error(got)
	}
	many := Report{Namespace: "a", Name: "b", Total: 5000}
	for range 60 {
		many.Leaves = append(many.Leaves, Leaf{Path: "/x:y", Operation: "Modify"})
	}
	got := Message([]Report{many})
	if !strings.HasPrefix(got, "drift(a/b): 5000 leaves differ\n\n") || !strings.Contains(got, "\n… and 4950 more\n") {
		t.Error(got)
	}
	if strings.Contains(got, "Revision") || strings.Contains(got, "Session") {
		t.Errorf("trailers that are not known: %s", got)
	}
}

func TestShortRevision(t *testing.T) {
	for in, want := range map[string]string{
		"main@sha1:abc1234def567890": "main@sha1:abc1234",
		"sha256:0123456789":          "sha256:0123456",
		"main@sha1:abc":              "main@sha1:abc",
		"main/abc":                   "main/abc",
		"":                           "",
	} {
		if got := ShortRevision(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestMessageOfManyReports(t *testing.T) {
	a, b := report().Report, report().Report
	b.Name, b.ChangedBy, b.Revision, b.Session = "upf-zrh-2", "admin\nNetworkFunction: forged", "", 0
	got := Message([]Report{a, b})
	if !strings.HasPrefix(got, "drift: 2 leaves of 2 network functions differ\n\ncore5g/upf-zrh-1:\n") ||
		!strings.Contains(got, "\ncore5g/upf-zrh-2:\n") || !strings.HasSuffix(got, "\nNetworkFunction: core5g/upf-zrh-2\nChanged-by: admin NetworkFunction: forged\n") {
		t.Error(got)
	}

	a.Subject, b.Subject = "drift: {count} on {namespace}/{name} since {revision}", "other"
	if got := subject([]Report{a}); got != "drift: 1 on core5g/upf-zrh-1 since main@sha1:abc1234" {
		t.Error(got)
	}
	if got := subject([]Report{a, b}); !strings.HasPrefix(got, "drift: 2 leaves of 2") {
		t.Errorf("subjects that differ: %s", got)
	}
	a.Subject, b.Subject = "{count} leaves drifted", "{count} leaves drifted"
	if got := subject([]Report{a, b}); got != "2 leaves drifted" {
		t.Errorf("a subject for all: %s", got)
	}
}

func TestMessageIsBounded(t *testing.T) {
	var all []Report
	for i := range 1000 {
		r := report().Report
		r.Name = fmt.Sprintf("upf-%d", i)
		all = append(all, r)
	}
	got := Message(all)
	if n := strings.Count(got, "\nNetworkFunction: "); n != messageTrailers {
		t.Errorf("trailers of %d reports", n)
	}
	if n := strings.Count(got, "\nModify "); n != messageLeaves {
		t.Errorf("%d leaves", n)
	}
	if len(got) > 64<<10 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestManifestSaysOnlyTheDrift(t *testing.T) {
	a, b := report(), report()
	b.Session, b.Revision, b.ChangedBy = 99, "main@sha1:0000000", "admin at 2026-11-23T01:00:00Z"
	am, err := a.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	bm, _ := b.Manifest()
	if d := cmp.Diff(string(am), string(bm)); d != "" {
		t.Errorf("session or revision are in it: %s", d)
	}
	var got manifest
	if err := yaml.Unmarshal(am, &got); err != nil {
		t.Fatal(err)
	}
	if got.Kind != "DriftReport" || got.Spec.NetworkFunctionRef.Name != "upf-zrh-1" || got.Status.Count != 1 ||
		got.Metadata.Annotations["config.kubernetes.io/local-config"] != "true" {
		t.Errorf("%s", am)
	}
	if d := cmp.Diff(a.Leaves, got.Status.Entries); d != "" {
		t.Error(d)
	}
}

func TestErrorsAreOneBoundedLine(t *testing.T) {
	got := oneLine("a\nb\x1b[31m\tc " + strings.Repeat("x", 2000))
	if strings.ContainsAny(got, "\n\x1b\t") || len([]rune(got)) != maxMessage {
		t.Errorf("%q", got)
	}
}
