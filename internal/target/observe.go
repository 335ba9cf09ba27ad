// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/strowger/strowger/internal/netconf"
)

// Observation is the running configuration of an NF as it was read.
type Observation struct {
	// XML is a document whose root element data holds the configuration.
	XML []byte
	// Digest identifies XML: as long as it stays the same, there is nothing new in it.
	Digest string
	// SessionID is that of the NETCONF session that saw it.
	SessionID uint64
}

// Observe reads the part of the running configuration that the content of a subtree filter selects; nil
// selects everything. On an established session it costs exactly one get-config.
func (p *Pool) Observe(ctx context.Context, e Endpoint, filter []byte) (Observation, error) {
	var seen Observation
	err := p.with(ctx, e, "get-config", func(l *link) error {
		var err error
		seen, err = l.observe(ctx, filter)
		return err
	})
	return seen, err
}

func (l *link) observe(ctx context.Context, filter []byte) (Observation, error) {
	seen := Observation{SessionID: l.ID()}
	err := l.rpc(ctx, func(ctx context.Context) error {
		var err error
		seen.XML, err = l.GetConfig(ctx, netconf.Running, filter)
		return err
	})
	if err != nil {
		return Observation{}, err
	}
	sum := sha256.Sum256(seen.XML)
	seen.Digest = "sha256:" + hex.EncodeToString(sum[:])
	return seen, nil
}
