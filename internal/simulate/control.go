// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"time"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
)

const maxControlBody = 64 << 20

var errNoDatastore = errors.New("it has no datastore")

// serveControl serves the control endpoint; without an address it does nothing.
func (f *fleet) serveControl(addr string) (stop func(), err error) {
	if addr == "" {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("--control: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--control: %s is no address of loopback; the endpoint asks nobody for a password", host)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--control: %w", err)
	}
	f.control = listener.Addr().String()
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	return func() {
		_ = server.Close()
		<-ended
	}, nil
}

func (f *fleet) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /devices", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, f.describe("*")) })
	one := func(pattern string, serve func(*device, http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, f.each(1, serve))
	}
	any := func(pattern string, serve func(*device, http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, f.each(0, serve))
	}
	one("GET /devices/{name}", func(d *device, w http.ResponseWriter, _ *http.Request) error {
		writeJSON(w, d.describe())
		return nil
	})
	for datastore, read := range map[string]func(*netconftest.Server) *yang.Tree{
		"running": (*netconftest.Server).Running, "candidate": (*netconftest.Server).Candidate, "startup": (*netconftest.Server).Startup,
	} {
		one("GET /devices/{name}/"+datastore, func(d *device, w http.ResponseWriter, _ *http.Request) error {
			if !d.server.Has(datastore) {
				return fmt.Errorf("%w %s", errNoDatastore, datastore)
			}
			return writeTree(w, read(d.server))
		})
	}
	any("PUT /devices/{name}/running", (*device).putRunning)
	any("PATCH /devices/{name}/running", (*device).patchRunning)
	any("PUT /devices/{name}/state", (*device).putState)
	one("GET /devices/{name}/faults", func(d *device, w http.ResponseWriter, _ *http.Request) error {
		writeJSON(w, d.server.Faults())
		return nil
	})
	any("POST /devices/{name}/faults", func(d *device, _ http.ResponseWriter, r *http.Request) error { return f.postFaults(d, r) })
	any("DELETE /devices/{name}/faults", func(d *device, _ http.ResponseWriter, _ *http.Request) error {
		d.server.ClearFaults()
		return nil
	})
	any("POST /devices/{name}/drop-sessions", func(d *device, _ http.ResponseWriter, _ *http.Request) error {
		d.server.DropSessions()
		return nil
	})
	any("POST /devices/{name}/restart", func(d *device, _ http.ResponseWriter, _ *http.Request) error {
		d.server.Restart()
		return nil
	})
	any("POST /devices/{name}/notify", (*device).notify)
	any("POST /devices/{name}/reset-counts", func(d *device, _ http.ResponseWriter, _ *http.Request) error {
		d.server.ResetRequests()
		return nil
	})
	return mux
}

// each serves a request for every device whose name fits; at most limit, if that is not 0.
func (f *fleet) each(limit int, serve func(*device, http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		pattern := r.PathValue("name")
		found := f.find(pattern)
		switch {
		case len(found) == 0:
			http.Error(w, fmt.Sprintf("there is no device %s", pattern), http.StatusNotFound)
			return
		case limit > 0 && len(found) > limit:
			http.Error(w, fmt.Sprintf("%s is %d devices; name one", pattern, len(found)), http.StatusBadRequest)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, d := range found {
			r.Body = io.NopCloser(bytes.NewReader(body))
			if err := serve(d, w, r); err != nil {
				status := http.StatusBadRequest
				if errors.Is(err, errNoDatastore) {
					status = http.StatusNotFound
				}
				http.Error(w, fmt.Sprintf("device %s: %v", d.name, err), status)
				return
			}
		}
	}
}

// find returns the devices whose names fit a pattern, in their order.
func (f *fleet) find(pattern string) []*device {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil
	}
	var found []*device
	for _, d := range f.devices {
		if d.name == pattern || matches(pattern, d.name) {
			found = append(found, d)
		}
	}
	return found
}

// description is what the endpoint tells of a device.
type description struct {
	Name           string                    `json:"name"`
	Address        string                    `json:"address,omitempty"`
	TLSAddress     string                    `json:"tlsAddress,omitempty"`
	Sessions       []netconftest.SessionInfo `json:"sessions"`
	Subscriptions  int                       `json:"subscriptions"`
	Locks          map[string]uint64         `json:"locks"`
	CandidateDirty bool                      `json:"candidateDirty"`
	CommitPending  bool                      `json:"commitPending"`
	Requests       map[string]int            `json:"requests"`
	Faults         []netconftest.Fault       `json:"faults"`
}

func (f *fleet) describe(pattern string) []description {
	list := []description{}
	for _, d := range f.find(pattern) {
		list = append(list, d.describe())
	}
	return list
}

func (d *device) describe() description {
	s := d.server
	locks := make(map[string]uint64)
	for _, name := range []string{"candidate", "running", "startup"} {
		if holder := s.LockHolder(name); holder != 0 {
			locks[name] = holder
		}
	}
	return description{
		Name: d.name, Address: s.Addr, TLSAddress: s.TLSAddr, Sessions: s.SessionInfos(), Subscriptions: s.Subscriptions(), Locks: locks,
		CandidateDirty: s.CandidateDirty(), CommitPending: s.CommitPending(), Requests: s.Counts(), Faults: s.Faults(),
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // whoever asked is gone
}

func writeTree(w http.ResponseWriter, t *yang.Tree) error {
	w.Header().Set("Content-Type", "application/xml")
	fmt.Fprintf(w, "<config xmlns=%q>", yang.NetconfNamespace)
	err := yang.EncodeXMLWith(w, yang.EncodeOptions{Indent: "  "}, t.Root())
	fmt.Fprintln(w, "</config>")
	return err
}

func (d *device) tree(r *http.Request, config bool) (*yang.Tree, error) {
	t, _, errs := yang.DecodeXML(d.server.Model().Schema(), r.Body, yang.XMLOptions{ConfigOnly: config})
	return t, errs.Err()
}

func (d *device) putRunning(_ http.ResponseWriter, r *http.Request) error {
	t, err := d.tree(r, true)
	if err == nil {
		d.server.SetRunning(t)
	}
	return err
}

func (d *device) patchRunning(_ http.ResponseWriter, r *http.Request) error {
	t, err := d.tree(r, true)
	if err != nil {
		return err
	}
	return d.server.Edit(func(running *yang.Tree) error {
		running.Merge(t)
		return nil
	})
}

func (d *device) putState(_ http.ResponseWriter, r *http.Request) error {
	t, err := d.tree(r, false)
	if err == nil {
		d.server.SetState(t)
	}
	return err
}

func (f *fleet) postFaults(d *device, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	faults, err := parseFaults(data)
	if err == nil {
		err = f.checkOperations(faults)
	}
	if err == nil {
		d.inject(faults)
	}
	return err
}

func (d *device) notify(_ http.ResponseWriter, r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the body is the XML of the notification's content")
	}
	return d.server.Notify(string(data))
}
