// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/strowger/strowger/internal/yang"
)

// Difference is a kind of documents about which libyang 2.1 judges otherwise.
type Difference struct {
	Name string
	// Who accepts such documents, we or libyang.
	Who string
	// Rule is where the RFC decides, and the sentence.
	Rule, Sentence string

	explains func(c *Case) bool
}

// Differences are all that are known. docs/yang.md shows them.
var Differences = []Difference{
	{"Unicode block in a character class", "both, other texts", "XML Schema part 2, F.1 (RFC 7950, 9.4.5)",
		"a category escape may stand in a character class: [\\p{IsBasicLatin}a]; libyang writes brackets within the brackets",
		func(c *Case) bool { return strings.Contains(c.Theirs.Reason+c.Ours.Reason, "[\\p{IsBasicLatin}a]") }},
	{"character class subtraction", "both, other texts", "XML Schema part 2, F.1 (RFC 7950, 9.4.5)",
		"a character class can be the difference of two: [a-z-[aeiou]]; libyang takes the second [ for a character",
		func(c *Case) bool { return strings.Contains(c.Theirs.Reason+c.Ours.Reason, "-[aeiou]]") }},
	{"empty container whose when is false", "we", "RFC 7950, 7.5.1",
		"the container has no meaning of its own, existing only to contain child nodes: an empty one says nothing",
		func(c *Case) bool { return c.refused("When condition") && c.vacant(c.at()) }},
	{"empty container of another case", "we", "RFC 7950, 7.5.1",
		"the container has no meaning of its own, existing only to contain child nodes: it selects no case",
		func(c *Case) bool { return c.refused("Data for both cases") && c.vacantInCase() }},
	{"reference to a default value", "we", "RFC 7950, 6.4.1",
		"in the accessible tree, all leafs and leaf-lists with default values in use exist; libyang looks before it adds them",
		func(c *Case) bool { return c.refused("no target instance") && c.toDefault(c.at()) }},
	{"reference of an operation to state", "we", "RFC 7950, 6.4.1",
		"for an operation the accessible tree is the state data and the running configuration: what state there is, only the device knows",
		func(c *Case) bool {
			n := c.leaf()
			return c.refused("no target instance") && n != nil && refersToState(n)
		}},
	{"instance-identifier of what exists by default", "we", "RFC 7950, 6.4.1",
		"if a node that exists in the accessible tree has a non-presence container as a child, then the non-presence container also exists",
		func(c *Case) bool { return c.refused("required instance not found") && c.implied(c.at()) }},
	{"text that is an XPath by its typedef", "we", "RFC 7950, 9.4",
		"string has length and pattern; yang:xpath1.0 and node-instance-identifier say in their description what libyang checks by their name",
		func(c *Case) bool {
			return c.refused("") && typedefNamed(c.leaf(), "xpath1.0", "node-instance-identifier")
		}},
	{"address by the name of its typedef", "we", "RFC 7950, 9.4.5",
		"a string that matches all patterns is a value: those of ipv6-address take leading zeros, for which libyang asks inet_pton",
		func(c *Case) bool { return c.refused("") && typedefNamed(c.leaf(), "address", "prefix", "host") }},
	{"CDATA section beside elements", "we", "XML 1.0, 2.7",
		"CDATA sections may occur anywhere character data may occur",
		func(c *Case) bool { return c.refused("Unknown XML section") }},
	{"white space around a value", "we", "RFC 7950, 9.1",
		"a server sends the canonical representation; devices and people fold and indent values, and what is sent here is canonical",
		func(c *Case) bool {
			return c.refused("") && blanks.MatchString(c.Theirs.Reason) || c.refused("Invalid empty value length")
		}},
	{"keys in another order", "we", "RFC 7950, 7.8.5",
		"the list's key nodes are encoded in the order of the key statement: taken in any order, sent in that one",
		func(c *Case) bool { return c.refused("Invalid position of the key") }},
	{"config element without namespace", "we", "RFC 6241, 7.2",
		"the <config> element is the envelope of a configuration; people leave its namespace out",
		func(c *Case) bool {
			return c.refused("Missing XML namespace") && strings.Contains(string(c.Document), "<config>")
		}},
	{"attribute without namespace", "we", "RFC 7952, 5.1",
		"an annotation is an attribute in the namespace of its module: one without namespace is none, and says nothing about data",
		func(c *Case) bool { return c.refused("Missing mandatory prefix for XML metadata") }},
	{"attribute with an undeclared prefix", "we", "Namespaces in XML 1.0, 5",
		"the prefix must have been declared",
		func(c *Case) bool {
			return c.refused("Unknown XML prefix") && strings.Contains(string(c.Document), " nope:a=")
		}},
	{"container twice", "libyang", "RFC 7950, 3",
		"container: an interior data node that exists in at most one instance in the data tree",
		func(c *Case) bool {
			return c.Theirs.Valid && strings.Contains(c.Ours.Reason, "is there twice (container")
		}},
	{"NUL character", "libyang", "XML 1.0, 2.2",
		"no character below U+0020 but tab, line feed and carriage return",
		func(c *Case) bool { return c.Theirs.Valid && bytes.IndexByte(c.Document, 0) >= 0 }},
}

