// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	mdns "github.com/miekg/dns"
)

// Checker asks a resolver. The zero value asks the system's.
type Checker struct {
	// Resolver as host:port, or host for port 53. Default: the nameservers of
	// ResolvConf, in order.
	Resolver string
	// ResolvConf is the file with nameservers. Default /etc/resolv.conf.
	ResolvConf string
	// Timeout of one exchange. Default 2 s.
	Timeout time.Duration
	// Parallel is how many questions are asked at once. Default 8.
	Parallel int
}

// Missing is a record set that is not answered as declared.
type Missing struct {
	// Name and Type that were asked for.
	Name, Type string
	// Resolver that answered, or the last one that did not.
	Resolver string
	// Want is the declared data and Got the answered, both canonical and sorted.
	Want, Got []string
	// Rcode is the answer's code, such as NXDOMAIN; empty without an answer.
	Rcode string
	// Err is why there was no answer.
	Err error
}

// String is one line that says what was asked, what came and what is wanted.
func (m Missing) String() string {
	got := strings.Join(m.Got, ", ")
	switch {
	case m.Err != nil:
		got = "no answer (" + m.Err.Error() + ")"
	case got == "" && m.Rcode != "NOERROR":
		got = m.Rcode
	case got == "":
		got = "nothing of this type"
	}
	s := fmt.Sprintf("%s %s: got %s, want %s", m.Name, m.Type, got, strings.Join(m.Want, ", "))
	if m.Resolver != "" {
		s += " (asked " + m.Resolver + ")"
	}
	return s
}

// Check asks for every set and gives those whose answer is not exactly the
// declared data, in the order of sets. TTLs are not compared: a cache counts
// them down. When no resolver answers at all, what was not asked yet is given
// with the same error.
func (c Checker) Check(ctx context.Context, sets []RecordSet) []Missing {
	servers, err := c.servers()
	found := make([]*Missing, len(sets))
	var (
		wg   sync.WaitGroup
		down outage
	)
	slots := make(chan struct{}, max(1, c.parallel()))
	for i, s := range sets {
		if err != nil {
			found[i] = &Missing{Name: s.Name, Type: s.Type, Want: s.want(), Err: err}
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			found[i] = c.check(ctx, servers, s, &down)
		})
	}
	wg.Wait()
	var missing []Missing
	for _, m := range found {
		if m != nil {
			missing = append(missing, *m)
		}
	}
	return missing
}

// outage remembers that no resolver answers.
type outage struct {
	mu     sync.Mutex
	err    error
	server string
}

func (o *outage) get() (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.server, o.err
}

func (o *outage) set(server string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.server, o.err = server, err
}

func (c Checker) parallel() int {
	if c.Parallel == 0 {
		return 8
	}
	return c.Parallel
}

// check asks one server after the other until one has an answer.
func (c Checker) check(ctx context.Context, servers []string, s RecordSet, down *outage) *Missing {
	m := &Missing{Name: s.Name, Type: s.Type, Want: s.want()}
	if m.Resolver, m.Err = down.get(); m.Err != nil {
		return m
	}
	for _, server := range servers {
		m.Resolver = server
		var answer *mdns.Msg
		if answer, m.Err = c.ask(ctx, server, s.Name, mdns.StringToType[s.Type]); m.Err != nil {
			continue
		}
		m.Rcode, m.Got = mdns.RcodeToString[answer.Rcode], answered(answer, s)
		if m.Rcode == "" {
			m.Rcode = "RCODE" + strconv.Itoa(answer.Rcode)
		}
		if answer.Rcode == mdns.RcodeServerFailure || answer.Rcode == mdns.RcodeRefused {
			continue
		}
		break
	}
	if m.Err != nil {
		down.set(m.Resolver, m.Err)
		return m
	}
	if m.Rcode == "NOERROR" && slices.Equal(m.Got, m.Want) {
		return nil
	}
	return m
}

