// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"

	"github.com/fluxcd/pkg/git"
	// Imported for its registration: it lets go-git talk to servers that insist
	// on multi_ack (Azure DevOps, CodeCommit), for clones from nothing as here.
	_ "github.com/fluxcd/pkg/git/gogit"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// remote is one Git repository on a server, and how to speak to it.
type remote struct {
	url       string // without credentials
	endpoint  *transport.Endpoint
	transport transport.Transport
	auth      transport.AuthMethod
	close     func()
}

// newRemote reads the URL and the Secret's data the way Flux does: username and
// password, bearerToken, identity and known_hosts, ca.crt, tls.crt and tls.key.
func newRemote(rawURL string, secret map[string][]byte, proxy transport.ProxyOptions, maxBytes int64) (*remote, error) {
	invalid := func(err error, remedy string) error {
		return &Error{Kind: ErrInvalid, Subject: "credentials of the GitRepository", Message: oneLine(err.Error()), Remedy: remedy, Err: err}
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, invalid(errors.New("its URL cannot be parsed"), "correct spec.url of the GitRepository")
	}
	opts, err := git.NewAuthOptions(*u, secret)
	if err != nil {
		return nil, invalid(err, remedySecret)
	}
	u.User = nil
	endpoint, err := transport.NewEndpoint(u.String())
	if err != nil {
		return nil, invalid(err, "correct spec.url of the GitRepository")
	}
	r := &remote{url: u.String(), endpoint: endpoint, close: func() {}}
	if opts.Transport == git.SSH {
		err = r.useSSH(opts, maxBytes)
	} else {
		err = r.useHTTP(opts, proxy, maxBytes)
	}
	if err != nil {
		return nil, invalid(err, remedySecret)
	}
	return r, nil
}

// refs are the references a server offers, and the session to fetch one over.
type refs struct {
	*packp.AdvRefs
	session transport.UploadPackSession
}

// refs asks for the references. The result must be closed.
func (r *remote) refs(ctx context.Context) (*refs, error) {
	s, err := r.transport.NewUploadPackSession(r.endpoint, r.auth)
	if err != nil {
		return nil, err
	}
	adv, err := s.AdvertisedReferencesContext(ctx)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return &refs{AdvRefs: adv, session: s}, nil
}

// Close ends the session.
func (r *refs) Close() { _ = r.session.Close() }

// defaultBranch is where the server's HEAD points to, or "".
func (r *refs) defaultBranch() plumbing.ReferenceName {
	const prefix = "HEAD:"
	for _, s := range r.Capabilities.Get(capability.SymRef) {
		if len(s) > len(prefix) && s[:len(prefix)] == prefix {
			return plumbing.ReferenceName(s[len(prefix):])
		}
	}
	return ""
}

// fetch stores commits and the trees of each, depth commits deep, without files
// where the server can leave them out.
func (r *refs) fetch(ctx context.Context, into storer.Storer, depth int, withFiles bool, wants ...plumbing.Hash) error {
	req := packp.NewUploadPackRequestFromCapabilities(r.Capabilities)
	req.Wants = wants
	if depth > 0 && r.Capabilities.Supports(capability.Shallow) {
		req.Depth = packp.DepthCommits(depth)
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return err
		}
	}
	if !withFiles && r.Capabilities.Supports(capability.Filter) {
		req.Filter = packp.FilterBlobNone()
		if err := req.Capabilities.Set(capability.Filter); err != nil {
			return err
		}
	}
	return r.unpack(ctx, into, req)
}

// handsOutFiles says whether the server sends single objects that are asked for.
func (r *refs) handsOutFiles() bool {
	const allowAny = capability.Capability("allow-any-sha1-in-want")
	return r.Capabilities.Supports(allowAny) || r.Capabilities.Supports(capability.AllowReachableSHA1InWant)
}

// objects stores single objects.
func (r *refs) objects(ctx context.Context, into storer.Storer, wants []plumbing.Hash) error {
	req := packp.NewUploadPackRequestFromCapabilities(r.Capabilities)
	req.Wants = wants
	return r.unpack(ctx, into, req)
}

func (r *refs) unpack(ctx context.Context, into storer.Storer, req *packp.UploadPackRequest) error {
	if r.Capabilities.Supports(capability.NoProgress) {
		if err := req.Capabilities.Set(capability.NoProgress); err != nil {
			return err
		}
	}
	resp, err := r.session.UploadPack(ctx, req)
	if err != nil {
		return err
	}
	defer resp.Close()
	return packfile.UpdateObjectStorage(into, packData(req.Capabilities, resp))
}

