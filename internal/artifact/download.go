// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// download gets an archive. Only what may pass by itself is tried again: network
// errors, and answers that say "later".
func (f *Fetcher) download(ctx context.Context, url string) ([]byte, error) {
	wait := f.opts.Backoff
	for attempt := 1; ; attempt++ {
		data, err := f.get(ctx, url)
		if err == nil {
			return data, nil
		}
		if attempt >= f.opts.Attempts || !passing(err) || ctx.Err() != nil {
			return nil, fmt.Errorf("downloading artifact (attempt %d): %w", attempt, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("downloading artifact (attempt %d): %w", attempt, err)
		case <-time.After(wait):
			wait *= 2
		}
	}
}

func (f *Fetcher) get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &permanentError{err}
	}
	resp, err := f.opts.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return nil, &GoneError{URL: url}
	case resp.StatusCode != http.StatusOK:
		return nil, &statusError{url: url, code: resp.StatusCode, text: resp.Status}
	}
	limit := f.opts.MaxArchiveBytes
	if resp.ContentLength > limit {
		return nil, &TooLargeError{What: "archive", URL: url, Limit: limit}
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", url, err)
	}
	if int64(len(data)) > limit {
		return nil, &TooLargeError{What: "archive", URL: url, Limit: limit}
	}
	return data, nil
}

// permanentError does not pass by itself.
type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

func passing(err error) bool {
	var (
		gone      *GoneError
		large     *TooLargeError
		permanent *permanentError
		status    *statusError
	)
	switch {
	case errors.As(err, &gone), errors.As(err, &large), errors.As(err, &permanent):
		return false
	case errors.As(err, &status):
		return status.code >= 500 || status.code == http.StatusTooManyRequests || status.code == http.StatusRequestTimeout
	}
	return true
}

// withHost replaces the host of a URL.
func withHost(raw, host string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("artifact URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("artifact URL %s is neither http nor https", raw)
	}
	if host != "" {
		u.Host = host
	}
	return u.String(), nil
}
