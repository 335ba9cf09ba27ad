// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package target

import (
	"context"

	"github.com/strowger/strowger/internal/netconf"
)

// Save copies running to startup on an NF that keeps a startup of its own (RFC 6241 section 8.7), and does
// nothing on others. It makes up for an Apply that was cut off between its commit and this copy. While a
// change is under way it is refused with ChangePending: only what is final is saved.
func (p *Pool) Save(ctx context.Context, e Endpoint) error {
	return p.with(ctx, e, "copy-config", func(l *link) error {
		if err := l.device.notUnderWay(e, "copy-config", ""); err != nil {
			return err
		}
		if !l.Capabilities().Has(netconf.Startup) {
			return nil
		}
		return l.rpc(ctx, "copy-config", func(ctx context.Context) error {
			return l.CopyConfig(ctx, netconf.StartupStore, netconf.Running)
		})
	})
}
