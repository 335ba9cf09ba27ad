// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconf

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	// DefaultPort is the port of NETCONF over SSH (RFC 6242).
	DefaultPort = "830"

	subsystem     = "netconf"
	clientVersion = "SSH-2.0-Strowger"
)

// SSHConfig says how to log in, and whom to believe.
type SSHConfig struct {
	User string
	// Password answers the password method and every hidden question of keyboard-interactive.
	Password string
	// PrivateKey is a key in PEM or OpenSSH form, encrypted with Passphrase if that is set.
	PrivateKey []byte
	Passphrase string
	// Certificate is an OpenSSH certificate for PrivateKey, as ssh-keygen -s writes it (name-cert.pub).
	Certificate []byte
	// KnownHosts are lines of a known_hosts file. Host patterns match the address as dialled, with or
	// without its port; hashed names, @cert-authority and @revoked are understood; "*" matches all.
	KnownHosts []byte
	// InsecureSkipHostKeyVerification believes any server. It is for laboratories.
	InsecureSkipHostKeyVerification bool
	// ConnectTimeout bounds connection, login and hellos together; 0 means 15 s.
	ConnectTimeout time.Duration
	// Keepalive is how often an idle connection is probed, and how long the answer may take; 0 means
	// 30 s, negative never.
	Keepalive time.Duration
	// MaxMessageBytes bounds a received message; 0 means DefaultMaxMessageBytes.
	MaxMessageBytes int
	// LegacyAlgorithms are offered after the usual ones, for old devices: names of key exchanges, ciphers,
	// MACs or host keys, such as "diffie-hellman-group14-sha1" or "ssh-rsa".
	LegacyAlgorithms []string
	// Trace sees every message; see Options.
	Trace func(Direction, []byte)
}

