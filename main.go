// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Strowger is a GitOps operator for telecom network functions.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/internal/offline"
	"github.com/strowger/strowger/internal/preview"
	"github.com/strowger/strowger/internal/simulate"
)

// version is set by the linker.
var version = "dev"

func main() {
	if err := newRoot().ExecuteContext(ctrl.SetupSignalHandler()); err != nil {
		if text := err.Error(); text != "" {
			fmt.Fprintln(os.Stderr, "strowger:", text)
		}
		os.Exit(offline.ExitCode(err))
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "strowger",
		Short:         "GitOps for telecom network functions: Git in, NETCONF out, drift back to Git",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newManagerCommand(), simulate.NewCommand(), offline.NewValidateCommand(), preview.Attach(offline.NewDiffCommand()))
	return root
}
