// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and the examples in documents anew")

// exampleFolder is where the examples of the documents are run.
const exampleFolder = "../../examples/before-merge"

// run runs a command line without the program's name, and returns all that a terminal
// would show, and the exit code.
func run(t *testing.T, in io.Reader, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, log strings.Builder
	cmd := NewValidateCommand()
	if args[0] == "diff" {
		cmd = NewDiffCommand()
	}
	cmd.SetArgs(args[1:])
	cmd.SetIn(in)
	cmd.SetOut(&out)
	cmd.SetErr(&log)
	err := cmd.ExecuteContext(t.Context())
	if err != nil && err.Error() != "" {
		fmt.Fprintln(&log, "strowger:", err)
	}
	return out.String(), log.String(), ExitCode(err)
}

// console runs the command lines of a block and returns it as it should be.
func console(t *testing.T, block string) string {
	t.Helper()
	var b strings.Builder
	code := 0
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		b.WriteString(line)
		args := strings.Fields(command)
		if command == "echo $?\n" {
			fmt.Fprintln(&b, code)
			continue
		}
		if len(args) == 0 || args[0] != "strowger" {
			t.Fatalf("cannot run %q", line)
		}
		var out, log string
		out, log, code = run(t, strings.NewReader(""), args[1:]...)
		b.WriteString(log + out)
	}
	return b.String()
}

func TestExamplesInDocuments(t *testing.T) {
	const open, end = "```console\n", "```\n"
	for _, name := range []string{"../../docs/validate.md", "../../docs/diff.md", "../../README.md"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			name, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(exampleFolder)
			parts := strings.Split(string(data), open)
			if len(parts) < 2 {
				t.Fatal("there is no example")
			}
			got := parts[0]
			for _, part := range parts[1:] {
				block, rest, _ := strings.Cut(part, end)
				got += open + console(t, block) + end + rest
			}
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(data), got); diff != "" && !*update {
				t.Errorf("the examples of %s show something else (-update writes them):\n%s", name, diff)
			}
		})
	}
}
