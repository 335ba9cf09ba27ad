// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"fmt"
	"time"
)

// progress decides while waves are being changed.
func (d *decision) progress() Action {
	changed := d.observe()
	index := d.waveIndex()
	for i := range d.status.Places {
		p := &d.status.Places[i]
		m := d.members[p.Name]
		if p.State == IsWaiting && m.Standing == Failed && m.Wave == index {
			p.State, p.Message = IsFailed, m.Why
		}
		if p.State == IsFailed {
			return d.fail(p.Name + ": " + p.Message)
		}
	}
	flying := d.flying()
	switch {
	case (d.spec.Suspend || changed || index < 0) && len(flying) > 0:
		return Action{Message: fmt.Sprintf("Nothing more is begun; %s: being changed still", listed(flying))}
	case d.spec.Suspend || changed || index < 0:
		d.status.Phase, d.status.SettledSince = Idle, d.seen.Now
		d.status.Deadline, d.status.PausedUntil, d.status.Wave = time.Time{}, time.Time{}, ""
		return d.rest()
	}
	return d.waves(index)
}

// observe brings the places to what the members became, and says whether something else
// is to be rolled out now.
func (d *decision) observe() (changed bool) {
	kept := d.status.Places[:0]
	for _, p := range d.status.Places {
		if d.members[p.Name] != nil { // what is gone is no member any more
			kept = append(kept, p)
		}
	}
	d.status.Places = kept
	for i := range d.seen.Members {
		m := &d.seen.Members[i]
		p := d.place(m.Name)
		if p == nil {
			d.status.Places = append(d.status.Places, Place{Name: m.Name, Wave: d.waveName(m), State: IsUpToDate, Digest: m.Digest, Revision: m.Revision, Previous: m.Applied})
			changed = changed || m.Standing != Current && m.Standing != Unready
			continue
		}
		p.Wave = d.waveName(m)
		if p.Digest == "" && m.Digest != "" {
			p.Digest, p.Revision, p.Previous, p.PreviousRevision = m.Digest, m.Revision, m.Applied, m.AppliedRevision
		}
		same := m.Digest == "" || m.Digest == p.Digest
		changed = changed || !same
		p.State, p.Message = underWay(m, p, same)
	}
	return changed
}

// underWay is the state of a member of a rollout that is under way, and what is to be
// said of it.
func underWay(m *Member, p *Place, same bool) (State, string) {
	there := same && m.Applied == p.Digest && p.Digest != ""
	switch {
	case p.State == IsReleased && m.Standing == Failed:
		return IsFailed, m.Why
	case p.State == IsReleased && m.Standing == RolledBack:
		return IsFailed, "it was rolled back on request"
	case p.State == IsReleased && m.Standing == Current && there:
		return IsApplied, ""
	case p.State == IsReleased && !same && (m.Standing == Waiting || m.Standing == Current || m.Standing == Unready):
		return IsWaiting, "" // it waits with something newer, and was never changed, or is by now
	case p.State == IsWaiting && m.Standing == Current && there:
		return IsUpToDate, ""
	case p.State == IsWaiting && m.Standing == RolledBack:
		return IsUpToDate, m.Why
	}
	return p.State, m.Why
}

func (d *decision) flying() (names []string) {
	for _, p := range d.status.Places {
		if p.State == IsReleased {
			names = append(names, p.Name)
		}
	}
	return names
}

// waveIndex of the present wave, -1 where the spec has it no more.
func (d *decision) waveIndex() int {
	for i, w := range d.spec.Waves {
		if w.Name == d.status.Wave {
			return i
		}
	}
	return -1
}

// waves goes from wave to wave as far as it may.
func (d *decision) waves(index int) Action {
	for ; index < len(d.spec.Waves); index++ {
		d.status.Wave = d.spec.Waves[index].Name
		if action, stay := d.wave(index); stay {
			return action
		}
		d.status.Deadline, d.status.PausedUntil = time.Time{}, time.Time{}
		d.seen.Checked = nil // they were those of this wave
	}
	d.status.Phase, d.status.Wave, d.status.Completed = Idle, "", d.seen.Now
	return Action{Message: fmt.Sprintf("%d of %d members say what Git says", Done(d.status.Places), len(d.status.Places))}
}

// wave decides about one wave; stay is false when the next one may begin.
func (d *decision) wave(index int) (action Action, stay bool) {
	w := d.spec.Waves[index]
	open, touched := 0, false
	for _, p := range d.status.Places {
		if d.members[p.Name].Wave == index {
			touched = touched || p.State == IsApplied
			if p.State == IsWaiting || p.State == IsReleased {
				open++
			}
		}
	}
	switch {
	case open > 0:
		return d.release(index), true
	case !touched:
		return Action{}, false
	}
	if w.Checks && d.status.PausedUntil.IsZero() {
		if action, stay := d.checks(index); stay {
			return action, true
		}
	}
	if w.Pause <= 0 || !d.more(index) {
		return Action{}, false
	}
	if d.status.PausedUntil.IsZero() {
		// Stored with the precision of a second: never shorter than asked for.
		d.status.PausedUntil = d.seen.Now.Add(w.Pause + time.Second - 1).Truncate(time.Second)
		d.status.Deadline = time.Time{}
	}
	if d.seen.Now.Before(d.status.PausedUntil) {
		return Action{Until: d.status.PausedUntil, Message: d.at(index) + "done; the next wave begins at " + d.status.PausedUntil.UTC().Format(time.RFC3339)}, true
	}
	return Action{}, false
}

// more: there is something to do after a wave.
func (d *decision) more(index int) bool {
	for _, p := range d.status.Places {
		if p.State == IsWaiting && d.members[p.Name].Wave > index {
			return true
		}
	}
	return false
}

// release lets members go, as many as may change at a time.
func (d *decision) release(index int) Action {
	room := max(d.spec.Waves[index].MaxParallel, 1) - len(d.flying())
	var names []string
	total, done, why := 0, 0, ""
	for i := range d.status.Places {
		p := &d.status.Places[i]
		m := d.members[p.Name]
		if m.Wave != index {
			continue
		}
		total++
		switch {
		case p.State == IsUpToDate || p.State == IsApplied:
			done++
		case p.State == IsWaiting && m.Standing == Waiting && !m.Stale && room > 0:
			p.State, p.Message = IsReleased, ""
			names, room = append(names, p.Name), room-1
		case why == "" && m.Why != "" && m.Standing != Waiting:
			why = "; " + m.because()
		}
	}
	action := Action{Names: names, Message: fmt.Sprintf("%s%d of %d members done%s", d.at(index), done, total, why)}
	if len(names) > 0 {
		action.Do = Release
	}
	return action
}

// checks of a wave that is done.
func (d *decision) checks(index int) (action Action, stay bool) {
	w := d.spec.Waves[index]
	if d.status.Deadline.IsZero() {
		d.status.Deadline = d.seen.Now.Add(w.CheckTimeout)
	}
	checked := d.seen.Checked
	switch {
	case checked == nil:
		return Action{Do: Check, Message: d.at(index) + "done; its checks are looked at"}, true
	case checked.Holds:
		return Action{}, false
	case !d.seen.Now.Before(d.status.Deadline):
		return d.fail(fmt.Sprintf("the checks of wave %s did not hold within %s: %s", w.Name, w.CheckTimeout, checked.Message)), true
	}
	return Action{Until: d.status.Deadline, Message: d.at(index) + "done; its checks are awaited: " + checked.Message}, true
}

func (d *decision) at(index int) string {
	return fmt.Sprintf("Wave %d of %d: ", index+1, len(d.spec.Waves))
}
