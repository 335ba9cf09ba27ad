// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// The record types that can be declared.
const (
	typeA     = "A"
	typeAAAA  = "AAAA"
	typeCNAME = "CNAME"
	typeSRV   = "SRV"
	typeNAPTR = "NAPTR"
)

// rdata is the data of one record.
type rdata struct {
	// publish is how ExternalDNS wants it: names without the trailing dot but for
	// NAPTR, which must have it.
	publish string
	// compare is the same for all ways to write equal data.
	compare string
}

// parseRData reads data in zone-file form (RFC 1035 5.1).
func parseRData(recordType, s string) (rdata, error) {
	switch recordType {
	case typeA, typeAAAA:
		return parseAddress(recordType, s)
	case typeCNAME:
		name, err := parseName(strings.TrimSpace(s), false)
		return rdata{publish: name, compare: strings.ToLower(name) + "."}, err
	case typeSRV:
		return parseSRV(s)
	case typeNAPTR:
		return parseNAPTR(s)
	}
	return rdata{}, fmt.Errorf("record type %q is none of A, AAAA, CNAME, SRV and NAPTR", recordType)
}

func parseAddress(recordType, s string) (rdata, error) {
	ip, err := netip.ParseAddr(strings.TrimSpace(s))
	switch {
	case err != nil || ip.Zone() != "":
		return rdata{}, errors.New("is not an IP address")
	case recordType == typeA && !ip.Is4():
		return rdata{}, errors.New("an A record needs an IPv4 address; IPv6 addresses belong into AAAA")
	case recordType == typeAAAA && (!ip.Is6() || ip.Is4In6()):
		return rdata{}, errors.New("an AAAA record needs an IPv6 address; IPv4 addresses belong into A")
	}
	return rdata{publish: ip.String(), compare: ip.String()}, nil
}

// parseSRV reads "priority weight port target" (RFC 2782).
func parseSRV(s string) (rdata, error) {
	f, err := fields(s)
	if err != nil {
		return rdata{}, err
	}
	if len(f) != 4 {
		return rdata{}, fmt.Errorf(`an SRV record has 4 fields, "priority weight port target", not %d`, len(f))
	}
	var numbers [3]string
	for i, what := range []string{"priority", "weight", "port"} {
		if numbers[i], err = number(f[i], what); err != nil {
			return rdata{}, err
		}
	}
	if f[3].text == "." {
		return rdata{}, errors.New(`the target "." (service not offered) cannot be published by ExternalDNS`)
	}
	name, err := f[3].name("target")
	if err != nil {
		return rdata{}, err
	}
	head := strings.Join(numbers[:], " ") + " "
	return rdata{publish: head + name, compare: head + strings.ToLower(name) + "."}, nil
}

// parseNAPTR reads `order preference "flags" "services" "regexp" replacement`
// (RFC 3403 4.1).
func parseNAPTR(s string) (rdata, error) {
	f, err := fields(s)
	if err != nil {
		return rdata{}, err
	}
	if len(f) != 6 {
		return rdata{}, fmt.Errorf(`a NAPTR record has 6 fields, order preference "flags" "services" "regexp" replacement, not %d`, len(f))
	}
	order, err := number(f[0], "order")
	if err != nil {
		return rdata{}, err
	}
	preference, err := number(f[1], "preference")
	if err != nil {
		return rdata{}, err
	}
	for i, what := range []string{"flags", "services", "regexp"} {
		if len(f[2+i].text) > 255 {
			return rdata{}, fmt.Errorf("the %s have more than 255 characters", what)
		}
	}
	flags, services, regexp := f[2].text, f[3].text, f[4].text
	for _, c := range flags {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return rdata{}, fmt.Errorf("the flags %s are not letters and digits", quote(flags))
		}
	}
	replacement := ""
	if f[5].text != "." {
		if replacement, err = f[5].name("replacement"); err != nil {
			return rdata{}, err
		}
	}
	if regexp != "" && replacement != "" {
		return rdata{}, errors.New(`a NAPTR record has a regexp or a replacement, not both; write "" or . for the other one`)
	}
	return naptr(order, preference, flags, services, regexp, replacement+"."), nil
}

