// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Profile says what kind of device it is. The zero value is a device as the RFCs want it, with a candidate,
// confirmed commits, validation, XPath filters, with-defaults and both framings. Traits sets fields by name.
type Profile struct {
	// NoCandidate leaves out candidate and what needs it, and makes running writable.
	NoCandidate bool
	// WritableRunning makes running writable beside the candidate.
	WritableRunning bool
	// Startup has a startup datastore of its own; without, each change of running is saved by the device.
	Startup bool
	// Base10Only speaks base:1.0 only.
	Base10Only bool
	// NoValidate has neither validate nor test-option; Validate10Only lacks test-only.
	NoValidate, Validate10Only bool
	// NoConfirmedCommit has plain commits only; ConfirmedCommit10Only has neither persist nor cancel-commit.
	NoConfirmedCommit, ConfirmedCommit10Only bool
	// NoRollbackOnError lacks that error-option.
	NoRollbackOnError bool
	// NoXPath and NoWithDefaults lack those capabilities.
	NoXPath, NoWithDefaults bool
	// Modules says where modules are announced.
	Modules ModuleAnnouncement
	// NMDA has get-data and edit-data (RFC 8526).
	NMDA bool
	// Notifications has the stream NETCONF with replay (RFC 5277) and the events of RFC 6470. NoInterleave
	// serves only close-session while subscribed, NoReplay keeps no events.
	Notifications, NoInterleave, NoReplay bool
	// Push has dynamic subscriptions to a stream or to changes (RFC 8639, RFC 8641).
	Push bool

	// AddsDefaults reports default values that nobody set, TrimsDefaults hides those that somebody did.
	AddsDefaults, TrimsDefaults bool
	// HashesPasswords reports a hash in place of what was written to leafs that hold passwords.
	HashesPasswords bool
	// Reorders reports entries that the system orders, and siblings, in another order than the schema's.
	Reorders bool
	// RewritesPrefixes reports elements and identities with prefixes of its own.
	RewritesPrefixes bool
	// RewritesValues reports values in other lexical forms: numbers with a sign, bits in another order.
	RewritesValues bool
	// Lowercases stores strings in lower case, as devices do that normalise addresses.
	Lowercases bool

	// LosesValidatedCommits answers ok to a commit after validate, and loses the change, as netconfd 2.13. One
	// that is to be confirmed is pending nevertheless.
	LosesValidatedCommits bool
	// PendingDeniesLocks grants no other session any lock while a commit is to be confirmed, and refuses it
	// with in-use, as netconfd 2.13. RFC 6241 section 7.5 denies that of running only.
	PendingDeniesLocks bool
	// DropsUnknown answers ok to elements that it does not know, and ignores them.
	DropsUnknown bool
	// Drops are schema paths, such as "/acme:system/contact", whose configuration it accepts and forgets.
	Drops []string
	// KeepsFailedEdits leaves in the datastore what was done before an error, whatever the error-option.
	KeepsFailedEdits bool
	// AlwaysRollsBack acts on every error-option as on rollback-on-error.
	AlwaysRollsBack bool
	// IgnoresPersistID confirms and cancels a commit whatever the persist-id.
	IgnoresPersistID bool
	// WholeConfig demands a valid configuration as a whole: mandatory top-level nodes, and no reference to
	// what is not there. Otherwise a device may be configured in part.
	WholeConfig bool

	// OneError answers with the first of several rpc-errors; NoErrorPath leaves error-path out.
	OneError, NoErrorPath bool
	// ChunkBytes bounds the chunks, or writes, that replies come in; 0 sends each in one.
	ChunkBytes int
	// StallsAfterHello notices an rpc that arrives together with the hello only when more bytes come.
	StallsAfterHello bool
	// Latency is how long each request takes.
	Latency time.Duration
}

// ModuleAnnouncement is where a device announces its modules.
type ModuleAnnouncement int

// The ways to announce modules.
const (
	InLibrary11 ModuleAnnouncement = iota // ietf-yang-library of RFC 8525, and of RFC 7895 for old clients
	InLibrary10                           // ietf-yang-library of RFC 7895
	InHello                               // capabilities of the hello
)

// Trait is a way in which devices differ. Traits can be combined.
type Trait struct {
	Name string
	// Meaning is one line for people.
	Meaning string
	set     func(*Profile)
}

