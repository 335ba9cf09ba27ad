// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A reporter writes a report in one form.
type reporter func(w io.Writer, r *report, verbose bool) error

func reporterOf(output string) (reporter, error) {
	switch output {
	case "text":
		return writeText, nil
	case "json":
		return writeJSON, nil
	case "github":
		return writeGitHub, nil
	}
	return nil, fmt.Errorf("-o: %q is none of text, json, github", output)
}

// writeJSON writes a report for programs.
func writeJSON(w io.Writer, r *report, _ bool) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeGitHub writes a report as workflow commands of GitHub Actions, which shows them
// beside the lines that a pull request changes.
func writeGitHub(w io.Writer, r *report, _ bool) error {
	for _, x := range r.Warnings {
		if err := annotate(w, "warning", x.File, x.Line, "YANG module "+x.Module, warningText(x)); err != nil {
			return err
		}
	}
	for _, result := range r.Results {
		if result.Error != "" {
			if err := annotate(w, "error", result.Files[0], 0, "not judged", result.Error); err != nil {
				return err
			}
		}
		for _, v := range result.Errors {
			if err := annotate(w, "error", cmp.Or(v.File, result.Files[0]), v.Line, v.Path, violationText(&v)); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, "%d valid, %d invalid, %d not judged\n", r.Summary.Valid, r.Summary.Invalid, r.Summary.NotJudged)
	return err
}

// violationText is a violation without its place.
func violationText(v *violation) string {
	text := v.text()
	if v.Rule != nil {
		text += "\nrule: " + ruleText(v.Rule)
	}
	if v.Hint != "" {
		text += "\nhint: " + v.Hint
	}
	return text
}

// annotate writes one workflow command.
func annotate(w io.Writer, level, file string, number int, title, text string) error {
	properties := "file=" + escapeProperty(file)
	if number > 0 {
		properties += fmt.Sprintf(",line=%d", number)
	}
	_, err := fmt.Fprintf(w, "::%s %s,title=%s::%s\n", level, properties, escapeProperty(title), escapeData(text))
	return err
}

func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}
