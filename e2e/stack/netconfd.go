// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

const (
	netconfUser = "netconf"
	// netconfUID is unused on Debian: it is outside the ranges of system, ordinary and container users.
	netconfUID = 64830
	// sshdListeners is how many addresses one sshd can serve (OpenSSH's MAX_LISTEN_SOCKS).
	sshdListeners = 16
	// netconfdLibraries hold code that runs commands on the host, such as hostname; without it the modules
	// are plain configuration.
	netconfdLibraries = "/usr/lib/*/yuma"
	netconfdModules   = "/usr/share/yuma/modules:/usr/share/yuma"
)

// NetconfdOptions say how many NETCONF servers run, and how they behave.
type NetconfdOptions struct {
	// Count of servers, each with a datastore of its own; 1 if zero.
	Count int
	// Target is the datastore that is edited, "candidate" (the default) or "running".
	Target string
	// Startup gives the servers a distinct startup datastore.
	Startup bool
	// AccessControl leaves the user without superuser rights, so that NACM (RFC 8341) denies writes.
	AccessControl bool
	// Modules to load; iana-if-type, ietf-interfaces, ietf-ip and ietf-system if nil.
	Modules []string
	// ModulePath is a folder that is searched for modules before Yuma's own.
	ModulePath string
}

// Netconfd is a number of Yuma123 NETCONF servers behind OpenSSH (RFC 6242), a device nobody here wrote.
type Netconfd struct {
	// Addrs are host:port of the servers; Addr is the first.
	Addrs []string
	Addr  string
	// User logs in with either.
	User, Password string
	// PrivateKeyPEM is an OpenSSH private key of the user.
	PrivateKeyPEM []byte
	// HostKey is the servers' key; KnownHosts holds a line for each server.
	HostKey    ssh.PublicKey
	KnownHosts string
	// Servers and SSHD are the processes: one of Servers stopped is a device that crashed behind a live sshd.
	Servers []*Service
	SSHD    []*Service

	dir string
}

// Start starts the servers and then sshd, so that a login finds its server.
func (n *Netconfd) Start(ctx context.Context) error {
	for _, group := range [][]*Service{n.Servers, n.SSHD} {
		var starters []starter
		for _, svc := range group {
			starters = append(starters, svc.Start)
		}
		if err := startAll(ctx, starters...); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends all servers and their sessions.
func (n *Netconfd) Stop() {
	stopAll(slices.Concat(n.SSHD, n.Servers))
}

// StartNetconfd runs NETCONF servers alone, without a control plane. They end with stop.
func StartNetconfd(ctx context.Context, opts Options) (n *Netconfd, stop func(), err error) {
	env, err := newEnvironment(opts)
	if err != nil {
		return nil, nil, err
	}
	s := &Stack{}
	start, err := env.addNetconfd(s, opts)
	if err == nil {
		err = start(ctx)
	}
	if err != nil {
		env.supervisor.stop()
		return nil, nil, err
	}
	return s.Netconfd, env.supervisor.stop, nil
}

// addNetconfd prepares the servers; nothing outside the stack's own folders is changed, although sshd
// wants a user of the machine: it runs in a mount namespace whose user database has one more.
func (e *environment) addNetconfd(s *Stack, opts Options) (starter, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("netconfd runs behind sshd in a mount namespace of its own, which needs root")
	}
	n, err := e.newNetconfd(max(1, opts.Netconfd.Count))
	if err != nil {
		return nil, err
	}
	if err := e.addNetconfServers(n, opts.Netconfd); err != nil {
		return nil, err
	}
	for first := 0; first < len(n.Addrs); first += sshdListeners {
		last := min(first+sshdListeners, len(n.Addrs))
		if err := e.addSSHD(n, first, last); err != nil {
			return nil, err
		}
	}
	s.Netconfd = n
	return n.Start, nil
}

// newNetconfd makes keys, a password and addresses. The folder is not below the stack's: sessions run as another
// user, who must reach the sockets in it, and the path of a socket holds 107 characters at most.
func (e *environment) newNetconfd(count int) (*Netconfd, error) {
	dir, err := os.MkdirTemp("", "strowger-nc-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for netconfd: %w", err)
	}
	e.supervisor.cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, fmt.Errorf("opening the folder for netconfd: %w", err)
	}
	addrs, err := freeAddrs(count)
	if err != nil {
		return nil, err
	}
	n := &Netconfd{Addrs: addrs, Addr: addrs[0], User: netconfUser, Password: rand.Text(), dir: dir}
	if err := n.writeKeys(); err != nil {
		return nil, err
	}
	return n, n.writeUserDatabase()
}

