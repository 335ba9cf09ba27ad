// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf"
	"github.com/strowger/strowger/internal/yang"
)

// rawClient speaks in bytes: what a real client would refuse is seen here.
type rawClient struct {
	t      *testing.T
	conn   io.ReadWriter
	close  func() error
	framer *netconf.Framer
	last   int
	notes  []string // notifications that came before a reply
	hello  string
}

// sshChannel opens the netconf subsystem over a connection.
func sshChannel(t *testing.T, s *Server, conn net.Conn) (ssh.Channel, ssh.Conn) {
	t.Helper()
	c, channels, requests, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{
		User: s.User, Auth: []ssh.AuthMethod{ssh.Password(s.Password)}, HostKeyCallback: ssh.FixedHostKey(s.hostKey.PublicKey()),
	})
	if err != nil {
		t.Fatal(err)
	}
	go ssh.DiscardRequests(requests)
	go func() {
		for range channels {
		}
	}()
	channel, more, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	go ssh.DiscardRequests(more)
	if ok, err := channel.SendRequest("subsystem", true, ssh.Marshal(struct{ Name string }{"netconf"})); err != nil || !ok {
		t.Fatal(ok, err)
	}
	return channel, c
}

// dialRaw logs in over SSH and exchanges hellos.
func dialRaw(t *testing.T, s *Server) *rawClient {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second)) // no test hangs
	channel, c := sshChannel(t, s, conn)
	client := newRaw(t, channel, c.Close)
	client.greet(!s.options.Profile.Base10Only)
	return client
}

func newRaw(t *testing.T, conn io.ReadWriter, close func() error) *rawClient {
	c := &rawClient{t: t, conn: conn, close: close, framer: netconf.NewFramer(conn, 0)}
	t.Cleanup(func() { _ = close() })
	return c
}

func (c *rawClient) greet(base11 bool) {
	c.t.Helper()
	hello := `<hello xmlns="` + netconfNamespace + `"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability>`
	if base11 {
		hello += `<capability>urn:ietf:params:netconf:base:1.1</capability>`
	}
	if err := c.framer.WriteMessage([]byte(hello + `</capabilities></hello>`)); err != nil {
		c.t.Fatal(err)
	}
	message, err := c.framer.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	c.hello = string(message)
	if base11 && strings.Contains(c.hello, "base:1.1") {
		c.framer.SetFraming(netconf.Chunked)
	}
}

// send sends an operation.
func (c *rawClient) send(operation string) {
	c.t.Helper()
	c.last++
	message := fmt.Sprintf(`<rpc message-id="%d" xmlns="%s">%s</rpc>`, c.last, netconfNamespace, operation)
	if err := c.framer.WriteMessage([]byte(message)); err != nil {
		c.t.Fatal(err)
	}
}

// read returns the next message.
func (c *rawClient) read() (string, error) {
	message, err := c.framer.ReadMessage()
	return string(message), err
}

// rpc sends an operation and returns the content of its reply.
func (c *rawClient) rpc(operation string) string {
	c.t.Helper()
	c.send(operation)
	for {
		message, err := c.read()
		if err != nil {
			c.t.Fatalf("%s: %v", operation, err)
		}
		if strings.HasPrefix(message, "<notification") {
			c.notes = append(c.notes, message)
			continue
		}
		if want := fmt.Sprintf(`message-id="%d"`, c.last); !strings.Contains(message, want) {
			c.t.Fatalf("no %s in %s", want, message)
		}
		content := message[strings.Index(message, ">")+1:]
		return strings.TrimSuffix(content, "</rpc-reply>")
	}
}

// ok sends an operation that must be answered with ok.
func (c *rawClient) ok(operation string) {
	c.t.Helper()
	if got := c.rpc(operation); got != "<ok/>" {
		c.t.Fatalf("%s: %s", operation, got)
	}
}

// refused sends an operation that must be answered with an error, and returns its tag.
func (c *rawClient) refused(operation string) string {
	c.t.Helper()
	got := c.rpc(operation)
	tag := regexp.MustCompile(`<error-tag>(.*?)</error-tag>`).FindStringSubmatch(got)
	if tag == nil {
		c.t.Fatalf("%s: %s", operation, got)
	}
	return tag[1]
}

// note returns the next notification.
func (c *rawClient) note() string {
	c.t.Helper()
	if len(c.notes) > 0 {
		first := c.notes[0]
		c.notes = c.notes[1:]
		return first
	}
	message, err := c.read()
	if err != nil || !strings.HasPrefix(message, `<notification xmlns="`+notificationNamespace+`"><eventTime>`) {
		c.t.Fatalf("%v: %s", err, message)
	}
	return message
}

// commitHostname changes the configuration.
func (c *rawClient) commitHostname(name string) {
	c.t.Helper()
	c.ok(edit("candidate", system("<hostname>"+name+"</hostname>")))
	c.ok("<commit/>")
}

func edit(target, config string) string {
	return "<edit-config><target><" + target + "/></target><config>" + config + "</config></edit-config>"
}

const getHostname = `<get-config><source><running/></source><filter><system xmlns="urn:acme:router"><hostname/></system></filter></get-config>`

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 1000 {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s: not within 5 s", what)
}

// newStalled logs in without a hello.
func newStalled(t *testing.T, s *Server) *rawClient {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	channel, c := sshChannel(t, s, conn)
	return newRaw(t, channel, c.Close)
}

// wholeModel has a mandatory top-level node.
func wholeModel(t *testing.T) *Model {
	t.Helper()
	model, err := NewModel([]yang.Source{{Name: "whole.yang", Data: []byte(
		`module whole { namespace "urn:whole"; prefix w; leaf name { type string; mandatory true; } leaf other { type string; } }`)}})
	if err != nil {
		t.Fatal(err)
	}
	return model
}
