// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package adopt

import (
	"path"
	"strings"
)

// Operations of a [Change], seen from the network function.
const (
	// Modify: the NF has another value.
	Modify = "Modify"
	// Delete: the NF lacks what the document declares.
	Delete = "Delete"
	// Create: the NF has what the document does not declare.
	Create = "Create"
)

// Change is one node as the NF says it.
type Change struct {
	// Path as a plan prints it: /module:container/list[key='v']/leaf; an entry of a
	// leaf-list ends in [.='v'].
	Path      string
	Operation string
	// Value is the canonical value on the NF (Modify, Create); empty for containers
	// and list entries.
	Value string
}

// Document is a file that declares configuration, and where in it.
type Document struct {
	// Name is the path in the repository, for messages and the format.
	Name string
	Data []byte
	// Format is yaml, json or xml; empty: by the extension of Name, else yaml.
	Format string
	// Within: zero if the whole file is the configuration.
	Within Within
	// Namespaces are the XML namespaces by module name, for XML only. Without them,
	// elements are matched by their local names, and what needs a namespace is refused.
	Namespaces map[string]string
}

// Within finds the inline value of a NetworkFunction's layer in a manifest. The names
// are those written in the manifest.
type Within struct {
	Namespace, NetworkFunction, Layer string
	// Document is the index of the YAML document in the file.
	Document int
}

// Result of [Edit].
type Result struct {
	// Data is the edited file; the input where nothing could be done.
	Data []byte
	// Done and Refused hold every change once, each in the order of the changes.
	Done    []Done
	Refused []Refusal
}

// Done is a change that the data has now.
type Done struct {
	Path string
	// Line in the input, from 1, where the value was declared; of what was created,
	// that of the node it was put into.
	Line int
}

// Refusal is a change that must be made by hand.
type Refusal struct {
	Path string
	// Line in the input, from 1; 0 when the node was not found.
	Line int
	// Reason says why, and what to change instead.
	Reason string
}

const (
	formatYAML = "yaml"
	formatJSON = "json"
	formatXML  = "xml"
)

func (d Document) format() string {
	if d.Format != "" {
		return strings.ToLower(d.Format)
	}
	switch strings.ToLower(path.Ext(d.Name)) {
	case ".json":
		return formatJSON
	case ".xml":
		return formatXML
	}
	return formatYAML
}
