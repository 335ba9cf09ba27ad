// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

const (
	maxOpen    = 2000 // pull requests that are listed
	maxPages   = 40   // of any other list
	labelColor = "f9a825"
)

// api is what the forges have in common.
type api struct {
	provider   Provider
	repository string // for messages
	http       *http.Client
	secrets    []string // never to be seen in a message
}

// Provider is Forge's.
func (a *api) Provider() Provider { return a.provider }

// fail explains why something could not be done in the repository. It is nil
// where err is.
func (a *api) fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	return a.failure(doing+" in the "+string(a.provider)+" repository "+a.repository, err)
}

// failure explains an error of a client or of its transport.
func (a *api) failure(subject string, err error) *Error {
	e := &Error{Subject: oneLine(subject), Err: cause(err)}
	var refused *answerError
	var moved *movedError
	switch {
	case errors.As(err, &refused):
		a.explainAnswer(e, refused)
	case errors.As(err, &moved):
		e.Kind, e.Message = ErrRejected, moved.Error()
		e.Remedy = "set spec.url of the GitRepository to where the repository is now"
	default:
		explainTransport(e, err)
	}
	for _, s := range a.secrets {
		e.Message = strings.ReplaceAll(e.Message, s, "***")
		e.Message = strings.ReplaceAll(e.Message, url.QueryEscape(s), "***")
	}
	e.Message = oneLine(e.Message)
	return e
}

func (a *api) explainAnswer(e *Error, refused *answerError) {
	e.Message = refused.Error()
	switch {
	case refused.limited:
		e.Kind, e.RetryAfter = ErrRateLimited, refused.retryAfter
	case refused.status == http.StatusUnauthorized:
		e.Kind, e.Remedy = ErrAuth, "check that the token is right and has not expired"
	case refused.status == http.StatusForbidden:
		e.Kind, e.Remedy = ErrAuth, permissions[a.provider]
	case refused.status == http.StatusNotFound:
		e.Kind, e.Remedy = ErrNotFound, "check the repository's address; forges say this too where the token does not let see it: "+permissions[a.provider]
	case refused.status >= http.StatusInternalServerError:
		e.Kind, e.RetryAfter = ErrUnreachable, refused.retryAfter
	default:
		e.Kind = ErrRejected
	}
}

// permissions that a token needs.
var permissions = map[Provider]string{
	GitHub: "give the token the repository permissions pull requests, issues and commit statuses: write (classic: scope repo)",
	GitLab: "give the token the scope api and at least the role Developer",
	Gitea:  "give the token the scopes write:repository and write:issue, and its user the right to write to the repository",
}

func explainTransport(e *Error, err error) {
	e.Kind = ErrUnreachable
	var certificate *tls.CertificateVerificationError
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	var request *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e.Message = "no answer in time"
	case errors.Is(err, context.Canceled):
		e.Message = "given up"
	case errors.As(err, &certificate):
		e.Message, e.Remedy = certificate.Err.Error(), "add the CA of the server as ca.crt to the Secret"
	case errors.As(err, &syntax), errors.As(err, &mistyped), errors.Is(err, io.ErrUnexpectedEOF):
		e.Message, e.Remedy = "the answer is not what the API gives: "+err.Error(), "check the provider and the address"
	case errors.As(err, &request):
		// The innermost says why; the outer ones repeat the address.
		e.Message = request.Err.Error()
	case errors.Is(err, errTooLarge):
		e.Message = err.Error()
	default:
		e.Kind, e.Message = ErrRejected, err.Error()
	}
}

// cause keeps of an error what callers ask for: the end of a context. What clients
// wrap around it repeats requests, which nobody should see.
func cause(err error) error {
	for _, c := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, c) {
			return c
		}
	}
	return nil
}

// refusedWith tells whether the forge refused with one of the states.
func refusedWith(err error, states ...int) bool {
	var refused *answerError
	if !errors.As(err, &refused) || refused.limited {
		return false
	}
	for _, s := range states {
		if refused.status == s {
			return true
		}
	}
	return false
}

// declined tells whether an error is the forge's last word on what was asked, and
// neither a matter of time nor of the connection.
func declined(err error) bool {
	var refused *answerError
	return errors.As(err, &refused) && !refused.limited && refused.status < http.StatusInternalServerError
}

// checkCommit keeps what is no commit out of an address.
func checkCommit(commit string) error {
	if commit == "" || strings.ContainsAny(commit, "/?#% ") {
		return errors.New("there is no commit " + oneLine(commit))
	}
	return nil
}

// close closes a pull request the same way on every forge: what is decided stays,
// the comment comes first, and one that is refused keeps nothing open.
func (a *api) close(ctx context.Context, f Forge, number int64, comment, shut func() error) error {
	doing := fmt.Sprintf("close pull request %d", number)
	pr, err := f.Get(ctx, number)
	if err != nil || pr.State != Open {
		return err
	}
	if comment != nil {
		if err := comment(); err != nil && !declined(err) {
			return a.fail(doing, err)
		}
	}
	err = shut()
	if err == nil || !declined(err) {
		return a.fail(doing, err)
	}
	// Somebody may have decided meanwhile.
	if pr, again := f.Get(ctx, number); again == nil && pr.State != Open {
		return nil
	}
	return a.fail(doing, err)
}

// known are the labels that the repository has, with their number where the forge
// wants it.
type known struct {
	mu  sync.Mutex
	ids map[string]int64
}

func (k *known) id(name string) (int64, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id, ok := k.ids[name]
	return id, ok
}

func (k *known) add(name string, id int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ids == nil {
		k.ids = map[string]int64{}
	}
	k.ids[name] = id
}