// naptr writes the two forms; flags, services and names are the same in upper
// and lower case (RFC 3403 4.1).
func naptr(order, preference, flags, services, regexp, replacement string) rdata {
	head := order + " " + preference + " "
	return rdata{
		publish: head + strings.Join([]string{quote(flags), quote(services), quote(regexp), replacement}, " "),
		compare: head + strings.Join([]string{quote(strings.ToLower(flags)), quote(strings.ToLower(services)), quote(regexp), strings.ToLower(replacement)}, " "),
	}
}

// field is one field of a record; text is without quotes and escapes.
type field struct {
	text   string
	quoted bool
}

func (f field) name(what string) (string, error) {
	if f.quoted {
		return "", fmt.Errorf("the %s is in quotes", what)
	}
	n, err := parseName(f.text, false)
	if err != nil {
		return "", fmt.Errorf("the %s %w", what, err)
	}
	return n, nil
}

func number(f field, what string) (string, error) {
	n, err := strconv.ParseUint(f.text, 10, 16)
	if err != nil || f.quoted {
		return "", fmt.Errorf("the %s %q is not a number from 0 to 65535", what, f.text)
	}
	return strconv.FormatUint(n, 10), nil
}

// fields splits at blanks outside of quotes and undoes \X and \DDD.
func fields(s string) ([]field, error) {
	var out []field
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' {
			i++
			continue
		}
		f := field{quoted: s[i] == '"'}
		if f.quoted {
			i++
		}
		var b strings.Builder
		closed := !f.quoted
	scan:
		for ; i < len(s); i++ {
			switch c := s[i]; {
			case c == '"' && f.quoted:
				closed = true
				i++
				break scan
			case !f.quoted && (c == ' ' || c == '\t'):
				break scan
			case c == '\\':
				v, n, err := unescape(s[i:])
				if err != nil {
					return nil, err
				}
				b.WriteByte(v)
				i += n - 1
			case c < ' ' || c == 0x7f, !f.quoted && strings.IndexByte(`"();`, c) >= 0:
				return nil, fmt.Errorf("%q must be in quotes or escaped", string(c))
			default:
				b.WriteByte(c)
			}
		}
		if !closed {
			return nil, errors.New("a closing quote is missing")
		}
		if f.quoted && i < len(s) && s[i] != ' ' && s[i] != '\t' {
			return nil, errors.New("a blank is missing after a closing quote")
		}
		f.text = b.String()
		out = append(out, f)
	}
	return out, nil
}

// unescape reads one escape at the start of s: its byte and its length.
func unescape(s string) (byte, int, error) {
	if len(s) >= 4 && isDigit(s[1]) && isDigit(s[2]) && isDigit(s[3]) {
		n, err := strconv.ParseUint(s[1:4], 10, 8)
		if err != nil {
			return 0, 0, fmt.Errorf(`the escape %s is over \255`, s[:4])
		}
		return byte(n), 4, nil
	}
	if len(s) < 2 || isDigit(s[1]) {
		return 0, 0, errors.New(`a backslash is followed by neither a character nor three digits; write \\ for a backslash`)
	}
	return s[1], 2, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// quote writes a character-string in zone-file form.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// parseName checks a host or service name and takes the trailing dot off.
func parseName(s string, wildcard bool) (string, error) {
	name := strings.TrimSuffix(s, ".")
	if name == "" {
		return "", errors.New("is empty")
	}
	if len(name) > 253 {
		return "", errors.New("is longer than 253 characters")
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "", fmt.Errorf("%q is an address, not a name", name)
	}
	for i, label := range strings.Split(name, ".") {
		if wildcard && i == 0 && label == "*" {
			continue
		}
		if err := checkLabel(label); err != nil {
			return "", fmt.Errorf("%q: %w", name, err)
		}
	}
	return name, nil
}

func checkLabel(label string) error {
	switch {
	case label == "":
		return errors.New("two dots follow each other")
	case len(label) > 63:
		return fmt.Errorf("the label %s is longer than 63 characters", label)
	case label[0] == '-' || label[len(label)-1] == '-':
		return fmt.Errorf("the label %s starts or ends with a hyphen", label)
	}
	for _, c := range label {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return fmt.Errorf("%q is not allowed in a name", c)
		}
	}
	return nil
}
