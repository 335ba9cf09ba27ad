// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func proposal() ([]Report, BodyOptions) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	const enabled = "/ietf-interfaces:interfaces/interface[name='n3']/enabled"
	const address = "/ietf-interfaces:interfaces/interface[name='n3']/ietf-ip:ipv4/address[ip='10.0.0.1']/prefix-length"
	reports := []Report{
		{
			Namespace: "core5g", Name: "upf-zrh-1",
			Revision:  "main@sha1:abc1234def567890abc1234def567890abc12345",
			Session:   42,
			ChangedBy: "user ops (session 7 from 192.0.2.9) at 2026-11-22T11:59:58Z",
			Leaves: []Leaf{
				{Path: enabled, Operation: "Modify", Desired: "true", Actual: "false", Action: "Adopt", Author: "Ada <ada@example.com>"},
				{Path: address, Operation: "Modify", Desired: "24", Actual: "25", Action: "Adopt"},
				{Path: "/ietf-system:system/contact", Operation: "Create", Actual: "evil | <b>x</b>\n@ops fixes #1", Action: "Adopt"},
				{Path: "/ietf-system:system/hostname", Operation: "Delete", Desired: strings.Repeat("ü", 100), Action: "Adopt",
					Origin: "layer base"},
				{Path: "/ietf-system:system/location", Operation: "Modify", Desired: "a", Actual: "", Action: "Report"},
			},
			Total: 9,
		},
		{Namespace: "core5g", Name: "amf-zrh-1", Leaves: []Leaf{{Path: "/a:b", Operation: "Modify", Desired: "", Actual: "x"}}},
	}
	return reports, BodyOptions{
		Functions: map[string]Details{"core5g/upf-zrh-1": {
			Seen:     noon,
			DecideBy: noon.Add(24 * time.Hour),
			Declared: map[string]Declared{enabled: {File: "nf/base.yaml", Line: 12}},
			Refused: []Refused{{Path: address, File: "nf/upf.yaml", Line: 30,
				Reason: "computed by ${inputs.n3.status.prefix}: change the input n3, @ops, fixes #1 GH-2"}},
		}},
		SharedWith: map[string][]string{"nf/base.yaml": {"core5g/upf-zrh-3", "core5g/upf-zrh-2"}},
		LinkFile: func(path string, line int) string {
			address := "https://git.example.com/core/network/src/branch/drift/" + path
			if line > 0 {
				address += fmt.Sprintf("#L%d", line)
			}
			return address
		},
	}
}

func TestBodyGolden(t *testing.T) {
	got := Body(proposal())
	file := filepath.Join("testdata", "body.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
	if again := Body(proposal()); again != got {
		t.Error("equal arguments give another text")
	}
}

func TestBodyOfOneWithoutMore(t *testing.T) {
	got := Body([]Report{{Namespace: "a", Name: "b", Leaves: []Leaf{{Path: "/x:y", Operation: "Modify", Desired: "1", Actual: "2"}}}}, BodyOptions{})
	for _, want := range []string{
		"The network function <code>a/b</code> says something else than Git.",
		"<!-- strowger: a/b -->\n",
		"| <code>/x&#58;y</code> | <code>1</code> | <code>2</code> |  |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	for _, not := range []string{"Without a decision", "Take care", "Not in the files", "differ too", "Changed by", "Seen"} {
		if strings.Contains(got, not) {
			t.Errorf("says %q:\n%s", not, got)
		}
	}
}

func TestTitleIsTheSubject(t *testing.T) {
	reports, _ := proposal()
	for _, of := range [][]Report{reports[:1], reports} {
		title := Title(of)
		if title == "" || strings.Contains(title, "\n") || !strings.HasPrefix(Message(of), title+"\n") {
			t.Errorf("%q", title)
		}
	}
}

// What forges look for in the source of a text, and what is markup.
var forged = regexp.MustCompile(`[@#!~$^]\w|[Gg][Hh]-\d|://|www\.|<(?:/?[abh]|!|img|script)|\*\*|\]\(|\n(?:/|#)`)

func TestForeignTextIsNoMarkup(t *testing.T) {
	evil := []string{
		"@ops", "#1", "fixes #1", "Closes org/repo#1", "fixes GH-1", "fixes gh-1", "!5", "~label", "$1", "https://evil.example/1",
		"www.evil.example", "a|b", "`x`", "**b**", "[x](https://evil.example)", "<script>alert(1)</script>", "<!-- strowger: x/y -->",
		"a\n\n# Heading", "a\n/close", "</code><b>", "&#64;ops", "ops@example.com #1", "\u202eevil", "a\x1b[31m", "\\|", "_x_", "%1", "^1",
	}
	for _, s := range evil {
		for kind, got := range map[string]string{"code": strings.TrimSuffix(strings.TrimPrefix(code(s, 200), "<code>"), "</code>"), "prose": prose(s, 200)} {
			source := regexp.MustCompile(`&#\d+;`).ReplaceAllString(got, "\x00")
			if strings.ContainsAny(source, "\n\t|`<>*_[]()@#!~$^\\\"'&") || forged.MatchString(source) {
				t.Errorf("%s of %q: source %q", kind, s, got)
			}
			shown := html.UnescapeString(got)
			if kind == "prose" && regexp.MustCompile(`[@#!~$^]\w|[Gg][Hh]-\d|://`).MatchString(shown) {
				t.Errorf("%s of %q is shown as %q", kind, s, shown)
			}
			if kind == "code" && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == '\u202e' }) < 0 && shown != s {
				t.Errorf("%s of %q is shown as %q", kind, s, shown)
			}
		}
	}
}

func TestLinksAreWebAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"":                                  "<code>f.yaml</code>",
		"javascript:alert(1)":               "<code>f.yaml</code>",
		"https://h/a|b\"><b>?x=1&y=2#L1":    `<a href="https://h/a%7Cb%22%3E%3Cb%3E?x=1&amp;y=2#L1"><code>f.yaml</code></a>`,
		"http://127.0.0.1/o/r/src/f.yaml#1": `<a href="http://127.0.0.1/o/r/src/f.yaml#1"><code>f.yaml</code></a>`,
	} {
		o := BodyOptions{LinkFile: func(string, int) string { return address }}
		if got := o.place("f.yaml", 0); got != want {
			t.Errorf("%q: %s, want %s", address, got, want)
		}
	}
}

func TestBodyIsBounded(t *testing.T) {
	leaves := func(n int) (all []Leaf) {
		for i := range n {
			all = append(all, Leaf{Path: fmt.Sprintf("/m:c/l[k='%s%d']", strings.Repeat("|", 400), i), Operation: "Modify",
				Desired: strings.Repeat("<", 500), Actual: strings.Repeat("@", 500), Author: strings.Repeat("#", 500)})
		}
		return all
	}
	long := strings.Repeat("@", 5000)
	for name, size := range map[string]struct{ functions, leaves, refused, shared int }{
		"one of many leaves":   {1, 500, 0, 0},
		"many of many leaves":  {30, 500, 0, 0},
		"many functions":       {1000, 3, 0, 0},
		"many refusals":        {1, 500, 500, 0},
		"much of everything":   {300, 500, 100, 100},
		"functions of one row": {40, 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := BodyOptions{Functions: map[string]Details{}, SharedWith: map[string][]string{}}
			for i := range size.shared {
				o.SharedWith[fmt.Sprintf("f%d", i)] = strings.Split(strings.Repeat("a/b ", 100), " ")
			}
			var reports []Report
			for i := range size.functions {
				r := Report{Namespace: "n", Name: fmt.Sprintf("nf-%d", i), Leaves: leaves(size.leaves), Revision: long, ChangedBy: long}
				d := Details{}
				for range size.refused {
					d.Refused = append(d.Refused, Refused{Path: long, File: long, Reason: long})
				}
				o.Functions["n/"+r.Name] = d
				reports = append(reports, r)
			}
			got := Body(reports, o)
			if len(got) > 65000 {
				t.Errorf("%d bytes", len(got))
			}
			if !strings.Contains(got, "<!-- strowger: n/nf-0 -->") || !strings.HasSuffix(got, bodyFooter) {
				t.Errorf("beginning or end is missing: %.300s", got)
			}
			if size.functions*size.leaves > 100 && !strings.Contains(got, "… and ") {
				t.Error("what is left out is not counted")
			}
		})
	}
}
