// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"net/http"
	"strings"
)

// Provider is the kind of a forge, as spec.drift.report.pullRequest.provider names it.
type Provider string

const (
	// GitHub is github.com, GitHub Enterprise Cloud and Server.
	GitHub Provider = "GitHub"
	// GitLab is gitlab.com and GitLab on one's own server.
	GitLab Provider = "GitLab"
	// Gitea is Gitea and Forgejo.
	Gitea Provider = "Gitea"
)

// Options say which repository is meant and how it is reached.
type Options struct {
	// RepositoryURL is the Git URL: https://host/owner/repo.git or
	// ssh://git@host:port/owner/repo. The API of an SSH URL is asked for at
	// https://host. Credentials in it are not used.
	RepositoryURL string
	// Provider of the forge; empty: found out from the host, or from what it answers.
	Provider Provider
	// Token for the API: a personal, project or app installation token.
	Token string
	// Username and Password are used where there is no Token: as basic
	// authentication on Gitea; on GitHub and GitLab the password is a token.
	Username, Password string
	// CA are PEM certificates to trust beside the system's.
	CA []byte
	// HTTPClient to use, for a proxy or a client certificate; CA is not used then.
	// Default: one that trusts the system's certificates and CA.
	HTTPClient *http.Client
}

// State of a pull request.
type State string

const (
	// Open: nobody decided yet.
	Open State = "Open"
	// Merged into its base.
	Merged State = "Merged"
	// Closed and not merged.
	Closed State = "Closed"
)

// Proposal is what a pull request is to say.
type Proposal struct {
	// Head is the branch with the change, Base the one it is to be merged into.
	Head, Base string
	// Title and Body in the forge's Markdown.
	Title, Body string
	// Labels to have; those that the repository lacks are created.
	Labels []string
}

// PullRequest is a pull request as the forge knows it; GitLab calls it merge request.
type PullRequest struct {
	// Number in the repository.
	Number int64
	// URL to look at it.
	URL string
	// Head and Base branch.
	Head, Base string
	// Title and Body as they are now.
	Title, Body string
	// State says whether and how it was decided.
	State State
	// MergeCommit is the commit that merged it; empty unless Merged.
	MergeCommit string
	// DecidedBy is the login of who merged or closed it. Only Get tells, where the
	// forge does.
	DecidedBy string
}

// The states of a commit status. GitLab knows no error: it reads back as failure.
const (
	StatusPending = "pending"
	StatusSuccess = "success"
	StatusFailure = "failure"
	StatusError   = "error"
)

// Status of a commit.
type Status struct {
	// Context tells statuses of one commit apart: strowger/<namespace>/<name>.
	Context string
	// State is one of StatusPending, StatusSuccess, StatusFailure, StatusError.
	State string
	// Description in a sentence, URL with the details; both may be empty. Forges
	// show 140 characters: longer ones are cut.
	Description, URL string
}

// Same tells whether the forge shows o where s was set: without what it does not
// tell apart.
func (s Status) Same(o Status) bool {
	return s.canonical() == o.canonical()
}

func (s Status) canonical() Status {
	s = s.bounded()
	if s.State == StatusError {
		s.State = StatusFailure
	}
	return s
}

// Forge is one repository on a forge. Its methods fail with *Error, and may be
// called at the same time.
type Forge interface {
	// Provider of the forge.
	Provider() Provider
	// Find gives the open pull request of a branch, nil if there is none. To find
	// those of many branches use ListOpen.
	Find(ctx context.Context, head string) (*PullRequest, error)
	// Get gives a pull request in whatever state.
	Get(ctx context.Context, number int64) (*PullRequest, error)
	// ListOpen gives all open pull requests between branches of the repository; of
	// very many the newest 2,000.
	ListOpen(ctx context.Context) ([]PullRequest, error)
	// Open opens a pull request. If one is open for the same head and base, it is
	// given as it is. That labels cannot be set is no failure.
	Open(ctx context.Context, p Proposal) (*PullRequest, error)
	// Update makes title and body what p says; nothing is written where they are
	// so already. Head, Base and Labels are not looked at.
	Update(ctx context.Context, number int64, p Proposal) (*PullRequest, error)
	// Close writes the comment, if any, and closes. One that is merged or closed
	// is left as it is, without a comment.
	Close(ctx context.Context, number int64, comment string) error
	// Statuses of a commit, the latest of each context.
	Statuses(ctx context.Context, commit string) (map[string]Status, error)
	// SetStatus adds a status to a commit; it replaces the one of the same context.
	SetStatus(ctx context.Context, commit string, s Status) error
}

