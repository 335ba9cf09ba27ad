// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func secretSchema(t *testing.T) *Schema {
	t.Helper()
	s := Compile([]Source{
		{Name: "ietf-netconf-acm.yang", Data: []byte(`module ietf-netconf-acm { namespace "urn:nacm"; prefix nacm; extension default-deny-all; extension default-deny-write; }`)},
		{Name: "iana-crypt-hash.yang", Data: []byte(`module iana-crypt-hash { namespace "urn:ianach"; prefix ianach; typedef crypt-hash { type string; } }`)},
		{Name: "other.yang", Data: []byte(`module other { namespace "urn:other"; prefix o; extension default-deny-all; }`)},
		{Name: "m.yang", Data: []byte(`module m { yang-version 1.1; namespace "urn:m"; prefix m;
			import ietf-netconf-acm { prefix nacm; }
			import iana-crypt-hash { prefix ianach; }
			import other { prefix o; }
			// leaf not { nacm:default-deny-all; }
			description "leaf nor { nacm:default-deny-all; } it's";
			typedef own-hash { type ianach:crypt-hash { length "1..100"; } }
			grouping pair { leaf left { type string; } leaf right { type string; } }
			container top {
				leaf hash { type ianach:crypt-hash; }
				leaf own { type own-hash; }
				leaf pin { type uint16; nacm:default-deny-all; }
				leaf-list pins { type string; nacm:default-deny-all; }
				anydata blob { nacm:default-deny-all; }
				leaf plain { type string; nacm:default-deny-write; /* nacm:default-deny-all; */ }
				leaf strange { type string; o:default-deny-all; }
				choice key { nacm:default-deny-all; leaf clear { type string; } case b { leaf hidden { type string; } } }
				container rules { nacm:default-deny-all; leaf rule { type string; } }
				list vault { key k; leaf k { type string; nacm:default-deny-all; } leaf v { type string; } }
				uses pair { refine left { nacm:default-deny-all; } }
				leaf deviated { type string; }
			}
			deviation /m:top/m:deviated { deviate add { nacm:default-deny-all; } }
		}`)}}, Options{})
	if len(s.Problems()) > 0 {
		t.Fatal(s.Problems())
	}
	return s
}

// TestNodeSecret: the model says of leafs that they are secret, wherever it says so.
func TestNodeSecret(t *testing.T) {
	var got []string
	var visit func(*Node)
	visit = func(n *Node) {
		for _, c := range n.DataChildren() {
			if c.Secret() {
				got = append(got, c.Name())
			}
			visit(c)
		}
	}
	visit(secretSchema(t).Root())
	slices.Sort(got)
	if diff := cmp.Diff([]string{"blob", "clear", "deviated", "hash", "hidden", "k", "left", "own", "pin", "pins"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecretNames(t *testing.T) {
	s := secretSchema(t)
	got := slices.Sorted(maps.Keys(s.SecretNames()))
	if diff := cmp.Diff([]string{"blob", "deviated", "hash", "k", "key", "left", "own-hash", "pin", "pins", "rules"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestSecretsAreNotShown: what the model calls a secret is shown nowhere, although it came
// from nowhere secret.
func TestSecretsAreNotShown(t *testing.T) {
	s := secretSchema(t)
	const doc = `<top xmlns="urn:m"><hash>$0$horse</hash><pin>4711</pin><plain>seen</plain><vault><k>door</k><v>seen</v></vault></top>`
	tree, _, errs := DecodeXML(s, strings.NewReader(doc), XMLOptions{})
	if errs != nil {
		t.Fatal(errs)
	}
	var shown strings.Builder
	for _, d := range tree.Leaves() {
		shown.WriteString(d.RedactedPath() + "=" + d.Shown() + "\n")
	}
	if err := EncodeXMLWith(&shown, EncodeOptions{Redact: true}, tree.Root().Children()...); err != nil {
		t.Fatal(err)
	}
	_, _, errs = DecodeXML(s, strings.NewReader(strings.Replace(doc, "4711", "battery", 1)), XMLOptions{})
	shown.WriteString(errs.Err().Error())
	for _, secret := range []string{"horse", "4711", "door", "battery"} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%s is shown:\n%s", secret, shown.String())
		}
	}
	if strings.Count(shown.String(), "seen") != 4 {
		t.Errorf("what is no secret is not shown:\n%s", shown.String())
	}
	var whole strings.Builder
	if err := EncodeXML(&whole, tree.Root().Children()...); err != nil || !strings.Contains(whole.String(), "<pin>4711</pin>") {
		t.Errorf("sent is %s, %v", whole.String(), err)
	}
}

func TestLooksSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"admin-password": true, "preshared-key": true, "private-key": true, "key-string": true, "community": true, "snmp-community": true,
		"community-string": true, "communities": false, "community-set": false, "key": false, "hostname": false, "public-key": false,
	} {
		if SecretName(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if got := RedactHashes("a $6$salt$hash b"); got != "a "+RedactedValue("$6$salt$hash")+" b" {
		t.Error(got)
	}
	if got := RedactHashes("costs $5 or $6"); got != "costs $5 or $6" {
		t.Error(got)
	}
}
