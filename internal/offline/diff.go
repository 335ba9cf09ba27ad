// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
	"github.com/strowger/strowger/internal/yang/validate"
)

const diffLong = `Show what must change so that a device configured as OLD says is configured as NEW says.

The documents are compared as data, not as text: the order of entries that have none, the format, prefixes,
the spelling of values, and values at their default make no difference. Documents are YAML or JSON with the
names of RFC 7951, or XML as in a NETCONF <config>; "-" is the standard input. Both are whole
configurations: what only OLD has is deleted.

In the text, "+" is created, "-" deleted, "~" modified; other lines only lead there. With -o json it is the
plan, one change per node; with -o xml the <config> of the smallest <edit-config> that does it.

Exit codes:
  0  there is no difference
  1  there is one
  2  a document or the modules cannot be read, or the command is mistaken`

const diffExample = `  # What a pull request changes
  git show main:site.yaml > old.yaml
  strowger diff --yang yang old.yaml site.yaml

  # The request that takes a device from one to the other, and the one that takes it back
  strowger diff --yang yang -o xml old.yaml site.yaml
  strowger diff --yang yang -o xml --reverse old.yaml site.yaml`

type diffFlags struct {
	model   modelFlags
	format  string
	output  string
	color   string
	reverse bool
}

// NewDiffCommand returns the command "diff". It ends with what [ExitCode] returns for its
// error.
func NewDiffCommand() *cobra.Command {
	f := &diffFlags{}
	cmd := &cobra.Command{
		Use:     "diff --yang DIR OLD NEW",
		Short:   "Compare two configuration documents by YANG modules",
		Long:    diffLong,
		Example: diffExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("two documents are compared, OLD and NEW; %d given", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0], args[1]) },
	}
	set := cmd.Flags()
	set.SortFlags = false
	f.model.add(set)
	set.BoolVar(&f.reverse, "reverse", false, "show what undoes the change")
	set.StringVar(&f.format, "format", "", "format of both documents: yaml, json or xml. Default: what the name or the content says")
	set.StringVarP(&f.output, "output", "o", "text", "form of the output: text, json or xml")
	set.StringVar(&f.color, "color", "auto", "colours in text: auto (on a terminal, unless NO_COLOR is set), always or never")
	return answering(cmd)
}

func (f *diffFlags) run(cmd *cobra.Command, before, after string) error {
	write, err := f.writer(cmd.OutOrStdout())
	if err != nil {
		return err
	}
	as, err := parseFormat(f.format)
	if err != nil {
		return err
	}
	if before == stdin && after == stdin {
		return errors.New("only one of the documents can be the standard input")
	}
	schema, err := f.model.load()
	if err != nil {
		return err
	}
	c := &comparison{library: newLibrary(schema), in: cmd.InOrStdin(), format: as, log: cmd.ErrOrStderr()}
	p, err := c.compare(before, after, f.reverse)
	if err != nil {
		return err
	}
	if err := write(p); err != nil {
		return err
	}
	if !p.Empty() {
		return &exitError{code: exitNo}
	}
	return nil
}

// writer returns what writes a plan as the flags say.
func (f *diffFlags) writer(w io.Writer) (func(*plan.Plan) error, error) {
	switch f.output {
	case "text":
		colored, err := useColor(f.color, w)
		return func(p *plan.Plan) error { return writePlanText(w, p, colored) }, err
	case "json":
		return func(p *plan.Plan) error { return writePlanJSON(w, p) }, nil
	case "xml":
		return func(p *plan.Plan) error { return writePlanXML(w, p) }, nil
	}
	return nil, fmt.Errorf("-o: %q is none of text, json, xml", f.output)
}

// comparison reads two documents and compares them.
type comparison struct {
	library *library
	in      io.Reader
	format  format
	log     io.Writer
}

func (c *comparison) compare(before, after string, reverse bool) (*plan.Plan, error) {
	have, err := c.read(before)
	if err != nil {
		return nil, err
	}
	want, err := c.read(after)
	if err != nil {
		return nil, err
	}
	p := plan.Compare(want, have, plan.Options{})
	if reverse {
		p = p.Reverse(have)
	}
	return p, nil
}

// read reads a document. Rules between nodes that it breaks are only warned of: they do
// not keep it from being compared.
func (c *comparison) read(file string) (*yang.Tree, error) {
	d, err := load(file, c.in, c.format)
	if err != nil {
		return nil, err
	}
	tree, errs := d.bind(c.library.schema)
	mentioned := moduleSet{}
	mentioned.mention(tree, errs)
	if failures := c.library.failures(mentioned); len(failures) > 0 {
		fmt.Fprintf(c.log, "warning: %s: %s of the modules it needs cannot be loaded, first: %s\n",
			d.name, count(len(failures), "statement"), failures[0])
	}
	if len(errs) > 0 {
		advise(errs, c.library.schema)
		return nil, c.refuse(d, errs)
	}
	if errs := validate.Tree(tree); len(errs) > 0 {
		fmt.Fprintf(c.log, "warning: %s is not valid, %s, first: %v; strowger validate shows all\n",
			d.name, count(len(errs), "error"), errs[0])
	}
	return tree, nil
}

// refuse shows why a document cannot be compared.
func (c *comparison) refuse(d *document, errs yang.Errors) error {
	r := &result{Files: []string{d.name}}
	r.refuse(errs, maxShown)
	b := bufio.NewWriter(c.log)
	writeResult(b, r, false)
	if err := b.Flush(); err != nil {
		return err
	}
	return &exitError{code: exitTrouble}
}
