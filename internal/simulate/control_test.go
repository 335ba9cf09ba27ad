// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/strowger/strowger/internal/netconf"
)

// ask sends a request to the control endpoint and returns the body; the status must be the one wanted.
func ask(t *testing.T, status int, method, url, body string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		t.Fatalf("%s %s: %s, %v\n%s", method, url, response.Status, err, data)
	}
	return string(data)
}

func TestControl(t *testing.T) {
	out, log, _ := simulation(t, "--yang", yangFolder, "--listen", "127.0.0.1:0", "--count", "2", "--name", "upf", "--control", "127.0.0.1:0",
		"--profile", "notifications")
	found := regexp.MustCompile(`(?m)^control (http://\S+)$`).FindStringSubmatch(out.String())
	if found == nil {
		t.Fatalf("no endpoint in\n%s", out)
	}
	devices := found[1] + "/devices"

	ask(t, http.StatusOK, "PUT", devices+"/*/running", `<system xmlns="urn:acme:router"><hostname>r1</hostname></system>`)
	ask(t, http.StatusOK, "PATCH", devices+"/upf-2/running", `<system xmlns="urn:acme:router"><server>a</server></system>`)
	for name, want := range map[string]bool{"upf-1": false, "upf-2": true} {
		got := ask(t, http.StatusOK, "GET", devices+"/"+name+"/running", "")
		if !strings.Contains(got, "<hostname>r1</hostname>") || strings.Contains(got, "<server>") != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	ask(t, http.StatusOK, "GET", devices+"/upf-1/candidate", "")
	ask(t, http.StatusNotFound, "GET", devices+"/upf-1/startup", "")
	ask(t, http.StatusBadRequest, "POST", devices+"/*/faults", "faults: [{operation: comit, do: ignore}]")
	ask(t, http.StatusOK, "POST", devices+"/upf-%3F/faults", "faults: [{operation: lock, times: 2, do: rpc-error, errors: [{tag: in-use}]}, {operation: commit, do: delay, delay: 1ms}]")

	session, err := netconf.DialSSH(t.Context(), listening(out)["upf-1"], netconf.SSHConfig{User: "netconf", Password: "netconf", InsecureSkipHostKeyVerification: true})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Abort()
	var refused *netconf.RPCError
	if err := session.Lock(t.Context(), netconf.CandidateStore); !errors.As(err, &refused) || refused.Tag != "in-use" {
		t.Errorf("lock: %v", err)
	}
	ask(t, http.StatusOK, "DELETE", devices+"/upf-1/faults", "")
	if err := session.Lock(t.Context(), netconf.CandidateStore); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "rpc=lock session=1 device=upf-1 error=in-use fault=rpc-error\n") {
		t.Errorf("log:\n%s", log)
	}

	var all []description
	if err := json.Unmarshal([]byte(ask(t, http.StatusOK, "GET", devices, "")), &all); err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	one, two := all[0], all[1]
	if one.Name != "upf-1" || len(one.Sessions) != 1 || one.Sessions[0].User != "netconf" || one.Locks["candidate"] != 1 || one.Requests["lock"] != 2 ||
		len(one.Faults) != 0 || len(two.Faults) != 2 || len(two.Sessions) != 0 {
		t.Errorf("devices: %+v", all)
	}

	ask(t, http.StatusOK, "POST", devices+"/upf-1/notify", `<alarm xmlns="urn:acme:router"/>`)
	ask(t, http.StatusBadRequest, "POST", devices+"/upf-1/notify", "no XML")
	ask(t, http.StatusBadRequest, "POST", devices+"/upf-1/faults", "faults: [{do: nothing}]")
	ask(t, http.StatusBadRequest, "GET", devices+"/*/running", "")
	ask(t, http.StatusNotFound, "GET", devices+"/smf", "")
	ask(t, http.StatusOK, "POST", devices+"/upf-1/reset-counts", "")
	ask(t, http.StatusOK, "POST", devices+"/upf-1/drop-sessions", "")
	<-session.Done()
	ask(t, http.StatusOK, "POST", devices+"/*/restart", "")
}

func TestFaultFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "faults.yaml")
	script := "faults:\n- {device: \"other-*\", operation: get-config, do: drop-before}\n- {operation: get-config, nth: 2, do: drop-within}\n"
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, _ := simulation(t, "--yang", yangFolder, "--listen", "127.0.0.1:0", "--faults", file, "--quiet")
	session, err := netconf.DialSSH(t.Context(), listening(out)["device"], netconf.SSHConfig{User: "netconf", Password: "netconf", InsecureSkipHostKeyVerification: true})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Abort()
	if _, err := session.GetConfig(t.Context(), netconf.Running, nil); err != nil {
		t.Error(err)
	}
	if _, err := session.GetConfig(t.Context(), netconf.Running, nil); !errors.Is(err, netconf.ErrUnreachable) {
		t.Errorf("the second get-config: %v", err)
	}
}

func TestFaultMistakes(t *testing.T) {
	for script, says := range map[string]string{
		"faults: [{operation: get, do: dance}]":               "dance",
		"faults: [{operation: get, do: delay}]":               "needs a delay",
		"faults: [{operation: get, do: delay, delay: 3}]":     "200ms",
		"faults: [{do: drop-before, probability: 2}]":         "between 0 and 1",
		"faults: [{do: drop-before, nth: -1}]":                "first is 1",
		"faults: [{do: drop-before, color: red}]":             "color",
		"faults: [{operation: connect, do: malformed-xml}]":   "connection",
		"faults: [{do: drop-before, device: \"[\"}]":          "device",
		"faults: [{operation: get, do: drop-before}, {do: }]": "faults[1]",
	} {
		if _, err := parseFaults([]byte(script)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", script, err)
		}
	}
}
