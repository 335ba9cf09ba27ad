// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/netconf"
)

// client is a session for tests of what the server does. It shares nothing with internal/netconf's sessions but
// framing, so that neither hides the other's mistakes.
type client struct {
	*rawClient
}

var errEnded = errors.New("the session ended")

// replyError is what was in an rpc-reply's errors.
type replyError struct {
	tags    []string
	session uint64 // of the first error's info
	text    string
}

func (e *replyError) Error() string { return e.text }

var (
	errorTag     = regexp.MustCompile(`<error-tag>(.*?)</error-tag>`)
	errorSession = regexp.MustCompile(`<session-id>(\d+)</session-id>`)
)

// exec sends an operation and returns the content of the reply.
func (c *client) exec(operation string) (string, error) {
	c.t.Helper()
	c.send(operation)
	message, err := c.read()
	if err != nil {
		return "", fmt.Errorf("%w: %w", errEnded, err)
	}
	content := strings.TrimSuffix(message[strings.Index(message, ">")+1:], "</rpc-reply>")
	if !strings.HasPrefix(content, "<rpc-error>") {
		return content, nil
	}
	failed := &replyError{text: content}
	for _, tag := range errorTag.FindAllStringSubmatch(content, -1) {
		failed.tags = append(failed.tags, tag[1])
	}
	if id := errorSession.FindStringSubmatch(content); id != nil {
		failed.session, _ = strconv.ParseUint(id[1], 10, 64)
	}
	return "", failed
}

// do sends an operation that is answered with ok.
func (c *client) do(operation string) error {
	c.t.Helper()
	content, err := c.exec(operation)
	if err == nil && content != "<ok/>" {
		c.t.Errorf("%s: %s", operation, content)
	}
	return err
}

func (c *client) lock(ds string) error { return c.do("<lock><target><" + ds + "/></target></lock>") }
func (c *client) unlock(ds string) error {
	return c.do("<unlock><target><" + ds + "/></target></unlock>")
}
func (c *client) discard() error { return c.do("<discard-changes/>") }
func (c *client) commit(options string) error {
	return c.do("<commit>" + options + "</commit>")
}
func (c *client) cancel(persistID string) error {
	if persistID != "" {
		persistID = "<persist-id>" + persistID + "</persist-id>"
	}
	return c.do("<cancel-commit>" + persistID + "</cancel-commit>")
}

// edit sends an edit-config; options stand before the config.
func (c *client) edit(target, options, config string) error {
	return c.do("<edit-config><target><" + target + "/></target>" + options + "<config>" + config + "</config></edit-config>")
}

// running reads the running configuration; a filter is the content of a subtree filter.
func (c *client) running(filter ...string) (string, error) {
	element := ""
	if len(filter) > 0 {
		element = "<filter>" + filter[0] + "</filter>"
	}
	return c.exec("<get-config><source><running/></source>" + element + "</get-config>")
}

// get reads state and configuration.
func (c *client) get(filter string) (string, error) {
	if filter != "" {
		filter = "<filter>" + filter + "</filter>"
	}
	return c.exec("<get>" + filter + "</get>")
}

func (c *client) schema(name, version string) (string, error) {
	if version != "" {
		version = "<version>" + version + "</version>"
	}
	return c.exec(`<get-schema xmlns="` + monitoringNamespace + `"><identifier>` + name + "</identifier>" + version + "</get-schema>")
}

// capabilities are those of the hello.
func (c *client) capabilities() netconf.Capabilities {
	hello, err := parseElement([]byte(c.hello))
	if err != nil {
		c.t.Fatal(err)
	}
	var uris []string
	for _, e := range hello.child("capabilities").children {
		uris = append(uris, e.text)
	}
	return netconf.NewCapabilities(uris)
}

func (c *client) id() uint64 {
	hello, err := parseElement([]byte(c.hello))
	if err != nil {
		c.t.Fatal(err)
	}
	id, _ := strconv.ParseUint(hello.value("session-id"), 10, 64)
	return id
}

// tagOf returns the tag of the first rpc-error, or what else went wrong.
func tagOf(err error) string {
	var failed *replyError
	if errors.As(err, &failed) {
		return failed.tags[0]
	}
	return fmt.Sprint(err)
}

// device starts a server and returns a way to log in.
func device(t *testing.T, o Options) (*Server, func() *client) {
	t.Helper()
	if o.Model == nil {
		o.Model = testModel()
	}
	s := NewServer(o)
	t.Cleanup(s.Close)
	return s, func() *client {
		t.Helper()
		return &client{rawClient: dialRaw(t, s)}
	}
}
