// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"context"
	// The digest algorithms that Flux offers.
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/opencontainers/go-digest"
	_ "github.com/opencontainers/go-digest/blake3" // one more that Flux offers
)

// Options of a [Fetcher]. Zero fields take the default.
type Options struct {
	// MaxArchiveBytes bounds a compressed archive. Default 64 MiB.
	MaxArchiveBytes int64
	// MaxUnpackedBytes bounds what is in it. Default 256 MiB.
	MaxUnpackedBytes int64
	// MaxFiles bounds the number of files. Default 100,000.
	MaxFiles int
	// CacheBytes bounds the unpacked artifacts kept in memory, the least recently
	// used go first. Default 256 MiB. The latest one is kept whatever its size.
	CacheBytes int64
	// Attempts bounds how often a download is tried within one Fetch. Default 4.
	Attempts int
	// Backoff before the second attempt; it doubles from there. Default 250 ms.
	Backoff time.Duration
	// Host replaces the host of artifact URLs, for managers outside of the cluster.
	Host string
	// Client makes the requests. Default: no overall timeout (the context bounds
	// it), but 10 s to connect and 30 s to the response's header.
	Client *http.Client
}

// Fetcher downloads each artifact once, however many ask for it.
type Fetcher struct {
	opts Options

	mu      sync.Mutex
	cache   lru
	flights map[digest.Digest]*flight
}

// flight is one download that any number of callers wait for.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiters int
	content *content
	err     error
}

// New returns a Fetcher with an empty cache.
func New(o Options) *Fetcher {
	setDefault(&o.MaxArchiveBytes, 64<<20)
	setDefault(&o.MaxUnpackedBytes, 256<<20)
	setDefault(&o.MaxFiles, 100_000)
	setDefault(&o.CacheBytes, 256<<20)
	setDefault(&o.Attempts, 4)
	setDefault(&o.Backoff, 250*time.Millisecond)
	if o.Client == nil {
		o.Client = &http.Client{Transport: newTransport()}
	}
	return &Fetcher{opts: o, cache: lru{limit: o.CacheBytes}, flights: map[digest.Digest]*flight{}}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   4,
		// The archive's own bytes are what the digest is of.
		DisableCompression: true,
	}
}

// Fetch returns the files of an artifact whose digest was verified. It gives up
// when ctx ends; a download that others wait for goes on.
func (f *Fetcher) Fetch(ctx context.Context, a *meta.Artifact) (*Files, error) {
	if a == nil {
		return nil, errors.New("fetching an artifact: there is none")
	}
	dig, err := digest.Parse(a.Digest)
	if err != nil {
		return nil, fmt.Errorf("artifact %s: digest %q: %w", a.URL, a.Digest, err)
	}
	if a.Size != nil && *a.Size > f.opts.MaxArchiveBytes {
		return nil, &TooLargeError{What: "archive", URL: a.URL, Limit: f.opts.MaxArchiveBytes}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("fetching %s: %w", a.URL, err)
	}
	fl, c := f.join(ctx, a.URL, dig)
	if c == nil {
		if c, err = f.await(ctx, fl, dig); err != nil {
			return nil, err
		}
	}
	return &Files{content: c, revision: a.Revision, digest: a.Digest}, nil
}

// join returns the content if it is known, else the download to wait for.
func (f *Fetcher) join(ctx context.Context, url string, dig digest.Digest) (*flight, *content) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c := f.cache.get(dig); c != nil {
		return nil, c
	}
	fl := f.flights[dig]
	if fl == nil {
		// The download outlives the caller that began it, as long as anybody waits.
		flightCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		fl = &flight{done: make(chan struct{}), cancel: cancel}
		f.flights[dig] = fl
		go f.fly(flightCtx, fl, url, dig)
	}
	fl.waiters++
	return fl, nil
}

func (f *Fetcher) fly(ctx context.Context, fl *flight, url string, dig digest.Digest) {
	c, err := f.load(ctx, url, dig)
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.content, fl.err = c, err
	if err == nil {
		f.cache.add(dig, c)
	}
	if f.flights[dig] == fl {
		delete(f.flights, dig)
	}
	close(fl.done)
	fl.cancel()
}

func (f *Fetcher) await(ctx context.Context, fl *flight, dig digest.Digest) (*content, error) {
	select {
	case <-fl.done:
		return fl.content, fl.err
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.waiters--
	if fl.waiters == 0 {
		fl.cancel()
		// Whoever comes next must not join a download that was given up.
		if f.flights[dig] == fl {
			delete(f.flights, dig)
		}
	}
	return nil, fmt.Errorf("fetching artifact %s: %w", dig, context.Cause(ctx))
}

func (f *Fetcher) load(ctx context.Context, url string, dig digest.Digest) (*content, error) {
	url, err := withHost(url, f.opts.Host)
	if err != nil {
		return nil, err
	}
	archive, err := f.download(ctx, url)
	if err != nil {
		return nil, err
	}
	if got := dig.Algorithm().FromBytes(archive); got != dig {
		return nil, &DigestError{URL: url, Want: dig.String(), Got: got.String()}
	}
	return unpack(url, archive, f.opts)
}
