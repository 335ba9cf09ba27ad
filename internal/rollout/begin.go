// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"fmt"
	"time"
)

// rest decides while no rollout is under way: whether one begins.
func (d *decision) rest() Action {
	if d.follow() || d.status.SettledSince.IsZero() {
		d.status.SettledSince = d.seen.Now
	}
	waiting, blocking := d.census()
	if d.status.Phase == Stopped {
		if again, resumed := d.startOver(waiting); !again {
			return Action{Message: d.status.Reason}
		} else if len(resumed) > 0 {
			return Action{Do: Resume, Names: resumed, Message: fmt.Sprintf("%s: brought forward again", listed(resumed))}
		}
	}
	d.status.Phase = Idle
	settled := d.status.SettledSince.Add(d.spec.Settle)
	switch {
	case len(waiting) == 0 && len(blocking) == 0:
		return Action{Message: fmt.Sprintf("%d of %d members say what Git says", Done(d.status.Places), len(d.status.Places))}
	case len(blocking) > 0:
		return Action{Message: fmt.Sprintf("%d of %d members wait for others: %s", len(waiting), len(d.status.Places), listed(blocking))}
	case d.spec.Suspend:
		return Action{Message: fmt.Sprintf("Suspended: %d of %d members wait", len(waiting), len(d.status.Places))}
	case d.seen.Now.Before(settled):
		return Action{Until: settled, Message: fmt.Sprintf("%d of %d members wait, until nothing has changed for %s", len(waiting), len(d.status.Places), d.spec.Settle)}
	}
	return d.begin()
}

// startOver leaves a failed rollout behind, when what failed is not what is to be rolled
// out now, or when it is asked for. Members that were reverted are to go forward again.
func (d *decision) startOver(waiting []string) (again bool, resumed []string) {
	changed := d.status.Failed != Fingerprint(d.status.Places)
	if !d.seen.Again && !changed && (len(waiting) > 0 || Done(d.status.Places) < len(d.status.Places)) {
		return false, nil
	}
	d.status.Phase, d.status.Failed, d.status.Reason = Idle, "", ""
	d.status.SettledSince, d.status.Completed = d.seen.Now, time.Time{}
	for i := range d.status.Places {
		if p := &d.status.Places[i]; p.State == IsReverted {
			p.State = IsWaiting
			if m := d.members[p.Name]; m.Standing == RolledBack {
				resumed = append(resumed, p.Name)
			}
		}
	}
	return true, resumed
}

// follow brings the stored places to what the members are, and says whether what is to
// be rolled out changed.
func (d *decision) follow() (moved bool) {
	places := make([]Place, 0, len(d.seen.Members))
	for i := range d.seen.Members {
		m := &d.seen.Members[i]
		was := d.place(m.Name)
		if was == nil {
			was, moved = &Place{Name: m.Name}, true
		}
		p := *was
		p.Wave, p.Message = d.waveName(m), m.Why
		same := m.Digest == "" || m.Digest == was.Digest
		if !same {
			p.Digest, p.Revision, moved = m.Digest, m.Revision, true
			p.Previous, p.PreviousRevision = m.Applied, m.AppliedRevision
		}
		moved = moved || m.Stale
		p.State = atRest(m, was, same)
		if p.Message == "" && p.State == was.State {
			p.Message = was.Message
		}
		places = append(places, p)
	}
	d.status.Places = places
	return moved
}

// atRest is the state of a member while no rollout is under way. What the last one made
// of it stays, as long as it is to be the same.
func atRest(m *Member, was *Place, same bool) State {
	released := was.State == IsReleased && same
	switch m.Standing {
	case Current, Unready:
		if same && (was.State == IsApplied || released) {
			return IsApplied
		}
		return IsUpToDate
	case RolledBack:
		if same && was.State == IsReverted {
			return IsReverted
		}
		return IsUpToDate
	case Failed:
		return IsFailed
	}
	if released || same && (was.State == IsFailed || was.State == IsReverted) {
		return was.State
	}
	return IsWaiting
}

// census lists who waits with a change, and who keeps it from beginning and why.
func (d *decision) census() (waiting, blocking []string) {
	for i := range d.seen.Members {
		m := &d.seen.Members[i]
		flying := d.place(m.Name).State == IsReleased
		switch {
		case m.Stale:
			blocking = append(blocking, m.Name+" has yet to look at what Git says")
		case m.Standing == Waiting && !flying:
			waiting = append(waiting, m.Name)
		case m.Standing == Changing, m.Standing == Failed, flying,
			d.spec.Atomic && (m.Standing == Unknown || m.Standing == RolledBack):
			blocking = append(blocking, m.because())
		}
	}
	return waiting, blocking
}

// begin starts a rollout of what the members wait with. What one that did not end well
// changed counts as changed by this one: checks after its waves have yet to hold.
func (d *decision) begin() Action {
	s := &d.status
	unfinished := s.Completed.IsZero()
	s.ID, s.Started, s.Completed = d.seen.ID, d.seen.Now, time.Time{}
	s.Deadline, s.PausedUntil, s.Reason, s.Failed = time.Time{}, time.Time{}, "", ""
	for i := range s.Places {
		p, m := &s.Places[i], d.members[s.Places[i].Name]
		switch m.Standing {
		case Waiting:
			p.State, p.Digest, p.Revision, p.Message = IsWaiting, m.Digest, m.Revision, ""
			p.Previous, p.PreviousRevision = m.Applied, m.AppliedRevision
		case Unknown:
			p.State, p.Digest, p.Message = IsWaiting, "", m.Why // learnt as soon as it can say
		default:
			if p.State != IsApplied || !unfinished {
				p.State = IsUpToDate
			}
		}
	}
	if d.spec.Atomic {
		s.Phase = Preparing
		return Action{Do: Begin, Message: fmt.Sprintf("Preparing %d members", len(s.Places)-Done(s.Places))}
	}
	s.Phase, s.Wave = Progressing, d.spec.Waves[0].Name
	return d.progress()
}