// ask sends one question over UDP, twice because packets get lost, and over TCP
// where the answer is truncated or UDP does not get through.
func (c Checker) ask(ctx context.Context, server, name string, qtype uint16) (*mdns.Msg, error) {
	q := new(mdns.Msg)
	q.SetQuestion(mdns.Fqdn(name), qtype)
	q.SetEdns0(1232, false)
	var last error
	for _, network := range []string{"udp", "udp", "tcp"} {
		answer, err := c.exchange(ctx, network, server, q)
		if err == nil && answer.Rcode == mdns.RcodeFormatError && q.IsEdns0() != nil {
			q.Extra = nil // the server is older than EDNS0 (RFC 6891 7)
			answer, err = c.exchange(ctx, network, server, q)
		}
		switch {
		case err == nil && answer.Truncated && network == "udp":
			return c.exchange(ctx, "tcp", server, q)
		case err == nil:
			return answer, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		last = err
	}
	return nil, last
}

func (c Checker) exchange(ctx context.Context, network, server string, q *mdns.Msg) (*mdns.Msg, error) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 2 * time.Second
	}
	client := &mdns.Client{Net: network, Timeout: timeout, UDPSize: 1232}
	answer, _, err := client.ExchangeContext(ctx, q, server)
	if err != nil {
		return nil, steady(network, err)
	}
	if len(answer.Question) != 1 || !strings.EqualFold(answer.Question[0].Name, q.Question[0].Name) || answer.Question[0].Qtype != q.Question[0].Qtype {
		return nil, errors.New("the answer is to another question")
	}
	return answer, nil
}

// steady takes the ephemeral port out of a network error: the same failure
// reads the same each time.
func steady(network string, err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return fmt.Errorf("%s: %w", network, op.Err)
	}
	return fmt.Errorf("%s: %w", network, err)
}

// answered gives the data of the asked name and type, canonical and sorted. A
// CNAME met instead is named, what it leads to is not what was declared.
func answered(msg *mdns.Msg, s RecordSet) []string {
	var got []string
	for _, rr := range msg.Answer {
		h := rr.Header()
		if h.Class != mdns.ClassINET || !strings.EqualFold(h.Name, mdns.Fqdn(s.Name)) {
			continue
		}
		data, ok := canonical(rr)
		switch {
		case !ok:
			continue
		case h.Rrtype == mdns.TypeCNAME && s.Type != typeCNAME:
			data = "CNAME " + data
		case mdns.TypeToString[h.Rrtype] != s.Type:
			continue
		}
		if !slices.Contains(got, data) {
			got = append(got, data)
		}
	}
	slices.Sort(got)
	return got
}

// canonical writes a record's data the way rdata.compare is written.
func canonical(rr mdns.RR) (string, bool) {
	switch r := rr.(type) {
	case *mdns.A:
		ip, ok := netip.AddrFromSlice(r.A)
		return ip.Unmap().String(), ok
	case *mdns.AAAA:
		ip, ok := netip.AddrFromSlice(r.AAAA)
		return ip.String(), ok
	case *mdns.CNAME:
		return strings.ToLower(r.Target), true
	case *mdns.SRV:
		return fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, strings.ToLower(r.Target)), true
	case *mdns.NAPTR:
		flags, e1 := plain(r.Flags)
		services, e2 := plain(r.Service)
		regexp, e3 := plain(r.Regexp)
		d := naptr(strconv.Itoa(int(r.Order)), strconv.Itoa(int(r.Preference)), flags, services, regexp, r.Replacement)
		return d.compare, e1 == nil && e2 == nil && e3 == nil
	}
	return "", false
}

// plain undoes the escapes in which the library hands strings out.
func plain(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		c, n, err := unescape(s[i:])
		if err != nil {
			return "", err
		}
		b.WriteByte(c)
		i += n - 1
	}
	return b.String(), nil
}

// servers are the resolvers to ask, as host:port.
func (c Checker) servers() ([]string, error) {
	if c.Resolver != "" {
		s, err := hostPort(c.Resolver)
		return []string{s}, err
	}
	file := c.ResolvConf
	if file == "" {
		file = "/etc/resolv.conf"
	}
	conf, err := mdns.ClientConfigFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the nameservers: %w", err)
	}
	if len(conf.Servers) == 0 {
		return nil, fmt.Errorf("%s has no nameserver", file)
	}
	servers := make([]string, len(conf.Servers))
	for i, s := range conf.Servers {
		servers[i] = net.JoinHostPort(s, conf.Port)
	}
	return servers, nil
}

func hostPort(s string) (string, error) {
	if host, port, err := net.SplitHostPort(s); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || host == "" {
			return "", fmt.Errorf("the resolver %q is not host:port", s)
		}
		return s, nil
	}
	host := strings.Trim(s, "[]")
	if _, err := netip.ParseAddr(host); err != nil && strings.ContainsAny(host, ":/ ") {
		return "", fmt.Errorf("the resolver %q is not host:port", s)
	}
	return net.JoinHostPort(host, "53"), nil
}
