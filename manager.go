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
	f.log.BindFlags(fs)
	f.jitter.BindFlags(fs)
}

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
