// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/strowger/strowger/internal/plan"
	"github.com/strowger/strowger/internal/yang"
)

// Colours of the marks of a plan's text (ECMA-48, as terminals have them).
const (
	red, green, yellow = "\x1b[31m", "\x1b[32m", "\x1b[33m"
	plain              = "\x1b[0m"
)

// useColor says whether to write colours to w: auto, always or never.
func useColor(when string, w io.Writer) (bool, error) {
	switch when {
	case "always", "never":
		return when == "always", nil
	case "auto":
		file, ok := w.(*os.File)
		if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
			return false, nil
		}
		info, err := file.Stat()
		return err == nil && info.Mode()&os.ModeCharDevice != 0, nil
	}
	return false, fmt.Errorf("--color: %q is none of auto, always, never", when)
}

// writePlanText writes a plan as a tree diff with a summary.
func writePlanText(w io.Writer, p *plan.Plan, colored bool) error {
	b := bufio.NewWriter(w)
	for text := range strings.Lines(p.String()) {
		color := map[byte]string{'+': green, '-': red, '~': yellow}[text[0]]
		if !colored || color == "" {
			b.WriteString(text)
			continue
		}
		b.WriteString(color + strings.TrimSuffix(text, "\n") + plain + "\n")
	}
	b.WriteString(p.Summary() + "\n")
	return b.Flush()
}

// writePlanJSON writes a plan for programs.
func writePlanJSON(w io.Writer, p *plan.Plan) error {
	if p.Empty() {
		p = &plan.Plan{Changes: []plan.Change{}}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p)
}

// writePlanXML writes the <config> of an <edit-config>.
func writePlanXML(w io.Writer, p *plan.Plan) error {
	edit, err := p.EditConfig()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "<config xmlns=%q>%s</config>\n", yang.NetconfNamespace, edit)
	return err
}
