// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/strowger/strowger/controllers"
	"github.com/strowger/strowger/e2e/stack"
)

// What all tests of the package share: one kube-apiserver and one manager.
// Each test has a namespace, devices and artifacts of its own.
var (
	cluster   *stack.ControlPlane
	k8s       client.Client
	artifacts *artifactServer
	resolver  *nameServer
	logs      = &logCapture{}
	writes    = &writeCounter{}
	// onForge are the forges that the manager can reach.
	onForge = &forges{}
	// home is where devices may call the manager.
	home controllers.CallHomeOptions
	// traceDir is where the manager writes traces.
	traceDir string
)

// patience bounds every wait for a condition; nothing takes that long.
const patience = time.Minute

func TestMain(m *testing.M) {
	// Tests wait for the manager far more than they compute.
	_ = flag.Set("test.parallel", "8")
	flag.Parse()
	if flag.Lookup("test.run").Value.String() == "^$" {
		os.Exit(m.Run()) // benchmarks need no cluster
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(50 * time.Millisecond)
	SetDefaultConsistentlyDuration(2 * time.Second)

	if testing.Verbose() {
		logs.to = os.Stderr
	}
	ctrl.SetLogger(zap.New(zap.WriteTo(logs), zap.UseDevMode(true)))
	klog.SetLogger(ctrl.Log)
	var err error
	if cluster, err = stack.StartControlPlane(ctx, stack.Options{Log: os.Stderr, CRDs: []string{"../config/crd/bases"}}); err != nil {
		return 1, fmt.Errorf("starting the control plane: %w", err)
	}
	defer cluster.Stop()
	if err := cluster.InstallComponentCRDs(ctx, stack.Flux, stack.CertManager, stack.DNS); err != nil {
		return 1, fmt.Errorf("installing CRDs: %w", err)
	}
	if k8s, err = client.New(cluster.Config, client.Options{Scheme: controllers.NewScheme()}); err != nil {
		return 1, err
	}
	artifacts = newArtifactServer()
	defer artifacts.Close()
	if resolver, err = newNameServer(); err != nil {
		return 1, err
	}
	defer resolver.Close()
	for _, addr := range []*string{&home.SSHAddr, &home.TLSAddr} {
		if *addr, err = freeAddr(); err != nil {
			return 1, err
		}
	}
	if traceDir, err = os.MkdirTemp("", "traces"); err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(traceDir) }()
	stopped, err := startManager(ctx, ctrl.Options{}, home)
	if err != nil {
		return 1, err
	}
	code := m.Run()
	cancel()
	return code, <-stopped
}

// logCapture keeps all that the manager logs, so that a test can search it.
type logCapture struct {
	mu   sync.Mutex
	text bytes.Buffer
	to   io.Writer
}

func (l *logCapture) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to != nil {
		_, _ = l.to.Write(p)
	}
	return l.text.Write(p)
}

func (l *logCapture) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// freeAddr is an address of loopback that nobody listens on, and that nobody else is given: who closes what listens
// there can listen there again.
func freeAddr() (string, error) {
	addrs, err := stack.FreeAddrs(1)
	if err != nil {
		return "", err
	}
	return addrs[0], nil
}

func startManager(ctx context.Context, o ctrl.Options, home controllers.CallHomeOptions) (<-chan error, error) {
	o.Scheme = controllers.NewScheme()
	o.Metrics = metricsserver.Options{BindAddress: "0"}
	o.Client = controllers.ClientOptions()
	config := rest.CopyConfig(cluster.Config)
	config.Wrap(writes.count)
	mgr, err := ctrl.NewManager(config, o)
	if err != nil {
		return nil, fmt.Errorf("making the manager: %w", err)
	}
	closeSessions, err := controllers.Setup(mgr, controllers.Options{
		Concurrent: 4, DNSResolver: resolver.Addr, CallHome: home, TraceDir: traceDir,
		WriteBack: controllers.WriteBackOptions{
			BatchWindow: 100 * time.Millisecond, PullRequestInterval: 500 * time.Millisecond, MaxPullRequests: 3, Forges: onForge.connect,
		},
	})
	if err != nil {
		return nil, err
	}
	stopped := make(chan error, 1)
	go func() {
		defer closeSessions()
		stopped <- mgr.Start(ctx)
	}()
	return stopped, nil
}

// newNamespace makes a namespace for one test.
func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := k8s.Create(t.Context(), ns); err != nil {
		t.Fatalf("making a namespace: %v", err)
	}
	return ns.Name
}
