// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

// DefaultBranch is the branch of a report, before the placeholders are filled.
const DefaultBranch = "drift/{namespace}/{name}"

// Leaf is one difference, redacted already.
type Leaf struct {
	// Path of the node on the NF.
	Path string `yaml:"path"`
	// Operation that happened on the NF: Create, Modify or Delete.
	Operation string `yaml:"operation"`
	// Class of the difference, such as Declared.
	Class string `yaml:"class,omitempty"`
	// Desired value by Git.
	Desired string `yaml:"desired,omitempty"`
	// Actual value on the NF.
	Actual string `yaml:"actual,omitempty"`
	// Origin of the desired value: layer, file and line.
	Origin string `yaml:"origin,omitempty"`
	// Author of the line that declares it.
	Author string `yaml:"author,omitempty"`
	// Action that the policy asks for.
	Action string `yaml:"action,omitempty"`
}

// Signature is who a commit is from.
type Signature struct {
	Name, Email string
}

// Report is the drift of one NetworkFunction.
type Report struct {
	// Namespace and Name of the NetworkFunction.
	Namespace, Name string
	// Branch it is for.
	Branch string
	// Subject of the commit; {namespace}, {name}, {count} and {revision} are filled in.
	// Default: see Message.
	Subject string

	// Revision the NF was compared with, as Flux writes it: main@sha1:….
	Revision string
	// Session is the NETCONF session id that saw the drift; 0: unknown.
	Session uint64
	// ChangedBy is who changed the NF, where it told.
	ChangedBy string
	// Leaves that differ, sorted by path.
	Leaves []Leaf
	// Total number of differing leaves where Leaves does not hold all of them.
	Total int
}

// manifest is a DriftReport as a file: nothing in it changes while the drift
// stays the same, so neither time, session, revision nor who changed it, which
// is said with a time.
type manifest struct {
	APIVersion string           `yaml:"apiVersion"`
	Kind       string           `yaml:"kind"`
	Metadata   manifestMetadata `yaml:"metadata"`
	Spec       manifestSpec     `yaml:"spec"`
	Status     manifestStatus   `yaml:"status"`
}

type manifestMetadata struct {
	Namespace   string            `yaml:"namespace"`
	Name        string            `yaml:"name"`
	Annotations map[string]string `yaml:"annotations"`
}

type manifestSpec struct {
	NetworkFunctionRef struct {
		Name string `yaml:"name"`
	} `yaml:"networkFunctionRef"`
}

type manifestStatus struct {
	Count   int    `yaml:"count"`
	Entries []Leaf `yaml:"entries"`
}

// Manifest is the report as a YAML file for people. It is a DriftReport that is
// marked local-config: kustomize leaves it out of what it builds, so that the
// branch can be merged into a path that Flux applies. Equal drift gives equal
// bytes.
func (r Report) Manifest() ([]byte, error) {
	m := manifest{
		APIVersion: "nf.strowger.dev/v1alpha1",
		Kind:       "DriftReport",
		Metadata: manifestMetadata{
			Namespace:   r.Namespace,
			Name:        r.Name,
			Annotations: map[string]string{"config.kubernetes.io/local-config": "true"},
		},
		Status: manifestStatus{Count: r.count(), Entries: r.Leaves},
	}
	m.Spec.NetworkFunctionRef.Name = r.Name

	var b bytes.Buffer
	b.WriteString("# Written by Strowger: where the network function differs from Git.\n" +
		"# \"desired\" is what Git says, \"actual\" what the network function says.\n")
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

func (r Report) count() int { return max(r.Total, len(r.Leaves)) }

func validPath(p string) bool {
	if !fs.ValidPath(p) || p == "." || strings.ContainsAny(p, "\x00\\") {
		return false
	}
	for _, s := range strings.Split(p, "/") {
		if strings.EqualFold(s, ".git") {
			return false
		}
	}
	return true
}
