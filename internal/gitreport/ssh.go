// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/fluxcd/pkg/git"
	"github.com/fluxcd/pkg/ssh/knownhosts"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"golang.org/x/crypto/ssh"
)

// useSSH sets the remote up for ssh with a private key and known hosts.
func (r *remote) useSSH(opts *git.AuthOptions, maxBytes int64) error {
	var signer ssh.Signer
	var err error
	if opts.Password != "" {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(opts.Identity, []byte(opts.Password))
	} else {
		signer, err = ssh.ParsePrivateKey(opts.Identity)
	}
	if err != nil {
		return errors.New("identity is not a private key that can be read with the given password")
	}
	callback, algorithms, err := knownhosts.New(opts.KnownHosts)
	if err != nil {
		return errors.New("known_hosts cannot be parsed")
	}
	r.transport = &sshTransport{max: maxBytes, config: &ssh.ClientConfig{
		User:              opts.Username,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback:   callback,
		HostKeyAlgorithms: hostKeyAlgorithms(algorithms),
	}}
	return nil
}

// hostKeyAlgorithms offers SHA-2 signatures before SHA-1 for RSA host keys.
func hostKeyAlgorithms(known []string) []string {
	var out []string
	for _, a := range known {
		if a == ssh.KeyAlgoRSA {
			out = append(out, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		}
		out = append(out, a)
	}
	return out
}

// sshTransport is go-git's transport over ssh. go-git's own knows no deadline
// for the handshake and none for most of the session.
type sshTransport struct {
	config *ssh.ClientConfig
	max    int64
}

// NewUploadPackSession prepares a fetch; nothing is dialled yet.
func (t *sshTransport) NewUploadPackSession(ep *transport.Endpoint, _ transport.AuthMethod) (transport.UploadPackSession, error) {
	return &sshSession{t: t, ep: ep, service: transport.UploadPackServiceName}, nil
}

// NewReceivePackSession prepares a push; nothing is dialled yet.
func (t *sshTransport) NewReceivePackSession(ep *transport.Endpoint, _ transport.AuthMethod) (transport.ReceivePackSession, error) {
	return &sshSession{t: t, ep: ep, service: transport.ReceivePackServiceName}, nil
}

// sshSession is one git-upload-pack or git-receive-pack on the server. Its
// connection is closed when the context of AdvertisedReferencesContext ends.
type sshSession struct {
	t       *sshTransport
	ep      *transport.Endpoint
	service string

	ctx    context.Context
	stop   func() bool
	client *ssh.Client
	stdin  io.WriteCloser
	stdout io.Reader
	stderr boundedBuffer
	ended  chan struct{} // closed when the service ended; nil before it started
}

// AdvertisedReferences is not used: it has no context.
func (s *sshSession) AdvertisedReferences() (*packp.AdvRefs, error) {
	return nil, errors.ErrUnsupported
}

// AdvertisedReferencesContext connects, starts the service and reads the
// references it offers.
func (s *sshSession) AdvertisedReferencesContext(ctx context.Context) (*packp.AdvRefs, error) {
	s.ctx = ctx
	if err := s.start(ctx); err != nil {
		return nil, s.cause(err)
	}
	adv := packp.NewAdvRefs()
	if err := adv.Decode(s.stdout); err != nil && !errors.Is(err, packp.ErrEmptyAdvRefs) {
		return nil, s.cause(err)
	}
	transport.FilterUnsupportedCapabilities(adv.Capabilities)
	return adv, nil
}

func (s *sshSession) start(ctx context.Context) error {
	port := s.ep.Port
	if port == 0 {
		port = 22
	}
	addr := net.JoinHostPort(strings.Trim(s.ep.Host, "[]"), strconv.Itoa(port))
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	s.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	c, chans, reqs, err := ssh.NewClientConn(conn, addr, s.t.config)
	if err != nil {
		s.stop()
		_ = conn.Close()
		return err
	}
	s.client = ssh.NewClient(c, chans, reqs)
	session, err := s.client.NewSession()
	if err != nil {
		return err
	}
	s.stderr.max = 4096
	session.Stderr = &s.stderr
	if s.stdin, err = session.StdinPipe(); err != nil {
		return err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return err
	}
	s.stdout = &boundedReader{ReadCloser: io.NopCloser(out), n: s.t.max}
	if err := session.Start(s.service + " " + shellQuote(s.ep.Path)); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		defer close(s.ended)
		_ = session.Wait() // ends at the latest when the connection is closed
	}()
	return nil
}

// UploadPack sends the request and gives back the answer up to the pack.
func (s *sshSession) UploadPack(_ context.Context, req *packp.UploadPackRequest) (*packp.UploadPackResponse, error) {
	if err := req.UploadRequest.Encode(s.stdin); err != nil {
		return nil, s.cause(err)
	}
	if err := req.UploadHaves.Encode(s.stdin, false); err != nil {
		return nil, s.cause(err)
	}
	if err := pktline.NewEncoder(s.stdin).EncodeString("done\n"); err != nil {
		return nil, s.cause(err)
	}
	resp := packp.NewUploadPackResponse(req)
	if err := resp.Decode(io.NopCloser(s.stdout)); err != nil {
		return nil, s.cause(err)
	}
	return resp, nil
}

// ReceivePack sends commands and pack and gives back the server's report.
func (s *sshSession) ReceivePack(_ context.Context, req *packp.ReferenceUpdateRequest) (*packp.ReportStatus, error) {
	if err := req.Encode(s.stdin); err != nil {
		return nil, s.cause(err)
	}
	if err := s.stdin.Close(); err != nil {
		return nil, s.cause(err)
	}
	r := s.stdout
	if req.Capabilities.Supports(capability.Sideband64k) {
		d := sideband.NewDemuxer(sideband.Sideband64k, r)
		d.Progress = req.Progress
		r = d
	}
	report := packp.NewReportStatus()
	if err := report.Decode(r); err != nil {
		return nil, s.cause(err)
	}
	return report, report.Error()
}

// Close ends the connection; the server sees the end of its input.
func (s *sshSession) Close() error {
	if s.stop != nil {
		s.stop()
	}
	if s.client == nil {
		return nil
	}
	return s.client.Close()
}

// cause prefers the end of the context, and what the server wrote, over the
// broken pipe they lead to.
func (s *sshSession) cause(err error) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if s.ended != nil {
		select {
		case <-s.ended:
		case <-time.After(time.Second): // it fails but does not end
		}
	}
	said := oneLine(s.stderr.String())
	switch lower := strings.ToLower(said); {
	case strings.Contains(lower, "not found"), strings.Contains(lower, "does not appear to be a git repository"), strings.Contains(lower, "does not exist"):
		return &saidError{transport.ErrRepositoryNotFound, said}
	case strings.Contains(lower, "denied"), strings.Contains(lower, "read only"), strings.Contains(lower, "read-only"):
		return &saidError{transport.ErrAuthorizationFailed, said}
	case said != "":
		return &saidError{err, said}
	}
	return err
}

// saidError is an error with what the server said.
type saidError struct {
	err  error
	said string
}

func (e *saidError) Error() string { return e.err.Error() + ": " + e.said }
func (e *saidError) Unwrap() error { return e.err }

// shellQuote quotes the path the way git does (sq_quote_buf).
func shellQuote(s string) string {
	return "'" + strings.NewReplacer("'", `'\''`, "!", `'\!'`).Replace(s) + "'"
}
