// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// capDACReadSearch lets a process read and search what its user could not (capabilities(7)): programs and Go modules
// are usually below the home folder of whoever runs the stack.
const capDACReadSearch = 2

// runAsNobody has a command that refuses to be root run as the user nobody. A command of another user than root runs
// as that one.
func runAsNobody(cmd *exec.Cmd) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := nobody()
	if err != nil {
		return err
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	cmd.SysProcAttr.AmbientCaps = []uintptr{capDACReadSearch}
	// The capability is in effect from the first program on, which therefore is a shell that finds the folder and the
	// command.
	cmd.Args = append([]string{"sh", "-c", `cd "$0" && exec "$@"`, cmd.Dir, cmd.Path}, cmd.Args[1:]...)
	cmd.Path, cmd.Dir = "/bin/sh", "/"
	return nil
}

// giveToNobody makes the user nobody the owner of a file or folder, if we are root.
func giveToNobody(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := nobody()
	if err != nil {
		return err
	}
	if err := os.Chown(path, int(uid), int(gid)); err != nil {
		return fmt.Errorf("giving %s to the user nobody: %w", path, err)
	}
	return nil
}

func nobody() (uid, gid uint32, err error) {
	account, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, fmt.Errorf("looking for the user nobody: %w", err)
	}
	u, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("reading the number of the user nobody: %w", err)
	}
	g, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("reading the group of the user nobody: %w", err)
	}
	return uint32(u), uint32(g), nil
}
