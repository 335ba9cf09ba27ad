// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// FuzzEdit: whatever the document, nothing panics, what comes out is read as well as what
// went in, and one change leaves all lines as they are but for those in one place.
func FuzzEdit(f *testing.F) {
	paths := []string{"/m:a/b", "/m:a/l[k='1']", "/m:a/l[k='1']/v", "/m:a/t[.='x']", "/m:a", "/m:a/n:c/d"}
	for i, data := range []string{
		"m:a:\n  b: 1 # c\n  l:\n  - k: 1\n    v: x\n  t: [x, y]\n", "m:a: {b: 1, l: [{k: 1, v: x}], t: [x]}",
		`{"m:a": {"b": 1, "l": [{"k": "1", "v": "x"}], "t": ["x"]}}`, "<a xmlns='m'><b>1</b><l><k>1</k><v>x</v></l><t>x</t></a>",
		"m:a:\n  b: |\n   x\n\n   y\n  # z\n  ? c\n  : d\n", "m:a: &x\n  b: *x\n", "? m:a\n: b: 1\n", "m:a:\r\n  b: 'x'\r\n", "\ufeffm:a:\n  b: >+\n    x\n\n",
		"m:a:\n  b: !!str\n  t:\n  -\n   x\n  - y", "m:a:\n  b: x\n    y z\n  c: \u2028\n", "<m><![CDATA[x]]><!-- --></m>", "m:a:\n  l:\n    - # one\n      k: 1\n",
	} {
		for at := range paths {
			f.Add([]byte(data), uint8(i), uint8(at), uint8(at%3), "x y")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, format, path, operation uint8, value string) {
		d := Document{Data: data, Format: []string{formatYAML, formatJSON, formatXML}[format%3]}
		c := Change{Path: paths[int(path)%len(paths)], Operation: []string{Modify, Delete, Create}[operation%3], Value: value}
		got := Edit(d, []Change{c})
		if len(got.Done)+len(got.Refused) != 1 {
			t.Fatalf("%+v %+v", got.Done, got.Refused)
		}
		if len(got.Refused) > 0 {
			if !bytes.Equal(got.Data, data) {
				t.Fatalf("refused (%s) and edited:\n%q\n%q", got.Refused[0].Reason, data, got.Data)
			}
			return
		}
		if _, err := parse(got.Data, d.Format); err != nil {
			t.Fatalf("%v\n%q\n%q", err, data, got.Data)
		}
		if c.Operation == Modify {
			again := d
			again.Data = got.Data
			if twice := Edit(again, []Change{c}); len(twice.Done) != 1 || !bytes.Equal(twice.Data, got.Data) {
				t.Fatalf("again: %+v\n%q\n%q", twice.Refused, got.Data, twice.Data)
			}
		}
		untouched(t, string(data), string(got.Data))
	})
}

// untouched: what is neither in the common begin nor the common end of both texts is
// where the change is, and no comment is lost there but with what was deleted.
func untouched(t *testing.T, was, now string) {
	a, b := strings.SplitAfter(was, "\n"), strings.SplitAfter(now, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(b) > len(a)+12 && !slices.Contains(b, "") {
		t.Fatalf("%d lines became %d:\n%q\n%q", len(a), len(b), was, now)
	}
}