// writeKeys makes the host's and the user's key pair.
func (n *Netconfd) writeKeys() error {
	hostPEM, hostKey, err := newSSHKey()
	if err != nil {
		return err
	}
	userPEM, userKey, err := newSSHKey()
	if err != nil {
		return err
	}
	n.PrivateKeyPEM, n.HostKey = userPEM, hostKey
	n.KnownHosts = ""
	for _, addr := range n.Addrs {
		n.KnownHosts += knownhosts.Line([]string{addr}, hostKey) + "\n"
	}
	if err := os.WriteFile(filepath.Join(n.dir, "host_key"), hostPEM, 0o600); err != nil {
		return fmt.Errorf("writing the host key: %w", err)
	}
	if err := os.WriteFile(filepath.Join(n.dir, "authorized_keys"), ssh.MarshalAuthorizedKey(userKey), 0o644); err != nil {
		return fmt.Errorf("writing the user's key: %w", err)
	}
	return nil
}

func newSSHKey() (privatePEM []byte, public ssh.PublicKey, err error) {
	publicKey, privateKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making an SSH key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(privateKey, "")
	if err != nil {
		return nil, nil, fmt.Errorf("encoding an SSH key: %w", err)
	}
	public, err = ssh.NewPublicKey(publicKey)
	if err != nil {
		return nil, nil, fmt.Errorf("encoding an SSH public key: %w", err)
	}
	return pem.EncodeToMemory(block), public, nil
}

// writeUserDatabase writes copies of the machine's passwd and shadow with the NETCONF user added.
func (n *Netconfd) writeUserDatabase() error {
	cmd := exec.Command("openssl", "passwd", "-6", "-stdin")
	cmd.Stdin = strings.NewReader(n.Password + "\n")
	hash, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("hashing the NETCONF user's password: %w", err)
	}
	entries := map[string]string{
		"passwd": fmt.Sprintf("%s:x:%d:%d::%s:/bin/sh\n", netconfUser, netconfUID, netconfUID, n.dir),
		"shadow": fmt.Sprintf("%s:%s:19000:0:99999:7:::\n", netconfUser, bytes.TrimSpace(hash)),
	}
	for name, entry := range entries {
		content, err := os.ReadFile(filepath.Join("/etc", name))
		if err != nil {
			return fmt.Errorf("copying the user database: %w", err)
		}
		mode := os.FileMode(0o644)
		if name == "shadow" {
			mode = 0o600
		}
		// The first entry of a name counts, so that ours hides one that the machine may have.
		if err := os.WriteFile(filepath.Join(n.dir, name), append([]byte(entry), content...), mode); err != nil {
			return fmt.Errorf("writing the user database: %w", err)
		}
	}
	return nil
}

// socket returns where the i-th server listens for sshd's sessions.
func (n *Netconfd) socket(i int) string {
	return filepath.Join(n.dir, strconv.Itoa(i), "ncx.sock")
}

// netconfdScript hides the libraries and runs the server. A server that committed something before it was stopped
// starts with that again, as a device does.
const netconfdScript = `mount --bind "$0" "$1" && shift || exit 1
rm -f ncx.sock # which one that was stopped may leave
[ -f data/startup-cfg.xml ] || set -- "$@" --no-startup
exec /usr/sbin/netconfd "$@"`

// addNetconfServers adds a process for every address, with an empty folder mounted over Yuma's libraries.
func (e *environment) addNetconfServers(n *Netconfd, opts NetconfdOptions) error {
	libraries, err := filepath.Glob(netconfdLibraries)
	if err != nil || len(libraries) != 1 {
		return fmt.Errorf("looking for netconfd's libraries at %s (`make deps` installs them): found %v", netconfdLibraries, libraries)
	}
	hidden := filepath.Join(n.dir, "empty")
	if err := os.Mkdir(hidden, 0o755); err != nil {
		return fmt.Errorf("making a folder to hide netconfd's libraries: %w", err)
	}
	for i, addr := range n.Addrs {
		args, err := n.serverArgs(i, addr, opts)
		if err != nil {
			return err
		}
		dir := filepath.Dir(n.socket(i))
		n.Servers = append(n.Servers, e.supervisor.add(&Service{
			name:          "netconfd-" + strconv.Itoa(i),
			path:          "/bin/sh",
			args:          append([]string{"-c", netconfdScript, hidden, libraries[0]}, args...),
			env:           []string{"HOME=" + dir},
			dir:           dir,
			privateMounts: true,
			ready:         func(ctx context.Context) error { return openSocket(ctx, n.socket(i)) },
		}))
	}
	return nil
}

