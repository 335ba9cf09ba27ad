// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command bundle generates the OperatorHub bundle from config: what is deployed by kustomize and what OLM
// installs cannot differ.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", "../..", "folder of the operator")
	version := flag.String("version", "0.1.0", "version of the operator, without v")
	image := flag.String("image", "", "image of the operator")
	flag.Parse()
	if err := generate(*root, *version, *image); err != nil {
		log.Fatal(err)
	}
}

// generate reads config below root and writes the bundle beside it.
func generate(root, version, image string) error {
	in, err := readConfig(filepath.Join(root, "config"))
	if err != nil {
		return err
	}
	csv, err := newCSV(in, version, image)
	if err != nil {
		return err
	}
	out := filepath.Join(root, "bundle")
	if err := os.RemoveAll(out); err != nil {
		return fmt.Errorf("removing the former bundle: %w", err)
	}
	return write(out, csv, in)
}
