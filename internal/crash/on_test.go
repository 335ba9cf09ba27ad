// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build crashpoints

package crash

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// A process dies by SIGKILL at the step that is named, when it was passed so often.
func TestOn(t *testing.T) {
	if os.Getenv(Variable) != "" {
		At(Prepared)
		At(Committed)
		At(Committed)
		return
	}
	for at, dies := range map[string]bool{
		"committed": true, "committed:1": true, "committed:2": false, "prepared:1": false, "confirmed": false,
	} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestOn$")
		cmd.Env = append(os.Environ(), Variable+"="+at)
		err := cmd.Run()
		var exit *exec.ExitError
		killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
		if killed != dies || err != nil && !dies {
			t.Errorf("%s=%s: %v, want it killed: %v", Variable, at, err, dies)
		}
	}
}
