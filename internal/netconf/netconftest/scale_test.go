// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/yang"
)

// noLeaks fails if there are more goroutines at the end than at the beginning.
func noLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 500 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
	})
}

// quickDial logs in with as little as possible.
func quickDial(addr string, key ssh.PublicKey) (ssh.Conn, ssh.Channel, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	c, channels, requests, err := ssh.NewClientConn(conn, "", &ssh.ClientConfig{
		User: "netconf", Auth: []ssh.AuthMethod{ssh.Password("netconf")}, HostKeyCallback: hostKeyCallback(key),
	})
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	go ssh.DiscardRequests(requests)
	go func() {
		for range channels {
		}
	}()
	channel, more, err := c.OpenChannel("session", nil)
	if err != nil {
		return nil, nil, err
	}
	go ssh.DiscardRequests(more)
	if _, err = channel.SendRequest("subsystem", true, ssh.Marshal(struct{ Name string }{"netconf"})); err != nil {
		return nil, nil, err
	}
	const hello = `<hello xmlns="` + netconfNamespace + `"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability></capabilities></hello>` + endOfMessage
	if _, err := io.WriteString(channel, hello); err != nil {
		return nil, nil, err
	}
	theirs, err := readUntil(channel, endOfMessage)
	if err == nil {
		_, err = parseElement([]byte(theirs))
	}
	if err != nil {
		c.Close()
	}
	return c, channel, err
}

func hostKeyCallback(key ssh.PublicKey) ssh.HostKeyCallback {
	if key == nil {
		return ssh.InsecureIgnoreHostKey()
	}
	return ssh.FixedHostKey(key)
}

func readUntil(r io.Reader, end string) (string, error) {
	var got strings.Builder
	part := make([]byte, 1024)
	for !strings.HasSuffix(got.String(), end) {
		n, err := r.Read(part)
		if err != nil {
			return got.String(), err
		}
		got.Write(part[:n])
	}
	return got.String(), nil
}

// A thousand devices share a model; each serves a session, and nothing is left of them.
func TestManyDevices(t *testing.T) {
	noLeaks(t)
	const n = 1000
	servers := startMany(t, n)
	var all sync.WaitGroup
	gate := make(chan struct{}, 16)
	for _, s := range servers {
		gate <- struct{}{}
		all.Go(func() {
			defer func() { <-gate }()
			c, channel, err := quickDial(s.Addr, s.hostKey.PublicKey())
			if err != nil {
				t.Error(err)
				return
			}
			const get = `<rpc message-id="1" xmlns="` + netconfNamespace + `"><get-config><source><running/></source></get-config></rpc>` + endOfMessage
			if _, err := io.WriteString(channel, get); err != nil {
				t.Error(err)
			}
			if reply, err := readUntil(channel, endOfMessage); err != nil || !strings.Contains(reply, "<data></data>") {
				t.Errorf("%s, %v", reply, err)
			}
			t.Cleanup(func() { c.Close() })
		})
	}
	all.Wait()
	for _, s := range servers {
		if s.Sessions() != 1 {
			t.Fatalf("%s has %d sessions", s.Addr, s.Sessions())
		}
	}
}

func startMany(t testing.TB, n int) []*Server {
	key, err := NewHostKey()
	if err != nil {
		t.Fatal(err)
	}
	servers := make([]*Server, n)
	for i := range servers {
		servers[i] = NewServer(Options{Model: testModel(), HostKey: key, Profile: Profile{Notifications: true}})
	}
	t.Cleanup(func() {
		var all sync.WaitGroup
		for _, s := range servers {
			all.Go(s.Close)
		}
		all.Wait()
	})
	return servers
}

// clientEnv has the addresses to log in to, for the test binary run as a client: so that a server's memory
// is measured without that of its client.
const clientEnv = "NETCONFTEST_CLIENTS"

func TestMain(m *testing.M) {
	if list := os.Getenv(clientEnv); list != "" {
		runClients(strings.Fields(list))
	}
	os.Exit(m.Run())
}

func runClients(addrs []string) {
	for _, addr := range addrs {
		if _, _, err := quickDial(addr, nil); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test is over
	os.Exit(0)
}

// BenchmarkIdle reports the memory of an idle server with an idle session over SSH: heap and stacks.
func BenchmarkIdle(b *testing.B) {
	const n = 300
	for b.Loop() {
		before := inUse()
		servers := startMany(b, n)
		addrs := make([]string, n)
		for i, s := range servers {
			addrs[i] = s.Addr
		}
		cmd := exec.CommandContext(b.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), clientEnv+"="+strings.Join(addrs, " "))
		in, err := cmd.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
			b.Fatal(line, err)
		}
		b.ReportMetric(float64(inUse()-before)/n, "B/idle-session")
		in.Close()
		_ = cmd.Wait()
		for _, s := range servers {
			s.Close()
		}
	}
}

// BenchmarkReply is a get-config from request to reply, over loopback and SSH, for small and large configurations.
func BenchmarkReply(b *testing.B) {
	for _, entries := range []int{1, 10000} {
		b.Run(fmt.Sprintf("entries=%d", entries), func(b *testing.B) {
			var config strings.Builder
			for i := range entries {
				fmt.Fprintf(&config, "<interface><name>e%d</name><type>ethernet</type><mtu>1500</mtu></interface>", i)
			}
			running, _, errs := yang.DecodeXML(testModel().Schema(), strings.NewReader(interfaces(config.String())), yang.XMLOptions{})
			if len(errs) > 0 {
				b.Fatal(errs)
			}
			s := NewServer(Options{Model: testModel(), Running: running})
			defer s.Close()
			c, channel, err := quickDial(s.Addr, s.hostKey.PublicKey())
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			const get = `<rpc message-id="1" xmlns="` + netconfNamespace + `"><get-config><source><running/></source></get-config></rpc>` + endOfMessage
			buffer := make([]byte, 64<<10)
			for b.Loop() {
				if _, err := io.WriteString(channel, get); err != nil {
					b.Fatal(err)
				}
				for n := 0; !strings.HasSuffix(string(buffer[:n]), endOfMessage); {
					if n, err = channel.Read(buffer); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func inUse() uint64 {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
