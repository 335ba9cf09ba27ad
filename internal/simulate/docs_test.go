// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package simulate

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

const document = "../../docs/simulate.md"

func readDocument(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Every flag, trait and action is explained.
func TestDocumentIsComplete(t *testing.T) {
	text := readDocument(t)
	NewCommand().Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && f.Name != "quiet" && !strings.Contains(text, "`--"+f.Name+"`") {
			t.Errorf("--%s is not explained", f.Name)
		}
	})
	for _, trait := range netconftest.Traits() {
		if !strings.Contains(text, "`"+trait.Name+"`") {
			t.Errorf("the trait %s is not explained", trait.Name)
		}
	}
	for _, action := range netconftest.Actions() {
		if !strings.Contains(text, "`"+string(action)+"`") {
			t.Errorf("the action %s is not explained", action)
		}
	}
}

// commandsOf returns the command lines of simulate in a text, without the name.
func commandsOf(text string) []string {
	text = strings.ReplaceAll(text, "\\\n", " ")
	var list []string
	for _, line := range regexp.MustCompile(`(?m)^ {2,4}strowger simulate (.*)$`).FindAllStringSubmatch(text, -1) {
		list = append(list, strings.TrimSuffix(strings.TrimSpace(line[1]), "&"))
	}
	return list
}

// fixedPort is that of an address in an example; tests take free ones.
var fixedPort = regexp.MustCompile(`(127\.0\.0\.1):\d+`)

// The commands of the document and of --help run as they stand there, but for ports.
func TestExamplesRun(t *testing.T) {
	text := readDocument(t)
	commands := append(commandsOf(text), commandsOf(NewCommand().Example)...)
	if len(commands) < 15 {
		t.Fatalf("only %d commands were found", len(commands))
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d files were found", len(blocks))
	}
	router, err := os.ReadFile(filepath.Join(yangFolder, "acme-router.yang"))
	if err != nil {
		t.Fatal(err)
	}
	core, err := filepath.Abs("../../examples/5g-core")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range commands {
		t.Run(command, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, content string) {
				if err := writeFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("faults.yaml", blocks[0][1])
			write("fleet.yaml", fixedPort.ReplaceAllString(blocks[1][1], "$1:0"))
			if strings.Contains(command, "strowger-5gc") {
				for _, folder := range []string{"yang", "devices"} {
					if err := os.Symlink(filepath.Join(core, folder), filepath.Join(dir, folder)); err != nil {
						t.Fatal(err)
					}
				}
			} else {
				write("yang/acme-router.yang", string(router))
				write("yang/acme-system.yang", `module acme-system { namespace "urn:acme:system"; prefix s; }`)
				write("yang/acme-qos.yang", `module acme-qos { namespace "urn:acme:qos"; prefix q; feature shaping; feature policing; }`)
			}
			t.Chdir(dir)
			args := strings.Fields(strings.ReplaceAll(fixedPort.ReplaceAllString(command, "$1:0"), "'", ""))
			if i := strings.Index(command, "--call-home"); i >= 0 {
				args = append(args, "--quiet") // nobody is there to be called
			}
			if !strings.Contains(command, "--listen") && !strings.Contains(command, "--config") {
				args = append(args, "--listen", "127.0.0.1:0")
			}
			out, _, stop := simulation(t, args...)
			if len(listening(out)) == 0 && !strings.Contains(command, "--listen none") {
				t.Errorf("output:\n%s", out)
			}
			stop()
		})
	}
}
