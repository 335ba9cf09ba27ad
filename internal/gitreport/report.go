// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"io/fs"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
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
	// Desired value by Git.
	Desired string `yaml:"desired,omitempty"`
	// Actual value on the NF.
	Actual string `yaml:"actual,omitempty"`
	// Origin of the desired value: layer, file and line.
	Origin string `yaml:"origin,omitempty"`
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
	// Branch to push, {namespace} and {name} are filled in. Default DefaultBranch.
	Branch string
	// Path of the file. Default drift/<namespace>/<name>.yaml.
	Path string
	// Content of the file. Default Manifest().
	Content []byte

	// Revision the NF was compared with, as Flux writes it: main@sha1:….
	Revision string
	// Session is the NETCONF session id that saw the drift; 0: unknown.
	Session uint64
	// Leaves that differ, sorted by path.
	Leaves []Leaf
	// Total number of differing leaves where Leaves does not hold all of them.
	Total int

	// Author of the commit. Default Strowger.
	Author Signature

	// Protected are further branches never to be written to, see Reconciled.
	Protected []string
}

// Result is where a report is in Git.
type Result struct {
	// Branch that holds the report.
	Branch string
	// Commit at the head of the branch.
	Commit string
	// Pushed is false where the branch held the same content already.
	Pushed bool
}

// manifest is a DriftReport as a file: nothing in it changes while the drift
// stays the same, so neither time, session nor revision.
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

// change is a validated report: one file in one commit.
type change struct {
	branch  string
	path    []string
	content []byte
	message string
	author  Signature
}

func (c change) ref() plumbing.ReferenceName { return plumbing.NewBranchReferenceName(c.branch) }

// change validates the report and fills its defaults.
func (r Report) change() (change, error) {
	subject := "drift report of " + r.Namespace + "/" + r.Name
	branch, err := branchName(r)
	if err != nil {
		return change{}, &Error{Kind: ErrInvalid, Subject: subject, Message: err.Error(),
			Remedy: "set spec.drift.report.branch to a valid branch name", Err: err}
	}
	path := r.Path
	if path == "" {
		path = "drift/" + r.Namespace + "/" + r.Name + ".yaml"
	}
	if !validPath(path) {
		return change{}, &Error{Kind: ErrInvalid, Subject: subject,
			Message: "path " + oneLine(path) + " is not a plain relative path"}
	}
	content := r.Content
	if content == nil {
		if content, err = r.Manifest(); err != nil {
			return change{}, &Error{Kind: ErrInvalid, Subject: subject, Message: oneLine(err.Error()), Err: err}
		}
	}
	author := r.Author
	if author.Name == "" {
		author.Name = "Strowger"
	}
	if author.Email == "" {
		author.Email = "strowger@nf.strowger.dev"
	}
	return change{
		branch:  branch,
		path:    strings.Split(path, "/"),
		content: content,
		message: r.Message(),
		author:  author,
	}, nil
}

func branchName(r Report) (string, error) {
	b := r.Branch
	if b == "" {
		b = DefaultBranch
	}
	b = strings.NewReplacer("{namespace}", r.Namespace, "{name}", r.Name).Replace(b)
	b = strings.TrimPrefix(b, "refs/heads/")
	if strings.HasPrefix(b, "refs/") || b == "HEAD" {
		return "", &fs.PathError{Op: "branch", Path: oneLine(b), Err: fs.ErrInvalid}
	}
	if err := plumbing.NewBranchReferenceName(b).Validate(); err != nil {
		return "", &fs.PathError{Op: "branch", Path: oneLine(b), Err: err}
	}
	return b, nil
}

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
