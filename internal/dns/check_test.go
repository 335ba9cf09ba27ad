// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	mdns "github.com/miekg/dns"

	"github.com/strowger/strowger/api/v1alpha1"
)

// serve answers on one port over UDP and TCP.
func serve(t *testing.T, h mdns.HandlerFunc) string {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*mdns.Server{{Listener: tcp, Handler: h}, {PacketConn: udp, Handler: h}} {
		var started sync.WaitGroup
		started.Add(1)
		s.NotifyStartedFunc = started.Done
		go func() { _ = s.ActivateAndServe() }()
		started.Wait()
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return tcp.Addr().String()
}

// zone answers like an authoritative server of these records.
func zone(t *testing.T, lines ...string) mdns.HandlerFunc {
	t.Helper()
	var rrs []mdns.RR
	for _, l := range lines {
		rr, err := mdns.NewRR(l)
		if err != nil {
			t.Fatal(err)
		}
		rrs = append(rrs, rr)
	}
	return func(w mdns.ResponseWriter, q *mdns.Msg) {
		m := new(mdns.Msg)
		m.SetReply(q)
		exists := false
		for _, rr := range rrs {
			if strings.EqualFold(rr.Header().Name, q.Question[0].Name) {
				exists = true
				if t := rr.Header().Rrtype; t == q.Question[0].Qtype || t == mdns.TypeCNAME {
					m.Answer = append(m.Answer, rr)
				}
			}
		}
		if !exists {
			m.Rcode = mdns.RcodeNameError
		}
		size := mdns.MinMsgSize
		if o := q.IsEdns0(); o != nil {
			size = int(o.UDPSize())
		}
		if _, ok := w.RemoteAddr().(*net.UDPAddr); ok {
			m.Truncate(size)
		}
		_ = w.WriteMsg(m)
	}
}

func sets(t *testing.T, records ...v1alpha1.DNSRecord) []RecordSet {
	t.Helper()
	s, err := Normalize(records)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheck(t *testing.T) {
	server := serve(t, zone(t,
		"upf.example.org. 60 A 192.0.2.2", "upf.example.org. 60 A 192.0.2.1",
		"upf.example.org. 60 AAAA 2001:db8::1",
		"alias.example.org. CNAME UPF.example.org.",
		"_nsmf._tcp.example.org. SRV 10 5 8080 SMF.Example.org.",
		`example.org. NAPTR 10 100 "A" "X-3gpp-upf:x-n4" "" topon.n4.upf.example.org.`,
		`example.org. NAPTR 20 0 "u" "sip" "!^.*$!sip:\\1@example.org!" .`,
	))
	for name, tc := range map[string]struct {
		record v1alpha1.DNSRecord
		says   string
	}{
		"A":                   {record("UPF.example.org", "A", "192.0.2.1", "192.0.2.2"), ""},
		"A too much":          {record("upf.example.org", "A", "192.0.2.1"), "upf.example.org A: got 192.0.2.1, 192.0.2.2, want 192.0.2.1 (asked " + server + ")"},
		"A too little":        {record("upf.example.org", "A", "192.0.2.1", "192.0.2.2", "192.0.2.3"), "want 192.0.2.1, 192.0.2.2, 192.0.2.3"},
		"A absent":            {record("gone.example.org", "A", "192.0.2.1"), "gone.example.org A: got NXDOMAIN, want 192.0.2.1"},
		"A of another type":   {record("_nsmf._tcp.example.org", "A", "192.0.2.1"), "got nothing of this type"},
		"A through a CNAME":   {record("alias.example.org", "A", "192.0.2.1"), "got CNAME upf.example.org., want 192.0.2.1"},
		"AAAA":                {record("upf.example.org", "AAAA", "2001:0db8:0:0::1"), ""},
		"CNAME":               {record("alias.example.org", "CNAME", "upf.example.org"), ""},
		"CNAME elsewhere":     {record("alias.example.org", "CNAME", "smf.example.org"), "want smf.example.org."},
		"SRV":                 {record("_nsmf._tcp.example.org", "SRV", "10 5 8080 smf.example.org"), ""},
		"SRV with other port": {record("_nsmf._tcp.example.org", "SRV", "10 5 8081 smf.example.org"), "got 10 5 8080 smf.example.org., want 10 5 8081 smf.example.org."},
		"NAPTR":               {record("example.org", "NAPTR", `10 100 "a" "x-3gpp-upf:x-n4" "" topon.n4.upf.example.org.`, `20 0 "U" "SIP" "!^.*$!sip:\\1@example.org!" .`), ""},
		"NAPTR regexp": {record("example.org", "NAPTR", `10 100 "a" "x-3gpp-upf:x-n4" "" topon.n4.upf.example.org.`, `20 0 "U" "SIP" "!^.*$!SIP:\\1@example.org!" .`),
			`want 10 100 "a" "x-3gpp-upf:x-n4" "" topon.n4.upf.example.org., 20 0 "u" "sip" "!^.*$!SIP:\\1@example.org!" .`},
	} {
		t.Run(name, func(t *testing.T) {
			got := Checker{Resolver: server}.Check(t.Context(), sets(t, tc.record))
			if tc.says == "" && len(got) > 0 {
				t.Errorf("missing %v", got)
			}
			if tc.says != "" && (len(got) != 1 || !strings.Contains(got[0].String(), tc.says)) {
				t.Errorf("got %v\nwant %s", got, tc.says)
			}
		})
	}
}

func TestCheckOfABigAnswer(t *testing.T) {
	var lines, targets []string
	for i := range 120 {
		ip := fmt.Sprintf("192.0.2.%d", i)
		lines, targets = append(lines, "big.example.org. A "+ip), append(targets, ip)
	}
	var overTCP atomic.Int32
	inner := zone(t, lines...)
	server := serve(t, func(w mdns.ResponseWriter, q *mdns.Msg) {
		if _, ok := w.RemoteAddr().(*net.TCPAddr); ok {
			overTCP.Add(1)
		}
		inner(w, q)
	})
	if got := (Checker{Resolver: server}).Check(t.Context(), sets(t, record("big.example.org", "A", targets...))); len(got) > 0 {
		t.Error(got)
	}
	if overTCP.Load() != 1 {
		t.Errorf("asked %d times over TCP", overTCP.Load())
	}
}

func TestCheckOfOddServers(t *testing.T) {
	good := zone(t, "a.example.org. A 192.0.2.1")
	var dropped atomic.Int32
	for name, tc := range map[string]struct {
		handler mdns.HandlerFunc
		says    string
	}{
		"loses a packet": {handler: func(w mdns.ResponseWriter, q *mdns.Msg) {
			if dropped.Add(1) > 1 {
				good(w, q)
			}
		}},
		"only TCP": {handler: func(w mdns.ResponseWriter, q *mdns.Msg) {
			if _, ok := w.RemoteAddr().(*net.TCPAddr); ok {
				good(w, q)
			}
		}},
		"without EDNS": {handler: func(w mdns.ResponseWriter, q *mdns.Msg) {
			if q.IsEdns0() == nil {
				good(w, q)
				return
			}
			m := new(mdns.Msg)
			m.SetRcodeFormatError(q)
			m.Question = q.Question
			_ = w.WriteMsg(m)
		}},
		"fails": {says: "SERVFAIL", handler: func(w mdns.ResponseWriter, q *mdns.Msg) {
			m := new(mdns.Msg)
			m.SetRcode(q, mdns.RcodeServerFailure)
			_ = w.WriteMsg(m)
		}},
		"answers something else": {says: "another question", handler: func(w mdns.ResponseWriter, q *mdns.Msg) {
			m := new(mdns.Msg)
			m.SetReply(q)
			m.Question[0].Name = "other.example.org."
			_ = w.WriteMsg(m)
		}},
		"says nothing": {says: "i/o timeout", handler: func(mdns.ResponseWriter, *mdns.Msg) {}},
	} {
		t.Run(name, func(t *testing.T) {
			c := Checker{Resolver: serve(t, tc.handler), Timeout: 200 * time.Millisecond}
			got := c.Check(t.Context(), sets(t, record("a.example.org", "A", "192.0.2.1")))
			if tc.says == "" && len(got) > 0 {
				t.Error(got)
			}
			if tc.says != "" && (len(got) != 1 || !strings.Contains(got[0].String(), tc.says)) {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestCheckWithoutAResolver(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.LocalAddr().String()
	_ = l.Close()
	want := sets(t, record("a.example.org", "A", "192.0.2.1"), record("b.example.org", "A", "192.0.2.1"))

	for name, c := range map[string]Checker{
		"closed port": {Resolver: closed, Parallel: 1},
		"not a port":  {Resolver: "127.0.0.1:http"},
		"no file":     {ResolvConf: filepath.Join(t.TempDir(), "resolv.conf")},
	} {
		first, second := c.Check(t.Context(), want), c.Check(t.Context(), want)
		if len(first) != 2 || first[0].Err == nil || first[1].Err == nil {
			t.Errorf("%s: %v", name, first)
		}
		if d := cmp.Diff(fmt.Sprint(first), fmt.Sprint(second)); d != "" {
			t.Errorf("%s: the same failure reads differently: %s", name, d)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := Checker{Resolver: closed}.Check(ctx, want)
	if len(got) != 2 || !errors.Is(got[0].Err, context.Canceled) {
		t.Errorf("cancelled: %v", got)
	}
}

func TestServers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(file, []byte("nameserver 192.0.2.1\nnameserver 2001:db8::1\nsearch x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for in, want := range map[Checker][]string{
		{ResolvConf: file}:             {"192.0.2.1:53", "[2001:db8::1]:53"},
		{Resolver: "192.0.2.9"}:        {"192.0.2.9:53"},
		{Resolver: "2001:db8::9"}:      {"[2001:db8::9]:53"},
		{Resolver: "[2001:db8::9]"}:    {"[2001:db8::9]:53"},
		{Resolver: "[2001:db8::9]:54"}: {"[2001:db8::9]:54"},
		{Resolver: "dns.example.org"}:  {"dns.example.org:53"},
	} {
		got, err := in.servers()
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%+v: %v %s", in, err, d)
		}
	}
}

func TestCheckAsksTheNextServer(t *testing.T) {
	bad := serve(t, func(w mdns.ResponseWriter, q *mdns.Msg) {
		m := new(mdns.Msg)
		m.SetRcode(q, mdns.RcodeRefused)
		_ = w.WriteMsg(m)
	})
	good := serve(t, zone(t, "a.example.org. A 192.0.2.1"))
	var down outage
	s := sets(t, record("a.example.org", "A", "192.0.2.1"))[0]
	if got := (Checker{}).check(t.Context(), []string{bad, good}, s, &down); got != nil {
		t.Error(got)
	}
}
