// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// deviceXML is written the way devices do: prefixes, default namespaces that change,
// comments, CDATA, white space, metadata, what no module knows, state.
const deviceXML = `<?xml version="1.0" encoding="UTF-8"?>
<rpc-reply message-id="1" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:wd="urn:ietf:params:xml:ns:netconf:default:1.0">
<data>
  <!-- a comment -->
  <n:net xmlns:n="urn:strowger:test:net" xmlns:f="urn:strowger:test:aug">
    <n:interface>
      <n:mtu wd:default="true"> 1500
      </n:mtu>
      <n:name><![CDATA[eth<0>]]></n:name>
      <n:kind xmlns:x="urn:strowger:test:aug">x:fibre</n:kind>
      <f:speed>10<!-- in --></f:speed>
      <n:oper>up</n:oper>
      <foreign xmlns="urn:nowhere"><a>1</a></foreign>
      <n:nope/>
    </n:interface>
    <n:interface>
      <n:name>eth1</n:name>
      <n:kind xmlns="urn:strowger:test:types">wired</n:kind>
      <n:mtu>999999</n:mtu>
    </n:interface>
    <n:interface><n:mtu>1400</n:mtu></n:interface>
    <n:interface><n:name>eth1</n:name></n:interface>
    <n:server/>
  </n:net>
  <types xmlns="urn:strowger:test:types">
    <nothing/>
    <inst xmlns:q="urn:strowger:test:net">/q:net/q:interface[q:name='eth1']/q:mtu</inst>
    <text>  a &amp; b&#x21; </text>
    <any><b xmlns="urn:nowhere">1</b><c>2</c><c>3</c></any>
    <raw>just text</raw>
  </types>
</data>
</rpc-reply>`

