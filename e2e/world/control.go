// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Session is a NETCONF session as a simulated device sees it.
type Session struct {
	ID        uint64    `json:"id"`
	User      string    `json:"user"`
	Transport string    `json:"transport"`
	Login     time.Time `json:"login"`
}

// Sessions asks a simulated device which sessions are open.
func (d *Device) Sessions(ctx context.Context) ([]Session, error) {
	said, err := d.says(ctx)
	return said.Sessions, err
}

// Subscriptions asks a simulated device how many clients it announces its changes to.
func (d *Device) Subscriptions(ctx context.Context) (int, error) {
	said, err := d.says(ctx)
	return said.Subscriptions, err
}

// deviceState is what is used of what a device's control endpoint says.
type deviceState struct {
	Sessions      []Session `json:"sessions"`
	Subscriptions int       `json:"subscriptions"`
}

func (d *Device) says(ctx context.Context) (said deviceState, err error) {
	response, err := fetch(ctx, http.DefaultClient, "http://"+d.control+"/devices/"+d.Name)
	if err != nil {
		return said, err
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		return said, fmt.Errorf("reading what %s says: %w", d.Name, err)
	}
	return said, nil
}

// DropSessions ends all sessions of a simulated device, as a broken link does.
func (d *Device) DropSessions(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.control+"/devices/"+d.Name+"/drop-sessions", nil)
	if err != nil {
		return fmt.Errorf("composing a request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("dropping the sessions of %s: %w", d.Name, err)
	}
	_ = response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("dropping the sessions of %s: %s", d.Name, response.Status)
	}
	return nil
}
