// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// outcomes says what comes of each fault; what is not here must do no harm.
var outcomes = map[netconftest.Action]Reason{
	netconftest.DropBefore: Unreachable, netconftest.DropWithin: Unreachable, netconftest.CutReply: Unreachable,
	netconftest.StallReply: Timeout, netconftest.Hold: Timeout, netconftest.NoReply: Timeout, netconftest.Ignore: Timeout,
	netconftest.AnswerErrors: RPCError, netconftest.AnswerErrorsAfter: RPCError,
	netconftest.MalformedXML: ProtocolError, netconftest.WrongMessageID: ProtocolError, netconftest.NoMessageID: ProtocolError,
	netconftest.WrongRoot: ProtocolError, netconftest.Garbage: ProtocolError, netconftest.BadFrame: ProtocolError,
	netconftest.HugeFrame: ProtocolError,
}

// helloOutcomes are those that are different for a hello, which is no reply and always framed as in base:1.0.
var helloOutcomes = map[netconftest.Action]Reason{
	netconftest.AnswerErrors: "", netconftest.AnswerErrorsAfter: "", netconftest.WrongMessageID: "", netconftest.NoMessageID: "",
	netconftest.WrongRoot: "", netconftest.DropAfter: Unreachable, netconftest.Twice: ProtocolError,
	netconftest.Garbage: Timeout, netconftest.HugeFrame: Timeout, // an end that never comes
}

// isLast says whether an operation is the last of those that Apply sends together.
func isLast(operation string) bool {
	return slices.Contains([]string{"discard-changes", "validate", "get-config", "unlock"}, operation)
}

// hangs are the faults that only a timeout ends.
var hangs = []netconftest.Action{netconftest.StallReply, netconftest.Hold, netconftest.NoReply, netconftest.Ignore, netconftest.HugeFrame}

func injected(operation string, do netconftest.Action) netconftest.Fault {
	f := netconftest.Fault{Operation: operation, Do: do, Delay: 5 * time.Millisecond}
	switch do {
	case netconftest.Hold:
		f.Delay = 0
	case netconftest.AnswerErrors, netconftest.AnswerErrorsAfter:
		f.Errors = []netconftest.RPCError{{Tag: "operation-failed", Message: "no"}}
	}
	return f
}

// matrix runs an attempt with each fault at each operation: it ends as wanted, leaves nothing behind, and the
// next attempt succeeds.
func matrix(t *testing.T, operations []string, profile netconftest.Profile,
	want func(operation string, do netconftest.Action) Reason,
	attempt func(*testing.T, *netconftest.Server, *Pool, Endpoint) error,
) {
	before := runtime.NumGoroutine()
	t.Run("faults", func(t *testing.T) {
		for _, operation := range operations {
			for _, do := range netconftest.Actions() {
				fault := injected(operation, do)
				if fault.Check() != nil {
					continue // it cannot befall this
				}
				t.Run(operation+"/"+string(do), func(t *testing.T) {
					t.Parallel()
					s, e := newDevice(t, netconftest.Options{Profile: profile, Running: config(t, hostname("old"))})
					p := newPool(t, Options{})
					patient := e
					if slices.Contains(hangs, do) || operation == "hello" && helloOutcomes[do] == Timeout {
						e.RPCTimeout, e.ConnectTimeout = 300*time.Millisecond, time.Second
					}
					s.Inject(fault)
					if err := attempt(t, s, p, e); ReasonOf(err) != want(operation, do) || (err == nil) != (want(operation, do) == "") {
						t.Errorf("got %s: %v\nwant %s", ReasonOf(err), err, want(operation, do))
					}
					clean(t, s)
					s.ClearFaults()
					if d := p.current(e.Key); d != nil {
						d.backoff = backoff{} // the pause has passed
					}
					if err := attempt(t, s, p, patient); err != nil {
						t.Errorf("the next attempt: %v", err)
					}
					clean(t, s)
					waitFor(t, "all sessions but one to end", func() bool { return s.Sessions() <= 1 })
				})
			}
		}
	})
	waitFor(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

func TestObserveFaultMatrix(t *testing.T) {
	matrix(t, []string{"connect", "hello", "get-config"}, netconftest.Profile{},
		func(operation string, do netconftest.Action) Reason {
			if outcome, ok := helloOutcomes[do]; operation == "hello" && ok {
				return outcome
			}
			if do == netconftest.NoMessageID {
				return "" // it can only be the reply to the one request
			}
			return outcomes[do]
		},
		func(t *testing.T, _ *netconftest.Server, p *Pool, e Endpoint) error {
			_, err := p.Observe(t.Context(), e, nil)
			return err
		})
}

func TestApplyFaultMatrix(t *testing.T) {
	want := func(operation string, do netconftest.Action) Reason {
		switch {
		case operation == "unlock":
			return "" // the change is made, read back and saved; the lock goes with the session
		case do == netconftest.DropAfter && operation != "copy-config":
			return Unreachable // at the next RPC
		case do == netconftest.Twice && operation != "copy-config":
			return ProtocolError // so is this
		case do == netconftest.NoMessageID && isLast(operation):
			return "" // only one request waits for a reply then
		case do == netconftest.StallReply && !isLast(operation):
			return ProtocolError // the next reply comes in its midst
		}
		return outcomes[do]
	}
	matrix(t, []string{"lock", "discard-changes", "edit-config", "validate", "commit", "get-config", "copy-config", "unlock"},
		netconftest.Profile{Startup: true}, want,
		func(t *testing.T, s *netconftest.Server, p *Pool, e Endpoint) error {
			_, err := p.Apply(t.Context(), e, request(t, s, config(t, hostname("new"))))
			if err == nil && (runningHostname(s) != "new" || s.Startup().Get("/acme-router:system/hostname").Value() != "new") {
				t.Error("there was no error, and no change")
			}
			return err
		})
}
