// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/strowger/strowger/internal/action"
	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// appliance is a model whose operations return secrets.
const appliance = `module acme-appliance {
  yang-version 1.1;
  namespace "urn:acme:appliance";
  prefix ap;
  import ietf-netconf-acm { prefix nacm; }
  typedef crypt-hash { type string; }
  container appliance {
    leaf name { type string; }
    list slot {
      key "id";
      leaf id { type uint8; }
      action test { input { leaf depth { type uint8; } } output { leaf verdict { type string; } } }
    }
  }
  rpc enrol {
    input {
      leaf account { type string; }
      leaf pin { type string; }
    }
    output {
      leaf state { type string; }
      leaf attempts { type uint8; }
      leaf token { nacm:default-deny-all; type string; }
      leaf hash { type crypt-hash; }
      leaf root-password { type string; }
      leaf note { type string; }
      list vault { nacm:default-deny-all; key "id"; leaf id { type uint8; } leaf content { type string; } }
    }
  }
}`

const acm = `module ietf-netconf-acm {
  namespace "urn:ietf:params:xml:ns:yang:ietf-netconf-acm";
  prefix nacm;
  extension default-deny-all;
}`

func newAppliance(t *testing.T, handlers map[string]netconftest.Handler) (*netconftest.Server, Endpoint, *yang.Schema) {
	t.Helper()
	model, err := netconftest.NewModel([]yang.Source{{Name: "acme-appliance.yang", Data: []byte(appliance)}, {Name: "ietf-netconf-acm.yang", Data: []byte(acm)}})
	if err != nil {
		t.Fatal(err)
	}
	s := netconftest.NewServer(netconftest.Options{Model: model, Handlers: handlers})
	t.Cleanup(s.Close)
	return s, Endpoint{Key: "core/" + t.Name(), Address: s.Addr,
		SSH: SSHConfig{User: s.User, Password: s.Password, KnownHosts: []byte(s.KnownHosts())}}, model.Schema()
}

// invocation is of an RPC or action with leaves of its input; a value that begins with ! is tainted.
func invocation(t *testing.T, s *yang.Schema, rpc, path string, input ...string) Invocation {
	t.Helper()
	call, err := action.Find(s, rpc, path)
	if err != nil {
		t.Fatal(err)
	}
	tree := yang.NewTreeAt(call.Operation.Input())
	for i := 0; i < len(input); i += 2 {
		value, tainted := strings.CutPrefix(input[i+1], "!")
		if _, err := tree.Set(call.Operation.DataPath()+"/"+input[i], value, yang.Origin{}, tainted); err != nil {
			t.Fatal(err)
		}
	}
	return Invocation{Call: call, Input: tree}
}

// leaf is an element of the model.
func leaf(name, content string) string {
	return "<" + name + ` xmlns="urn:acme:appliance">` + content + "</" + name + ">"
}

