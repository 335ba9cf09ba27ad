// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"fmt"
	"time"
)

// fail stops a rollout: nothing more is released. Where that is asked for, what was
// changed is brought back.
func (d *decision) fail(reason string) Action {
	s := &d.status
	for i := range s.Places {
		p := &s.Places[i]
		if m := d.members[p.Name]; p.State == IsReleased && m.Standing == Waiting {
			p.State = IsWaiting // it did not begin yet
		}
	}
	s.Failed, s.Deadline, s.PausedUntil = Fingerprint(s.Places), time.Time{}, time.Time{}
	s.Reason = reason
	if d.spec.Revert {
		s.Phase = Reverting
		return d.revert()
	}
	s.Phase, s.Completed = Stopped, d.seen.Now
	s.Reason = fmt.Sprintf("%s; %d of %d members are changed, the others stay as they were", reason, d.changed(), len(s.Places))
	return Action{Message: s.Reason}
}

// changed counts the members that the rollout changed.
func (d *decision) changed() int {
	n := 0
	for _, p := range d.status.Places {
		if p.State == IsApplied {
			n++
		}
	}
	return n
}

// revert brings members back that the rollout changed, and waits for those that are
// being changed.
func (d *decision) revert() Action {
	var names, open []string
	s := &d.status
	for i := range s.Places {
		p := &s.Places[i]
		m := d.members[p.Name]
		if m == nil {
			continue
		}
		ask := false
		switch p.State, ask = wayBack(m, p); {
		case ask:
			names, open = append(names, p.Name), append(open, m.because())
		case p.State == IsReleased:
			open = append(open, m.because())
		}
	}
	if len(open) > 0 {
		return Action{Do: Revert, Names: names, Message: fmt.Sprintf("Reverting: %s; %d members have yet to go back: %s", s.Reason, len(open), listed(open))}
	}
	s.Phase, s.Completed = Stopped, d.seen.Now
	left := d.changed()
	for _, p := range s.Places {
		if p.State == IsFailed && p.Digest != p.Previous && d.members[p.Name] != nil && d.members[p.Name].Applied == p.Digest {
			left++
		}
	}
	if left > 0 {
		s.Reason = fmt.Sprintf("%s; %d of %d members could not be brought back", s.Reason, left, len(s.Places))
	} else {
		s.Reason += "; all that were changed are back"
	}
	return Action{Message: s.Reason}
}

// wayBack says how far a member is on its way back, and whether it is to be asked to go.
func wayBack(m *Member, p *Place) (state State, ask bool) {
	there := p.Digest != "" && m.Applied == p.Digest && p.Digest != p.Previous
	switch {
	case p.State == IsUpToDate || p.State == IsReverted:
		return p.State, false
	case m.Standing == RolledBack:
		return IsReverted, false
	case m.Standing == Failed:
		p.Message = m.Why
		return IsFailed, false
	case m.Digest != "" && m.Digest != p.Digest:
		return IsWaiting, false // Git says something else by now
	case p.State == IsApplied && p.Previous == "":
		p.Message = "it held nothing before that it could go back to"
		return p.State, false
	case there && (m.Standing == Current || m.Standing == Unready):
		return IsApplied, p.Previous != ""
	case p.State == IsApplied:
		return IsApplied, true // on its way
	}
	return p.State, false
}
