// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumented: docs/yang.md shows every difference, with what decides it.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "yang.md"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, d := range Differences {
		rows = append(rows, "| "+strings.Join([]string{d.Name, d.Who, d.Rule, d.Sentence}, " | ")+" |")
	}
	for _, d := range ModuleDifferences {
		rows = append(rows, "| "+strings.Join([]string{d.Name, d.Rule, d.Sentence, d.Modules}, " | ")+" |")
	}
	for _, row := range rows {
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/yang.md does not have: %s", row)
		}
	}
}