var traits = []Trait{
	{"running-only", "no candidate datastore; running is written directly", func(p *Profile) { p.NoCandidate = true }},
	{"writable-running", "running is writable beside the candidate", func(p *Profile) { p.WritableRunning = true }},
	{"startup", "a startup datastore of its own, which only copy-config changes", func(p *Profile) { p.Startup = true }},
	{"base-1.0", "base:1.0 only: end-of-message framing, no chunks", func(p *Profile) { p.Base10Only = true }},
	{"no-validate", "neither the validate operation nor test-option", func(p *Profile) { p.NoValidate = true }},
	{"validate-1.0", "validate:1.0 only: no test-only", func(p *Profile) { p.Validate10Only = true }},
	{"no-confirmed-commit", "plain commits only", func(p *Profile) { p.NoConfirmedCommit = true }},
	{"confirmed-commit-1.0", "confirmed commits without persist, persist-id and cancel-commit", func(p *Profile) { p.ConfirmedCommit10Only = true }},
	{"no-rollback-on-error", "lacks that error-option", func(p *Profile) { p.NoRollbackOnError = true }},
	{"no-xpath", "subtree filters only", func(p *Profile) { p.NoXPath = true }},
	{"no-with-defaults", "lacks the with-defaults capability", func(p *Profile) { p.NoWithDefaults = true }},
	{"library-1.0", "modules announced as in RFC 7895, not RFC 8525", func(p *Profile) { p.Modules = InLibrary10 }},
	{"modules-in-hello", "modules announced as capabilities, without a YANG library", func(p *Profile) { p.Modules = InHello }},
	{"nmda", "get-data and edit-data (RFC 8526)", func(p *Profile) { p.NMDA = true }},
	{"notifications", "stream NETCONF with replay and interleave (RFC 5277), events of RFC 6470", func(p *Profile) { p.Notifications = true }},
	{"no-interleave", "while subscribed, only close-session is served", func(p *Profile) { p.Notifications, p.NoInterleave = true, true }},
	{"no-replay", "a stream that keeps no past events", func(p *Profile) { p.Notifications, p.NoReplay = true, true }},
	{"push", "dynamic subscriptions, also to changes of a datastore (RFC 8639, RFC 8641)", func(p *Profile) { p.Push = true }},

	{"adds-defaults", "reports default values that nobody set", func(p *Profile) { p.AddsDefaults = true }},
	{"trims-defaults", "hides values that equal the default", func(p *Profile) { p.TrimsDefaults = true }},
	{"hashes-passwords", "reports a hash in place of what was written to a password", func(p *Profile) { p.HashesPasswords = true }},
	{"reorders", "reports list entries and siblings in an order of its own", func(p *Profile) { p.Reorders = true }},
	{"rewrites-prefixes", "reports elements and identities with prefixes of its own", func(p *Profile) { p.RewritesPrefixes = true }},
	{"rewrites-values", "reports equal values in other lexical forms (+5, bits in another order)", func(p *Profile) { p.RewritesValues = true }},
	{"lowercases", "stores strings in lower case, like devices that normalise addresses", func(p *Profile) { p.Lowercases = true }},

	{"loses-validated-commits", "answers ok to a commit after validate, and loses the change", func(p *Profile) { p.LosesValidatedCommits = true }},
	{"drops-unknown", "answers ok to elements it does not know, and ignores them", func(p *Profile) { p.DropsUnknown = true }},
	{"keeps-failed-edits", "leaves in the datastore what was done before an error", func(p *Profile) { p.KeepsFailedEdits = true }},
	{"always-rolls-back", "every error-option acts as rollback-on-error", func(p *Profile) { p.AlwaysRollsBack = true }},
	{"ignores-persist-id", "confirms and cancels commits whatever the persist-id", func(p *Profile) { p.IgnoresPersistID = true }},
	{"whole-config", "demands a valid configuration as a whole, with mandatory top-level nodes", func(p *Profile) { p.WholeConfig = true }},

	{"one-error", "reports only the first of several errors", func(p *Profile) { p.OneError = true }},
	{"no-error-path", "errors without error-path", func(p *Profile) { p.NoErrorPath = true }},
	{"small-chunks", "replies in chunks of 2,000 bytes", func(p *Profile) { p.ChunkBytes = 2000 }},
	{"stalls-after-hello", "an rpc that arrives together with the hello waits for more bytes", func(p *Profile) { p.StallsAfterHello = true }},
	{"slow", "each request takes half a second", func(p *Profile) { p.Latency = 500 * time.Millisecond }},
	{"netconfd", "as Yuma's netconfd 2.13: notifications, loses-validated-commits, always-rolls-back, one-error, small-chunks, stalls-after-hello, modules-in-hello", func(p *Profile) {
		p.Notifications, p.LosesValidatedCommits, p.AlwaysRollsBack, p.OneError = true, true, true, true
		p.ChunkBytes, p.StallsAfterHello, p.Modules = 2000, true, InHello
		p.PendingDeniesLocks = true
	}},
}

