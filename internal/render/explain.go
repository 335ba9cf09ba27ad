// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxListed is how many names a message lists.
const maxListed = 20

// explain says in the user's words why an evaluation failed: which field of what is
// missing and what is there instead, else CEL's own message, unless a Secret may be
// in that.
func explain(e *expression, b *bindings, tainted bool, err error) error {
	msg := err.Error()
	key, isKey := strings.CutPrefix(msg, "no such key: ")
	for _, r := range e.refs {
		if r.guarded {
			continue
		}
		step, text := missing(b.vars, r.path)
		if text == "" || isKey && key != step {
			continue
		}
		if isKey || fieldTrouble(msg) {
			return errors.New(text)
		}
	}
	switch {
	case strings.Contains(msg, "cost limit exceeded"):
		return errors.New("it costs too much to evaluate: use a simpler expression")
	case tainted:
		return errors.New("it cannot be evaluated (the cause is withheld, because the expression reads a Secret)")
	}
	return errors.New(strings.Join(strings.Fields(msg), " "))
}

// fieldTrouble says whether CEL's message can stem from a path that leads nowhere.
func fieldTrouble(msg string) bool {
	return strings.Contains(msg, "no such overload") || strings.Contains(msg, "no such attribute") ||
		strings.Contains(msg, "index out of bounds") || strings.Contains(msg, "unsupported index type")
}

// missing follows a path as far as it goes. It returns the step that is not there
// and a sentence about it, or nothing if the whole path exists. The sentence has
// names of fields only, never values.
func missing(vars map[string]any, path []string) (step, text string) {
	var at any = vars
	for i, step := range path {
		where := display(path[:i])
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				return step, noSuchField(path[:i], step, v)
			}
			at = next
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil {
				return step, fmt.Sprintf("%s is a list, it has no field %s: give an index, such as %s[0]", where, step, where)
			}
			if n < 0 || n >= len(v) {
				return step, fmt.Sprintf("%s has no item %d; it has %d", where, n, len(v))
			}
			at = v[n]
		case nil:
			return step, fmt.Sprintf("%s is null, it has no field %s", where, step)
		default:
			return step, fmt.Sprintf("%s is a single value, it has no field %s", where, step)
		}
	}
	return "", ""
}

func noSuchField(in []string, step string, v map[string]any) string {
	what := fmt.Sprintf("%s has no field %s; it", display(in), step)
	if len(in) == 1 && (in[0] == varInputs || in[0] == varCertificates) {
		what = fmt.Sprintf("%s has no %s: declare it in spec.%s, which", in[0], step, in[0])
	}
	if len(v) == 0 {
		return what + " is empty"
	}
	names := sortedKeys(v)
	more := ""
	if len(names) > maxListed {
		more = fmt.Sprintf(" and %d more", len(names)-maxListed)
		names = names[:maxListed]
	}
	return what + " has: " + strings.Join(names, ", ") + more
}

// display writes a path as one would in CEL.
func display(path []string) string {
	var b strings.Builder
	for i, step := range path {
		_, err := strconv.Atoi(step)
		switch {
		case i == 0:
			b.WriteString(step)
		case err == nil:
			fmt.Fprintf(&b, "[%s]", step)
		case isIdentifier(step):
			b.WriteString("." + step)
		default:
			fmt.Fprintf(&b, "[%q]", step)
		}
	}
	return b.String()
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) || i == 0 && '0' <= s[0] && s[0] <= '9' {
			return false
		}
	}
	return s != ""
}
