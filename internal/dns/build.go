// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package dns

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
)

const (
	managedByLabel = "app.kubernetes.io/managed-by"
	managedBy      = "strowger"
)

// RecordSet is all data of one name and type, made by Normalize.
type RecordSet struct {
	// Name without trailing dot, in lower case.
	Name string
	// Type is A, AAAA, CNAME, SRV or NAPTR.
	Type string
	// TTL in seconds, 0 for the provider's default.
	TTL int64
	// data, sorted, each once.
	data []rdata
}

// Targets are the data as ExternalDNS wants them.
func (s RecordSet) Targets() []string {
	out := make([]string, len(s.data))
	for i, d := range s.data {
		out[i] = d.publish
	}
	return out
}

// want is the data in canonical form.
func (s RecordSet) want() []string {
	out := make([]string, len(s.data))
	for i, d := range s.data {
		out[i] = d.compare
	}
	slices.Sort(out)
	return out
}

// RecordError says what is wrong with one declared record.
type RecordError struct {
	// Index of the record in spec.dns.
	Index int
	// Name and Type of the record, Target that is wrong; may be empty.
	Name, Type, Target string
	// Message says what is wrong.
	Message string
}

// Error is one line.
func (e *RecordError) Error() string {
	s := fmt.Sprintf("spec.dns[%d]: %s %s", e.Index, e.Name, e.Type)
	if e.Target != "" {
		s += fmt.Sprintf(": target %q", e.Target)
	}
	return s + ": " + e.Message
}

// Errors are all that is wrong, in the order of the records.
type Errors []*RecordError

// Error joins them.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, r := range e {
		lines[i] = r.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap gives the single errors to errors.As.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, r := range e {
		out[i] = r
	}
	return out
}

// Normalize checks records, whose targets have their expressions resolved, and
// merges those of the same name and type. Sets are sorted by name and type.
// The error is of type Errors and holds everything that is wrong.
func Normalize(records []v1alpha1.DNSRecord) ([]RecordSet, error) {
	var (
		errs Errors
		sets []RecordSet
	)
	for i, r := range records {
		set, wrong := normalize(i, r)
		if len(wrong) > 0 {
			errs = append(errs, wrong...)
			continue
		}
		j := slices.IndexFunc(sets, func(s RecordSet) bool { return s.Name == set.Name && s.Type == set.Type })
		if j < 0 {
			sets = append(sets, set)
		} else if err := sets[j].merge(set); err != "" {
			errs = append(errs, &RecordError{Index: i, Name: r.DNSName, Type: r.RecordType, Message: err})
			continue
		}
		if err := conflict(sets, set); err != "" {
			errs = append(errs, &RecordError{Index: i, Name: r.DNSName, Type: r.RecordType, Message: err})
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	slices.SortFunc(sets, func(a, b RecordSet) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	return sets, nil
}

func normalize(i int, r v1alpha1.DNSRecord) (RecordSet, Errors) {
	var errs Errors
	fail := func(target, message string) {
		errs = append(errs, &RecordError{Index: i, Name: r.DNSName, Type: r.RecordType, Target: target, Message: message})
	}
	name, err := parseName(r.DNSName, true)
	if err != nil {
		fail("", "the name "+err.Error())
	}
	set := RecordSet{Name: strings.ToLower(name), Type: r.RecordType, TTL: r.TTL}
	if r.TTL < 0 || r.TTL > 1<<31-1 {
		fail("", fmt.Sprintf("the TTL %d is not from 1 to 2147483647 (RFC 2181 8)", r.TTL))
	}
	if len(r.Targets) == 0 {
		fail("", "it has no targets")
	}
	for _, t := range r.Targets {
		d, err := parseRData(r.RecordType, t)
		if err != nil {
			fail(t, err.Error())
			continue
		}
		set.add(d)
	}
	return set, errs
}

func (s *RecordSet) add(d rdata) {
	i, found := slices.BinarySearchFunc(s.data, d, func(a, b rdata) int { return cmp.Compare(a.compare, b.compare) })
	if !found {
		s.data = slices.Insert(s.data, i, d)
	}
}

// merge adds the data of another set of the same name and type.
func (s *RecordSet) merge(o RecordSet) string {
	if s.TTL != 0 && o.TTL != 0 && s.TTL != o.TTL {
		return fmt.Sprintf("its TTL %d differs from the %d of the other records of this name and type; they share one (RFC 2181 5.2)", o.TTL, s.TTL)
	}
	s.TTL = max(s.TTL, o.TTL)
	for _, d := range o.data {
		s.add(d)
	}
	return ""
}

// conflict: a CNAME is alone at its name and has one target (RFC 2181 10.1).
func conflict(sets []RecordSet, added RecordSet) string {
	for _, s := range sets {
		if s.Name != added.Name {
			continue
		}
		switch {
		case s.Type == typeCNAME && added.Type == typeCNAME && len(s.data) > 1:
			return "a CNAME has one target"
		case s.Type != added.Type && (s.Type == typeCNAME || added.Type == typeCNAME):
			return "a CNAME cannot be beside other records of the same name"
		case s.Type == typeCNAME && s.data[0].compare == s.Name+".":
			return "a CNAME cannot point to itself"
		}
	}
	return ""
}

// Build gives the one DNSEndpoint of an NF, of the same name and owned by it.
// It is complete for a server-side apply. Without records it has no endpoints.
func Build(nf *v1alpha1.NetworkFunction, sets []RecordSet) *DNSEndpoint {
	e := &DNSEndpoint{
		TypeMeta: metav1.TypeMeta{APIVersion: GroupVersion().String(), Kind: Kind},
		ObjectMeta: metav1.ObjectMeta{
			Namespace:       nf.Namespace,
			Name:            nf.Name,
			Labels:          map[string]string{managedByLabel: managedBy},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(nf, v1alpha1.GroupVersion.WithKind("NetworkFunction"))},
		},
	}
	for _, s := range sets {
		e.Spec.Endpoints = append(e.Spec.Endpoints, Endpoint{
			DNSName: s.Name, RecordType: s.Type, Targets: s.Targets(), RecordTTL: s.TTL,
		})
	}
	return e
}
