// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/strowger/strowger/internal/yang"
)

// maxDocument bounds what is read of one document, in bytes.
const maxDocument = 256 << 20

// stdin is how the standard input is named where files are.
const stdin = "-"

// A format is how a document is written.
type format string

const (
	formatYAML format = "yaml"
	formatJSON format = "json"
	formatXML  format = "xml"
)

// extensions say the format of a file.
var extensions = map[string]format{".yaml": formatYAML, ".yml": formatYAML, ".json": formatJSON, ".xml": formatXML}

func parseFormat(text string) (format, error) {
	switch f := format(text); f {
	case "", formatYAML, formatJSON, formatXML:
		return f, nil
	}
	return "", fmt.Errorf("--format: %q is none of yaml, json, xml", text)
}

// document is one file as read, not yet bound to a schema.
type document struct {
	name   string // as people and programs see it
	format format
	data   []byte
	doc    *yang.Doc // of YAML and JSON, without syntax error
	syntax error     // of YAML and JSON
}

// shown is how people see a document that was given as a path.
func shown(path string) string {
	if path == stdin {
		return "stdin"
	}
	return path
}

// expandFolders replaces folders by the documents in them and their subfolders.
func expandFolders(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		if info, err := os.Stat(path); path == stdin || err != nil || !info.IsDir() {
			files = append(files, path) // reading it says what is wrong
			continue
		}
		before := len(files)
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && extensions[strings.ToLower(filepath.Ext(name))] != "" {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(files) == before {
			return nil, fmt.Errorf("no .yaml, .yml, .json or .xml files in %s", path)
		}
	}
	return files, nil
}

// readDocument reads a file, or the standard input for "-". As says the format; "": the
// name or the content does. Errors do not name the file.
func readDocument(path string, in io.Reader, as format) (*document, error) {
	data, err := readBounded(path, in, maxDocument)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	d := &document{name: shown(path), format: as, data: data}
	if err := d.checkText(); err != nil {
		return nil, err
	}
	if d.format == "" {
		if d.format, err = d.detect(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// readBounded reads a file, or the standard input, of at most so many bytes.
func readBounded(path string, in io.Reader, most int) ([]byte, error) {
	if path != stdin {
		file, err := os.Open(path)
		if err != nil {
			return nil, cause(err)
		}
		defer file.Close()
		if info, err := file.Stat(); err == nil && info.IsDir() {
			return nil, errors.New("is a folder, not a document")
		}
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, int64(most)+1))
	if err != nil {
		return nil, cause(err)
	}
	if len(data) > most {
		return nil, fmt.Errorf("larger than %d MiB", most>>20)
	}
	return data, nil
}

// cause is an error of the file system without the system call and the path.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// checkText refuses what cannot be a document, before a parser says something obscure.
func (d *document) checkText() error {
	switch {
	case len(bytes.TrimSpace(d.data)) == 0:
		return errors.New("is empty; an empty configuration is written {} or <config/>")
	case bytes.HasPrefix(d.data, []byte("\xff\xfe")), bytes.HasPrefix(d.data, []byte("\xfe\xff")):
		return errors.New("is UTF-16; convert it to UTF-8")
	}
	if at := bytes.IndexByte(d.data, 0); at >= 0 {
		return fmt.Errorf("is not text: a zero byte at offset %d", at)
	}
	if at := invalidUTF8(d.data); at >= 0 {
		return fmt.Errorf("is not UTF-8: byte 0x%02x on line %d", d.data[at], 1+bytes.Count(d.data[:at], []byte{'\n'}))
	}
	return nil
}

// invalidUTF8 returns where the first byte is that is no UTF-8, else -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

// detect finds the format by the name, which the content must not contradict, else by
// the content.
func (d *document) detect() (format, error) {
	first := bytes.TrimSpace(d.data)[0]
	named := extensions[strings.ToLower(filepath.Ext(d.name))]
	switch {
	case named == formatXML && first != '<', named != "" && named != formatXML && first == '<':
		return "", fmt.Errorf("is not %s, as its name says; give --format, or rename it", strings.ToUpper(string(named)))
	case named != "":
		return named, nil
	case first == '<':
		return formatXML, nil
	case first != '{' && first != '[':
		return formatYAML, nil
	case json.Valid(d.data):
		return formatJSON, nil
	}
	return "", errors.New("may be YAML, or JSON with a mistake in it; give --format")
}

// malformed is the error-tag of what is no YAML, JSON or XML (RFC 6241 appendix A).
const malformed = "malformed-message"

// load reads a document that is none of Kubernetes. The error names the file.
func load(path string, in io.Reader, as format) (*document, error) {
	d, err := readDocument(path, in, as)
	if err == nil {
		if err = d.parse(); err == nil {
			return d, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", shown(path), err)
}

// parse reads the names and values of YAML and JSON. The error is for what is no
// configuration at all; that of the syntax is kept for bind.
func (d *document) parse() error {
	switch d.format {
	case formatYAML:
		d.doc, d.syntax = yang.ParseYAML(d.data)
	case formatJSON:
		d.doc, d.syntax = yang.ParseJSON(d.data)
	}
	if d.doc == nil {
		return nil
	}
	return manifest(d.doc)
}

func (d *document) layer() *yang.Layer { return &yang.Layer{Name: d.name, File: d.name} }

// bind reads the document as configuration of a schema.
func (d *document) bind(schema *yang.Schema) (*yang.Tree, yang.Errors) {
	switch {
	case d.format == formatXML:
		o := yang.XMLOptions{Layer: d.layer(), ConfigOnly: true, MaxBytes: maxDocument}
		tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(d.data), o)
		return tree, errs
	case d.syntax != nil:
		return yang.NewTree(schema), d.syntaxErrors()
	}
	return yang.DecodeDoc(schema, d.doc, d.layer())
}

// syntaxErrors are the errors of a document that its parser refused.
func (d *document) syntaxErrors() yang.Errors {
	e := &yang.Error{Tag: malformed, Origin: yang.Origin{Layer: d.layer()}, Message: d.syntax.Error()}
	var syntax *yang.SyntaxError
	if errors.As(d.syntax, &syntax) {
		e.Origin.Line, e.Message = syntax.Line, syntax.Message
	}
	e.Message = "not " + strings.ToUpper(string(d.format)) + ": " + e.Message
	return yang.Errors{e}
}

// manifest refuses what is meant for a cluster. RFC 7951 names its top-level nodes with
// their module, so no configuration looks like that.
func manifest(doc *yang.Doc) error {
	scalar := func(name string) string {
		at := slices.IndexFunc(doc.Members, func(m yang.DocMember) bool { return m.Name == name })
		if at < 0 || doc.Members[at].Value.Kind != yang.DocScalar {
			return ""
		}
		return fmt.Sprint(doc.Members[at].Value.Scalar)
	}
	kind := scalar("kind")
	if scalar("apiVersion") == "" || kind == "" {
		return nil
	}
	advice := "pass configuration documents"
	if kind == "NetworkFunction" {
		advice = "pass its layers: the files of spec.config[].path, and what is below spec.config[].value"
	}
	return fmt.Errorf("is a Kubernetes manifest (%s), which needs a cluster; %s", kind, advice)
}
