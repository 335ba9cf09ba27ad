// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

// fleet are the devices of one command.
type fleet struct{ devices []*device }

type device struct {
	name   string
	server *netconftest.Server
	state  *stateFile
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
	names, err := f.deviceNames()
	if err != nil {
		return nil, err
	}
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	addresses, err := addresses(f.listen, len(names))
	if err != nil {
		return nil, err
	}
	logger := &requestLog{w: log, off: f.quiet}
	started := &fleet{}
	for i, name := range names {
		d, err := f.startDevice(name, addresses[i], options, logger)
		if err != nil {
			started.close()
			return nil, fmt.Errorf("device %s: %w", name, err)
		}
		started.devices = append(started.devices, d)
	}
	if err := started.writeKnownHosts(f.knownHosts); err != nil {
		started.close()
		return nil, err
	}
	return started, nil
}

func (f *flags) startDevice(name, addr string, o netconftest.Options, log *requestLog) (*device, error) {
	o.Addr = addr
	o.OnRequest = func(r netconftest.Request) { log.request(name, r) }
	d := &device{name: name}
	if f.state != "" {
		d.state = &stateFile{path: filepath.Join(f.state, name+".xml")}
		saved, err := d.state.load(o.Model.Schema())
		if err != nil {
			return nil, err
		}
		if saved != nil {
			o.Running = saved
		}
		o.OnChange = func(t *yang.Tree) {
			if err := d.state.save(t); err != nil {
				log.message(name, err.Error())
			}
		}
	}
	server, err := netconftest.Start(o)
	d.server = server
	return d, err
}

// options are those that all devices share.
func (f *flags) options() (netconftest.Options, error) {
	var o netconftest.Options
	var err error
	if o.Profile, err = profile(f.capabilities); err != nil {
		return o, err
	}
	if o.Model, err = f.model(); err != nil {
		return o, err
	}
	if o.HostKey, err = hostKey(f.hostKey); err != nil {
		return o, err
	}
	o.User, o.Password = f.user, f.password
	if f.passwordFile != "" {
		data, err := os.ReadFile(f.passwordFile)
		if err != nil {
			return o, fmt.Errorf("--password-file: %w", err)
		}
		o.Password = strings.TrimRight(string(data), "\r\n")
	}
	if o.AuthorizedKeys, err = authorizedKeys(f.authorizedKeys); err != nil {
		return o, err
	}
	if f.running != "" {
		if o.Running, err = readConfig(o.Model.Schema(), f.running); err != nil {
			return o, fmt.Errorf("--running: %w", err)
		}
	}
	return o, nil
}

// deviceNames gives each device a name of its own.
func (f *flags) deviceNames() ([]string, error) {
	if len(f.names) > f.count {
		f.count = len(f.names)
	}
	if f.count < 1 || len(f.names) == 0 {
		return nil, fmt.Errorf("--count: there must be a device")
	}
	if f.count == len(f.names) {
		return f.names, nil
	}
	if len(f.names) > 1 {
		return nil, fmt.Errorf("--name: %d names for %d devices", len(f.names), f.count)
	}
	names := make([]string, f.count)
	for i := range names {
		names[i] = f.names[0] + "-" + strconv.Itoa(i+1)
	}
	return names, nil
}

// addresses counts ports up; port 0 stays 0.
func addresses(first string, count int) ([]string, error) {
	host, text, err := net.SplitHostPort(first)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port+count-1 > 65535 {
		return nil, fmt.Errorf("--listen: %d devices from port %s on do not fit", count, text)
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
	l.write(line)
}

func (l *requestLog) message(device, text string) { l.write(fmt.Sprintf("device=%s %s", device, text)) }

func (l *requestLog) write(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, line)
}
