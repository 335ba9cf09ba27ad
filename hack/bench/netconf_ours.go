// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"io"
	"sync"

	"github.com/strowger/strowger/hack/bench/client"
	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/target"
	"github.com/strowger/strowger/internal/yang"
)

// ourClient is internal/netconf.
func ourClient() client.Client {
	return client.Client{Dial: dialOurs, Extra: map[string]client.Extra{
		"pipelined": pipelined, "digest": digest, "decode": decodeReply,
	}}
}

type ourSession struct{ *netconf.Session }

func dialOurs(ctx context.Context, server client.Server) (client.Session, error) {
	s, err := netconf.DialSSH(ctx, server.Addr, netconf.SSHConfig{
		User: server.User, Password: server.Password, KnownHosts: []byte(server.KnownHosts)})
	if err != nil {
		return nil, err
	}
	return ourSession{s}, nil
}

func request(filter string) netconf.Method {
	return netconf.GetConfig{Source: netconf.Running, Filter: netconf.Subtree([]byte(filter))}
}

func (s ourSession) GetConfig(filter string) (int, error) {
	reply, err := s.Exec(context.Background(), request(filter))
	if err != nil {
		return 0, err
	}
	return len(reply.Data()), nil
}

func (s ourSession) Close() { s.Abort() }

// inFlight is how many requests are sent together.
const inFlight = 20

// pipelined reads the small part n times, without waiting for each reply.
func pipelined(s client.Session, server client.Server, n int) error {
	ctx := context.Background()
	methods := make([]netconf.Method, inFlight)
	for i := range methods {
		methods[i] = request(server.Small)
	}
	for range n / inFlight {
		calls, err := s.(ourSession).StartAll(ctx, methods...)
		if err != nil {
			return err
		}
		for _, call := range calls {
			if _, err := call.Wait(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// digest reads the large part n times for its digest only: none of it is kept.
func digest(s client.Session, server client.Server, n int) error {
	return s.(ourSession).readLarge(server, n, func(r io.Reader) error {
		_, err := io.Copy(sha256.New(), r)
		return err
	})
}

var (
	schemaOnce sync.Once
	schema     *yang.Schema
	schemaErr  error
)

// schemaOf compiles the modules that the server hands out, once: a process has one server.
func schemaOf(server client.Server) (*yang.Schema, error) {
	schemaOnce.Do(func() {
		pool := target.NewPool(target.Options{})
		defer pool.Close()
		sources, refs, err := pool.Schema(context.Background(), target.Endpoint{Key: "bench/server", Address: server.Addr,
			SSH: target.SSHConfig{User: server.User, Password: server.Password, KnownHosts: []byte(server.KnownHosts)}})
		schema, schemaErr = yang.Compile(sources, yang.Options{Implement: refs}), err
	})
	return schema, schemaErr
}

// decodeReply reads the large part n times into a data tree. All of it must be in the schema.
func decodeReply(s client.Session, server client.Server, n int) error {
	schema, err := schemaOf(server)
	if err != nil {
		return err
	}
	return s.(ourSession).readLarge(server, n, func(r io.Reader) error {
		_, _, errs := yang.DecodeXML(schema, r, yang.XMLOptions{ConfigOnly: true})
		return errs.Err()
	})
}

func (s ourSession) readLarge(server client.Server, n int, consume func(io.Reader) error) error {
	for range n {
		if err := s.ReadData(context.Background(), request(server.Large), consume); err != nil {
			return err
		}
	}
	return nil
}
