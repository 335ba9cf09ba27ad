// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"bytes"
	"context"
	_ "embed" // for client.py
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/e2e/stack"
)

//go:embed client.py
var clientScript string

// Device is a NETCONF server of the example.
type Device struct {
	// Service is the process of a simulated device, nil of netconfd.
	*stack.Service
	// Name is that of its NetworkFunction.
	Name string
	// Kind says what serves it.
	Kind string
	// Addr is where it listens for SSH, host:port. The operator may reach it in another way.
	Addr           string
	User, Password string
	// KnownHosts holds a line for the device's key.
	KnownHosts string

	// exampleAddr is the address in the example's Target, targetAddr the one that the operator connects to; both are
	// without meaning if the device calls home.
	exampleAddr, targetAddr string
	// control is the address of a simulated device's control endpoint.
	control string
}

type clientRequest struct {
	Host     string  `json:"host"`
	Port     int     `json:"port"`
	User     string  `json:"user"`
	Password string  `json:"password"`
	HostKey  string  `json:"hostKey"`
	Filter   string  `json:"filter"`
	State    bool    `json:"state"`
	Edit     *string `json:"edit,omitempty"`
}

type clientAnswer struct {
	Session uint64 `json:"session"`
	Data    string `json:"data"`
	// Sent is when a change was sent, in nanoseconds since 1970.
	Sent int64 `json:"sent"`
}

// Read returns what a subtree filter selects of the running configuration, as ncclient read it.
func (d *Device) Read(ctx context.Context, filter string) (*Element, error) {
	answer, err := d.ask(ctx, clientRequest{Filter: filter})
	if err != nil {
		return nil, fmt.Errorf("reading from %s: %w", d.Name, err)
	}
	root := &Element{}
	if err := xml.Unmarshal([]byte(answer.Data), root); err != nil {
		return nil, fmt.Errorf("parsing the reply of %s: %w", d.Name, err)
	}
	return root, nil
}

// Edit changes the running configuration behind Git's back, through ncclient, and returns the session that did.
func (d *Device) Edit(ctx context.Context, config string) (session uint64, err error) {
	session, _, err = d.EditTimed(ctx, config)
	return session, err
}

// EditTimed is Edit that tells when the change was sent: the commit, or the edit of a device without a candidate, by
// the clock of this machine.
func (d *Device) EditTimed(ctx context.Context, config string) (session uint64, sent time.Time, err error) {
	answer, err := d.ask(ctx, clientRequest{Edit: &config})
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("editing %s: %w", d.Name, err)
	}
	return answer.Session, time.Unix(0, answer.Sent), nil
}

// ask runs the client with one request.
func (d *Device) ask(ctx context.Context, request clientRequest) (*clientAnswer, error) {
	python, err := findPython()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(d.Addr)
	if err != nil {
		return nil, fmt.Errorf("splitting the address: %w", err)
	}
	request.Host, request.User, request.Password = host, d.User, d.Password
	if request.Port, err = strconv.Atoi(port); err != nil {
		return nil, fmt.Errorf("reading the port: %w", err)
	}
	if request.HostKey, err = hostKey(d.KnownHosts); err != nil {
		return nil, err
	}
	input, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("composing the request: %w", err)
	}
	cmd := exec.CommandContext(ctx, python, "-c", clientScript)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("ncclient: %w: %s", err, lines[len(lines)-1])
	}
	answer := &clientAnswer{}
	if err := json.Unmarshal(stdout.Bytes(), answer); err != nil {
		return nil, fmt.Errorf("reading the client's answer: %w", err)
	}
	return answer, nil
}

// hostKey returns the base64 text of the key in a line of known_hosts.
func hostKey(line string) (string, error) {
	_, _, key, _, _, err := ssh.ParseKnownHosts([]byte(line))
	if err != nil {
		return "", fmt.Errorf("reading the host key: %w", err)
	}
	fields := strings.Fields(string(ssh.MarshalAuthorizedKey(key)))
	return fields[1], nil
}

// findPython finds an interpreter that has ncclient: Debian's package is for Debian's own, which need not be the first
// in PATH.
var findPython = sync.OnceValues(func() (string, error) {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import ncclient").Run() == nil {
			return python, nil
		}
	}
	return "", errors.New("no Python has ncclient; `make deps` installs it")
})

// Element is an XML element of a reply.
type Element struct {
	XMLName  xml.Name
	Text     string     `xml:",chardata"`
	Children []*Element `xml:",any"`
}

// Find follows names without namespaces and returns the first element there, or nil. A step name[key=value] selects
// a list entry.
func (e *Element) Find(path ...string) *Element {
	if e == nil || len(path) == 0 {
		return e
	}
	name, predicate, _ := strings.Cut(strings.TrimSuffix(path[0], "]"), "[")
	key, value, _ := strings.Cut(predicate, "=")
	for _, child := range e.Children {
		if child.XMLName.Local != name || predicate != "" && child.Value(key) != value {
			continue
		}
		if found := child.Find(path[1:]...); found != nil {
			return found
		}
	}
	return nil
}

// Value returns the text at a path, "" if there is nothing.
func (e *Element) Value(path ...string) string {
	found := e.Find(path...)
	if found == nil {
		return ""
	}
	return strings.TrimSpace(found.Text)
}

// String prints the element as an indented tree without namespaces; texts of several lines are cut to the first.
func (e *Element) String() string {
	var out strings.Builder
	for _, child := range e.Children {
		child.print(&out, "")
	}
	return out.String()
}

func (e *Element) print(out *strings.Builder, indent string) {
	text, _, _ := strings.Cut(strings.TrimSpace(e.Text), "\n")
	if len(e.Children) > 0 {
		text = ""
	}
	fmt.Fprintf(out, "%s\n", strings.TrimRight(indent+e.XMLName.Local+" "+text, " "))
	for _, child := range e.Children {
		child.print(out, indent+"  ")
	}
}

// Requests returns how many requests a netconfd has received in the sessions that are open, by its own count
// (RFC 6022), apart from the session that asks.
func (d *Device) Requests(ctx context.Context) (int, error) {
	answer, err := d.ask(ctx, clientRequest{
		State:  true,
		Filter: `<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><sessions/></netconf-state>`,
	})
	if err != nil {
		return 0, fmt.Errorf("asking %s for its sessions: %w", d.Name, err)
	}
	root := &Element{}
	if err := xml.Unmarshal([]byte(answer.Data), root); err != nil {
		return 0, fmt.Errorf("parsing the reply of %s: %w", d.Name, err)
	}
	total := 0
	for _, session := range root.Find("netconf-state", "sessions").Children {
		if session.Value("session-id") == strconv.FormatUint(answer.Session, 10) {
			continue
		}
		count, err := strconv.Atoi(session.Value("in-rpcs"))
		if err != nil {
			return 0, fmt.Errorf("reading the sessions of %s: %w", d.Name, err)
		}
		total += count
	}
	return total, nil
}
