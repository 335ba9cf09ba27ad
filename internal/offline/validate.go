// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

const validateLong = `Judge configuration documents by YANG modules, without a device or a cluster.

Documents are YAML or JSON with the names of RFC 7951, or XML as in a NETCONF <config>; "-" is the standard
input, a folder stands for the .yaml, .yml, .json and .xml files in it. All violations are listed: where they
are in the document, which rule of which module they break, and what can be done.

Each document is judged as a whole configuration: everything mandatory must be there, and what other nodes
are referred to. With --merge, documents are layers, of which later ones win, and the result is judged. With
--partial, they are a part of a configuration: what depends on top-level nodes that they do not mention is left
open. With --layer, each is a single layer, of which only names, types and values are checked.

Layers of a NetworkFunction may hold ${...} expressions over objects in the cluster. With --values and --input,
they are evaluated on files in place of these, as the operator does.

Exit codes:
  0  all documents are valid
  1  a document is not
  2  a document or the modules cannot be read, or the command is mistaken`

const validateExample = `  # A whole configuration, by all modules of a folder
  strowger validate --yang yang running.xml

  # A base layer and what one site lays over it
  strowger validate --yang yang --merge layers/base.yaml sites/zrh.yaml

  # The layers of a NetworkFunction, with the objects and the name that their expressions read
  echo 'nf: {name: upf-1}' > values.yaml
  strowger validate --yang yang --merge --values values.yaml --input site=inputs/site.yaml base.yaml upf-1.yaml

  # Every layer in a repository on its own, for a program to read
  strowger validate --yang yang --layer -o json layers

  # As a device that has two modules of many, and one feature
  strowger validate --yang yang --module acme-system --module acme-qos:shaping - < config.json`

// maxShown is how many violations of a document are shown unless flags say otherwise.
const maxShown = 100

type validateFlags struct {
	model     modelFlags
	values    valueFlags
	format    string
	output    string
	merge     bool
	kind      string
	datastore string
	partial   bool
	layer     bool
	lenient   bool
	verbose   bool
	limit     int
}

// NewValidateCommand returns the command "validate". It ends with what [ExitCode] returns
// for its error.
func NewValidateCommand() *cobra.Command {
	f := &validateFlags{}
	cmd := &cobra.Command{
		Use:     "validate --yang DIR FILE...",
		Short:   "Judge configuration documents by YANG modules",
		Long:    validateLong,
		Example: validateExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("no documents: name files, folders, or - for the standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	set := cmd.Flags()
	set.SortFlags = false
	f.model.add(set)
	set.BoolVar(&f.merge, "merge", false, "merge the documents in their order, and judge the result")
	set.BoolVar(&f.partial, "partial", false, "documents are parts of a configuration: nothing is demanded of top-level nodes that they do not mention")
	set.BoolVar(&f.layer, "layer", false, "documents are single layers: only names, types and values are checked")
	set.StringArrayVar(&f.values.inputs, "input", nil, "what expressions read as inputs.NAME: an object in YAML or JSON, as NAME=FILE; may be repeated")
	set.StringVar(&f.values.values, "values", "", "file with the variables of expressions, such as nf: {name: upf-1}. Without it and --input, expressions are texts")
	set.StringVar(&f.kind, "type", string(kindConfig), "what documents are: config, rpc (the input of an rpc) or notification")
	set.StringVar(&f.datastore, "datastore", "", "configuration that rules of an rpc or notification may refer to. Default: rules that do are not checked")
	set.StringVar(&f.format, "format", "", "format of all documents: yaml, json or xml. Default: what the name or the content says")
	set.StringVarP(&f.output, "output", "o", "text", "form of the report: text, json, or github for annotations of GitHub Actions")
	set.IntVar(&f.limit, "max-errors", maxShown, "violations shown of each document; 0: all")
	set.BoolVar(&f.lenient, "ignore-load-errors", false, "judge documents although modules that they need have errors; what could not be loaded is not checked")
	set.BoolVarP(&f.verbose, "verbose", "v", false, "show problems of all modules, and the rules left open")
	return answering(cmd)
}

func (f *validateFlags) run(cmd *cobra.Command, args []string) error {
	as, err := parseFormat(f.format)
	if err != nil {
		return err
	}
	write, err := reporterOf(f.output)
	if err != nil {
		return err
	}
	kind, err := f.consistent()
	if err != nil {
		return err
	}
	scope, err := f.values.scope()
	if err != nil {
		return err
	}
	files, err := expandFolders(args)
	if err != nil {
		return err
	}
	schema, err := f.model.load()
	if err != nil {
		return err
	}
	j := &judge{library: newLibrary(schema), in: cmd.InOrStdin(), format: as, kind: kind, scope: scope, partial: f.partial,
		layer: f.layer, lenient: f.lenient, limit: f.limit, mentioned: moduleSet{}}
	if err := j.refer(f.datastore); err != nil {
		return err
	}
	r := f.judge(j, files)
	if err := write(cmd.OutOrStdout(), r, f.verbose); err != nil {
		return err
	}
	return r.verdict()
}

// consistent returns what documents are, or says which flags exclude each other.
func (f *validateFlags) consistent() (kind, error) {
	k, err := parseKind(f.kind)
	switch {
	case err != nil:
		return "", err
	case f.layer && (f.partial || f.merge):
		return "", errors.New("--layer is for single layers; leave it out with --partial and --merge")
	case k != kindConfig && (f.layer || f.partial || f.merge || f.values.given()):
		return "", fmt.Errorf("--layer, --partial, --merge, --values and --input are for configuration, not for --type %s", k)
	case k == kindConfig && f.datastore != "":
		return "", errors.New("--datastore is for --type rpc and notification")
	}
	return k, nil
}

// judge returns what became of the files.
func (f *validateFlags) judge(j *judge, files []string) *report {
	r := &report{}
	if f.merge {
		r.Results = []*result{j.layers(files)}
	} else {
		r.Results = j.documents(files)
	}
	near, others := j.library.split(j.mentioned)
	for _, p := range near {
		r.Warnings = append(r.Warnings, warningOf(p))
	}
	r.others = others
	r.count()
	return r
}
