// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// fleet are the devices of one command.
type fleet struct {
	devices []*device
	control string // address of the control endpoint
}

type device struct {
	name   string
	server *netconftest.Server
}

// listening is the line that says where a device is.
func (d *device) listening() string {
	line := "listening name=" + d.name
	if d.server.Addr != "" {
		line += " address=" + d.server.Addr
	}
	if d.server.TLSAddr != "" {
		line += " tls=" + d.server.TLSAddr
	}
	return line
}

func (f *fleet) close() {
	var all sync.WaitGroup
	for _, d := range f.devices {
		all.Go(d.server.Close)
	}
	all.Wait()
}

// start starts all devices, or none.
func (f *flags) start(log io.Writer) (*fleet, error) {
	groups, err := f.groups()
	if err != nil {
		return nil, err
	}
	faults, err := readFaults(f.faults)
	if err != nil {
		return nil, fmt.Errorf("--faults: %w", err)
	}
	b := &builder{log: &requestLog{w: log, off: f.quiet}, models: make(map[string]*netconftest.Model)}
	for _, group := range groups {
		if err = b.group(group); err != nil {
			break
		}
	}
	if err == nil {
		err = b.writeKnownHosts(f.knownHosts)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	if err := b.checkOperations(faults); err != nil {
		b.close()
		return nil, fmt.Errorf("--faults: %w", err)
	}
	for _, d := range b.devices {
		d.server.SetSeed(f.seed)
		d.inject(faults)
	}
	return &b.fleet, nil
}

// deviceNames gives each device a name of its own.
func (s settings) deviceNames() ([]string, error) {
	if s.Count < 1 {
		return nil, fmt.Errorf("--count: there must be a device, and not %d", s.Count)
	}
	if len(s.Names) == 0 {
		return nil, fmt.Errorf("--name: there must be a name")
	}
	s.Count = max(s.Count, len(s.Names))
	if s.Count == len(s.Names) {
		return s.Names, nil
	}
	if len(s.Names) > 1 {
		return nil, fmt.Errorf("--name: %d names for %d devices", len(s.Names), s.Count)
	}
	names := make([]string, s.Count)
	for i := range names {
		names[i] = s.Names[0] + "-" + strconv.Itoa(i+1)
	}
	return names, nil
}

// addresses counts ports up; port 0 stays 0, and "none" none. flag is where the first one was given.
func addresses(flag, first string, count int) ([]string, error) {
	if first == netconftest.NoListener {
		return slices.Repeat([]string{first}, count), nil
	}
	host, text, err := net.SplitHostPort(first)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port+count-1 > 65535 {
		return nil, fmt.Errorf("%s: %d devices from port %s on do not fit", flag, count, text)
	}
	list := make([]string, count)
	for i := range list {
		if port == 0 {
			list[i] = first
		} else {
			list[i] = net.JoinHostPort(host, strconv.Itoa(port+i))
		}
	}
	return list, nil
}

func (f *fleet) writeKnownHosts(path string) error {
	if path == "" {
		return nil
	}
	var b strings.Builder
	for _, d := range f.devices {
		b.WriteString(d.server.KnownHosts())
	}
	if err := writeFile(path, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("--known-hosts: %w", err)
	}
	return nil
}

func authorizedKeys(path string) ([]ssh.PublicKey, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--authorized-keys: %w", err)
	}
	var keys []ssh.PublicKey
	for len(data) > 0 {
		key, _, _, rest, err := ssh.ParseAuthorizedKey(data)
		if err != nil {
			break // only comments and blank lines are left
		}
		keys, data = append(keys, key), rest
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("--authorized-keys: %s holds no key", path)
	}
	return keys, nil
}

// requestLog writes whole lines, whatever devices do at the same time.
type requestLog struct {
	mu  sync.Mutex
	w   io.Writer
	off bool
}

func (l *requestLog) request(device string, r netconftest.Request) {
	if l.off {
		return
	}
	line := fmt.Sprintf("rpc=%s session=%d device=%s", r.Operation, r.Session, device)
	if r.Failed != "" {
		line += " error=" + r.Failed
	}
	if r.Fault != "" {
		line += " fault=" + string(r.Fault)
	}
	l.write(line)
}

func (l *requestLog) failed(device string, c netconftest.FailedConnection) {
	if !l.off {
		l.write(fmt.Sprintf("connection=failed device=%s remote=%s reason=%q", device, c.Remote, c.Reason))
	}
}

func (l *requestLog) message(device, text string) { l.write(fmt.Sprintf("device=%s %s", device, text)) }

func (l *requestLog) write(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, line)
}
