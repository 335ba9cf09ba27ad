// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// counters are those of ietf-netconf-monitoring (RFC 6022).
type counters struct {
	sessions, rpcs, badRPCs, errors, notifications uint64
	lost                                           uint64 // notifications that a slow client was not sent
}

// count changes the counters of a session and of the server.
func (s *session) count(change func(*counters)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.counters)
	change(&s.Server.counters)
}

func (s *session) sid() uint64 {
	if s == nil {
		return 0
	}
	return s.id
}

// SessionInfo describes a session.
type SessionInfo struct {
	ID              uint64    `json:"id"`
	User            string    `json:"user"`
	Host            string    `json:"host"`
	Transport       string    `json:"transport"`
	Login           time.Time `json:"login"`
	RPCs            uint64    `json:"rpcs"`
	Errors          uint64    `json:"errors"`
	Notifications   uint64    `json:"notifications"`
	badRPCs, losses uint64
}

// SessionInfos describes the sessions, oldest first.
func (s *Server) SessionInfos() []SessionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]SessionInfo, 0, len(s.sessions))
	for _, ses := range s.sessions {
		c := ses.counters
		list = append(list, SessionInfo{ID: ses.id, User: ses.user, Host: ses.host, Transport: ses.transport, Login: ses.login,
			RPCs: c.rpcs, Errors: c.errors, Notifications: c.notifications, badRPCs: c.badRPCs, losses: c.lost})
	}
	slices.SortFunc(list, func(a, b SessionInfo) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// protocolState returns the state of the protocol as far as a filter asks for it, each in a data element.
func (s *session) protocolState(filter *element) ([]*element, error) {
	model, profile := s.options.Model, s.options.Profile
	var list []*element
	add := func(name, namespace string, build func() (*element, error)) error {
		if filter != nil && !slices.ContainsFunc(filter.children, func(f *element) bool { return f.matches(namespace, name) }) {
			return nil
		}
		root, err := build()
		if root != nil {
			list = append(list, root)
		}
		return err
	}
	library := func() (*element, error) { return model.libraryOf(profile) }
	for _, name := range []string{"yang-library", "modules-state"} {
		if len(list) == 0 {
			if err := add(name, libraryNamespace, library); err != nil {
				return nil, err
			}
		}
	}
	if err := add("netconf-state", monitoringNamespace, func() (*element, error) { return s.netconfState() }); err != nil {
		return nil, err
	}
	if !profile.Notifications {
		return list, nil
	}
	return list, add("netconf", streamsNamespace, func() (*element, error) { return parseElement([]byte(s.streams())) })
}

// netconfState is ietf-netconf-monitoring (RFC 6022 section 2).
func (s *session) netconfState() (*element, error) {
	var b strings.Builder
	b.WriteString(`<data><netconf-state xmlns="` + monitoringNamespace + `"><capabilities>`)
	for _, uri := range s.options.Model.capabilities(s.options.Profile) {
		writeLeaf(&b, "capability", uri)
	}
	b.WriteString("</capabilities><datastores>")
	locks := s.store.locked()
	for _, name := range []string{candidate, running, startup} {
		if !s.store.has(name) {
			continue
		}
		b.WriteString("<datastore>")
		writeLeaf(&b, "name", name)
		if held, ok := locks[name]; ok {
			b.WriteString("<locks><global-lock>")
			writeLeaf(&b, "locked-by-session", strconv.FormatUint(held.session, 10))
			writeLeaf(&b, "locked-time", eventTime(held.since))
			b.WriteString("</global-lock></locks>")
		}
		b.WriteString("</datastore>")
	}
	b.WriteString("</datastores><schemas/>")
	s.writeSessions(&b)
	b.WriteString("</netconf-state></data>")
	root, err := parseElement([]byte(b.String()))
	if err != nil {
		return nil, err
	}
	state := root.children[0]
	for i, child := range state.children {
		if child.name == "schemas" {
			state.children[i] = s.options.Model.schemas
		}
	}
	return root, nil
}

func (s *session) writeSessions(b *strings.Builder) {
	b.WriteString("<sessions>")
	number := func(name string, n uint64) { writeLeaf(b, name, strconv.FormatUint(n, 10)) }
	for _, i := range s.SessionInfos() {
		b.WriteString("<session>")
		number("session-id", i.ID)
		writeLeaf(b, "transport", i.Transport)
		writeLeaf(b, "username", i.User)
		writeLeaf(b, "source-host", i.Host)
		writeLeaf(b, "login-time", eventTime(i.Login))
		number("in-rpcs", i.RPCs)
		number("in-bad-rpcs", i.badRPCs)
		number("out-rpc-errors", i.Errors)
		number("out-notifications", i.Notifications)
		b.WriteString("</session>")
	}
	s.mu.Lock()
	c := s.Server.counters
	s.mu.Unlock()
	b.WriteString("</sessions><statistics>")
	writeLeaf(b, "netconf-start-time", eventTime(s.began))
	number("in-sessions", c.sessions)
	number("in-rpcs", c.rpcs)
	number("in-bad-rpcs", c.badRPCs)
	number("out-rpc-errors", c.errors)
	number("out-notifications", c.notifications)
	b.WriteString("</statistics>")
}

// streams is the list of event streams (RFC 5277 section 3.2.5).
func (s *session) streams() string {
	replay := "<replaySupport>true</replaySupport><replayLogCreationTime>" + eventTime(s.began) + "</replayLogCreationTime>"
	if s.options.Profile.NoReplay {
		replay = "<replaySupport>false</replaySupport>"
	}
	return `<data><netconf xmlns="` + streamsNamespace + `"><streams><stream><name>` + netconfStream + `</name><description>all events</description>` +
		replay + `</stream></streams></netconf></data>`
}