func TestDecodeDeviceXML(t *testing.T) {
	tree, unknown, errs := DecodeXML(testSchema(t), strings.NewReader(deviceXML), XMLOptions{IgnoreUnknown: true, ConfigOnly: true})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := []string{
		"/t-net:net",
		"/t-net:net/interface[name='eth1']",
		"/t-net:net/interface[name='eth1']/name = eth1",
		"/t-net:net/interface[name='eth1']/kind = t-types:wired",
		"/t-net:net/interface[name='eth<0>']",
		"/t-net:net/interface[name='eth<0>']/name = eth<0>",
		"/t-net:net/interface[name='eth<0>']/mtu = 1500",
		"/t-net:net/interface[name='eth<0>']/kind = t-aug:fibre",
		"/t-net:net/interface[name='eth<0>']/t-aug:speed = 10",
		"/t-net:net/server",
		"/t-types:types",
		"/t-types:types/text =   a & b! ",
		"/t-types:types/nothing = ",
		"/t-types:types/inst = /t-net:net/interface[name='eth1']/mtu",
		`/t-types:types/any = {"c":["2","3"],"{urn:nowhere}b":"1"}`,
		`/t-types:types/raw = "just text"`,
	}
	if diff := cmp.Diff(want, dump(tree)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, u := range unknown {
		got = append(got, fmt.Sprintf("%d %s %s: %s", u.Line, u.Parent, u.Name, u.Reason))
	}
	wantUnknown := []string{
		`13 /t-net:net/interface[name='eth<0>'] foreign: no module with the namespace "urn:nowhere" in the schema`,
		`14 /t-net:net/interface[name='eth<0>'] nope: no node "nope" of module t-net in list /t-net:net/interface`,
		`19 /t-net:net/interface[name='eth1'] mtu: "999999" is out of range`,
		`21 /t-net:net interface: list entry without its key name`,
		`22 /t-net:net interface: a list entry with these keys is there twice`,
	}
	if diff := cmp.Diff(wantUnknown, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeXMLStateIsKeptOnRequest(t *testing.T) {
	const in = `<net xmlns="urn:strowger:test:net"><stats><rx>5</rx><sample>2</sample><sample>1</sample><sample>2</sample><row><v>2</v></row><row><v>1</v></row></stats></net>`
	tree, _, errs := DecodeXML(testSchema(t), strings.NewReader(in), XMLOptions{})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := []string{"/t-net:net", "/t-net:net/stats", "/t-net:net/stats/rx = 5", "/t-net:net/stats/sample[1] = 2", "/t-net:net/stats/sample[2] = 1",
		"/t-net:net/stats/sample[3] = 2", "/t-net:net/stats/row[1]", "/t-net:net/stats/row[1]/v = 2", "/t-net:net/stats/row[2]", "/t-net:net/stats/row[2]/v = 1"}
	if diff := cmp.Diff(want, dump(tree)); diff != "" {
		t.Error(diff)
	}
	if tree.Get("/t-net:net/stats/row[2]/v").Value() != "1" {
		t.Error("Get by position")
	}
}

func TestDecodeXMLErrors(t *testing.T) {
	s := testSchema(t)
	net := func(in string) string { return `<net xmlns="urn:strowger:test:net">` + in + `</net>` }
	for name, tc := range map[string]struct{ in, want string }{
		"unknown":      {net("\n<interfaces/>"), `base.yaml:2 /t-net:net/interfaces: no node "interfaces" of module t-net in container /t-net:net (container net at t-net.yang:21); did you mean interface?`},
		"no namespace": {"<net/>", `element "net" has no namespace; t-net:net has xmlns="urn:strowger:test:net"`},
		"namespace":    {`<net xmlns="urn:x"/>`, `no module with the namespace "urn:x" in the schema; t-net:net has xmlns="urn:strowger:test:net"`},
		"key":          {net("<interface><mtu>70</mtu></interface>"), "list entry without its key name"},
		"value":        {net("<rule><id>1</id><id>2</id></rule>"), "/t-net:net/rule[id='1']/id: is there twice"},
		"type":         {net("<rule><id>x</id></rule>"), `"x" is not an integer`},
		"inside leaf":  {net("<current><a/></current>"), `element "a" inside a leaf`},
		"text":         {net("hello"), "text where only elements may be"},
		"state":        {net("<stats><rx>1</rx></stats>"), "is state data"},
		"prefix":       {"<a:net/>", `prefix "a" is not declared`},
		"not closed":   {"<net xmlns='urn:strowger:test:net'>", "<net> is not closed"},
		"crossed":      {"<net xmlns='urn:strowger:test:net'></nett>", "<net> is closed by </nett>"},
		"doctype":      {"<!DOCTYPE x [<!ENTITY a 'b'>]><net/>", "document types are not accepted"},
		"entity":       {net("<current>&a;</current>"), "malformed"},
		"cases":        {net("<server><password>a</password><token>b</token></server>"), "different cases"},
		"identity":     {net("<interface><name>a</name><kind>fibre</kind></interface>"), "did you mean t-aug:fibre?"},
		"twice":        {net("<server/><server/>"), "is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, errs := DecodeXML(s, strings.NewReader(tc.in), XMLOptions{Layer: &Layer{Name: "base", File: "base.yaml"}, ConfigOnly: true})
			if !strings.Contains(errs.Error(), tc.want) {
				t.Errorf("got %q\nwant %q", errs.Error(), tc.want)
			}
		})
	}
}

func TestDecodeXMLLimits(t *testing.T) {
	s := testSchema(t)
	deep := strings.Repeat("<a>", 1000)
	_, _, errs := DecodeXML(s, strings.NewReader(deep), XMLOptions{IgnoreUnknown: true})
	if !strings.Contains(errs.Error(), "nested deeper than 256") {
		t.Error(errs)
	}
	_, _, errs = DecodeXML(s, strings.NewReader(deviceXML), XMLOptions{IgnoreUnknown: true, MaxBytes: 500})
	if !strings.Contains(errs.Error(), "too large") {
		t.Error(errs)
	}
}

func TestDecodeXMLWrappers(t *testing.T) {
	const in = `<net xmlns="urn:strowger:test:net"><current>a</current></net>`
	for _, w := range []string{"%s", "<config>%s</config>", "<data xmlns:x='urn:x'>%s</data>", "%s<types xmlns='urn:strowger:test:types'/>",
		`<nc:data xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">%s</nc:data>`} {
		tree, _, errs := DecodeXML(testSchema(t), strings.NewReader(fmt.Sprintf(w, in)), XMLOptions{})
		if len(errs) > 0 || tree.Get("/t-net:net/current") == nil {
			t.Errorf("%s: %v", w, errs)
		}
	}
}

func TestDecodeXMLExpand(t *testing.T) {
	const in = `<net xmlns="urn:strowger:test:net">
<server><host>${name}</host><token>${secret}</token><port>${fail}</port></server></net>`
	tree, _, errs := DecodeXML(testSchema(t), strings.NewReader(in), XMLOptions{Expand: func(text string, line int) (string, bool, error) {
		switch text {
		case "${name}":
			return fmt.Sprintf("line%d", line), false, nil
		case "${secret}":
			return "hush", true, nil
		}
		return "", false, errors.New("no such input")
	}})
	if len(errs) != 1 || !strings.Contains(errs.Error(), "line 2 /t-net:net/server/port: no such input") {
		t.Errorf("%v", errs)
	}
	if h := tree.Get("/t-net:net/server/host"); h == nil || h.Value() != "line2" || h.Tainted() {
		t.Errorf("%v", h)
	}
	if s := tree.Get("/t-net:net/server/token"); s == nil || s.Value() != "hush" || !s.Tainted() {
		t.Errorf("%v", s)
	}
}

func TestDecodeXMLEdit(t *testing.T) {
	const in = `<config><net xmlns="urn:strowger:test:net" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" xmlns:y="urn:ietf:params:xml:ns:yang:1">
<interface nc:operation="delete"><name>a</name></interface>
<interface><name>b</name><mtu nc:operation="remove"/></interface>
<rule y:insert="before" y:key="[id='1']"><id>2</id></rule></net></config>`
	var got []string
	_, _, errs := DecodeXML(testSchema(t), strings.NewReader(strings.Replace(in, "<config>", `<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">`, 1)),
		XMLOptions{Edit: true, Attr: func(d *Data, space, name, value string) {
			got = append(got, d.Node().Name()+" "+space[strings.LastIndex(space, ":")+1:]+" "+name+" "+value)
		}})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if diff := cmp.Diff([]string{"interface 1.0 operation delete", "mtu 1.0 operation remove", "rule 1 insert before", "rule 1 key [id='1']"}, got); diff != "" {
		t.Error(diff)
	}
}

// A document of another model neither fills the memory nor the report.
func TestDecodeXMLBoundsFindings(t *testing.T) {
	in := `<net xmlns="urn:strowger:test:net">` + strings.Repeat("<nope/>", maxFindings+5) + `</net>`
	_, unknown, errs := DecodeXML(testSchema(t), strings.NewReader(in), XMLOptions{IgnoreUnknown: true})
	if len(errs) > 0 || len(unknown) != maxFindings+1 || unknown[maxFindings].Reason != "and 5 more" {
		t.Errorf("%v, %d kept aside", errs, len(unknown))
	}
	_, _, errs = DecodeXML(testSchema(t), strings.NewReader(in), XMLOptions{})
	if len(errs) != maxFindings+1 || errs[maxFindings].Message != "and 5 more errors" {
		t.Errorf("%d errors", len(errs))
	}
}

// A remembered value is one only where its prefix still stands for the same.
func TestDecodeXMLPrefixesOfEqualTexts(t *testing.T) {
	const in = `<net xmlns="urn:strowger:test:net" xmlns:p="urn:strowger:test:aug">
<interface><name>a</name><kind>p:fibre</kind></interface>
<interface><name>b</name><kind>p:fibre</kind></interface>
<interface><name>c</name><kind xmlns:p="urn:strowger:test:types">p:fibre</kind></interface>
<interface><name>d</name><n:kind xmlns:n="urn:strowger:test:net" xmlns="urn:strowger:test:types">wired</n:kind></interface>
<interface><name>e</name><n:kind xmlns:n="urn:strowger:test:net" xmlns="urn:strowger:test:aug">wired</n:kind></interface></net>`
	tree, unknown, _ := DecodeXML(testSchema(t), strings.NewReader(in), XMLOptions{IgnoreUnknown: true})
	got := map[string]string{}
	for _, d := range tree.Get("/t-net:net").Children() {
		if k := d.Child("", "kind"); k != nil {
			got[d.Keys()[0]] = k.Value()
		}
	}
	if diff := cmp.Diff(map[string]string{"a": "t-aug:fibre", "b": "t-aug:fibre", "d": "t-types:wired"}, got); diff != "" || len(unknown) != 2 {
		t.Errorf("%v\n%s", unknown, diff)
	}
}
