// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package preview

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/offline"
)

const long = `

With -f it asks the operator of a cluster instead what NetworkFunctions would change on the real network
functions that are not merged yet: for use in the pipeline of a pull request. The operator computes what it
would do, has the network function try it on its candidate datastore, and changes nothing. Layers from Git
are read as merged, unless --source names a local folder with their files. The pipeline needs the right to
create, watch and delete networkfunctions in the namespace, and nothing else.

Exit codes with -f: 0 nothing would change, 1 something would, 2 it cannot be told for one of them, or the
network function would refuse it.`

const example = `

  # What the files of a pull request would change on the network functions themselves
  strowger diff -f nf/ --source GitRepository/core-network=. --kubeconfig pipeline.kubeconfig
  strowger diff -f nf/upf-zrh-1.yaml -o json`

type flags struct {
	files      []string
	kubeconfig string
	context    string
	namespace  string
	sources    []string
	timeout    time.Duration
	keep       bool
}

// Attach adds the preview to the command diff: it runs when -f is given.
func Attach(cmd *cobra.Command) *cobra.Command {
	f := &flags{}
	set := cmd.Flags()
	set.StringArrayVarP(&f.files, "filename", "f", nil, "file or folder with NetworkFunctions to preview; - is the standard input")
	set.StringVar(&f.kubeconfig, "kubeconfig", "", "with -f: how to reach the cluster; default: as kubectl")
	set.StringVar(&f.context, "context", "", "with -f: context of the kubeconfig")
	set.StringVarP(&f.namespace, "namespace", "n", "", "with -f: namespace of NetworkFunctions that name none")
	set.StringArrayVar(&f.sources, "source", nil, "with -f: KIND/NAME=DIR, a Flux source whose files are read from a folder")
	set.DurationVar(&f.timeout, "timeout", 2*time.Minute, "with -f: how long to wait for the operator")
	set.BoolVar(&f.keep, "keep", false, "with -f: leave the objects that were created, to look at")
	cmd.Use = "diff (--yang DIR OLD NEW | -f FILE)"
	cmd.Long += long
	cmd.Example += example
	args, run := cmd.Args, cmd.RunE
	cmd.Args = func(cmd *cobra.Command, list []string) error {
		switch {
		case len(f.files) == 0:
			return args(cmd, list)
		case len(list) > 0:
			return offline.Trouble(fmt.Errorf("-f compares with the network function: OLD and NEW are not given beside it, %q is", list[0]))
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, list []string) error {
		if len(f.files) == 0 {
			return run(cmd, list)
		}
		return f.run(cmd)
	}
	return cmd
}

func (f *flags) run(cmd *cobra.Command) error {
	output := cmd.Flag("output").Value.String()
	write, err := writer(output)
	if err != nil {
		return offline.Trouble(err)
	}
	c, namespace, err := f.client()
	if err != nil {
		return offline.Trouble(err)
	}
	sources, err := parseSources(f.sources)
	if err != nil {
		return offline.Trouble(err)
	}
	functions, err := read(f.files, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err != nil {
		return offline.Trouble(err)
	}
	for _, nf := range functions {
		if nf.Namespace == "" {
			nf.Namespace = namespace
		}
		if err := sources.inline(nf); err != nil {
			return offline.Trouble(err)
		}
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	results := (&asker{client: c, keep: f.keep}).ask(ctx, functions)
	if err := write(cmd.OutOrStdout(), cmd.ErrOrStderr(), results); err != nil {
		return offline.Trouble(err)
	}
	return verdict(results)
}

// verdict is the worst of all results.
func verdict(results []Result) error {
	differs := false
	for _, r := range results {
		if r.Error != nil {
			return offline.Trouble(nil)
		}
		differs = differs || r.Creates+r.Modifies+r.Deletes > 0
	}
	if differs {
		return offline.Differs()
	}
	return nil
}

// client returns one for the cluster, and the namespace that the kubeconfig names.
func (f *flags) client() (client.WithWatch, string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = f.kubeconfig
	config := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: f.context})
	rest, err := config.ClientConfig()
	if err != nil {
		return nil, "", fmt.Errorf("finding the cluster: %w; name a kubeconfig with --kubeconfig", err)
	}
	namespace, _, err := config.Namespace()
	if f.namespace != "" {
		namespace, err = f.namespace, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("finding the namespace: %w", err)
	}
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, "", err
	}
	c, err := client.NewWithWatch(rest, client.Options{Scheme: scheme})
	if err != nil {
		return nil, "", errors.Join(errors.New("reaching the cluster"), err)
	}
	return c, namespace, nil
}
