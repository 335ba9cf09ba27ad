// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/fluxcd/pkg/runtime/jitter"
	"github.com/fluxcd/pkg/runtime/logger"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/controllers"
)

// managerFlags are what the operator's pod is started with.
type managerFlags struct {
	metricsAddr, healthAddr string
	leaderElect             bool
	leaderElectionNamespace string
	watchNamespace          string
	gracefulShutdown        time.Duration
	log                     logger.Options
	jitter                  jitter.IntervalOptions
	controllers             controllers.Options
}

func newManagerCommand() *cobra.Command {
	var f managerFlags
	cmd := &cobra.Command{
		Use:   "manager",
		Short: "Run the operator",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runManager(cmd.Context(), f)
		},
	}
	f.bind(cmd.Flags())
	return cmd
}

func (f *managerFlags) bind(fs *pflag.FlagSet) {
	fs.StringVar(&f.metricsAddr, "metrics-bind-address", ":8080", "address of the metrics endpoint; 0 turns it off")
	fs.StringVar(&f.healthAddr, "health-probe-bind-address", ":8081", "address of the health probes")
	fs.BoolVar(&f.leaderElect, "leader-elect", false, "let only one of several replicas act")
	fs.StringVar(&f.leaderElectionNamespace, "leader-election-namespace", "", "namespace of the leader election lease; default: the pod's own")
	fs.StringVar(&f.watchNamespace, "watch-namespace", "", "act on one namespace only; default: all")
	fs.DurationVar(&f.gracefulShutdown, "graceful-shutdown-timeout", time.Minute, "time that running changes get to end when the manager stops")
	fs.StringVar(&f.controllers.EventsAddr, "events-addr", "", "address of Flux's notification-controller; empty: Kubernetes events only")
	fs.IntVar(&f.controllers.Concurrent, "concurrent", 16, "number of network functions worked on at a time")
	fs.BoolVar(&f.controllers.AllowCrossNamespace, "allow-cross-namespace-refs", false, "let objects refer to objects of other namespaces")
	fs.BoolVar(&f.controllers.ForbidInsecureHostKeys, "forbid-insecure-host-keys", false, "refuse Targets that skip host key verification")
	fs.StringVar(&f.controllers.DNSResolver, "dns-resolver", "", "host:port of the resolver asked whether declared names are answered; default: the system's")
	fs.StringVar(&f.controllers.CallHome.SSHAddr, "call-home-ssh-bind-address", "", "address where network functions may call home over SSH (RFC 8071), usually :4334; empty: none")
	fs.StringVar(&f.controllers.CallHome.TLSAddr, "call-home-tls-bind-address", "", "address where network functions may call home over TLS (RFC 8071), usually :4335; empty: none")
	fs.StringVar(&f.controllers.TraceDir, "trace-dir", "", "folder for traces of NETCONF messages, of Targets that ask for one by the annotation nf.strowger.dev/trace; empty: none")
	f.bindDrift(fs)
	f.log.BindFlags(fs)
	f.jitter.BindFlags(fs)
}

// bindDrift binds the flags about drift and how it comes to Git.
func (f *managerFlags) bindDrift(fs *pflag.FlagSet) {
	o := &f.controllers.WriteBack
	fs.Var(newDriftModeFlag(&f.controllers.DriftMode), "drift-mode", "what is done about drift where neither a NetworkFunction nor its Target says so: Correct, Review, Report or Ignore")
	fs.DurationVar(&o.BatchWindow, "git-batch-window", controllers.DefaultBatchWindow, "time that the first push to a quiet Git repository waits for more to push")
	fs.DurationVar(&o.PullRequestInterval, "pull-request-interval", controllers.DefaultPullRequestInterval, "time between two looks at open pull requests")
	fs.IntVar(&o.MaxPullRequests, "max-pull-requests", controllers.DefaultMaxPullRequests, "number of pull requests that may be open in one Git repository")
	fs.StringVar(&o.AuthorName, "git-author-name", "", "name of the author of commits; default: Strowger")
	fs.StringVar(&o.AuthorEmail, "git-author-email", "", "email address of the author of commits; default: strowger@nf.strowger.dev")
	fs.BoolVar(&o.SignOff, "git-sign-off", false, "sign commits off (Signed-off-by)")
	fs.StringVar(&o.SigningKeyFile, "git-signing-key-file", "", "OpenPGP or SSH key that commits are signed with, or the folder where a Secret with it is mounted; empty: commits are not signed")
}

// driftModeFlag is a flag that takes one of the drift modes.
type driftModeFlag struct{ mode *v1alpha1.DriftMode }

func newDriftModeFlag(mode *v1alpha1.DriftMode) driftModeFlag {
	*mode = v1alpha1.DriftModeCorrect
	return driftModeFlag{mode: mode}
}

// String is of [pflag.Value].
func (d driftModeFlag) String() string { return string(*d.mode) }

// Set is of [pflag.Value].
func (d driftModeFlag) Set(s string) error {
	switch mode := v1alpha1.DriftMode(s); mode {
	case v1alpha1.DriftModeCorrect, v1alpha1.DriftModeReview, v1alpha1.DriftModeReport, v1alpha1.DriftModeIgnore:
		*d.mode = mode
		return nil
	}
	return fmt.Errorf("%q is none of Correct, Review, Report, Ignore", s)
}

// Type is of [pflag.Value].
func (d driftModeFlag) Type() string { return "mode" }

func runManager(ctx context.Context, f managerFlags) error {
	logger.SetLogger(logger.NewLogger(f.log))
	if err := f.jitter.SetGlobalJitter(nil); err != nil {
		return fmt.Errorf("setting the interval jitter: %w", err)
	}
	cfg, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("finding the cluster: %w; set KUBECONFIG, or run in a pod", err)
	}
	opts := ctrl.Options{
		Scheme:                        controllers.NewScheme(),
		Metrics:                       metricsserver.Options{BindAddress: f.metricsAddr},
		HealthProbeBindAddress:        f.healthAddr,
		LeaderElection:                f.leaderElect,
		LeaderElectionID:              "strowger-leader",
		LeaderElectionNamespace:       f.leaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       &f.gracefulShutdown,
		Client:                        controllers.ClientOptions(),
	}
	if f.watchNamespace != "" {
		opts.Cache.DefaultNamespaces = map[string]cache.Config{f.watchNamespace: {}}
	}
	mgr, err := ctrl.NewManager(cfg, opts)
	if err != nil {
		return fmt.Errorf("making the manager: %w", err)
	}
	closeSessions, err := controllers.Setup(mgr, f.controllers)
	if err != nil {
		return err
	}
	defer closeSessions()
	if err := mgr.AddHealthzCheck("healthz", healthz.Ping); err != nil {
		return fmt.Errorf("adding the health probe: %w", err)
	}
	if err := mgr.AddReadyzCheck("readyz", healthz.Ping); err != nil {
		return fmt.Errorf("adding the readiness probe: %w", err)
	}
	return mgr.Start(ctx)
}
