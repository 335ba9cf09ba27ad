// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

func record(name, recordType string, targets ...string) v1alpha1.DNSRecord {
	return v1alpha1.DNSRecord{DNSName: name, RecordType: recordType, Targets: targets}
}

func TestBuild(t *testing.T) {
	nf := &v1alpha1.NetworkFunction{ObjectMeta: metav1.ObjectMeta{Namespace: "core5g", Name: "upf-zrh-1", UID: "u-1"}}
	withTTL := record("upf.Example.org.", "A", "192.0.2.2", "192.0.2.1")
	withTTL.TTL = 60
	sets, err := Normalize([]v1alpha1.DNSRecord{
		withTTL,
		record("example.org", "NAPTR", `10 100 "A" "x-3gpp-upf:x-n4" "" TOPON.n4.upf.example.org`, `20 0 u SIP "!^.*$!sip:\\1@example.org!" .`),
		record("upf.example.org", "A", "192.0.2.2", "192.0.2.3"),
		record("upf.example.org", "AAAA", "2001:DB8:0::1"),
		record("_nsmf._tcp.example.org", "SRV", "010 5  8080 SMF.example.org."),
		record("*.example.org", "CNAME", "upf.example.org."),
	})
	if err != nil {
		t.Fatal(err)
	}
	e := Build(nf, sets)
	want := []Endpoint{
		{DNSName: "*.example.org", RecordType: "CNAME", Targets: []string{"upf.example.org"}},
		{DNSName: "_nsmf._tcp.example.org", RecordType: "SRV", Targets: []string{"10 5 8080 SMF.example.org"}},
		{DNSName: "example.org", RecordType: "NAPTR", Targets: []string{
			`10 100 "A" "x-3gpp-upf:x-n4" "" TOPON.n4.upf.example.org.`, `20 0 "u" "SIP" "!^.*$!sip:\\1@example.org!" .`}},
		{DNSName: "upf.example.org", RecordType: "A", Targets: []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"}, RecordTTL: 60},
		{DNSName: "upf.example.org", RecordType: "AAAA", Targets: []string{"2001:db8::1"}},
	}
	if d := cmp.Diff(want, e.Spec.Endpoints); d != "" {
		t.Error(d)
	}
	if e.Namespace != "core5g" || e.Name != "upf-zrh-1" || e.Kind != "DNSEndpoint" || e.APIVersion != "externaldns.k8s.io/v1alpha1" ||
		len(e.OwnerReferences) != 1 || e.OwnerReferences[0].UID != "u-1" || e.OwnerReferences[0].Kind != "NetworkFunction" || !*e.OwnerReferences[0].Controller {
		t.Errorf("%+v", e.ObjectMeta)
	}
	c := e.DeepCopyObject().(*DNSEndpoint)
	if d := cmp.Diff(e, c); d != "" {
		t.Error(d)
	}
	c.Spec.Endpoints[3].Targets[0] = "changed"
	if e.Spec.Endpoints[3].Targets[0] != "192.0.2.1" {
		t.Error("the copy shares its targets")
	}
}

func TestNormalizeErrors(t *testing.T) {
	long := strings.Repeat("a", 64)
	for name, tc := range map[string]struct {
		records []v1alpha1.DNSRecord
		says    string
	}{
		"A with IPv6":          {[]v1alpha1.DNSRecord{record("a.b", "A", "::1")}, `spec.dns[0]: a.b A: target "::1": an A record needs an IPv4 address`},
		"A with a name":        {[]v1alpha1.DNSRecord{record("a.b", "A", "c.d")}, "is not an IP address"},
		"A with a prefix":      {[]v1alpha1.DNSRecord{record("a.b", "A", "192.0.2.1/24")}, "is not an IP address"},
		"A with zeros":         {[]v1alpha1.DNSRecord{record("a.b", "A", "192.0.2.01")}, "is not an IP address"},
		"AAAA with IPv4":       {[]v1alpha1.DNSRecord{record("a.b", "AAAA", "192.0.2.1")}, "needs an IPv6 address"},
		"AAAA mapped":          {[]v1alpha1.DNSRecord{record("a.b", "AAAA", "::ffff:192.0.2.1")}, "needs an IPv6 address"},
		"AAAA with a zone":     {[]v1alpha1.DNSRecord{record("a.b", "AAAA", "fe80::1%eth0")}, "is not an IP address"},
		"CNAME to an address":  {[]v1alpha1.DNSRecord{record("a.b", "CNAME", "192.0.2.1")}, "is an address, not a name"},
		"CNAME twice":          {[]v1alpha1.DNSRecord{record("a.b", "CNAME", "c.d"), record("A.b", "CNAME", "e.f")}, "spec.dns[1]: A.b CNAME: a CNAME has one target"},
		"CNAME beside A":       {[]v1alpha1.DNSRecord{record("a.b", "A", "192.0.2.1"), record("a.b", "CNAME", "e.f")}, "beside other records"},
		"CNAME to itself":      {[]v1alpha1.DNSRecord{record("a.b", "CNAME", "A.B.")}, "point to itself"},
		"SRV with 3 fields":    {[]v1alpha1.DNSRecord{record("a.b", "SRV", "0 5 a.b")}, `"priority weight port target", not 3`},
		"SRV with a big port":  {[]v1alpha1.DNSRecord{record("a.b", "SRV", "0 5 65536 a.b")}, `the port "65536" is not a number from 0 to 65535`},
		"SRV to an address":    {[]v1alpha1.DNSRecord{record("a.b", "SRV", "0 5 80 192.0.2.1")}, "the target \"192.0.2.1\" is an address"},
		"SRV to nothing":       {[]v1alpha1.DNSRecord{record("a.b", "SRV", "0 0 0 .")}, "cannot be published"},
		"SRV with a comment":   {[]v1alpha1.DNSRecord{record("a.b", "SRV", "0 5 80 c.d ; x")}, "quotes or escaped"},
		"SRV over two lines":   {[]v1alpha1.DNSRecord{record("a.b", "SRV", "0 5 80\nc.d")}, "quotes or escaped"},
		"NAPTR with 5 fields":  {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a" "x" c.d`)}, "not 5"},
		"NAPTR quote open":     {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a" "x" "" "c.d.`)}, "closing quote is missing"},
		"NAPTR quotes touch":   {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a""x" "" c.d.`)}, "blank is missing"},
		"NAPTR escape open":    {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a" "x" "!a!b\1!" .`)}, `write \\ for a backslash`},
		"NAPTR escape big":     {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a" "x" "!a!b\256!" .`)}, `over \255`},
		"NAPTR both":           {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a" "x" "!a!b!" c.d.`)}, "not both"},
		"NAPTR flags":          {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a-" "x" "" c.d.`)}, "letters and digits"},
		"NAPTR long":           {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `10 100 "a" "`+strings.Repeat("x", 256)+`" "" c.d.`)}, "the services have more than 255"},
		"NAPTR order":          {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `-1 100 "a" "x" "" c.d.`)}, "the order"},
		"NAPTR quoted name":    {[]v1alpha1.DNSRecord{record("a.b", "NAPTR", `1 100 "a" "x" "" "c.d."`)}, "in quotes"},
		"other type":           {[]v1alpha1.DNSRecord{record("a.b", "TXT", "x")}, `"TXT" is none of`},
		"name empty":           {[]v1alpha1.DNSRecord{record("", "A", "192.0.2.1")}, "the name is empty"},
		"name with dots":       {[]v1alpha1.DNSRecord{record("a..b", "A", "192.0.2.1")}, "two dots"},
		"name too long":        {[]v1alpha1.DNSRecord{record(strings.Repeat("aaa.", 70)+"b", "A", "192.0.2.1")}, "253"},
		"label too long":       {[]v1alpha1.DNSRecord{record(long+".b", "A", "192.0.2.1")}, "longer than 63"},
		"label with hyphen":    {[]v1alpha1.DNSRecord{record("-a.b", "A", "192.0.2.1")}, "hyphen"},
		"name with expression": {[]v1alpha1.DNSRecord{record("${x}.b", "A", "192.0.2.1")}, "not allowed in a name"},
		"wildcard inside":      {[]v1alpha1.DNSRecord{record("a.*.b", "A", "192.0.2.1")}, "not allowed in a name"},
		"no targets":           {[]v1alpha1.DNSRecord{record("a.b", "A")}, "no targets"},
		"TTLs":                 {[]v1alpha1.DNSRecord{{DNSName: "a.b", RecordType: "A", Targets: []string{"192.0.2.1"}, TTL: 1}, {DNSName: "a.b", RecordType: "A", Targets: []string{"192.0.2.2"}, TTL: 2}}, "its TTL 2 differs from the 1"},
		"TTL negative":         {[]v1alpha1.DNSRecord{{DNSName: "a.b", RecordType: "A", Targets: []string{"192.0.2.1"}, TTL: -1}}, "TTL -1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Normalize(tc.records)
			var single *RecordError
			if err == nil || !strings.Contains(err.Error(), tc.says) || !errors.As(err, &single) {
				t.Errorf("got %v, want %q", err, tc.says)
			}
		})
	}
}

func TestNormalizeSaysAllThatIsWrong(t *testing.T) {
	_, err := Normalize([]v1alpha1.DNSRecord{record("a.b", "A", "x", "192.0.2.1", "y"), record("c..d", "SRV", "1")})
	var all Errors
	if !errors.As(err, &all) || len(all) != 4 || all[0].Target != "x" || all[1].Target != "y" || all[3].Index != 1 {
		t.Errorf("%v", err)
	}
}

func FuzzParseRData(f *testing.F) {
	f.Add("NAPTR", `10 100 "a" "x-3gpp-upf:x-n4" "!^(.*)$!\\1\"!" .`)
	f.Add("SRV", "0 5 80 a.b.")
	f.Fuzz(func(t *testing.T, recordType, s string) {
		d, err := parseRData(recordType, s)
		if err != nil {
			return
		}
		again, err := parseRData(recordType, d.publish)
		if err != nil || again != d {
			t.Errorf("%q: %+v became %+v, %v", s, d, again, err)
		}
	})
}
