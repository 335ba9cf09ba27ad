// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

// set is a public module set with the modules of it that are implemented.
type set struct {
	name    string
	dirs    []string    // relative to STROWGER_YANG_SETS
	modules string      // all of the first folder, if empty
	base    [][2]string // what the modules demand of every configuration
	imports bool        // all imported modules are implemented
	top     []string    // top-level nodes of the documents; all if empty
}

// libyang brings these two revisions with it, whatever the folder holds.
const types2013 = "ietf-inet-types@2013-07-15 ietf-yang-types@2013-07-15 "

var sets = []set{
	{name: "ietf-server", dirs: []string{"ietf", "iana"}, modules: types2013 + `iana-if-type@2023-01-26 ietf-interfaces ietf-ip
		ietf-routing ietf-ipv4-unicast-routing ietf-ipv6-unicast-routing ietf-system iana-crypt-hash ietf-netconf-acm
		ietf-access-control-list ietf-syslog ietf-crypto-types ietf-keystore ietf-truststore ietf-x509-cert-to-name`},
	{name: "ietf-netconf-server", dirs: []string{"ietf", "iana"}, modules: types2013 + `ietf-netconf-server ietf-crypto-types
		ietf-keystore ietf-truststore ietf-tcp-common ietf-tcp-client ietf-tcp-server ietf-ssh-common ietf-ssh-server
		ietf-tls-common ietf-tls-server:server-ident-x509-cert,client-auth-x509-cert ietf-x509-cert-to-name`},
	{name: "openconfig", dirs: []string{"openconfig"}, imports: true},
	{name: "o-ran", dirs: []string{"oran/o-ran-ru-fh", "ietf"}, base: [][2]string{
		{"/o-ran-usermgmt:users/user[name='admin']/enabled", "true"},
		{"/o-ran-antenna-calibration:antenna-calibration/self-calibration-policy/coordinated-calibration-allowed", "true"},
	}},
	{name: "x-ran", dirs: []string{"oran/x-ran", "ietf"}},
	{name: "o-du", dirs: []string{"odu", "oran/o-ran-ru-fh"}},
}

// setsFolder returns the folder of the sets, or skips.
func setsFolder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("STROWGER_YANG_SETS")
	if dir == "" {
		t.Skip("NOT TESTED: the public YANG sets are not there; set STROWGER_YANG_SETS to their folder")
	}
	return dir
}

func TestSets(t *testing.T) {
	root := setsFolder(t)
	lint := yanglint(t)
	for _, set := range sets {
		t.Run(set.name, func(t *testing.T) {
			s, l := load(t, root, set)
			l.Program = lint
			compare(t, l, &Generator{Schema: s, Size: 60, Top: set.top, Base: set.base}, seeds(t, 150))
			if o := (&Generator{Schema: s, Size: 30, Operations: true}); len(o.operations()) > 0 {
				compare(t, l, o, seeds(t, 50))
			}
		})
	}
}

// load compiles a set, and says what yanglint has to load.
func load(t *testing.T, root string, set set) (*yang.Schema, *Linter) {
	var sources []yang.Source
	var o yang.Options
	for i, dir := range set.dirs {
		found, err := yangdir.Read(filepath.Join(root, dir))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, found...)
		if i == 0 && set.modules == "" {
			for _, m := range yang.Compile(found, yang.Options{}).Modules() {
				if m.Implemented {
					o.Implement = append(o.Implement, yang.ModuleRef{Name: m.Name, Revision: m.Revision, AllFeatures: true})
				}
			}
		}
	}
	for _, word := range strings.Fields(set.modules) {
		o.Implement = append(o.Implement, yangdir.Ref(word))
	}
	s := yang.Compile(sources, o)
	l := &Linter{Imports: set.imports}
	for _, source := range sources {
		if dir := filepath.Dir(source.Name); !slices.Contains(l.Search, dir) {
			l.Search = append(l.Search, dir)
		}
	}
	for _, m := range s.Modules() {
		if m.Implemented {
			l.Modules = append(l.Modules, m.Files()[0])
		}
	}
	return s, l
}