// blanks finds a value in quotes that begins or ends with white space; a line feed ends
// the line of the reason.
var blanks = regexp.MustCompile(`^[^"]*("\s|"[^"]*\s"|"[^"]*$|0x(a|20|9)\.)`)

// refused says that we accept the case, and libyang refuses it with a reason.
func (c *Case) refused(reason string) bool {
	return c.Ours.Valid && !c.Theirs.Valid && strings.Contains(c.Theirs.Reason, reason)
}

var location = regexp.MustCompile(`(?s)Data location "(/.*)"[.,]`)

// at returns the node that libyang's reason names; nil when it cannot be found.
func (c *Case) at() *yang.Data {
	m := location.FindStringSubmatch(c.Theirs.Reason)
	if m == nil {
		return nil
	}
	return c.tree().Get(m[1])
}

func (c *Case) tree() *yang.Tree {
	t, _, _ := yang.DecodeXMLAt(c.root, bytes.NewReader(c.Document), yang.XMLOptions{})
	return t
}

// vacant says that a node is an empty container without presence.
func (c *Case) vacant(d *yang.Data) bool {
	return d != nil && d.Vacant()
}

// vacantInCase says whether a case of a choice holds such a container.
func (c *Case) vacantInCase() bool {
	found := false
	c.tree().Walk(func(d *yang.Data) bool {
		found = found || d.Parent() != nil && d.Node().Parent().Kind() == yang.KindCase && d.Vacant()
		return true
	})
	return found
}

// toDefault says whether a leafref has a default value of its target.
func (c *Case) toDefault(d *yang.Data) bool {
	if d == nil {
		return false
	}
	target := d.Node().LeafrefTarget()
	return target != nil && slices.Contains(target.Defaults(), d.Value())
}

// implied says whether an instance-identifier names what is there by default.
func (c *Case) implied(d *yang.Data) bool {
	if d == nil {
		return false
	}
	return c.tree().Get(d.Value()) == nil
}

// leaf returns the schema node that libyang's reason names; nil when it cannot be found.
func (c *Case) leaf() *yang.Node {
	m := location.FindStringSubmatch(c.Theirs.Reason)
	if m == nil {
		return nil
	}
	steps := strings.Split(predicates.ReplaceAllString(m[1], ""), "/")[1:]
	if c.root.Kind() != yang.KindRoot {
		steps = steps[1:] // the operation's own
	}
	n, module := c.root, ""
	if n.Module() != nil {
		module = n.Module().Name
	}
	for _, step := range steps {
		if prefix, name, ok := strings.Cut(step, ":"); ok {
			module, step = prefix, name
		}
		if n = n.Child(module, step); n == nil {
			return nil
		}
	}
	return n
}

var predicates = regexp.MustCompile(`\[[^\]]*\]`)

// typedefNamed says whether the type of a leaf, or a member of it, is a typedef whose name
// ends like one of those.
func typedefNamed(n *yang.Node, endings ...string) bool {
	if n == nil || n.Type() == nil {
		return false
	}
	return slices.ContainsFunc(append(slices.Clone(n.Type().Members()), n.Type()), func(t *yang.Type) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return strings.Contains(t.Name(), e) })
	})
}

// refersToState says whether a leafref leads to state.
func refersToState(n *yang.Node) bool {
	target := n.LeafrefTarget()
	return target != nil && !target.Config()
}
