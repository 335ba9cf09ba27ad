// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden is a change of a document: pairs of old and new text, or why it is refused.
type golden struct {
	changes []Change
	edit    []string
	refused string
}

func (g golden) check(t *testing.T, d Document) {
	t.Helper()
	want := string(d.Data)
	for i := 0; i < len(g.edit); i += 2 {
		if strings.Count(want, g.edit[i]) != 1 {
			t.Fatalf("%q is there %d times", g.edit[i], strings.Count(want, g.edit[i]))
		}
		want = strings.Replace(want, g.edit[i], g.edit[i+1], 1)
	}
	got := Edit(d, g.changes)
	if diff := cmp.Diff(want, string(got.Data)); diff != "" {
		t.Errorf("%+v:\n%s", got.Refused, diff)
	}
	if g.refused == "" && len(got.Refused) > 0 || g.refused != "" && len(got.Done) > 0 {
		t.Errorf("done %+v, refused %+v", got.Done, got.Refused)
	}
	for _, r := range got.Refused {
		if !strings.Contains(r.Reason, g.refused) {
			t.Errorf("refused: %+v", r)
		}
	}
}

func TestEditJSON(t *testing.T) {
	const data = `{
	"m:sys": {
		"host": "r1",
		"port": 80,
		"big": "12345678901",
		"on": true,
		"empty": [null],
		"tags": ["a", "b"],
		"unit": [
			{
				"name": "u1",
				"mtu": 1500
			},
			{"name": "u2"}
		]
	}
}
`
	for name, tc := range map[string]golden{
		"text":           {[]Change{{"/m:sys/host", Modify, "<\"ü\n"}}, []string{`"r1"`, `"<\"ü\n"`}, ""},
		"number":         {[]Change{{"/m:sys/port", Modify, "443"}}, []string{`80`, `443`}, ""},
		"number to text": {[]Change{{"/m:sys/port", Modify, "any"}}, []string{`80`, `"any"`}, ""},
		"text of digits": {[]Change{{"/m:sys/big", Modify, "5"}}, []string{`"12345678901"`, `"5"`}, ""},
		"boolean":        {[]Change{{"/m:sys/on", Modify, "false"}}, []string{`true`, `false`}, ""},
		"first":          {[]Change{{"/m:sys/host", Delete, ""}}, []string{"\t\t\"host\": \"r1\",\n", ""}, ""},
		"last": {[]Change{{"/m:sys/unit[name='u1']/mtu", Delete, ""}},
			[]string{"\"u1\",\n\t\t\t\t\"mtu\": 1500\n", "\"u1\"\n"}, ""},
		"entry": {[]Change{{"/m:sys/unit[name='u2']", Delete, ""}},
			[]string{"\t\t\t},\n\t\t\t{\"name\": \"u2\"}\n", "\t\t\t}\n"}, ""},
		"empty":   {[]Change{{"/m:sys/empty", Delete, ""}}, []string{"\t\t\"empty\": [null],\n", ""}, ""},
		"items":   {[]Change{{"/m:sys/tags[.='a']", Delete, ""}}, []string{`"a", "b"`, `"b"`}, ""},
		"leaf":    {[]Change{{"/m:sys/unit[name='u1']/x:on", Create, "true"}}, []string{"1500\n", "1500,\n\t\t\t\t\"x:on\": true\n"}, ""},
		"alike":   {[]Change{{"/m:sys/unit[name='u2']/mtu", Create, "9"}}, []string{`{"name": "u2"}`, `{"name": "u2", "mtu": 9}`}, ""},
		"as 7951": {[]Change{{"/m:sys/d", Create, "1.5"}}, []string{"]\n\t}", "],\n\t\t\"d\": \"1.5\"\n\t}"}, ""},
		"new entry": {[]Change{{"/m:sys/unit[name='u3']", Create, ""}, {"/m:sys/unit[name='u3']/mtu", Create, "9"}},
			[]string{"{\"name\": \"u2\"}\n", "{\"name\": \"u2\"},\n\t\t\t{\n\t\t\t\t\"name\": \"u3\",\n\t\t\t\t\"mtu\": 9\n\t\t\t}\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) { tc.check(t, Document{Name: "a.json", Data: []byte(data)}) })
	}
}

func TestEditXML(t *testing.T) {
	const data = `<?xml version="1.0" encoding="UTF-8"?>
<!-- all of it -->
<sys xmlns="urn:m" xmlns:id="urn:ids">
  <!-- the host -->
  <host>r1 &amp; r2</host>
  <note><![CDATA[<b>]]></note>
  <type>id:one</type>
  <none/>
  <addr>${inputs.n3.status.ip}</addr>
  <odd>a<!-- why -->b</odd>
  <!-- all units -->
  <unit>
    <name>u1</name>
    <mtu>1500</mtu>
    <more xmlns="urn:x"><y>1</y></more>
  </unit>
  <unit><name>u2</name></unit>
  <tag>a</tag>
  <tag>b</tag>
</sys>
`
	spaces := map[string]string{"m": "urn:m", "x": "urn:x", "ids": "urn:ids"}
	for name, tc := range map[string]golden{
		"text":     {[]Change{{"/m:sys/host", Modify, "<r> & ${x}"}}, []string{"r1 &amp; r2", "&lt;r&gt; &amp; $${x}"}, ""},
		"cdata":    {[]Change{{"/m:sys/note", Modify, "<i>"}}, []string{"<![CDATA[<b>]]>", "<![CDATA[<i>]]>"}, ""},
		"empty":    {[]Change{{"/m:sys/none", Modify, "x"}}, []string{"<none/>", "<none>x</none>"}, ""},
		"computed": {[]Change{{"/m:sys/addr", Modify, "x"}}, nil, "the input n3"},
		"comment":  {[]Change{{"/m:sys/odd", Modify, "x"}}, nil, "cannot be edited safely"},
		"delete":   {[]Change{{"/m:sys/host", Delete, ""}}, []string{"  <!-- the host -->\n  <host>r1 &amp; r2</host>\n", ""}, ""},
		"entry": {[]Change{{"/m:sys/unit[name='u1']", Delete, ""}}, []string{"  <unit>\n    <name>u1</name>\n    <mtu>1500</mtu>\n" +
			"    <more xmlns=\"urn:x\"><y>1</y></more>\n  </unit>\n", ""}, ""},
		"item":    {[]Change{{"/m:sys/tag[.='a']", Delete, ""}}, []string{"  <tag>a</tag>\n", ""}, ""},
		"append":  {[]Change{{"/m:sys/tag[.='c']", Create, "c"}}, []string{"<tag>b</tag>\n", "<tag>b</tag>\n  <tag>c</tag>\n"}, ""},
		"in line": {[]Change{{"/m:sys/unit[name='u2']/mtu", Create, "9"}}, []string{"<name>u2</name>", "<name>u2</name><mtu>9</mtu>"}, ""},
		"other module": {[]Change{{"/m:sys/unit[name='u2']/x:more/y", Create, "9"}},
			[]string{"<name>u2</name>", `<name>u2</name><more xmlns="urn:x"><y>9</y></more>`}, ""},
		"new entry": {[]Change{{"/m:sys/unit[name='u3']", Create, ""}, {"/m:sys/unit[name='u3']/mtu", Create, "9"}},
			[]string{"<unit><name>u2</name></unit>\n", "<unit><name>u2</name></unit>\n  <unit>\n    <name>u3</name>\n    <mtu>9</mtu>\n  </unit>\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tc.check(t, Document{Name: "a.xml", Data: []byte(data), Namespaces: spaces})
			tc.check(t, Document{Name: "a.xml", Data: []byte(data)})
		})
	}
	identity := []Change{{"/m:sys/type", Modify, "ids:two"}}
	golden{identity, []string{"id:one", "id:two"}, ""}.check(t, Document{Name: "a.xml", Data: []byte(data), Namespaces: spaces})
	golden{identity, nil, "prefix in the XML is not known"}.check(t, Document{Name: "a.xml", Data: []byte(data)})
	golden{[]Change{{"/m:sys/x:new", Create, "1"}}, nil, "namespace of the module x"}.check(t, Document{Name: "a.xml", Data: []byte(data)})
	twice := Document{Name: "a.xml", Data: []byte(`<a xmlns="urn:a"><b>1</b><b xmlns="urn:b">2</b><c xmlns="urn:b"/></a>`)}
	golden{[]Change{{"/a:a/b", Modify, "3"}}, []string{"1", "3"}, ""}.check(t, twice)
	golden{[]Change{{"/a:a/b:b", Modify, "3"}}, []string{"2", "3"}, ""}.check(t, twice)
	golden{[]Change{{"/a:a/b:b", Modify, "3"}}, nil, "several modules"}.check(t,
		Document{Name: "a.xml", Data: []byte(`<a xmlns="urn:a"><b xmlns="urn:c">1</b><b xmlns="urn:b">2</b></a>`)})
}

const manifestText = `# A ConfigMap first.
apiVersion: v1
kind: ConfigMap
metadata: {name: upf}
---
apiVersion: nf.strowger.dev/v1alpha1
kind: NetworkFunction
metadata:
  name: upf
  namespace: core
spec:
  targetRef: {name: t}
  config:
  - name: base
    sourceRef: {kind: GitRepository, name: r}
    path: base.yaml
  - name: local
    value:
      m:sys:
        host: r1
        share: 1.5
  - name: other
    value: {m:sys: {host: r1}}
`

func TestWithin(t *testing.T) {
	d := Document{Name: "nf.yaml", Data: []byte(manifestText), Within: Within{"core", "upf", "local", 1}}
	golden{[]Change{{"/m:sys/host", Modify, "r2"}}, []string{"        host: r1", "        host: r2"}, ""}.check(t, d)
	golden{[]Change{{"/m:sys/share", Modify, "2.0"}}, []string{"1.5", `"2.0"`}, ""}.check(t, d)
	golden{[]Change{{"/m:sys", Delete, ""}}, []string{"value:\n      m:sys:\n        host: r1\n        share: 1.5\n", "value: {}\n"}, ""}.check(t, d)
	d.Within.Document = 0
	golden{[]Change{{"/m:sys/host", Modify, "r2"}}, []string{"        host: r1", "        host: r2"}, ""}.check(t, d)
	d.Within.Layer = "other"
	golden{[]Change{{"/m:sys/host", Modify, "r2"}}, []string{"{host: r1}", "{host: r2}"}, ""}.check(t, d)
	for layer, says := range map[string]string{"base": "file of its own", "no": "no layer no"} {
		d.Within.Layer = layer
		golden{[]Change{{"/m:sys/host", Modify, "r2"}}, nil, says}.check(t, d)
	}
	d.Within = Within{"core", "amf", "local", 1}
	golden{[]Change{{"/m:sys/host", Modify, "r2"}}, nil, "holds 0 NetworkFunctions"}.check(t, d)
	golden{[]Change{{"/m:sys/host", Modify, "r2"}}, []string{`"r1"`, `"r2"`}, ""}.check(t, Document{Name: "nf.json", Within: Within{"core", "upf", "l", 0},
		Data: []byte(`{"apiVersion":"nf.strowger.dev/v1","kind":"NetworkFunction","metadata":{"name":"upf"},"spec":{"config":[{"name":"l","value":{"m:sys":{"host":"r1"}}}]}}`)})
}