// New finds out which forge the repository is on and gives it. It does requests
// only where neither Provider nor the host tells. Whether the credentials are
// accepted shows in the first call.
//
// Errors: ErrUnknownForge, ErrUnreachable, ErrRateLimited; ErrRejected for
// options that cannot be used, ErrAuth if there are no credentials for an API.
func New(ctx context.Context, o Options) (Forge, error) {
	where, err := parseRepository(o.RepositoryURL)
	if err != nil {
		return nil, &Error{Kind: ErrRejected, Subject: "find the forge of the GitRepository", Message: err.Error(),
			Remedy: "set spec.url of the GitRepository to https://host/owner/repository or ssh://git@host/owner/repository"}
	}
	client, err := httpClient(o)
	if err != nil {
		return nil, &Error{Kind: ErrRejected, Subject: "use " + where.String(), Message: err.Error(),
			Remedy: "put PEM certificates into ca.crt"}
	}
	root := where.root(o.Provider)
	provider := o.Provider
	if provider == "" {
		if provider, root, err = detect(ctx, client, where); err != nil {
			return nil, err
		}
	}
	if o.Token == "" && o.Password == "" {
		return nil, &Error{Kind: ErrAuth, Subject: "use the API of " + where.String(),
			Message: "there is neither a token nor a password; an SSH key opens no pull requests",
			Remedy:  "name a Secret with a token in spec.drift.report.pullRequest.secretRef"}
	}
	return connect(provider, where, root, client, o)
}

func connect(provider Provider, where location, root string, client *http.Client, o Options) (Forge, error) {
	a := api{provider: provider, repository: where.String()}
	for _, s := range []string{o.Token, o.Password} {
		if s != "" {
			a.secrets = append(a.secrets, s)
		}
	}
	base := apiURL(provider, where, root)
	a.http = authorize(client, base, credentials(provider, o))
	switch provider {
	case GitHub:
		owner, repo, err := where.ownerAndRepository("")
		if err != nil {
			return nil, a.fail("use the API", err)
		}
		return newGitHub(a, base, owner, repo), nil
	case GitLab:
		project := strings.Trim(strings.TrimPrefix("/"+strings.Join(where.segments, "/"), root), "/")
		f, err := newGitLab(a, base, project)
		if err != nil {
			return nil, a.fail("use the API", err)
		}
		return f, nil
	case Gitea:
		owner, repo, err := where.ownerAndRepository(root)
		if err != nil {
			return nil, a.fail("use the API", err)
		}
		return &gitea{api: a, base: strings.TrimSuffix(base.String(), "/"), owner: owner, repo: repo}, nil
	}
	return nil, &Error{Kind: ErrUnknownForge, Subject: "use " + where.String(),
		Message: "there is no provider " + oneLine(string(provider)), Remedy: "set provider to GitHub, GitLab or Gitea"}
}

// What every forge takes: GitHub's limits are the narrowest.
const (
	maxTitle       = 250
	maxBody        = 65000
	maxDescription = 140
)

// bounded is the proposal as every forge takes it.
func (p Proposal) bounded() Proposal {
	p.Title = truncate(strings.Join(strings.Fields(p.Title), " "), maxTitle)
	if len([]rune(p.Body)) > maxBody {
		p.Body = truncate(p.Body, maxBody)
	}
	return p
}

// bounded is the status as every forge takes it.
func (s Status) bounded() Status {
	s.Description = truncate(strings.Join(strings.Fields(s.Description), " "), maxDescription)
	return s
}

// says tells whether the pull request has the proposal's title and body. Forges
// change line ends and trim.
func (pr *PullRequest) says(p Proposal) bool {
	same := func(a, b string) bool {
		return strings.TrimSpace(strings.ReplaceAll(a, "\r\n", "\n")) == strings.TrimSpace(strings.ReplaceAll(b, "\r\n", "\n"))
	}
	return same(pr.Title, p.Title) && same(pr.Body, p.Body)
}
