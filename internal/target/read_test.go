// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// gauges is a model with state of every kind of value.
const gauges = `module acme-gauges {
  yang-version 1.1;
  namespace "urn:acme:gauges";
  prefix ag;
  import ietf-netconf-acm { prefix nacm; }
  identity mode;
  identity fast { base mode; }
  identity slow { base mode; }
  container session {
    list peer {
      key "name zone";
      leaf name { type string; }
      leaf zone { type uint8; }
      leaf up { type boolean; }
      leaf-list tag { type string; }
      container counters {
        config false;
        leaf packets { type uint64; }
        leaf load { type decimal64 { fraction-digits 2; } }
        leaf temperature { type int8; }
        leaf alarm { type empty; }
      }
    }
    list policy {
      key "mode";
      leaf mode { type identityref { base mode; } }
      leaf weight { type union { type uint8; type string; } }
      leaf chosen { type leafref { path "../../policy/mode"; } }
    }
    container login {
      leaf user { type string; }
      leaf password { type string; }
      leaf pin { nacm:default-deny-all; type string; }
    }
    leaf limit { type uint64; }
    leaf-list order { type uint8; ordered-by user; }
  }
}`

var gaugesModel = sync.OnceValue(func() *netconftest.Model {
	model, err := netconftest.NewModel([]yang.Source{{Name: "acme-gauges.yang", Data: []byte(gauges)}, {Name: "ietf-netconf-acm.yang", Data: []byte(acm)}})
	if err != nil {
		panic(err)
	}
	return model
})

const gaugesConfig = `<session xmlns="urn:acme:gauges">
  <peer><name>a</name><zone>1</zone><up>true</up><tag>x</tag><tag>y</tag></peer>
  <peer><name>a</name><zone>2</zone><up>false</up></peer>
  <peer><name>it's &lt;b&gt;</name><zone>1</zone></peer>
  <policy><mode>fast</mode><weight>7</weight><chosen>slow</chosen></policy>
  <policy><mode>slow</mode><weight>much</weight></policy>
  <login><user>root</user><password>hunter2</password><pin>4711</pin></login>
  <limit>18446744073709551615</limit>
  <order>3</order><order>1</order>
</session>`

const gaugesState = `<session xmlns="urn:acme:gauges">
  <peer><name>a</name><zone>1</zone><counters><packets>12</packets><load>0.75</load><temperature>-3</temperature><alarm/></counters></peer>
  <peer><name>a</name><zone>2</zone><counters><packets>9223372036854775808</packets></counters></peer>
</session>`

func newGauges(t *testing.T) (*netconftest.Server, Endpoint, *Pool) {
	t.Helper()
	tree := func(text string, config bool) *yang.Tree {
		out, _, errs := yang.DecodeXML(gaugesModel().Schema(), strings.NewReader(text), yang.XMLOptions{ConfigOnly: config})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		return out
	}
	s, e := newDevice(t, netconftest.Options{Model: gaugesModel(), Running: tree(gaugesConfig, true), State: tree(gaugesState, false)})
	return s, e, newPool(t, Options{})
}

func TestRead(t *testing.T) {
	s, e, p := newGauges(t)
	const session = "/acme-gauges:session"
	reads := []struct {
		path string
		want []Reading
	}{
		{session + "/peer[name='a'][zone='1']/up", []Reading{{session + "/peer[name='a'][zone='1']/up", true, false}}},
		{session + "/peer[zone='01'][name='a']/counters/packets", []Reading{{session + "/peer[name='a'][zone='1']/counters/packets", int64(12), false}}},
		{session + "/peer/counters/packets", []Reading{
			{session + "/peer[name='a'][zone='1']/counters/packets", int64(12), false},
			{session + "/peer[name='a'][zone='2']/counters/packets", uint64(1 << 63), false}}},
		{session + "/peer[zone='2']/up", []Reading{{session + "/peer[name='a'][zone='2']/up", false, false}}},
		{session + `/peer[name="it's <b>"]`, []Reading{{session + `/peer[name="it's <b>"][zone='1']`, map[string]any{"name": "it's <b>", "zone": int64(1)}, false}}},
		{session + "/peer[name='a'][zone='1']", []Reading{{session + "/peer[name='a'][zone='1']", map[string]any{
			"name": "a", "zone": int64(1), "up": true, "tag": []any{"x", "y"},
			"counters": map[string]any{"packets": int64(12), "load": 0.75, "temperature": int64(-3), "alarm": true}}, false}}},
		{session + "/peer[name='a']/tag[.='y']", []Reading{{session + "/peer[name='a'][zone='1']/tag[.='y']", "y", false}}},
		{session + "/policy[mode='acme-gauges:slow']/weight", []Reading{{session + "/policy[mode='acme-gauges:slow']/weight", "much", false}}},
		{session + "/policy[mode='fast']", []Reading{{session + "/policy[mode='acme-gauges:fast']", map[string]any{
			"mode": "acme-gauges:fast", "weight": int64(7), "chosen": "acme-gauges:slow"}, false}}},
		{session + "/limit", []Reading{{session + "/limit", uint64(1<<64 - 1), false}}},
		{session + "/order", []Reading{{session + "/order[.='3']", int64(3), false}, {session + "/order[.='1']", int64(1), false}}},
		{session + "/login/user", []Reading{{session + "/login/user", "root", false}}},
		{session + "/login/password", []Reading{{session + "/login/password", "hunter2", true}}},
		{session + "/login/pin", []Reading{{session + "/login/pin", "4711", true}}},
		{session + "/login", []Reading{{session + "/login", map[string]any{"user": "root", "password": "hunter2", "pin": "4711"}, true}}},
		{session + "/peer[name='nobody']/up", nil},
		{session + "/peer[name='a'][zone='2']/counters/alarm", nil},
	}
	paths := make([]string, 0, len(reads))
	for _, r := range reads {
		paths = append(paths, r.path)
		// Alone, so that no other path brings what this one should have asked for.
		got, err := p.Read(t.Context(), e, gaugesModel().Schema(), []string{r.path})
		if err != nil || !reflect.DeepEqual(got[0], r.want) {
			t.Errorf("%s\n got %+v, %v\nwant %+v", r.path, got, err, r.want)
		}
	}
	s.ResetRequests()
	all, err := p.Read(t.Context(), e, gaugesModel().Schema(), paths)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Requests()); got != "[get]" {
		t.Errorf("%d paths cost the requests %s", len(paths), got)
	}
	for i, r := range reads {
		if !reflect.DeepEqual(all[i], r.want) {
			t.Errorf("together with others: %s\n got %+v\nwant %+v", r.path, all[i], r.want)
		}
	}
}

