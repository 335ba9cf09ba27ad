// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// settings are those of devices of one kind: the flags, or an item of the list devices in --config.
type settings struct {
	Names []string `json:"names,omitempty"`
	Count int      `json:"count,omitempty"`

	YANG    []string `json:"yang,omitempty"`
	Modules []string `json:"modules,omitempty"`
	Profile []string `json:"profile,omitempty"`
	Latency duration `json:"latency,omitempty"`
	Drops   []string `json:"drops,omitempty"`

	Listen         string   `json:"listen,omitempty"`
	User           string   `json:"user,omitempty"`
	Password       string   `json:"password,omitempty"`
	PasswordFile   string   `json:"passwordFile,omitempty"`
	AuthorizedKeys string   `json:"authorizedKeys,omitempty"`
	HostKey        string   `json:"hostKey,omitempty"`
	TLSListen      string   `json:"tlsListen,omitempty"`
	TLSDir         string   `json:"tlsDir,omitempty"`
	CallHome       []string `json:"callHome,omitempty"`
	CallHomeTLS    []string `json:"callHomeTLS,omitempty"`

	State       string   `json:"state,omitempty"`
	Running     string   `json:"running,omitempty"`
	Operational string   `json:"operational,omitempty"`
	Replies     []string `json:"replies,omitempty"`
}

func defaults() settings {
	return settings{Names: []string{"device"}, Count: 1, Listen: "127.0.0.1:8300", User: "netconf", Password: "netconf"}
}

// duration is written as "200ms".
type duration time.Duration

func (d *duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is written as \"200ms\": %w", err)
	}
	parsed, err := time.ParseDuration(text)
	*d = duration(parsed)
	return err
}

// groups are the kinds of devices: the flags alone, or what --config makes of them.
func (f *flags) groups() ([]settings, error) {
	if f.config == "" {
		if len(f.YANG) == 0 {
			return nil, fmt.Errorf("--yang: say where the YANG modules are")
		}
		return []settings{f.settings}, nil
	}
	data, err := os.ReadFile(f.config)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	var file struct {
		Devices []json.RawMessage `json:"devices"`
	}
	if err := yaml.UnmarshalStrict(data, &file); err != nil {
		return nil, fmt.Errorf("--config: %s: %w", f.config, err)
	}
	if len(file.Devices) == 0 {
		return nil, fmt.Errorf("--config: %s lists no devices", f.config)
	}
	var groups []settings
	for i, item := range file.Devices {
		group := f.settings.clone()
		if err := yaml.UnmarshalStrict(item, &group); err != nil {
			return nil, fmt.Errorf("--config: %s: devices[%d]: %w", f.config, i, err)
		}
		if len(group.YANG) == 0 {
			return nil, fmt.Errorf("--config: %s: devices[%d]: say in yang, or with --yang, where the YANG modules are", f.config, i)
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// clone shares nothing that decoding could change.
func (s settings) clone() settings {
	for _, list := range []*[]string{&s.Names, &s.YANG, &s.Modules, &s.Profile, &s.Drops, &s.CallHome, &s.CallHomeTLS, &s.Replies} {
		*list = slices.Clone(*list)
	}
	return s
}

func (s settings) profile() (netconftest.Profile, error) {
	p, err := netconftest.ProfileOf(s.Profile...)
	if err != nil {
		return p, fmt.Errorf("--profile: %w; see --help", err)
	}
	if s.Latency > 0 {
		p.Latency = time.Duration(s.Latency)
	}
	p.Drops = s.Drops
	return p, nil
}

// named puts a device's name into a path.
func named(path, name string) string { return strings.ReplaceAll(path, "{name}", name) }
