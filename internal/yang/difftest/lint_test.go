// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Verdict is what one side says about a document.
type Verdict struct {
	Valid bool
	// Reason is the first error; empty when valid.
	Reason string
	// Crashed says that the process ended with a signal.
	Crashed bool
}

// Kind is what a document is, as yanglint calls it.
type Kind string

const (
	Config       Kind = "config"
	RPC          Kind = "rpc"
	Notification Kind = "notif"
)

// Input is a document to judge.
type Input struct {
	Kind Kind
	Data []byte
}

// Linter is yanglint with modules loaded. Loading may take seconds: it judges many
// documents in one process.
type Linter struct {
	Program string   // its path
	Search  []string // folders of imported modules
	Modules []string // files of the modules to implement, with all features
	Imports bool     // implement what they import too
}

// failed is what yanglint says of a document after the reason.
var failed = regexp.MustCompile(`Failed to (?:parse|validate) input data file "(?:.*/)?([0-9]+)\.xml"`)

// Judge returns the verdicts on documents: complete configurations, and operations on an
// empty datastore. It writes them to a folder.
func (l *Linter) Judge(dir string, docs []Input) ([]Verdict, error) {
	if err := os.WriteFile(filepath.Join(dir, datastore), []byte("<!-- nothing -->"), 0o600); err != nil {
		return nil, err
	}
	commands := make([]string, len(docs))
	for i, doc := range docs {
		file := filepath.Join(dir, strconv.Itoa(i)+".xml")
		if err := os.WriteFile(file, doc.Data, 0o600); err != nil {
			return nil, err
		}
		commands[i] = fmt.Sprintf("data -t %s %s", doc.Kind, file)
		if doc.Kind != Config {
			commands[i] = fmt.Sprintf("data -t %s -O %s %s", doc.Kind, filepath.Join(dir, datastore), file)
		}
	}
	verdicts := make([]Verdict, len(docs))
	return verdicts, l.judge(dir, 0, commands, verdicts)
}

// judge fills the verdicts on the documents from first on. When the process crashes,
// nothing tells at which of them: each half is tried again.
func (l *Linter) judge(dir string, first int, commands []string, verdicts []Verdict) error {
	out, crashed, err := l.run(dir, commands)
	switch {
	case err != nil:
		return err
	case crashed && len(verdicts) == 1:
		verdicts[0] = Verdict{Crashed: true, Reason: lastLine(out)}
		return nil
	case crashed:
		half := len(verdicts) / 2
		if err := l.judge(dir, first, commands[:half], verdicts[:half]); err != nil {
			return err
		}
		return l.judge(dir, first+half, commands[half:], verdicts[half:])
	}
	for i := range verdicts {
		verdicts[i] = Verdict{Valid: true}
	}
	if strings.Contains(out, "Unable to process input file") {
		return fmt.Errorf("yanglint cannot read a file: %s", out)
	}
	reason, messages := "", 0
	for line := range strings.Lines(out) {
		m := failed.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(line, "libyang[") {
				messages++
			}
			if messages <= 1 { // a value may hold line feeds
				reason += line
			}
			continue
		}
		if i, _ := strconv.Atoi(m[1]); i >= first && i < first+len(verdicts) {
			verdicts[i-first] = Verdict{Reason: strings.TrimSpace(reason)}
		}
		reason, messages = "", 0
	}
	return nil
}

// sentinel is a file that is not there: what yanglint says of it shows that it got so far.
const sentinel = "the-end.xml"

// datastore is the empty one of operations.
const datastore = "datastore.xml"

func (l *Linter) run(dir string, commands []string) (out string, crashed bool, err error) {
	var in bytes.Buffer
	if len(l.Search) > 0 {
		fmt.Fprintf(&in, "searchpath %s\n", strings.Join(l.Search, " "))
	}
	for _, m := range l.Modules {
		add := "add"
		if l.Imports {
			add = "add -ii"
		}
		fmt.Fprintf(&in, "%s %s\n", add, m)
	}
	fmt.Fprintf(&in, "data -t config %s\n", filepath.Join(dir, sentinel))
	for _, c := range commands {
		fmt.Fprintln(&in, c)
	}
	fmt.Fprintf(&in, "data -t config %s\n", filepath.Join(dir, sentinel))
	cmd := exec.Command(l.Program)
	cmd.Stdin = &in
	cmd.Env = append(os.Environ(), "HOME="+dir) // it writes a history
	all, _ := cmd.CombinedOutput()              // its exit status says nothing
	parts := strings.Split(string(all), sentinel)
	switch {
	case len(parts) == 1:
		return "", false, fmt.Errorf("yanglint did not load the modules: %s", all)
	case strings.Contains(parts[0], "Parsing schema") || strings.Contains(parts[0], "libyang[0]"):
		return "", false, fmt.Errorf("yanglint does not accept the modules: %s", parts[0])
	case len(parts) == 2:
		return parts[1], true, nil
	}
	_, out, _ = strings.Cut(parts[1], "\n")
	return out, false, nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
