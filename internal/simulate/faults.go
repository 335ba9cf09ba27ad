// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"fmt"
	"os"
	"path"
	"slices"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// deviceFault is a fault of the devices whose names match a pattern; "" is all.
type deviceFault struct {
	Device string   `json:"device,omitempty"`
	Delay  duration `json:"delay,omitempty"`
	netconftest.Fault
}

// readFaults reads a file of faults; none if path is empty.
func readFaults(file string) ([]deviceFault, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parseFaults(data)
}

func parseFaults(data []byte) ([]deviceFault, error) {
	var script struct {
		Faults []deviceFault `json:"faults"`
	}
	if err := yaml.UnmarshalStrict(data, &script); err != nil {
		return nil, err
	}
	for i := range script.Faults {
		f := &script.Faults[i]
		f.Fault.Delay = time.Duration(f.Delay)
		if err := f.Check(); err != nil {
			return nil, fmt.Errorf("faults[%d]: %w", i, err)
		}
		if _, err := path.Match(f.Device, ""); err != nil {
			return nil, fmt.Errorf("faults[%d]: device: %w", i, err)
		}
	}
	return script.Faults, nil
}

// checkOperations refuses faults of operations that no device they are about has.
func (f *fleet) checkOperations(faults []deviceFault) error {
	for i, fault := range faults {
		about := f.devices
		if fault.Device != "" {
			about = f.find(fault.Device)
		}
		if len(about) > 0 && !slices.ContainsFunc(about, func(d *device) bool { return d.knows(fault.Operation) }) {
			return fmt.Errorf("faults[%d]: operation: there is no operation %s", i, fault.Operation)
		}
	}
	return nil
}

// knows says whether a fault can be about something.
func (d *device) knows(operation string) bool {
	switch operation {
	case "", "hello", "notification", "connect":
		return true
	}
	return d.server.Model().HasOperation(operation)
}

// inject adds the faults that are about a device.
func (d *device) inject(faults []deviceFault) {
	for _, f := range faults {
		if f.Device == "" || matches(f.Device, d.name) {
			d.server.Inject(f.Fault)
		}
	}
}

// matches says whether a name fits a pattern, which was checked before.
func matches(pattern, name string) bool {
	ok, _ := path.Match(pattern, name)
	return ok
}
