// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/strowger/strowger/hack/bench/client"
)

// netconfTable is what the NETCONF client takes, beside others and a floor.
func netconfTable() *table {
	return &table{
		name: "netconf", title: "NETCONF client",
		columns: []string{"Ours", "Floor", "go-netconf", "scrapligo", "ncclient"},
		prepare: startServers,
		notes: []string{
			"Floor: a loop over an x/crypto/ssh channel that reads to the end of each message. netconfd: Yuma123 behind",
			"OpenSSH; else netconftest, for go-netconf, which knows no chunks, with base:1.0. All on one machine in one run,",
			"and each client in a process of its own, whose time and memory are taken from outside. Ours and the floor take",
			"turns, so that what else the machine does is the same for both; the median of the turns counts.",
		},
		rows: []row{
			{"get-config of a leaf, netconfd", everyone(netconfd, rateOf("small", 50)), limit{floor: 1 / 0.8}},
			{"the same, 20 in flight", ours(netconfd, rateOf("pipelined", 200)), limit{floor: 1}},
			{"get-config of a leaf, netconftest", everyone(netconftestd, rateOf("small", 50)), limit{floor: 1 / 0.8}},
			{"1 MB from netconfd, read; CPU", everyone(netconfd, cpuOf("large", 5)), limit{}},
			{"1 MB from netconfd, for its SHA-256 only; CPU", beside(netconfd, cpuOf("digest", 5), cpuOf("large", 5)), limit{floor: 1.5}},
			{"1 MB from netconfd, decoded into a data tree of 16,000 leafs; CPU", beside(netconfd, cpuOf("decode", 5), cpuOf("large", 5)), limit{floor: 5}},
			{"1 MB from netconftest, read; CPU", everyone(netconftestd, cpuOf("large", 5)), limit{}},
			{"1 MB from netconftest, for its SHA-256 only; CPU", beside(netconftestd, cpuOf("digest", 5), cpuOf("large", 5)), limit{floor: 1.5}},
			{"1 MB from netconftest, decoded into a data tree of 26,000 leafs; CPU", beside(netconftestd, cpuOf("decode", 5), cpuOf("large", 5)), limit{floor: 5}},
			{"connect, log in, hello; netconfd", everyone(netconfd, connected), limit{floor: 1.2}},
			{"connect, log in, hello; netconftest", everyone(netconftestd, connected), limit{floor: 1.2}},
			{"memory of an idle session", everyone(netconftestd, idleMemory), limit{floor: 1.2}},
			{"CPU of 100 idle sessions in 5 s", everyone(netconftestd, idleCPU), limit{time: 5 * time.Millisecond}},
			{"1,000 sessions: open all, read on all at once", everyone(netconftestd, thousand), limit{floor: 1.2}},
			{"round trips of an apply with 100 ms each, netconfd", []cell{applied, nil, nil, nil, nil}, limit{trips: plainTrips}},
			{"the same, to be confirmed, and confirmed", []cell{confirmed, nil, nil, nil, nil}, limit{trips: plainTrips + 2}},
		},
	}
}

func netconfd(s servers) client.Server { return s.Netconfd }

func netconftestd(s servers) client.Server { return s.Ours }

// everyone makes a row of what each client does.
func everyone(pick func(servers) client.Server, t task) []cell {
	old := pick
	if pick(servers{Ours: client.Server{Addr: "ours"}}).Addr == "ours" {
		old = func(s servers) client.Server { return s.Old }
	}
	return append(beside(pick, t, t)[:2], of("go-netconf", old, t), of("scrapligo", pick, t), of("ncclient", pick, t))
}

// ours makes a row of what only our client does, beside the floor doing one after the other.
func ours(pick func(servers) client.Server, t task) []cell {
	return beside(pick, t, rateOf("small", 50))
}

// beside makes a row of what only our client does, in turns with what the floor does instead.
func beside(pick func(servers) client.Server, t, floor task) []cell {
	inTurns := func(ctx context.Context, runs int) (figure, error) {
		both, err := measureClients(ctx, runs, pick, entrant{"ours", t}, entrant{"raw", floor})
		if err != nil {
			return figure{}, err
		}
		both[0].Beside = &both[1]
		return both[0], nil
	}
	return []cell{inTurns, nil, nil, nil, nil}
}

// of makes a cell of what one client does.
func of(name string, pick func(servers) client.Server, t task) cell {
	return func(ctx context.Context, runs int) (figure, error) {
		one, err := measureClients(ctx, runs, pick, entrant{name, t})
		if err != nil {
			return figure{}, err
		}
		return one[0], nil
	}
}

// rateOf measures how often in a second something is done.
func rateOf(command string, batch int) task {
	return task{sessions: 1, batch: batch, measure: func(p *clientProcess, n int) (figure, error) {
		s, err := p.do(command, n)
		return figure{Kind: rate, Time: s.wall, Units: n}, err
	}}
}

// cpuOf measures the processor time that something takes.
func cpuOf(command string, batch int) task {
	return task{sessions: 1, batch: batch, measure: func(p *clientProcess, n int) (figure, error) {
		s, err := p.do(command, n)
		return figure{Time: s.cpu / time.Duration(n)}, err
	}}
}

// connected measures the time from nothing to a session.
var connected = task{batch: 2, measure: func(p *clientProcess, n int) (figure, error) {
	s, err := p.do("connect", n)
	return figure{Time: s.wall / time.Duration(n)}, err
}}

// idleMemory measures what a session takes that does nothing, but read something once.
var idleMemory = task{measure: func(p *clientProcess, _ int) (figure, error) {
	const n = 200
	var before int64
	for _, more := range []int{1, n} {
		var err error
		if before, err = p.resident(); err != nil {
			return figure{}, err
		}
		if _, err = p.do("open", more); err == nil {
			_, err = p.do("each", 1)
		}
		if err != nil {
			return figure{}, err
		}
	}
	after, err := p.resident()
	return figure{Kind: kept, Live: (after - before) / n}, err
}}

// idleCPU measures what 100 sessions cost while nothing is asked.
var idleCPU = task{sessions: 100, measure: func(p *clientProcess, _ int) (figure, error) {
	if _, err := p.resident(); err != nil {
		return figure{}, err
	}
	time.Sleep(time.Second) // what is still going on ends
	before := p.cpu()
	time.Sleep(5 * time.Second)
	return figure{Time: p.cpu() - before}, nil
}}

// thousand measures opening a thousand sessions and a read on all of them at once.
var thousand = task{batch: 1, measure: func(p *clientProcess, n int) (figure, error) {
	open, err := p.do("open", 1000)
	if err != nil {
		return figure{}, err
	}
	each, err := p.do("each", n)
	if err != nil {
		return figure{}, err
	}
	_, err = p.do("close", 1)
	return figure{Time: open.wall + each.wall}, err
}}
