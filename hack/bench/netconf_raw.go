// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/hack/bench/client"
)

// rawClient is the floor: a loop over an SSH channel that reads to the end of the message
// and looks at nothing in it. No client can do less.
func rawClient() client.Client { return client.Client{Dial: dialRaw} }

const (
	rawHello = `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>` +
		`<capability>urn:ietf:params:netconf:base:1.0</capability><capability>urn:ietf:params:netconf:base:1.1</capability>` +
		`</capabilities></hello>` + endOfMessage
	endOfMessage = "]]>]]>"
	endOfChunks  = "\n##\n"
	// rawGap is between the hello and the first rpc, without which netconfd may not see the rpc.
	rawGap = 5 * time.Millisecond
)

type rawSession struct {
	conn    *ssh.Client
	in      io.Writer
	out     io.Reader
	buffer  []byte
	first   time.Time
	message int
	chunked bool
}

func dialRaw(_ context.Context, server client.Server) (client.Session, error) {
	conn, err := ssh.Dial("tcp", server.Addr, &ssh.ClientConfig{
		User: server.User, Auth: []ssh.AuthMethod{ssh.Password(server.Password)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // it does the least
	})
	if err != nil {
		return nil, err
	}
	s := &rawSession{conn: conn, buffer: make([]byte, 4<<10)}
	if err := s.start(); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

func (s *rawSession) start() error {
	channel, requests, err := s.conn.OpenChannel("session", nil)
	if err != nil {
		return err
	}
	go ssh.DiscardRequests(requests)
	if _, err := channel.SendRequest("subsystem", true, ssh.Marshal(struct{ Name string }{"netconf"})); err != nil {
		return err
	}
	s.in, s.out = channel, channel
	if _, err := io.WriteString(s.in, rawHello); err != nil {
		return err
	}
	s.first = time.Now().Add(rawGap)
	return s.readHello()
}

// readHello finds out whether the server has base:1.1, as all clients do.
func (s *rawSession) readHello() error {
	var hello []byte
	for !bytes.HasSuffix(hello, []byte(endOfMessage)) {
		n, err := s.out.Read(s.buffer)
		if err != nil {
			return err
		}
		hello = append(hello, s.buffer[:n]...)
	}
	s.chunked = bytes.Contains(hello, []byte(":base:1.1<"))
	return nil
}

// read reads a message and returns its length.
func (s *rawSession) read() (int, error) {
	end := []byte(endOfMessage)
	if s.chunked {
		end = []byte(endOfChunks)
	}
	size, kept := 0, 0
	for {
		if kept == len(s.buffer) && len(s.buffer) < 64<<10 {
			s.buffer = append(s.buffer, make([]byte, 60<<10)...)
		}
		n, err := s.out.Read(s.buffer[kept:])
		if err != nil {
			return 0, err
		}
		size += n
		have := s.buffer[:kept+n]
		if bytes.HasSuffix(have, end) {
			return size, nil
		}
		kept = copy(s.buffer, have[max(0, len(have)-len(end)+1):])
	}
}

func (s *rawSession) GetConfig(filter string) (int, error) {
	time.Sleep(time.Until(s.first))
	s.message++
	request := fmt.Sprintf(`<rpc xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="%d">%s</rpc>`, s.message, getConfig(filter))
	if s.chunked {
		request = fmt.Sprintf("\n#%d\n%s%s", len(request), request, endOfChunks)
	} else {
		request += endOfMessage
	}
	if _, err := io.WriteString(s.in, request); err != nil {
		return 0, err
	}
	return s.read()
}

func (s *rawSession) Close() { s.conn.Close() }

func getConfig(filter string) string {
	return `<get-config><source><running/></source><filter type="subtree">` + filter + `</filter></get-config>`
}
