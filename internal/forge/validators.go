// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"io"
	"net/http"
	"sync"
)

const (
	maxKnown      = 64        // answers that are remembered
	maxKnownBytes = 256 << 10 // of a body that is remembered
)

// validators remember answers with an entity tag, so that asking again for what
// did not change costs neither the forge nor the rate limit (RFC 9110, 13.1.2;
// GitHub does not count a 304).
type validators struct {
	mu     sync.Mutex
	known  map[string]knownAnswer
	recent []string // addresses, the oldest first
}

type knownAnswer struct {
	tag    string
	header http.Header
	body   []byte
}

func newValidators() *validators { return &validators{known: map[string]knownAnswer{}} }

// condition asks only for what changed since the known answer.
func (v *validators) condition(req *http.Request) {
	if req.Method != http.MethodGet {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if k, ok := v.known[req.URL.String()]; ok {
		req.Header.Set("If-None-Match", k.tag)
	}
}

// resolve puts the known answer in place of "not modified", and remembers new ones.
func (v *validators) resolve(req *http.Request, res *http.Response) (*http.Response, error) {
	if req.Method != http.MethodGet {
		return res, nil
	}
	address := req.URL.String()
	if res.StatusCode == http.StatusNotModified {
		v.mu.Lock()
		k, ok := v.known[address]
		v.mu.Unlock()
		if ok {
			res.Body.Close()
			res.StatusCode, res.Status = http.StatusOK, "200 OK"
			res.Header = k.header.Clone()
			return replay(res, k.body), nil
		}
		return res, nil
	}
	tag := res.Header.Get("ETag")
	if res.StatusCode != http.StatusOK || tag == "" {
		return res, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if len(body) <= maxKnownBytes {
		v.remember(address, knownAnswer{tag: tag, header: res.Header.Clone(), body: body})
	}
	return replay(res, body), nil
}

func (v *validators) remember(address string, k knownAnswer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.known[address]; !ok {
		if len(v.recent) == maxKnown {
			delete(v.known, v.recent[0])
			v.recent = v.recent[1:]
		}
		v.recent = append(v.recent, address)
	}
	v.known[address] = k
}
