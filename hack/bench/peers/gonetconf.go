// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/Juniper/go-netconf/netconf"
	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/hack/bench/client"
)

// goNetconf is go-netconf's own session over its own transport.
type goNetconf struct{ *netconf.Session }

func dialGoNetconf(_ context.Context, server client.Server) (client.Session, error) {
	s, err := netconf.DialSSH(server.Addr, &ssh.ClientConfig{
		User: server.User, Auth: []ssh.AuthMethod{ssh.Password(server.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // servers of one run, on loopback
	})
	if err != nil {
		return nil, err
	}
	return goNetconf{s}, nil
}

func (s goNetconf) GetConfig(filter string) (int, error) {
	reply, err := s.Exec(netconf.RawMethod(`<get-config><source><running/></source><filter type="subtree">` + filter + `</filter></get-config>`))
	if err != nil {
		return 0, err
	}
	return len(reply.RawReply), nil
}

func (s goNetconf) Close() { _ = s.Transport.Close() }
