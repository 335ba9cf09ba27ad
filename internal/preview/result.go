// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"encoding/json"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/strowger/strowger/api/v1alpha1"
)

// maxChanges is how many lines status.plan lists at most.
const maxChanges = 200

// Result is what one NetworkFunction would change.
type Result struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// Creates, Modifies and Deletes count the changes; Changes are the first of them, in
	// lines as "strowger diff" writes them.
	Creates  int32    `json:"creates"`
	Modifies int32    `json:"modifies"`
	Deletes  int32    `json:"deletes"`
	Changes  []string `json:"changes,omitempty"`
	// Digest is that of the whole configuration, PlanDigest that of the changes.
	Digest     string `json:"digest,omitempty"`
	PlanDigest string `json:"planDigest,omitempty"`
	// Rehearsed: the NF took it on trial.
	Rehearsed        bool   `json:"rehearsed"`
	RehearsalMessage string `json:"rehearsalMessage,omitempty"`
	// Error says why there is no plan, or that it would fail.
	Error *Failure `json:"error,omitempty"`
}

// Failure is why there is no plan.
type Failure struct {
	Reason     string               `json:"reason"`
	Message    string               `json:"message"`
	Violations []v1alpha1.Violation `json:"violations,omitempty"`
}

func (r *Result) fill(nf *v1alpha1.NetworkFunction) {
	if c := ready(nf); c.Status != metav1.ConditionTrue {
		r.Error = &Failure{Reason: c.Reason, Message: c.Message}
		if nf.Status.Violations != nil {
			r.Error.Violations = nf.Status.Violations.First
		}
	}
	if p := nf.Status.Plan; p != nil {
		r.Creates, r.Modifies, r.Deletes, r.Changes = p.Creates, p.Modifies, p.Deletes, p.Changes
		r.Digest, r.PlanDigest, r.Rehearsed, r.RehearsalMessage = p.Digest, p.PlanDigest, p.Rehearsed, p.RehearsalMessage
	}
}

// writer returns what writes results in a form.
func writer(output string) (func(out, log io.Writer, results []Result) error, error) {
	switch output {
	case "text":
		return writeText, nil
	case "json":
		return func(out, _ io.Writer, results []Result) error {
			e := json.NewEncoder(out)
			e.SetIndent("", "  ")
			return e.Encode(results)
		}, nil
	case "yaml":
		return func(out, _ io.Writer, results []Result) error {
			data, err := yaml.Marshal(results)
			if err == nil {
				_, err = out.Write(data)
			}
			return err
		}, nil
	}
	return nil, fmt.Errorf("-o: %q is none of text, json, yaml, which go with -f", output)
}

func writeText(out, log io.Writer, results []Result) error {
	for i, r := range results {
		if i > 0 {
			if _, err := fmt.Fprintln(out); err != nil {
				return err
			}
		}
		if err := r.writeText(out, log); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) writeText(out, log io.Writer) error {
	name := r.Namespace + "/" + r.Name
	if r.Error != nil {
		_, err := fmt.Fprintf(log, "%s: %s: %s\n", name, r.Error.Reason, r.Error.Message)
		return err
	}
	total := r.Creates + r.Modifies + r.Deletes
	if total == 0 {
		_, err := fmt.Fprintf(out, "%s: nothing would change\n", name)
		return err
	}
	if _, err := fmt.Fprintf(out, "%s: %d to create, %d to modify, %d to delete; %s\n", name, r.Creates, r.Modifies, r.Deletes, r.RehearsalMessage); err != nil {
		return err
	}
	for _, line := range r.Changes {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	if len(r.Changes) >= maxChanges {
		_, err := fmt.Fprintf(out, "... these are the first %d lines, there is more\n", maxChanges)
		return err
	}
	return nil
}