// packData takes the pack out of the side band, where the server uses one.
func packData(caps *capability.List, r io.Reader) io.Reader {
	switch {
	case caps.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case caps.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// movedError: the branch is no longer where it was.
type movedError struct{ branch plumbing.ReferenceName }

func (e *movedError) Error() string { return fmt.Sprintf("%s moved meanwhile", e.branch.Short()) }

// refusedError is a server's answer to a push.
type refusedError struct {
	status string // of the reference or of unpacking
	said   string // what hooks wrote
}

func (e *refusedError) Error() string {
	if e.said == "" {
		return e.status
	}
	return e.status + ": " + e.said
}

// busy says that somebody else is writing the reference just now, by git's own words.
func (e *refusedError) busy() bool {
	for _, words := range []string{"failed to lock", "cannot lock ref", "failed to update ref"} {
		if strings.Contains(e.status, words) {
			return true
		}
	}
	return false
}

// command moves a branch from old to tip, or creates it where old is zero.
type command struct {
	ref      plumbing.ReferenceName
	old, tip plumbing.Hash
}

func refOf(c *command) string {
	if c == nil {
		return ""
	}
	return c.ref.String()
}

// push moves references, each only if it is still where it was on the server. The
// pack holds the objects the server lacks. It returns what became of each that
// was not moved; the error is of the whole: nothing is pushed where the reference
// still is not where it was, unless that is nil.
func (r *remote) push(ctx context.Context, commands []command, pack io.ReadCloser, still *command) (map[plumbing.ReferenceName]error, error) {
	s, err := r.transport.NewReceivePackSession(r.endpoint, r.auth)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	adv, err := s.AdvertisedReferencesContext(ctx)
	if err != nil {
		return nil, err
	}
	if now, ok := adv.References[refOf(still)]; ok && now != still.old {
		return nil, &movedError{branch: still.ref}
	}
	said := &boundedBuffer{max: 4096}
	req := packp.NewReferenceUpdateRequestFromCapabilities(adv.Capabilities)
	refused := map[plumbing.ReferenceName]error{}
	for _, c := range commands {
		if adv.References[c.ref.String()] != c.old {
			refused[c.ref] = &movedError{branch: c.ref}
			continue
		}
		req.Commands = append(req.Commands, &packp.Command{Name: c.ref, Old: c.old, New: c.tip})
	}
	if len(req.Commands) == 0 {
		return refused, nil
	}
	req.Packfile = pack
	if adv.Capabilities.Supports(capability.Sideband64k) {
		req.Progress = said
		if err := req.Capabilities.Set(capability.Sideband64k); err != nil {
			return nil, err
		}
	}
	report, err := s.ReceivePack(ctx, req)
	switch {
	case report != nil && report.UnpackStatus != "ok":
		return nil, &refusedError{status: oneLine("unpack " + report.UnpackStatus), said: oneLine(said.String())}
	case report != nil:
		addRefusals(refused, report, said.String())
		return refused, nil
	case err != nil:
		return nil, err
	}
	return nil, io.ErrUnexpectedEOF
}

// addRefusals adds the references that the server did not move.
func addRefusals(refused map[plumbing.ReferenceName]error, report *packp.ReportStatus, said string) {
	for _, c := range report.CommandStatuses {
		if c.Error() != nil {
			refused[c.ReferenceName] = &refusedError{status: oneLine(c.Status), said: oneLine(said)}
		}
	}
}

// boundedBuffer keeps the first max bytes written to it. It may be written and
// read at once.
type boundedBuffer struct {
	max int

	mu sync.Mutex
	b  []byte
}

// Write never fails.
func (w *boundedBuffer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b = append(w.b, p[:min(len(p), w.max-len(w.b))]...)
	return len(p), nil
}

// String is what was kept.
func (w *boundedBuffer) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.b)
}

// boundedReader fails once more than n bytes were read.
type boundedReader struct {
	io.ReadCloser
	n int64
}

// Read fails with ErrTooLarge past the bound.
func (r *boundedReader) Read(p []byte) (int, error) {
	if r.n <= 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > r.n {
		p = p[:r.n]
	}
	n, err := r.ReadCloser.Read(p)
	r.n -= int64(n)
	return n, err
}
