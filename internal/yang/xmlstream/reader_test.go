// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// events reads a document into one line for each event; pieces of a text are joined.
func events(src io.Reader, l Limits) ([]string, error) { return read(src, l, false) }

// read is events, with or without Content where it can be used.
func read(src io.Reader, l Limits, content bool) ([]string, error) {
	r := NewReader(src, l)
	var out []string
	var text strings.Builder
	for {
		k, err := r.Next()
		if k != Text && text.Len() > 0 {
			out = append(out, fmt.Sprintf("text %q", text.String()))
			text.Reset()
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return out, err
		}
		switch k {
		case Start:
			line := "start {" + r.Name().Space + "}" + r.Name().Local
			for _, a := range r.Attrs() {
				line += fmt.Sprintf(" {%s}%s=%q", a.Space, a.Local, a.Value)
			}
			out = append(out, line)
			if !content {
				continue
			}
			if inside, ok := r.Content(); ok {
				if len(inside) > 0 {
					out = append(out, fmt.Sprintf("text %q", inside))
				}
				out = append(out, "end {"+r.Name().Space+"}"+r.Name().Local)
			}
		case End:
			out = append(out, "end {"+r.Name().Space+"}"+r.Name().Local)
		case Text:
			text.Write(r.Text())
		}
	}
}

// peerEvents is events by encoding/xml.
func peerEvents(doc string) ([]string, error) {
	d := xml.NewDecoder(strings.NewReader(doc))
	var out []string
	text := ""
	for {
		tok, err := d.Token()
		switch tok.(type) {
		case xml.StartElement, xml.EndElement, nil:
			if text != "" {
				out = append(out, fmt.Sprintf("text %q", text))
				text = ""
			}
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return out, err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			line := "start {" + x.Name.Space + "}" + x.Name.Local
			for _, a := range x.Attr {
				if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
					value := strings.NewReplacer("\t", " ", "\n", " ").Replace(a.Value)
					line += fmt.Sprintf(" {%s}%s=%q", a.Name.Space, a.Name.Local, value)
				}
			}
			out = append(out, line)
		case xml.EndElement:
			out = append(out, "end {"+x.Name.Space+"}"+x.Name.Local)
		case xml.CharData:
			text += string(x)
		case xml.Directive:
			return out, errors.New("document types are not accepted")
		}
	}
}

func TestReaderEvents(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want []string
	}{
		"default namespace": {`<a xmlns="u"><b/><c xmlns="">x</c></a>`,
			[]string{"start {u}a", "start {u}b", "end {u}b", "start {}c", `text "x"`, "end {}c", "end {u}a"}},
		"prefixes": {`<p:a xmlns:p="u" p:x="1" x='2'><q:b xmlns:q="v" xmlns:p="w"><p:c/></q:b><p:c/></p:a>`,
			[]string{`start {u}a {u}x="1" {}x="2"`, "start {v}b", "start {w}c", "end {w}c", "end {v}b", "start {u}c", "end {u}c", "end {u}a"}},
		"text":        {"<a> &lt;&#x41;&#66;&amp;\r\nx\ry<![CDATA[<&]]]]><![CDATA[>]]><!-- - -->é]]</a>", []string{"start {}a", `text " <AB&\nx\ny<&]]>é]]"`, "end {}a"}},
		"mark":        {"\ufeff<?xml version='1.0' encoding=\"utf-8\"?>\n<a/>", []string{`text "\n"`, "start {}a", "end {}a"}},
		"late prolog": {"\n <?xml version='1.0'?><?pi?><a/>", []string{`text "\n "`, "start {}a", "end {}a"}},
		"several":     {"<a/><b/>", []string{"start {}a", "end {}a", "start {}b", "end {}b"}},
		"attributes":  {"<a b = 'x\t&quot;\n>' xml:lang='de' u:c='1'/>", []string{`start {}a {}b="x \" >" {http://www.w3.org/XML/1998/namespace}lang="de" {}c="1"`, "end {}a"}},
		"empty":       {"", nil},
		"names":       {"<ä-1.é/>", []string{"start {}ä-1.é", "end {}ä-1.é"}},
		"end":         {"<a ></a\n>", []string{"start {}a", "end {}a"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := events(strings.NewReader(tc.in), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			slow, err := events(iotest.OneByteReader(strings.NewReader(tc.in)), Limits{})
			if diff := cmp.Diff(got, slow); diff != "" || err != nil {
				t.Errorf("byte by byte: %v\n%s", err, diff)
			}
		})
	}
}