func TestInvoke(t *testing.T) {
	got := make(chan netconftest.Invocation, 1)
	s, e, schema := newAppliance(t, map[string]netconftest.Handler{
		"/acme-appliance:appliance/slot/test": func(i netconftest.Invocation) ([]byte, error) {
			got <- i
			return []byte(leaf("verdict", "good")), nil
		},
		"acme-appliance:enrol": func(i netconftest.Invocation) ([]byte, error) {
			got <- i
			return []byte(leaf("state", "a &lt;b>") + leaf("attempts", "3") + leaf("more", "")), nil
		},
	})
	p := newPool(t, Options{})
	slot := invocation(t, schema, "", "/acme-appliance:appliance/slot[id='3']/test", "depth", "2")
	result, err := p.Invoke(t.Context(), e, slot)
	var refused *Error
	if !errors.As(err, &refused) || refused.Reason != RPCError || !result.Sent || refused.Violations[0].Tag != "data-missing" {
		t.Fatalf("there is no such slot, but got %+v, %v", result, err)
	}
	err = s.Edit(func(running *yang.Tree) error {
		_, err := running.Set("/acme-appliance:appliance/slot[id='3']", "", yang.Origin{}, false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if result, err = p.Invoke(t.Context(), e, slot); err != nil || !result.Sent || result.Output != `{"verdict":"good"}` || result.Unread != "" {
		t.Errorf("got %+v, %v", result, err)
	}
	if i := <-got; i.Path != "/acme-appliance:appliance/slot[id='3']" || !strings.Contains(string(i.Input), ">2</") {
		t.Errorf("the device got %+v", i)
	}

	result, err = p.Invoke(t.Context(), e, invocation(t, schema, "acme-appliance:enrol", "", "account", "a&b"))
	if err != nil || result.Output != `{"attempts":3,"state":"a <b>"}` || !strings.Contains(result.Unread, "more") {
		t.Errorf("got %+v, %v", result, err)
	}
	if i := <-got; !strings.Contains(string(i.Input), "a&amp;b") {
		t.Errorf("the device got %s", i.Input)
	}
}

// What is secret by the modules, by its name or by where the value came from is shown nowhere.
func TestInvokeHidesSecrets(t *testing.T) {
	const pin = "4711-secret-pin"
	var refuses atomic.Bool
	_, e, schema := newAppliance(t, map[string]netconftest.Handler{
		"acme-appliance:enrol": func(netconftest.Invocation) ([]byte, error) {
			if refuses.Load() {
				return nil, &netconftest.RPCError{Tag: "operation-failed", Message: "the pin " + pin + " was used"}
			}
			return []byte(leaf("state", "ok") + leaf("token", "t0ken-value") + leaf("hash", "weak-hash") + leaf("root-password", "toor-word") +
				leaf("note", "enrolled with "+pin+" and $6$salt$abcdef") + leaf("vault", "<id>1</id><content>gold-bars</content>")), nil
		},
	})
	p := newPool(t, Options{})
	var mu sync.Mutex
	var traced strings.Builder
	p.Trace(e.Key, func(m TraceMessage) {
		mu.Lock()
		defer mu.Unlock()
		traced.Write(m.XML)
	})
	enrol := invocation(t, schema, "acme-appliance:enrol", "", "account", "x", "pin", "!"+pin)
	result, err := p.Invoke(t.Context(), e, enrol)
	if err != nil || !strings.Contains(result.Output, `"state":"ok"`) || !strings.Contains(result.Output, `"note":"enrolled with sha256:`) {
		t.Fatalf("got %+v, %v", result, err)
	}
	refuses.Store(true)
	_, err = p.Invoke(t.Context(), e, enrol)
	if ReasonOf(err) != RPCError || !strings.Contains(err.Error(), "was used") {
		t.Fatalf("got %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(traced.String(), "<enrol") {
		t.Errorf("nothing was traced: %s", traced.String())
	}
	for _, secret := range []string{pin, "t0ken-value", "weak-hash", "$6$salt", "toor-word", "gold-bars"} {
		for where, text := range map[string]string{"output": result.Output, "error": err.Error(), "trace": traced.String()} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %s: %s", where, secret, text)
			}
		}
	}
}

// A request whose answer is lost is not repeated, and it is said that it was sent.
func TestInvokeOnce(t *testing.T) {
	s, e, schema := newAppliance(t, nil)
	p := newPool(t, Options{})
	if _, err := p.Observe(t.Context(), e, nil); err != nil {
		t.Fatal(err)
	}
	s.Drop("enrol")
	enrol := invocation(t, schema, "acme-appliance:enrol", "")
	result, err := p.Invoke(t.Context(), e, enrol)
	if ReasonOf(err) != Unreachable || !result.Sent {
		t.Errorf("got %+v, %v", result, err)
	}
	if n := s.Count("enrol"); n != 1 {
		t.Errorf("sent %d times", n)
	}
	s.Close()
	if result, err = p.Invoke(t.Context(), e, enrol); err == nil || result.Sent {
		t.Errorf("nobody was there, but got %+v, %v", result, err)
	}
}
