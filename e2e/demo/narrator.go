// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// narrator prints for people: numbered steps, facts, and quoted output, each step with the time since the start.
type narrator struct {
	mu      sync.Mutex
	out     io.Writer
	colour  bool
	started time.Time
	number  int
}

func newNarrator(out *os.File) *narrator {
	info, err := out.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	return &narrator{out: out, colour: terminal && os.Getenv("NO_COLOR") == "", started: time.Now()}
}

// Terminal sequences, left out where the output is not a terminal.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

func (n *narrator) styled(style, text string) string {
	if !n.colour {
		return text
	}
	return style + text + plain
}

func (n *narrator) print(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, _ = fmt.Fprintln(n.out, text)
}

func (n *narrator) elapsed() string {
	return fmt.Sprintf("%.1fs", time.Since(n.started).Seconds())
}

// step starts a new part of the story.
func (n *narrator) step(title string) {
	n.number++
	heading := fmt.Sprintf("\n%d. %s", n.number, title)
	n.print(n.styled(bold, heading) + n.styled(dim, "  ["+n.elapsed()+"]"))
}

// tell states a fact that was seen.
func (n *narrator) tell(format string, args ...any) {
	n.print(n.styled(green, "   ✓ ") + fmt.Sprintf(format, args...))
}

// command quotes a command and what it printed.
func (n *narrator) command(line, output string) {
	n.print("   " + n.styled(bold, "$ "+line))
	n.block(output)
}

// block quotes output, line by line.
func (n *narrator) block(text string) {
	for line := range strings.Lines(strings.Trim(text, "\n") + "\n") {
		n.print("     " + strings.TrimRight(line, "\n"))
	}
}

// aside is a writer whose lines are printed as they come, less prominently.
func (n *narrator) aside() io.Writer { return &asides{narrator: n} }

type asides struct {
	*narrator
	rest string
}

func (a *asides) Write(p []byte) (int, error) {
	a.rest += string(p)
	for {
		line, rest, ok := strings.Cut(a.rest, "\n")
		if !ok {
			return len(p), nil
		}
		a.rest = rest
		a.print(a.styled(dim, "   "+line))
	}
}

func (n *narrator) end() {
	n.print("\n" + n.styled(bold, fmt.Sprintf("Everything was seen, in %s.", n.elapsed())))
}
