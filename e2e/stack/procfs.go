// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// member is a process started by one of ours, such as a session of sshd, which leaves its parent's process group.
// The start time tells it from a later process that got the same id.
type member struct {
	pid       int
	startTime string
}

// descendants returns the processes below pid.
func descendants(pid int) []member {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := make(map[int][]member)
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, startTime, ok := stat(id); ok {
			children[parent] = append(children[parent], member{pid: id, startTime: startTime})
		}
	}
	var found []member
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		for _, child := range children[queue[0]] {
			found = append(found, child)
			queue = append(queue, child.pid)
		}
	}
	return found
}

// kill ends the process if it is still the one that was seen.
func (m member) kill() {
	if _, startTime, ok := stat(m.pid); ok && startTime == m.startTime {
		_ = syscall.Kill(m.pid, syscall.SIGKILL)
	}
}

// stat reads parent and start time of a process, fields 4 and 22 of proc(5)'s stat; the second field is the
// command in parentheses and may hold anything.
func stat(pid int) (parent int, startTime string, ok bool) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, "", false
	}
	end := bytes.LastIndexByte(content, ')')
	if end < 0 {
		return 0, "", false
	}
	fields := strings.Fields(string(content[end+1:]))
	const parentField, startField = 4 - 3, 22 - 3
	if len(fields) <= startField {
		return 0, "", false
	}
	parent, err = strconv.Atoi(fields[parentField])
	return parent, fields[startField], err == nil
}
