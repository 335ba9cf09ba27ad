// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Drift is the way of one change behind Git's back, in times of this machine's clock.
type Drift struct {
	// Session is the NETCONF session that made the change, and Sent when it sent the commit.
	Session uint64
	Sent    time.Time
	// Seen is when a watch saw the DriftReport opened, Corrected when it saw that it is.
	Seen, Corrected time.Time
}

// DriftByHand changes an NF whose drift is corrected through the foreign client, and watches until it was.
func (w *World) DriftByHand(ctx context.Context, name, config string) (*Drift, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	reports, err := w.Client.Watch(ctx, &v1alpha1.DriftReportList{}, client.InNamespace(Namespace),
		client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", name)})
	if err != nil {
		return nil, fmt.Errorf("watching DriftReports: %w", err)
	}
	defer reports.Stop()
	drift := &Drift{}
	edited := make(chan error, 1)
	go func() {
		var err error
		drift.Session, drift.Sent, err = w.Devices[name].EditTimed(ctx, config)
		edited <- err
	}()
	for done := false; !done || drift.Corrected.IsZero(); {
		select {
		case err := <-edited:
			if err != nil {
				return nil, err
			}
			done = true
		case event := <-reports.ResultChan():
			drift.see(event)
		case <-ctx.Done():
			return nil, fmt.Errorf("watching the DriftReport of %s: %w; seen: %v, corrected: %v", name, context.Cause(ctx), !drift.Seen.IsZero(), !drift.Corrected.IsZero())
		}
	}
	return drift, nil
}

// see takes the time of what an event says first. What a report said before it was opened is about an earlier drift.
func (d *Drift) see(event watch.Event) {
	report, ok := event.Object.(*v1alpha1.DriftReport)
	switch {
	case !ok:
	case report.Status.State == v1alpha1.DriftOpen && d.Seen.IsZero():
		d.Seen = time.Now()
	case report.Status.State == v1alpha1.DriftCorrected && !d.Seen.IsZero() && d.Corrected.IsZero():
		d.Corrected = time.Now()
	}
}
