// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/world"
)

// PowerDNS answers every kind of record, and DNSReady says so.
func TestDNS(t *testing.T) {
	g, ctx := scenario(t)
	for name, records := range map[string][]string{
		"amf-zrh-1.amf." + world.Zone:          {"A", "10.20.2.11", "10.20.2.12"},
		"upf-zrh-2.n3." + world.Zone:           {"AAAA", "2001:db8:3::32"},
		"gw.n6." + world.Zone:                  {"CNAME", "n6-router-1." + world.Zone + "."},
		"_nsmf-pdusession._tcp." + world.Zone:  {"SRV", "0 100 443 smf-zrh-1." + world.Zone + "."},
		"set001.region02.amfset." + world.Zone: {"NAPTR", `10 100 "a" "x-3gpp-amf:x-n2" "" amf-zrh-1.amf.` + world.Zone + "."},
	} {
		found, err := w.Lookup(ctx, name, records[0])
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(found).To(ConsistOf(records[1:]), name)
	}
	for _, name := range world.Functions() {
		nf, err := w.NetworkFunction(ctx, name)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(world.Condition(nf, v1alpha1.DNSReadyCondition).Status).To(Equal(metav1.ConditionTrue), name)
	}
}

// An input that changes moves the configuration and the name together.
func TestInputMovesConfigurationAndName(t *testing.T) {
	g, ctx := scenario(t)
	moved := func(address string) {
		eventually(ctx, g, func(g Gomega) {
			g.Expect(running(ctx, g, "upf-zrh-1", upfFilter).Value("upf-function", "ep-n4", "local-address")).To(Equal(address))
			g.Expect(running(ctx, g, "smf-zrh-1", `<smf-function xmlns="urn:strowger:example:5gc-smf"><upf/></smf-function>`).
				Value("smf-function", "upf[name=upf-zrh-1]", "remote-address")).To(Equal(address))
			g.Expect(w.Lookup(ctx, "upf-zrh-1."+world.Zone, "A")).To(ConsistOf(address))
		})
	}
	commit := edit(ctx, g, "inputs/site-zrh.yaml", "upf-zrh-1.n4: 10.20.4.31", "upf-zrh-1.n4: 10.20.4.131")
	moved("10.20.4.131")
	revert(ctx, g, commit)
	moved("10.20.4.31")
}