// serverArgs makes the i-th server's folder and composes its command line.
func (n *Netconfd) serverArgs(i int, addr string, opts NetconfdOptions) ([]string, error) {
	dir := filepath.Dir(n.socket(i))
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		return nil, fmt.Errorf("making a folder for netconfd: %w", err)
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("splitting netconfd's address: %w", err)
	}
	target, modules, path := opts.Target, opts.Modules, netconfdModules
	if target == "" {
		target = "candidate"
	}
	if modules == nil {
		modules = []string{"iana-if-type", "ietf-interfaces", "ietf-ip", "ietf-system"}
	}
	if opts.ModulePath != "" {
		path = opts.ModulePath + ":" + path
	}
	args := []string{
		"--ncxserver-sockname=" + n.socket(i), "--port=" + port, "--target=" + target,
		"--yuma-home=" + dir, "--modpath=" + path,
		"--max-burst=0", "--idle-timeout=0", "--log-level=info",
	}
	if opts.Startup {
		args = append(args, "--with-startup=true")
	}
	if !opts.AccessControl {
		args = append(args, "--superuser="+netconfUser)
	}
	for _, module := range modules {
		args = append(args, "--module="+module)
	}
	return args, nil
}

// openSocket is the readiness of a server: its socket answers, and is opened to the user of the sessions.
func openSocket(ctx context.Context, path string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("connecting to netconfd: %w", err)
	}
	if err := conn.Close(); err != nil {
		return fmt.Errorf("closing the connection to netconfd: %w", err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		return fmt.Errorf("opening netconfd's socket: %w", err)
	}
	return nil
}

// addSSHD adds one sshd for the servers from first to before last; the subsystem finds the server by the port
// that the client came in by.
func (e *environment) addSSHD(n *Netconfd, first, last int) error {
	var listen, subsystem strings.Builder
	for i := first; i < last; i++ {
		_, port, err := net.SplitHostPort(n.Addrs[i])
		if err != nil {
			return fmt.Errorf("splitting sshd's address: %w", err)
		}
		fmt.Fprintf(&listen, "ListenAddress %s\n", n.Addrs[i])
		fmt.Fprintf(&subsystem, " --ncxserver-sockname=%s@%s", port, n.socket(i))
	}
	config := fmt.Sprintf(sshdConfig, listen.String(), n.dir, n.dir, netconfUser, subsystem.String())
	name := "sshd-" + strconv.Itoa(first/sshdListeners)
	path := filepath.Join(n.dir, name+".conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return fmt.Errorf("writing sshd's configuration: %w", err)
	}
	const script = `mkdir -p /run/sshd && mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/shadow" /etc/shadow &&
exec /usr/sbin/sshd -D -e -f "$1"`
	n.SSHD = append(n.SSHD, e.supervisor.add(&Service{
		name:          name,
		path:          "/bin/sh",
		args:          []string{"-c", script, n.dir, path},
		privateMounts: true,
		ready:         func(ctx context.Context) error { return greetsSSH(ctx, n.Addrs[first]) },
	}))
	return nil
}

const sshdConfig = `%sHostKey %s/host_key
PidFile none
AuthorizedKeysFile %s/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin no
AllowUsers %s
MaxStartups 200:30:400
MaxSessions 100
UseDNS no
LogLevel INFO
AllowTcpForwarding no
X11Forwarding no
Subsystem netconf /usr/sbin/netconf-subsystem%s
`

// greetsSSH tells whether an SSH server answers at an address.
func greetsSSH(ctx context.Context, addr string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("connecting to sshd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return fmt.Errorf("setting a deadline for sshd's greeting: %w", err)
	}
	greeting := make([]byte, len("SSH-2.0-"))
	if _, err := conn.Read(greeting); err != nil {
		return fmt.Errorf("reading sshd's greeting: %w", err)
	}
	if string(greeting) != "SSH-2.0-" {
		return fmt.Errorf("sshd greets with %q", greeting)
	}
	return nil
}
