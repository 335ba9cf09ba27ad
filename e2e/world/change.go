// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Replacement is one edit of a file in the repository.
type Replacement struct{ Path, From, To string }

// EditAll makes several edits in one commit and returns it. What is replaced must be there.
func (w *World) EditAll(ctx context.Context, message string, edits ...Replacement) (string, error) {
	files := map[string][]byte{}
	for _, e := range edits {
		content, ok := files[e.Path]
		if !ok {
			var err error
			if content, err = w.Git.Show(ctx, Repo, Branch, e.Path); err != nil {
				return "", err
			}
		}
		if !bytes.Contains(content, []byte(e.From)) {
			return "", fmt.Errorf("%s does not hold %q", e.Path, e.From)
		}
		files[e.Path] = bytes.Replace(content, []byte(e.From), []byte(e.To), 1)
	}
	return w.Git.Commit(ctx, Repo, Branch, message, files)
}

// Refuse makes a simulated device answer an operation with an error from now on, until Obey.
func (d *Device) Refuse(ctx context.Context, operation, message string) error {
	script, err := json.Marshal(map[string]any{"faults": []any{map[string]any{
		"operation": operation, "times": -1, "do": "rpc-error",
		"errors": []any{map[string]any{"tag": "resource-denied", "type": "application", "message": message}},
	}}})
	if err != nil {
		return fmt.Errorf("composing a fault: %w", err)
	}
	return d.send(ctx, http.MethodPost, "faults", string(script))
}

// Obey ends what Refuse began.
func (d *Device) Obey(ctx context.Context) error { return d.send(ctx, http.MethodDelete, "faults", "") }

// Holding is what a simulated device holds for somebody.
type Holding struct {
	// Locks by datastore, with the session that has them.
	Locks map[string]uint64 `json:"locks"`
	// CandidateDirty: the candidate differs from running.
	CandidateDirty bool `json:"candidateDirty"`
	// CommitPending: a confirmed commit is to be confirmed.
	CommitPending bool `json:"commitPending"`
}

// Nothing says that nothing is locked, edited or to be confirmed.
func (h Holding) Nothing() bool { return len(h.Locks) == 0 && !h.CandidateDirty && !h.CommitPending }

// Holding asks a simulated device what it holds for its clients.
func (d *Device) Holding(ctx context.Context) (h Holding, err error) {
	response, err := fetch(ctx, http.DefaultClient, "http://"+d.control+"/devices/"+d.Name)
	if err != nil {
		return h, err
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&h); err != nil {
		return h, fmt.Errorf("reading what %s holds: %w", d.Name, err)
	}
	return h, nil
}

// Commit is the commit of a revision as Flux writes it.
func Commit(revision string) string { return revision[strings.LastIndex(revision, ":")+1:] }

// Rollout reads a NetworkFunctionRollout of the example.
func (w *World) Rollout(ctx context.Context, name string) (*v1alpha1.NetworkFunctionRollout, error) {
	rollout := &v1alpha1.NetworkFunctionRollout{}
	if err := w.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, rollout); err != nil {
		return nil, fmt.Errorf("reading NetworkFunctionRollout %s: %w", name, err)
	}
	return rollout, nil
}

// WaitForRollout waits until a NetworkFunctionRollout satisfies a condition.
func (w *World) WaitForRollout(ctx context.Context, name, what string, ok func(*v1alpha1.NetworkFunctionRollout) bool) (*v1alpha1.NetworkFunctionRollout, error) {
	var seen *v1alpha1.NetworkFunctionRollout
	err := w.Wait(ctx, fmt.Sprintf("NetworkFunctionRollout %s: %s", name, what), func(ctx context.Context) (string, error) {
		rollout, err := w.Rollout(ctx, name)
		if err != nil {
			return err.Error(), nil
		}
		if seen = rollout; ok(rollout) {
			return "", nil
		}
		text := fmt.Sprintf("phase %s, %s", rollout.Status.Phase, rollout.Status.Reason)
		for _, m := range rollout.Status.Members {
			text += fmt.Sprintf("; %s %s %s", m.Name, m.State, m.Message)
		}
		return text + "\n" + describeConditions(rollout.Status.Conditions), nil
	})
	return seen, err
}