// Digest identifies the configuration without telling it: two that differ have different digests.
func (c SSHConfig) Digest() string {
	h := sha256.New()
	for _, part := range []string{
		c.User, c.Password, string(c.PrivateKey), c.Passphrase, string(c.Certificate), string(c.KnownHosts),
		strings.Join(c.LegacyAlgorithms, ","), fmt.Sprint(c.InsecureSkipHostKeyVerification, c.ConnectTimeout, c.Keepalive, c.MaxMessageBytes),
	} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// DialSSH opens a NETCONF session over SSH (RFC 6242) with the server at addr, host or host:port; the
// port defaults to 830. It ends when ctx does or after the connect timeout; the session itself does not
// depend on ctx. Errors are of ErrUnreachable, ErrHostKey, ErrAuth, ErrTimeout or ErrProtocol.
func DialSSH(ctx context.Context, addr string, cfg SSHConfig) (*Session, error) {
	addr = WithPort(addr)
	ctx, cancel := context.WithTimeout(ctx, connectTimeout(cfg.ConnectTimeout))
	defer cancel()

	login := &login{addr: addr, cfg: cfg}
	client, err := login.clientConfig()
	if err != nil {
		return nil, err
	}
	conn, err := dialTCP(ctx, addr, cfg.Keepalive)
	if err != nil {
		return nil, err
	}
	return login.start(ctx, conn, client)
}

// start makes a session of a connection, which it closes if it cannot.
func (l *login) start(ctx context.Context, conn net.Conn, client *ssh.ClientConfig) (*Session, error) {
	t, err := l.open(ctx, conn, client)
	if err != nil {
		conn.Close()
		return nil, err
	}
	t.startKeepalive(l.cfg.Keepalive)
	return NewSession(ctx, t, Options{MaxMessageBytes: l.cfg.MaxMessageBytes, Peer: l.addr, Trace: l.cfg.Trace})
}

// login is one attempt; it remembers how far it came, because the SSH library's errors do not say.
type login struct {
	addr       string
	cfg        SSHConfig
	hostKeyErr error
	trusted    bool // the host key was accepted, so authentication began
	// foreign are algorithms that were offered although cfg does not allow them.
	foreign []string
}

func (l *login) clientConfig() (*ssh.ClientConfig, error) {
	auth, err := l.authMethods()
	if err != nil {
		return nil, &Error{Kind: ErrAuth, Op: "log in to", Addr: l.addr, Err: err}
	}
	verifier, err := newHostKeyVerifier(l.addr, l.cfg)
	if err != nil {
		return nil, &Error{Kind: ErrHostKey, Op: "connect to", Addr: l.addr, Err: err}
	}
	client := &ssh.ClientConfig{
		User:              l.cfg.User,
		Auth:              auth,
		ClientVersion:     clientVersion,
		HostKeyAlgorithms: verifier.algorithms(),
		HostKeyCallback: func(host string, remote net.Addr, key ssh.PublicKey) error {
			l.hostKeyErr = verifier.check(host, remote, key)
			l.trusted = l.hostKeyErr == nil
			return l.hostKeyErr
		},
	}
	if err := offer(client, l.cfg.LegacyAlgorithms); err != nil {
		return nil, &Error{Kind: ErrUnreachable, Op: "connect to", Addr: l.addr, Err: err}
	}
	return client, nil
}

func (l *login) authMethods() ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if len(bytes.TrimSpace(l.cfg.PrivateKey)) > 0 {
		signer, err := l.cfg.signer()
		if err != nil {
			return nil, err
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if l.cfg.Password != "" {
		methods = append(methods, ssh.Password(l.cfg.Password), ssh.KeyboardInteractive(l.answer))
	}
	if len(methods) == 0 {
		return nil, errors.New("neither a password nor a private key was given")
	}
	return methods, nil
}

// signer is the private key, with its certificate if there is one.
func (c SSHConfig) signer() (ssh.Signer, error) {
	signer, err := parseKey(c.PrivateKey, c.Passphrase)
	if err != nil || len(bytes.TrimSpace(c.Certificate)) == 0 {
		return signer, err
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(c.Certificate)
	if err != nil {
		return nil, fmt.Errorf("the OpenSSH certificate cannot be read: %w", err)
	}
	certificate, ok := public.(*ssh.Certificate)
	if !ok {
		return nil, fmt.Errorf("the OpenSSH certificate is a plain %s key", public.Type())
	}
	signer, err = ssh.NewCertSigner(certificate, signer)
	if err != nil {
		return nil, fmt.Errorf("the OpenSSH certificate is not one for the private key: %w", err)
	}
	return signer, nil
}

func parseKey(key []byte, passphrase string) (ssh.Signer, error) {
	var signer ssh.Signer
	var err error
	if passphrase != "" {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(key, []byte(passphrase))
	} else {
		signer, err = ssh.ParsePrivateKey(key)
	}
	if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) {
		return nil, errors.New("the private key is encrypted and no passphrase was given")
	}
	if err != nil {
		return nil, fmt.Errorf("the private key cannot be read: %w", err)
	}
	return signer, nil
}

// answer gives the password to every question whose answer is not shown (RFC 4256).
func (l *login) answer(_, _ string, questions []string, echo []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range questions {
		if echo[i] {
			return nil, fmt.Errorf("the server asks %q, which a password does not answer", questions[i])
		}
		answers[i] = l.cfg.Password
	}
	return answers, nil
}

// open logs in and starts the netconf subsystem.
func (l *login) open(ctx context.Context, conn net.Conn, cfg *ssh.ClientConfig) (*sshTransport, error) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, channels, requests, err := ssh.NewClientConn(conn, l.addr, cfg)
	if err != nil {
		return nil, l.explain(ctx, err)
	}
	ofChannel := make(chan (<-chan *ssh.Request), 1)
	go refuse(channels, requests, ofChannel)
	if err := l.checkAlgorithms(c); err != nil {
		c.Close()
		return nil, err
	}
	channel, channelRequests, err := c.OpenChannel("session", nil)
	if err != nil {
		c.Close()
		return nil, l.sessionError(ctx, fmt.Errorf("open a session channel: %w", err))
	}
	ofChannel <- channelRequests
	go drain(channel.Stderr())
	ok, err := channel.SendRequest("subsystem", true, ssh.Marshal(struct{ Name string }{subsystem}))
	if err == nil && !ok {
		err = errors.New("the SSH server has no netconf subsystem; is this the NETCONF port?")
	}
	if err != nil {
		c.Close()
		return nil, l.sessionError(ctx, err)
	}
	return &sshTransport{Channel: channel, conn: c}, nil
}

// checkAlgorithms refuses what was agreed on and is foreign. What was agreed on is told only after the login.
func (l *login) checkAlgorithms(c ssh.Conn) error {
	metadata, ok := c.(ssh.AlgorithmsConnMetadata)
	if !ok || len(l.foreign) == 0 {
		return nil
	}
	if name := usedOf(metadata.Algorithms(), l.foreign); name != "" {
		return &Error{Kind: ErrUnreachable, Op: "SSH handshake with", Addr: l.addr, Err: fmt.Errorf(
			"the server offers nothing better than %s, which others may use and it may not; if that is as good as it gets, allow it as a legacy algorithm", name)}
	}
	return nil
}

func (l *login) sessionError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return contextError(ctx, "connect to", l.addr)
	}
	return &Error{Kind: ErrUnreachable, Op: "connect to", Addr: l.addr, Err: noEOF(err)}
}