// Traits lists all traits, in the order of their documentation.
func Traits() []Trait { return slices.Clone(traits) }

// ProfileOf combines traits. It is an error to name one that does not exist, or that needs what another
// takes away.
func ProfileOf(names ...string) (Profile, error) {
	var p Profile
	for _, name := range names {
		i := slices.IndexFunc(traits, func(t Trait) bool { return t.Name == strings.TrimSpace(name) })
		if i < 0 {
			return p, fmt.Errorf("there is no trait %q", name)
		}
		traits[i].set(&p)
	}
	for _, c := range []struct {
		wrong bool
		why   string
	}{
		{p.NoCandidate && p.ConfirmedCommit10Only, "confirmed-commit-1.0 needs a candidate"},
		{p.NoConfirmedCommit && p.ConfirmedCommit10Only, "no-confirmed-commit and confirmed-commit-1.0 exclude each other"},
		{p.NoValidate && p.Validate10Only, "no-validate and validate-1.0 exclude each other"},
		{p.AddsDefaults && p.TrimsDefaults, "adds-defaults and trims-defaults exclude each other"},
		{p.NMDA && p.Modules != InLibrary11, "nmda needs the YANG library of RFC 8525"},
	} {
		if c.wrong {
			return p, fmt.Errorf("%s", c.why)
		}
	}
	return p, nil
}

// capabilities are the URIs of a device with the profile, but those of modules.
func (p Profile) capabilities(contentID string) []string {
	const prefix = "urn:ietf:params:netconf:capability:"
	list := []string{"urn:ietf:params:netconf:base:1.0"}
	add := func(when bool, uris ...string) {
		if when {
			list = append(list, uris...)
		}
	}
	add(!p.Base10Only, "urn:ietf:params:netconf:base:1.1")
	add(!p.NoCandidate, prefix+"candidate:1.0")
	add(p.NoCandidate || p.WritableRunning, prefix+"writable-running:1.0")
	confirms := !p.NoCandidate && !p.NoConfirmedCommit
	add(confirms, prefix+"confirmed-commit:1.0")
	add(confirms && !p.ConfirmedCommit10Only, prefix+"confirmed-commit:1.1")
	add(!p.NoValidate, prefix+"validate:1.0")
	add(!p.NoValidate && !p.Validate10Only, prefix+"validate:1.1")
	add(!p.NoRollbackOnError, prefix+"rollback-on-error:1.0")
	add(p.Startup, prefix+"startup:1.0")
	add(!p.NoXPath, prefix+"xpath:1.0")
	add(!p.NoWithDefaults, prefix+"with-defaults:1.0?basic-mode="+string(p.basicMode())+"&also-supported="+p.alsoSupported())
	add(p.Notifications, prefix+"notification:1.0")
	add(p.Notifications && !p.NoInterleave, prefix+"interleave:1.0")
	add(p.Modules == InLibrary11, prefix+"yang-library:1.1?revision=2019-01-04&content-id="+contentID)
	add(p.Modules == InLibrary10, prefix+"yang-library:1.0?revision=2016-06-21&module-set-id="+contentID)
	add(true, monitoringNamespace+"?module=ietf-netconf-monitoring&revision=2010-10-04")
	add(p.NMDA, nmdaNamespace+"?module=ietf-netconf-nmda&revision=2019-01-07")
	add(p.Notifications, eventsNamespace+"?module=ietf-netconf-notifications&revision=2012-02-06")
	add(p.Push, subscribedNamespace+"?module=ietf-subscribed-notifications&revision=2019-09-09&features=encode-xml,xpath",
		pushNamespace+"?module=ietf-yang-push&revision=2019-09-09&features=on-change")
	return list
}
