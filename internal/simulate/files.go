// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"

	"github.com/strowger/strowger/internal/netconf/netconftest"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yangdir"
)

// model reads and compiles the YANG modules.
func (s settings) model() (*netconftest.Model, error) {
	sources, err := yangdir.Read(s.YANG...)
	if err != nil {
		return nil, fmt.Errorf("--yang: %w", err)
	}
	refs := make([]yang.ModuleRef, len(s.Modules))
	for i, text := range s.Modules {
		refs[i] = yangdir.Ref(text)
	}
	model, err := netconftest.NewModel(sources, refs...)
	if err != nil {
		return nil, fmt.Errorf("--yang: %w", err)
	}
	for _, ref := range refs {
		if m := model.Schema().Module(ref.Name); m == nil || !m.Implemented {
			return nil, fmt.Errorf("--module: there is no module %s under --yang", ref.Name)
		}
	}
	return model, nil
}

// readTree reads data in the form that the file's name says; with config, only configuration. State is
// understood in XML only.
func readTree(schema *yang.Schema, path string, config bool) (*yang.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parse := yang.ParseYAML
	switch filepath.Ext(path) {
	case ".yaml", ".yml":
	case ".json":
		parse = yang.ParseJSON
	default:
		tree, _, errs := yang.DecodeXML(schema, bytes.NewReader(data), yang.XMLOptions{ConfigOnly: config})
		return tree, errs.Err()
	}
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}
	tree, errs := yang.DecodeDoc(schema, doc, &yang.Layer{Name: path, File: path})
	return tree, errs.Err()
}

// hostKey reads the key, or makes one and writes it.
func hostKey(path string) (ssh.Signer, error) {
	if path == "" {
		return netconftest.NewHostKey()
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = newHostKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("--host-key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("--host-key: %s: %w", path, err)
	}
	return signer, nil
}

func newHostKey(path string) ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(key, "strowger simulate")
	if err != nil {
		return nil, err
	}
	data := pem.EncodeToMemory(block)
	return data, writeFile(path, data, 0o600)
}

// stateFile keeps a running configuration.
type stateFile struct{ path string }

// load returns nil if nothing was kept.
func (s *stateFile) load(schema *yang.Schema) (*yang.Tree, error) {
	tree, err := readTree(schema, s.path, true)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the state in %s does not fit the YANG modules; delete it or give those it was made with: %w", s.path, err)
	}
	return tree, nil
}

func (s *stateFile) save(t *yang.Tree) error {
	var b bytes.Buffer
	b.WriteString(`<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">`)
	if err := yang.EncodeXML(&b, t.Root().Children()...); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	b.WriteString("</config>\n")
	if err := writeFile(s.path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// writeFile replaces a file as a whole, and makes its folder.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	if _, err = temporary.Write(data); err == nil {
		err = temporary.Chmod(mode)
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
