// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/forge"
	"github.com/strowger/strowger/internal/gitreport"
)

const (
	// unknownForgePause is how long nothing is asked of a server that is no forge.
	unknownForgePause = 10 * time.Minute
	// limitPause is how long is waited where a forge limits requests without saying
	// for how long.
	limitPause = time.Minute
	// mostForges bounds the forges that are kept of one repository: tokens that are
	// made anew each hour make new ones.
	mostForges = 16
)

// forgeOf gives the forge of a repository with the credentials that a
// NetworkFunction (nil: none in particular) names. It is made once; that it cannot
// be used is found out again only after a while.
func (r *WriteBackReconciler) forgeOf(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction) (*forgeHandle, error) {
	options, err := r.forgeOptions(ctx, rd, nf)
	if err != nil {
		return nil, err
	}
	key := forgeKey(options)
	h := rd.state.forges[key]
	if h == nil {
		if len(rd.state.forges) >= mostForges {
			clear(rd.state.forges)
		}
		h = &forgeHandle{sent: map[int64]string{}, open: map[int64]forge.PullRequest{}}
		rd.state.forges[key] = h
	}
	if h.err != nil && rd.now.Before(h.until) {
		rd.after(h.until.Sub(rd.now))
		return h, h.err
	}
	h.err = nil
	if h.forge == nil {
		connect := r.Forges
		if connect == nil {
			connect = forge.New
		}
		if h.forge, err = connect(ctx, options); err != nil {
			h.forge = nil
			return h, r.forgeFailed(rd, h, err)
		}
	}
	return h, nil
}

// forgeFailed notes a failure that is not one of a single pull request, and when to
// try again.
func (r *WriteBackReconciler) forgeFailed(rd *round, h *forgeHandle, err error) error {
	r.Metrics.failed("Forge" + failureKind(err))
	pause := r.PullRequestInterval
	var e *forge.Error
	switch {
	case errors.Is(err, forge.ErrRateLimited):
		pause = limitPause
		if errors.As(err, &e) && e.RetryAfter > 0 {
			pause = e.RetryAfter
		}
	case errors.Is(err, forge.ErrUnknownForge):
		pause = unknownForgePause
	case errors.Is(err, forge.ErrRejected), errors.Is(err, forge.ErrNotFound):
		// It was about one pull request, the next may do.
		rd.after(pause)
		if h.forge != nil {
			return err
		}
	}
	h.err, h.until = err, rd.now.Add(pause)
	rd.after(pause)
	return err
}

// forgeOptions are the credentials for the forge: those that the NetworkFunction
// names, or the ones of the GitRepository.
func (r *WriteBackReconciler) forgeOptions(ctx context.Context, rd *round, nf *v1alpha1.NetworkFunction) (forge.Options, error) {
	o := forge.Options{RepositoryURL: rd.repository.Spec.URL, CA: rd.access.Secret["ca.crt"]}
	if o.CA == nil {
		o.CA = rd.access.Secret["caFile"]
	}
	if nf != nil {
		policy := nf.Spec.Drift.Report.PullRequest
		o.Provider = forge.Provider(policy.Provider)
		if ref := policy.SecretRef; ref != nil {
			data, err := r.secret(ctx, nf.Namespace, ref.Name, "the forge's token of spec.drift.report.pullRequest")
			if err != nil {
				return o, err
			}
			o.Token = strings.TrimSpace(string(data["token"]))
			if o.Token == "" {
				return o, fmt.Errorf("secret %s/%s of spec.drift.report.pullRequest has no token", nf.Namespace, ref.Name)
			}
		}
	}
	client, err := proxied(rd.access.ProxySecret, o.CA)
	if err != nil {
		return o, err
	}
	o.HTTPClient = client
	if o.Token != "" {
		return o, nil
	}
	c, err := r.Git.Credentials(ctx, rd.access)
	if err != nil {
		return o, err
	}
	o.Token, o.Username, o.Password = c.Token, c.Username, c.Password
	return o, nil
}

func forgeKey(o forge.Options) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{o.RepositoryURL, string(o.Provider), o.Token, o.Username, o.Password, string(o.CA)}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// baseBranch is the branch that a pull request is to be merged into: the one Flux
// follows.
func baseBranch(repo *sourcev1.GitRepository) (string, error) {
	ref := repo.Spec.Reference
	switch {
	case ref == nil:
		return "master", nil
	case strings.HasPrefix(ref.Name, "refs/heads/"):
		return strings.TrimPrefix(ref.Name, "refs/heads/"), nil
	case ref.Name == "" && ref.SemVer == "" && ref.Tag == "" && ref.Branch != "":
		return ref.Branch, nil
	case ref.Name == "" && ref.SemVer == "" && ref.Tag == "" && ref.Commit == "":
		return "master", nil
	}
	return "", fmt.Errorf("GitRepository %s follows no branch that a pull request could be merged into: name one that does in spec.drift.report.gitRepositoryRef, or set spec.drift.report.pullRequest.mode to None", nameOf(repo))
}

// linkFile makes addresses of lines of files as the forge shows them.
func linkFile(provider forge.Provider, repositoryURL, branch string) func(string, int) string {
	u, err := url.Parse(repositoryURL)
	if err != nil || u.Host == "" {
		return nil
	}
	web := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")}
	if u.Scheme != "http" && u.Scheme != "https" {
		web.Scheme, web.Host = "https", u.Hostname()
	}
	middle, ok := map[forge.Provider]string{forge.GitHub: "/blob/", forge.GitLab: "/-/blob/", forge.Gitea: "/src/branch/"}[provider]
	if !ok {
		return nil
	}
	return func(path string, line int) string {
		at := web
		at.Path += middle + branch + "/" + path
		if line > 0 {
			at.Fragment = "L" + strconv.Itoa(line)
		}
		return at.String()
	}
}

// saying is what the pull request of a branch says.
func (rd *round) saying(h *forgeHandle, base, branch string, members []*member) forge.Proposal {
	reports := make([]gitreport.Report, 0, len(members))
	options := gitreport.BodyOptions{
		Functions: map[string]gitreport.Details{}, SharedWith: map[string][]string{},
		LinkFile: linkFile(h.forge.Provider(), rd.repository.Spec.URL, base),
	}
	labels := []string{"drift"}
	for _, m := range members {
		outcome := rd.state.published[m.name()].outcome
		report := outcome.Report
		report.Leaves = slices.Clone(report.Leaves)
		for i := range report.Leaves {
			if i < len(outcome.Origins) && outcome.Origins[i] != nil {
				report.Leaves[i].Author = outcome.Origins[i].Author
			}
		}
		reports = append(reports, report)
		options.Functions[m.name().String()] = details(m, outcome)
		for file, others := range outcome.Shared {
			options.SharedWith[file] = others
		}
		if m.nf != nil && len(m.nf.Spec.Drift.Report.PullRequest.Labels) > 0 {
			labels = m.nf.Spec.Drift.Report.PullRequest.Labels
		}
	}
	return forge.Proposal{Head: branch, Base: base, Title: gitreport.Title(reports), Body: gitreport.Body(reports, options), Labels: labels}
}

// proxied is a client for a forge behind the proxy of a GitRepository; nil where it
// names none.
func proxied(secret map[string][]byte, ca []byte) (*http.Client, error) {
	if len(secret) == 0 {
		return nil, nil
	}
	transport, err := gitreport.ProxiedTransport(secret, ca)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: transport, Timeout: time.Minute}, nil
}
