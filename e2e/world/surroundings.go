// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A simulated device does nothing with its configuration. What stands behind the UPFs is played here: a switch, on
// which an interface of a UPF comes up when it is enabled and its VLAN is one that the switch has. What the modules
// allow, and the network does not have, is seen only in what the UPF then reports.

// switchVLANs are the VLANs of the switch: N3, N4 and N6.
var switchVLANs = []string{"103", "104", "106"}

// switched are the NFs behind the switch.
var switched = []string{"upf-zrh-1", "upf-zrh-2"}

// surroundingsPoll is how often the devices are looked at.
const surroundingsPoll = 100 * time.Millisecond

// startSurroundings keeps what is around the simulated devices in step with what they run, until Stop.
func (w *World) startSurroundings(ctx context.Context) error {
	var err error
	if w.sbi, err = listenSBI(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	w.endSurroundings = func() {
		cancel()
		<-ended
		_ = w.sbi.listener.Close()
	}
	go func() {
		defer close(ended)
		w.followDevices(ctx)
	}()
	return nil
}

// followDevices looks at what the devices run, again and again.
func (w *World) followDevices(ctx context.Context) {
	ticker := time.NewTicker(surroundingsPoll)
	defer ticker.Stop()
	reported := map[string]string{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, name := range switched {
			// A device that is away, or was, has forgotten what it is to report.
			if err := w.Devices[name].plug(ctx, reported); err != nil {
				delete(reported, name)
			}
		}
		_ = w.sbi.follow(ctx, w.Devices[servedBy]) // of a device that is away: as it was
	}
}

// plug brings what a UPF reports of its interfaces in line with its running configuration, if it is not.
func (d *Device) plug(ctx context.Context, reported map[string]string) error {
	running, err := d.Running(ctx)
	if err != nil {
		return err
	}
	state := interfaceStates(running)
	if reported[d.Name] == state {
		return nil
	}
	if err := d.send(ctx, http.MethodPut, "state", state); err != nil {
		return err
	}
	reported[d.Name] = state
	return nil
}

// interfaceStates is the state of all interfaces that a UPF's configuration has.
func interfaceStates(running *Element) string {
	var out strings.Builder
	out.WriteString(`<upf-function xmlns="urn:strowger:example:5gc-upf">`)
	if function := running.Find("upf-function"); function != nil {
		for _, child := range function.Children {
			if child.XMLName.Local != "interface" {
				continue
			}
			fmt.Fprintf(&out, "<interface><name>%s</name><oper-status>%s</oper-status></interface>", child.Value("name"), operStatus(child))
		}
	}
	out.WriteString("</upf-function>")
	return out.String()
}

func operStatus(port *Element) string {
	switch {
	case port.Value("enabled") == "false":
		return "down"
	case !slices.Contains(switchVLANs, port.Value("vlan-id")):
		return "lower-layer-down"
	}
	return "up"
}

// Running is the running configuration as the device itself has it, whoever holds it locked or has to confirm it.
func (d *Device) Running(ctx context.Context) (*Element, error) {
	response, err := fetch(ctx, http.DefaultClient, d.controlURL("running"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	root := &Element{}
	if err := xml.NewDecoder(response.Body).Decode(root); err != nil {
		return nil, fmt.Errorf("parsing the configuration of %s: %w", d.Name, err)
	}
	return root, nil
}

func (d *Device) controlURL(what string) string {
	return "http://" + d.control + "/devices/" + d.Name + "/" + what
}

// send asks a device's control endpoint to change something.
func (d *Device) send(ctx context.Context, method, what, body string) error {
	request, err := http.NewRequestWithContext(ctx, method, d.controlURL(what), bytes.NewReader([]byte(body)))
	if err != nil {
		return fmt.Errorf("composing a request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking %s: %w", d.Name, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusMultipleChoices {
		said, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s refuses %s %s: %s: %s", d.Name, method, what, response.Status, bytes.TrimSpace(said))
	}
	return nil
}

// Stop ends everything that Start began.
func (w *World) Stop() {
	if w.endSurroundings != nil {
		w.endSurroundings()
	}
	w.Stack.Stop()
}