// explain finds the kind of a failed handshake.
func (l *login) explain(ctx context.Context, err error) error {
	var network net.Error
	switch {
	case l.hostKeyErr != nil:
		return &Error{Kind: ErrHostKey, Op: "connect to", Addr: l.addr, Err: l.hostKeyErr}
	case ctx.Err() != nil:
		return contextError(ctx, "log in to", l.addr)
	case noCommonAlgorithm(err) != nil:
		return &Error{Kind: ErrUnreachable, Op: "SSH handshake with", Addr: l.addr, Err: noCommonAlgorithm(err)}
	case !l.trusted, errors.As(err, &network), errors.Is(err, io.EOF):
		return &Error{Kind: ErrUnreachable, Op: "SSH handshake with", Addr: l.addr, Err: noEOF(err)}
	}
	return &Error{Kind: ErrAuth, Op: "log in to", Addr: l.addr, Err: fmt.Errorf("as user %q: %w", l.cfg.User, err)}
}

// refuse declines what the server asks for on the connection, and on its channel once that is open, until both
// end. One goroutine for all of them keeps an idle session small.
func refuse(channels <-chan ssh.NewChannel, requests <-chan *ssh.Request, ofChannel <-chan (<-chan *ssh.Request)) {
	var onChannel <-chan *ssh.Request
	for channels != nil || requests != nil || onChannel != nil {
		select {
		case onChannel = <-ofChannel:
			ofChannel = nil
		case c, open := <-channels:
			if !open {
				channels = nil
				continue
			}
			_ = c.Reject(ssh.Prohibited, "this client accepts no channels")
		case r, open := <-requests:
			if !open {
				requests = nil
				continue
			}
			decline(r)
		case r, open := <-onChannel:
			if !open {
				onChannel = nil
				continue
			}
			decline(r)
		}
	}
}

func decline(r *ssh.Request) {
	if r.WantReply {
		_ = r.Reply(false, nil)
	}
}

// drain reads until the channel ends: what is not read would fill its window. io.Copy would hold more memory
// meanwhile.
func drain(r io.Reader) {
	var dropped [64]byte
	for {
		if _, err := r.Read(dropped[:]); err != nil {
			return
		}
	}
}

// sshTransport is the subsystem's channel; closing it closes the connection.
type sshTransport struct {
	ssh.Channel
	conn      ssh.Conn
	keepalive *time.Timer
	silent    atomic.Pointer[Error] // why keepalive closed the connection
}

func (t *sshTransport) Read(p []byte) (int, error) {
	n, err := t.Channel.Read(p)
	if silent := t.silent.Load(); err != nil && silent != nil {
		err = silent
	}
	return n, err
}

func (t *sshTransport) Close() error {
	if t.keepalive != nil {
		t.keepalive.Stop()
	}
	return t.conn.Close()
}

// startKeepalive probes the connection every interval, and closes it when a probe is not answered within
// an interval. Between probes it costs a timer, not a goroutine.
func (t *sshTransport) startKeepalive(interval time.Duration) {
	if interval < 0 {
		return
	}
	if interval == 0 {
		interval = defaultKeepalive
	}
	ready := make(chan struct{})
	t.keepalive = time.AfterFunc(interval, func() {
		<-ready
		late := time.AfterFunc(interval, func() {
			t.silent.Store(&Error{Kind: ErrTimeout, Op: "keepalive of", Addr: t.conn.RemoteAddr().String(), Err: fmt.Errorf("no answer within %s", interval)})
			t.conn.Close()
		})
		_, _, err := t.conn.SendRequest("keepalive@openssh.com", true, nil)
		late.Stop()
		if err == nil {
			t.keepalive.Reset(interval)
		}
	})
	close(ready)
}