// Nothing asked for costs nothing.
func TestReadNothing(t *testing.T) {
	s, e, p := newGauges(t)
	if got, err := p.Read(t.Context(), e, gaugesModel().Schema(), nil); got != nil || err != nil || s.Sessions() != 0 {
		t.Errorf("got %v, %v, over %d sessions", got, err, s.Sessions())
	}
}

// Wrong paths are found before anything is sent, and what is near is named.
func TestCheckPath(t *testing.T) {
	for path, want := range map[string]string{
		"/acme-gauges:session/peer[name='a']/up":            "",
		"/acme-gauges:session/acme-gauges:limit":            "",
		"/":                                                 "it names no node",
		"session/limit":                                     "expected / at position 1",
		"/session/limit":                                    "its first step session needs the name of its module",
		"/acme-gauge:session":                               "no module acme-gauge: did you mean acme-gauges?",
		"/acme-gauges:sessions":                             "there is no acme-gauges:sessions at the top: there is acme-gauges:session",
		"/acme-gauges:session/pear":                         "there is no acme-gauges:pear in /acme-gauges:session: there is acme-gauges:peer, acme-gauges:policy",
		"/acme-gauges:session/limit/x":                      "which has nothing below it",
		"/acme-gauges:session/peer[nam='a']/up":             "nam is no key of peer: it has name, zone",
		"/acme-gauges:session/peer[zone='x']/up":            "key zone of peer",
		"/acme-gauges:session/peer[1]/up":                   "cannot be chosen by position",
		"/acme-gauges:session/limit[.='1']":                 "limit is no leaf-list",
		"/acme-gauges:session/policy[mode='medium']/weight": "key mode of policy",
	} {
		err := CheckPath(gaugesModel().Schema(), path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("the error does not name the path %s: %v", path, err)
		}
	}
	s, e, p := newGauges(t)
	_, err := p.Read(t.Context(), e, gaugesModel().Schema(), []string{"/acme-gauges:session/limit", "/acme-gauges:session/pear"})
	if ReasonOf(err) != InvalidEdit || s.Sessions() != 0 {
		t.Errorf("got %v, over %d sessions", err, s.Sessions())
	}
}

// What several paths have in common is asked for once, and no key whose text in XML is another.
func TestReadFilter(t *testing.T) {
	for _, test := range []struct{ want, paths string }{
		{`<session xmlns="urn:acme:gauges"><limit/><peer><name>a</name><zone/><up/><tag/></peer></session>`,
			"/acme-gauges:session/limit /acme-gauges:session/peer[name='a']/up /acme-gauges:session/peer[name='a']/tag"},
		{`<session xmlns="urn:acme:gauges"><peer><name>&lt;:</name><zone>1</zone></peer></session>`, "/acme-gauges:session/peer[name='<:'][zone='1']"},
		{`<session xmlns="urn:acme:gauges"/>`, "/acme-gauges:session/limit /acme-gauges:session"},
		{`<session xmlns="urn:acme:gauges"><policy><mode/><weight/></policy></session>`, "/acme-gauges:session/policy[mode='slow']/weight"},
	} {
		var all selection
		for path := range strings.FieldsSeq(test.paths) {
			steps, err := selectors(gaugesModel().Schema(), path)
			if err != nil {
				t.Fatal(err)
			}
			all.add(steps)
		}
		var got bytes.Buffer
		if all.write(&got, ""); got.String() != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.paths, got.String(), test.want)
		}
	}
}

// TestReadKnowsSecretsThatItDidNotSend: after a restart the values are on the NF, and
// nothing about their names says that they came from Secrets.
func TestReadKnowsSecretsThatItDidNotSend(t *testing.T) {
	_, e, p := newGauges(t)
	const user = "/acme-gauges:session/login/user"
	intended := yang.NewTree(gaugesModel().Schema())
	if _, err := intended.Set(user, "root", yang.Origin{}, true); err != nil {
		t.Fatal(err)
	}
	p.Conceal(e, intended)
	got, err := p.Read(t.Context(), e, gaugesModel().Schema(), []string{user})
	if err != nil || len(got[0]) != 1 || !got[0][0].Secret {
		t.Errorf("got %+v, %v; want a secret", got, err)
	}
}
