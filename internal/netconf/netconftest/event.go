// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

const (
	eventsNamespace       = "urn:ietf:params:xml:ns:yang:ietf-netconf-notifications" // RFC 6470
	notificationNamespace = "urn:ietf:params:xml:ns:netconf:notification:1.0"        // RFC 5277
	streamsNamespace      = "urn:ietf:params:xml:ns:netmod:notification"

	netconfStream = "NETCONF"
	maxEdits      = 500
)

// event is something to notify of.
type event struct {
	stream, text string
	at           time.Time
	parsed       *element // nil until a filter asked for it
}

func (e *event) message() []byte {
	return []byte(`<notification xmlns="` + notificationNamespace + `"><eventTime>` + eventTime(e.at) + "</eventTime>" + e.text + "</notification>")
}

func eventTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000Z") }

// matches says whether a filter lets the event pass, which then is sent in full (RFC 5277 section 5.1).
func (e *event) matches(filter *element) bool {
	if filter == nil {
		return true
	}
	if e.parsed == nil {
		parsed, err := parseElement([]byte(e.text))
		if err != nil {
			return false
		}
		e.parsed = parsed
	}
	for _, f := range filter.children {
		if e.parsed.filter(f) != nil {
			return true
		}
	}
	return false
}

// change is one of a datastore; by is nil for the device itself.
type change struct {
	datastore     string
	before, after *yang.Tree
	by            *session
}

// who writes the parameters common to the events of RFC 6470.
func (s *session) who(b *strings.Builder) {
	writeLeaf(b, "username", s.user)
	writeLeaf(b, "session-id", strconv.FormatUint(s.id, 10))
	writeLeaf(b, "source-host", s.host)
}

// configChange is netconf-config-change (RFC 6470 section 2.2); "" if nothing changed.
func (c change) configChange() string {
	edits := c.edits()
	if edits == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<netconf-config-change xmlns="` + eventsNamespace + `"><changed-by>`)
	if c.by != nil {
		c.by.who(&b)
	} else {
		b.WriteString("<server/>")
	}
	b.WriteString("</changed-by>")
	writeLeaf(&b, "datastore", c.datastore)
	b.WriteString(edits)
	b.WriteString("</netconf-config-change>")
	return b.String()
}

func (c change) edits() string {
	var b strings.Builder
	list := topChanges(c.before, c.after)
	if len(list) > maxEdits {
		return "<edit><target>/</target><operation>merge</operation></edit>" // everything may have changed
	}
	for _, one := range list {
		target, declarations := xmlPath(c.after.Schema(), one.Path)
		b.WriteString("<edit><target" + declarations + ">")
		_ = xml.EscapeText(&b, []byte(target)) // a Builder does not fail
		b.WriteString("</target><operation>" + map[plan.Op]string{plan.Create: "create", plan.Modify: "replace", plan.Delete: "delete"}[one.Op] + "</operation></edit>")
	}
	return b.String()
}

// topChanges are the changes between two trees, without those within what is created.
func topChanges(before, after *yang.Tree) []plan.Change {
	var top []plan.Change
	created := ""
	for _, one := range plan.Compare(after, before, plan.Options{}).Changes {
		if created != "" && strings.HasPrefix(one.Path, created) {
			continue
		}
		created = ""
		if one.Op == plan.Create {
			created = one.Path + "/"
		}
		top = append(top, one)
	}
	return top
}

// sessionStart is netconf-session-start (RFC 6470).
func sessionStart(s *session) string {
	var b strings.Builder
	b.WriteString(`<netconf-session-start xmlns="` + eventsNamespace + `">`)
	s.who(&b)
	b.WriteString("</netconf-session-start>")
	return b.String()
}

// sessionEnd is netconf-session-end (RFC 6470).
func sessionEnd(s *session, why ending) string {
	var b strings.Builder
	b.WriteString(`<netconf-session-end xmlns="` + eventsNamespace + `">`)
	s.who(&b)
	if why.killedBy != 0 {
		writeLeaf(&b, "killed-by", strconv.FormatUint(why.killedBy, 10))
	}
	writeLeaf(&b, "termination-reason", why.reason)
	b.WriteString("</netconf-session-end>")
	return b.String()
}

// confirmEvent is netconf-confirmed-commit (RFC 6470).
func confirmEvent(what string, by *session, timeout time.Duration) string {
	var b strings.Builder
	b.WriteString(`<netconf-confirmed-commit xmlns="` + eventsNamespace + `">`)
	if by != nil && what != "timeout" {
		by.who(&b)
	}
	writeLeaf(&b, "confirm-event", what)
	if timeout > 0 {
		writeLeaf(&b, "timeout", strconv.Itoa(int(timeout/time.Second)))
	}
	b.WriteString("</netconf-confirmed-commit>")
	return b.String()
}

// pushUpdate is a push-update (RFC 8641 section 3.7) of all that is selected.
func pushUpdate(id uint32, t *yang.Tree) (string, error) {
	var b bytes.Buffer
	b.WriteString(`<push-update xmlns="` + pushNamespace + `"><id>` + strconv.FormatUint(uint64(id), 10) + "</id><datastore-contents>")
	err := yang.EncodeXML(&b, t.Root().Children()...)
	b.WriteString("</datastore-contents></push-update>")
	return b.String(), err
}

// pushChangeUpdate is a push-change-update with a YANG patch (RFC 8072); "" if nothing changed.
func pushChangeUpdate(id uint32, patch int, before, after *yang.Tree) (string, error) {
	list := topChanges(before, after)
	if len(list) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	b.WriteString(`<push-change-update xmlns="` + pushNamespace + `"><id>` + strconv.FormatUint(uint64(id), 10) + "</id><datastore-changes><yang-patch>" +
		"<patch-id>" + strconv.Itoa(patch) + "</patch-id>")
	for i, one := range list {
		if err := writePatchEdit(&b, i+1, one, before, after); err != nil {
			return "", err
		}
	}
	b.WriteString("</yang-patch></datastore-changes></push-change-update>")
	return b.String(), nil
}

func writePatchEdit(b *bytes.Buffer, n int, c plan.Change, before, after *yang.Tree) error {
	operation, in := "replace", after
	switch {
	case c.Op == plan.Create:
		operation = "create"
	case c.Op == plan.Delete:
		operation, in = "delete", before
	}
	d := in.Get(c.Path)
	if d == nil {
		return nil
	}
	b.WriteString("<edit><edit-id>edit" + strconv.Itoa(n) + "</edit-id><operation>" + operation + "</operation><target>")
	_ = xml.EscapeText(b, []byte(resourcePath(d))) // a Buffer does not fail
	b.WriteString("</target>")
	if c.Op != plan.Delete {
		b.WriteString("<value>")
		if err := yang.EncodeXML(b, d); err != nil {
			return err
		}
		b.WriteString("</value>")
	}
	b.WriteString("</edit>")
	return nil
}
