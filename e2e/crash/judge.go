// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// end is what became of the NFs of a lane.
type end string

const (
	endedNew   end = "new"
	endedOld   end = "old"
	endedTorn  end = "neither"
	notReached end = ""
)

// cleanWithin is how long what is left behind may be there when a change has ended: a
// device takes a moment to notice that a session is gone.
const cleanWithin = 5 * time.Second

// judge looks at the devices of a lane when a change has ended, and at what is in the API.
func (l *lane) judge(ctx context.Context, f fault) (end, []string) {
	became, violations := l.look(ctx)
	switch {
	case became == endedTorn:
	case l.change.bad && became == endedNew:
		violations = append(violations, "the change stays, although its check does not hold")
	case !l.change.bad && became == endedOld && !l.change.mayEndOld && !l.atomic:
		violations = append(violations, "the change was given up, although its check holds")
	}
	if err := l.await(ctx, cleanWithin, l.leftovers); err != nil {
		violations = append(violations, "left behind "+err.Error())
	}
	if !f.tears {
		violations = append(violations, l.tears()...)
	}
	if l.operator.Ended() {
		violations = append(violations, fmt.Sprintf("the operator ended by itself; its log is %s", l.operator.LogPath()))
	}
	return became, violations
}

// look reads what every device holds: all must be wholly at the same version.
func (l *lane) look(ctx context.Context) (became end, violations []string) {
	for i, d := range l.devices {
		now, err := d.running(ctx)
		of := endedTorn
		switch {
		case err != nil:
			violations = append(violations, err.Error())
		case now == l.declared.leaves():
			of = endedNew
		case now == l.before.leaves():
			of = endedOld
		default:
			violations = append(violations, fmt.Sprintf("%s holds %q: neither version %d nor %d", l.function(i), now, l.before, l.declared))
		}
		if became != "" && of != became {
			if of != endedTorn && became != endedTorn {
				violations = append(violations, fmt.Sprintf("%s is at the %s version, another at the %s", l.function(i), of, became))
			}
			of = endedTorn
		}
		became = of
	}
	return became, violations
}

// leftovers says what a change that has ended left behind.
func (l *lane) leftovers(ctx context.Context) (string, error) {
	var all []string
	for i, d := range l.devices {
		left, err := d.left(ctx)
		if err != nil {
			return "", err
		}
		for _, what := range left {
			all = append(all, "on "+l.function(i)+": "+what)
		}
		nf, err := l.get(ctx, i)
		if err != nil {
			return "", err
		}
		if nf.Status.PendingCommit != nil {
			all = append(all, "status.pendingCommit of "+nf.Name)
		}
	}
	undo, err := l.secrets(ctx, l.namespace, "-undo-")
	if err != nil {
		return "", err
	}
	for _, name := range undo {
		all = append(all, "Secret "+name)
	}
	return strings.Join(all, "; "), nil
}

// tears lists configurations that a device had on the way which were neither version.
func (l *lane) tears() []string {
	var out []string
	for i, d := range l.devices {
		s, ok := d.(*simulated)
		if !ok {
			continue
		}
		for _, seen := range s.seen() {
			if seen != l.declared.leaves() && seen != l.before.leaves() {
				out = append(out, fmt.Sprintf("%s held %q for a while: neither version %d nor %d", l.function(i), seen, l.before, l.declared))
			}
		}
	}
	return out
}
