// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/scrapli/scrapligo/driver/netconf"
	"github.com/scrapli/scrapligo/driver/opoptions"
	"github.com/scrapli/scrapligo/driver/options"

	"github.com/strowger/strowger/hack/bench/client"
)

type scrapligo struct{ *netconf.Driver }

func dialScrapligo(_ context.Context, server client.Server) (client.Session, error) {
	host, portText, err := net.SplitHostPort(server.Addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, err
	}
	d, err := netconf.NewDriver(host, options.WithPort(port), options.WithTransportType("standard"), // x/crypto/ssh, as the others
		options.WithAuthUsername(server.User), options.WithAuthPassword(server.Password), options.WithAuthNoStrictKey(),
		options.WithTimeoutOps(time.Minute))
	if err != nil {
		return nil, err
	}
	if err := d.Open(); err != nil {
		return nil, err
	}
	return scrapligo{d}, nil
}

func (s scrapligo) GetConfig(filter string) (int, error) {
	reply, err := s.Driver.GetConfig("running", opoptions.WithFilter(filter))
	if err != nil {
		return 0, err
	}
	if reply.Failed != nil {
		return 0, reply.Failed
	}
	return len(reply.Result), nil
}

func (s scrapligo) Close() { _ = s.Driver.Close() }