func TestReaderErrors(t *testing.T) {
	for in, want := range map[string]string{
		"<a>\n<b>\n</a>":          "line 3: <b> is closed by </a>",
		"<a>\n<b>":                "line 2: <b> is not closed",
		"\n</a>":                  "line 2: </a> without start",
		"<a>\n\n&b;</a>":          "unknown entity or character &b;",
		"<a>&#0;</a>":             "unknown entity",
		"<a>&#xD800;</a>":         "unknown entity",
		"<a>& b</a>":              "& without ;",
		"<a>\x01</a>":             "U+0001",
		"<a>\xff</a>":             "not UTF-8",
		"<a>\uffff</a>":           "U+FFFF",
		"<a>]]></a>":              "]]> outside",
		"<a":                      "ends too early",
		"<a b>":                   "without value",
		"<a b=1>":                 "in quotes",
		"<a b='1'c='2'>":          "unexpected \"c\" in a tag",
		"<a b='<'>":               "< in the value",
		"<a b='1' b='2'>":         "twice",
		"<a xmlns='u' xmlns='v'>": "xmlns is there twice",
		"<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''>": "twice",
		"<a xmlns:p=''/>":           "without namespace",
		"<xmlns:a/>":                "not declared",
		"<p:a/>":                    `prefix "p" is not declared`,
		"<a:b:c/>":                  "is not a name",
		"<1/>":                      "is not a name",
		"< a/>":                     "a name must follow <",
		"<a/ >":                     `unexpected "/"`,
		"<!DOCTYPE a>":              "document types are not accepted",
		"<a><!-- -- --></a>":        "-- inside",
		"<a><![CDATA[":              "ends too early",
		"<a><!--":                   "ends too early",
		"<?pi ":                     "ends too early",
		"<a/><?xml version='1.0'?>": "must come first",
		"<?xml version='2.0'?>":     "must be 1.0",
		"<?xml version='1.0' encoding='latin1'?>": "must be UTF-8",
		"\xfe\xff\x00<":      "must be UTF-8",
		"<a><b <c/></b></a>": "< inside a tag",
	} {
		_, err := events(strings.NewReader(in), Limits{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", in, err, want)
		}
	}
}

func TestReaderLimits(t *testing.T) {
	for want, tc := range map[string]struct {
		in string
		l  Limits
	}{
		"too large":                {"<a>0123456789</a>", Limits{Bytes: 16}},
		"nested deeper than 3":     {"<a><a><a><a>", Limits{Depth: 3}},
		"more than 2 elements":     {"<a/><a/><a/>", Limits{Elements: 2}},
		"more than 2 attributes":   {"<a b='' c='' d=''/>", Limits{Attrs: 2}},
		"longer than 20000 bytes":  {"<a b='" + strings.Repeat("x", 40000) + "'/>", Limits{Tag: 20000}},
		"more than 1024 namespace": {strings.Repeat("<a xmlns='u' xmlns:b='v'>", 600), Limits{Depth: 1000}},
	} {
		if _, err := events(strings.NewReader(tc.in), tc.l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := events(strings.NewReader("<a>0123456789</a>"), Limits{Bytes: 17}); err != nil {
		t.Error(err)
	}
}

// A text is handed out in pieces, so that no document fills the memory with it.
func TestReaderIsBounded(t *testing.T) {
	for _, part := range []string{"é", "&amp;", "\r\n", "x]]", "<![CDATA[]]]]><![CDATA[>é]]>"} {
		doc := "<a>" + strings.Repeat(part, 200_000) + "</a>"
		r := NewReader(iotest.HalfReader(strings.NewReader(doc)), Limits{})
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%q: %v", part, err)
			}
		}
		if len(r.buf) > 8*textChunk {
			t.Errorf("%q: the buffer has %d bytes", part, len(r.buf))
		}
		one, _ := events(strings.NewReader("<a>"+part+"</a>"), Limits{})
		all, _ := events(strings.NewReader(doc), Limits{})
		single := strings.TrimSuffix(strings.TrimPrefix(one[1], `text "`), `"`)
		if want := `text "` + strings.Repeat(single, 200_000) + `"`; all[1] != want {
			t.Errorf("%q: the pieces are not the text", part)
		}
	}
}

func TestReaderLines(t *testing.T) {
	doc := "<?xml version=\"1.0\"?>\n<a\n x='&#10;\n'>\n<!--\n\n--><b>&amp;\r\n</b><c/>" + strings.Repeat(" \n", 30000) + "<d/></a>"
	r := NewReader(strings.NewReader(doc), Limits{})
	got := map[string]int{}
	for {
		k, err := r.Next()
		if err != nil {
			break
		}
		if k == Start {
			got[r.Name().Local] = r.Line()
		}
	}
	if diff := cmp.Diff(map[string]int{"a": 2, "b": 7, "c": 8, "d": 30008}, got); diff != "" {
		t.Error(diff)
	}
}

// Lines are right however they are asked for, and whatever is passed without asking.
func TestReaderLinesOfContent(t *testing.T) {
	doc := strings.Repeat("<a>x</a>\n<b>\n</b><c>&amp;\n</c>\n", 2000)
	for _, every := range []int{1, 2, 3, 7, 100, 5999} {
		r := NewReader(strings.NewReader(doc), Limits{})
		for i := 0; ; i++ {
			k, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if k != Start {
				i--
				continue
			}
			if i%every == 0 {
				if want := 1 + 4*(i/3) + []int{0, 1, 2}[i%3]; r.Line() != want {
					t.Fatalf("element %d, asked for every %d: line %d, want %d", i, every, r.Line(), want)
				}
			}
			if text, ok := r.Content(); ok && i%every == 0 {
				if want := 1 + 4*(i/3) + []int{0, 2, 0}[i%3]; r.Line() != want {
					t.Fatalf("end of element %d with %q: line %d, want %d", i, text, r.Line(), want)
				}
			}
		}
	}
}

func TestReaderKeepsTheSourcesError(t *testing.T) {
	cause := errors.New("connection lost")
	_, err := events(io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(cause)), Limits{})
	if !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func TestSkipAndLookup(t *testing.T) {
	r := NewReader(strings.NewReader(`<a xmlns:p="u"><b xmlns:p="v"><c/>x</b><d/></a>`), Limits{})
	for _, want := range []string{"a", "b"} {
		if k, err := r.Next(); k != Start || err != nil || r.Name().Local != want {
			t.Fatal(k, err)
		}
	}
	if err := r.Skip(); err != nil || r.Depth() != 2 {
		t.Fatal(err, r.Depth())
	}
	if uri, ok := r.Lookup("p"); uri != "v" || !ok {
		t.Error("the namespaces of an element end with it, not before")
	}
	if k, _ := r.Next(); k != Start || r.Name().Local != "d" {
		t.Error("Skip reads too far or not far enough")
	}
	if uri, _ := r.Lookup("p"); uri != "u" {
		t.Error("a declaration outlives its element")
	}
}

// refusedOnly are the differences to encoding/xml: what it takes although XML 1.0 or its
// namespaces forbid it.
var refusedOnly = []string{
	"is there twice",         // XML 1.0 section 3.1, unique attributes; Namespaces section 6.3
	"in a tag",               // XML 1.0 section 3.1: white space between attributes
	"is not declared",        // Namespaces section 5
	"without namespace",      // Namespaces section 5: a prefix cannot be undeclared
	"cannot be declared",     // Namespaces section 3
	"belong to each other",   // Namespaces section 3
	"is not a name",          // Namespaces section 4: a colon is no part of a name
	"must come first",        // XML 1.0 section 2.8
	"the XML version is",     // XML 1.0 section 2.8: it is there; encoding/xml looks for it anywhere
	"the encoding",           // the same
	"unknown entity",         // XML 1.0 section 4.1: references to surrogates
	"<![ is not followed by", // a conditional section outside a document type
	"document types",         // we accept none
	"a name must follow",     // XML 1.0 section 2.6
	"nested deeper", "more than", "longer than", "too large",
}

func compareWithPeer(t *testing.T, doc string) {
	t.Helper()
	got, err := events(strings.NewReader(doc), Limits{})
	short, shortErr := read(strings.NewReader(doc), Limits{}, true)
	if diff := cmp.Diff(got, short); diff != "" || fmt.Sprint(err) != fmt.Sprint(shortErr) {
		t.Fatalf("%q: with Content %v, else %v\n%s", doc, shortErr, err, diff)
	}
	want, peerErr := peerEvents(doc)
	switch {
	case err == nil && peerErr == nil:
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q:\n%s", doc, diff)
		}
	case err != nil && peerErr == nil:
		for _, m := range refusedOnly {
			if strings.Contains(err.Error(), m) {
				return
			}
		}
		t.Fatalf("%q: only encoding/xml accepts it: %v", doc, err)
	case err == nil && peerErr != nil:
		// The fifth edition of XML 1.0 has more letters than the fourth.
		if strings.HasPrefix(doc, "\ufeff") || !ascii(doc) && strings.Contains(peerErr.Error(), "name") {
			return
		}
		t.Fatalf("%q: only encoding/xml refuses it: %v", doc, peerErr)
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var pieces = []string{"<a>", "</a>", "<b x='1'>", "</b>", "<p:c xmlns:p=\"u\">", "</p:c>", "<d xmlns='v'/>", "text", " ", "\r\n", "&lt;", "&#65;", "&",
	"<![CDATA[", "]]>", "<!--", "-->", "-", "<?pi x?>", "<?xml version='1.0'?>", "<", ">", "/", "=", "'", "\"", "é", "\x02", "\xff", ":", "xmlns", "<!DOCTYPE x>", "&#xD800;"}

// The peer is asked about documents made of pieces, most of them not well-formed.
func TestReaderAgreesWithEncodingXML(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	for range 30000 {
		var b strings.Builder
		for range 1 + rnd.Intn(8) {
			b.WriteString(pieces[rnd.Intn(len(pieces))])
		}
		compareWithPeer(t, b.String())
	}
}

func FuzzReader(f *testing.F) {
	for i := range pieces {
		f.Add(pieces[i] + pieces[(i*7+3)%len(pieces)] + pieces[(i*5+1)%len(pieces)])
	}
	f.Add(`<?xml version="1.0" encoding="UTF-8"?><rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><data/></rpc-reply>`)
	f.Fuzz(func(t *testing.T, doc string) {
		compareWithPeer(t, doc)
		got, err := events(strings.NewReader(doc), Limits{})
		slow, slowErr := events(iotest.OneByteReader(strings.NewReader(doc)), Limits{})
		if diff := cmp.Diff(got, slow); err == nil && diff != "" || fmt.Sprint(err) != fmt.Sprint(slowErr) {
			t.Fatalf("%q: byte by byte %v, else %v\n%s", doc, slowErr, err, diff)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	doc := "<x xmlns='u'>" + strings.Repeat("<entry><name>eth0</name><mtu>1500</mtu><enabled>true</enabled></entry>\n", 20000) + "</x>"
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		r := NewReader(strings.NewReader(doc), Limits{})
		for {
			if _, err := r.Next(); err != nil {
				break
			}
			r.Line()
		}
	}
}
