// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command cert-manager runs cert-manager's own controllers for self-signed and CA issuers.
//
// Upstream's controller binary lives in a module of its own, cmd/controller, that is not published; what it
// wires together is published, and this program wires the part of it that the stack needs: no ACME, no
// gateway shims, no leader election.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cert-manager/cert-manager/pkg/controller"

	// Each of these registers one controller or issuer with the library.
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

// workers is how many items each controller handles at once.
const workers = 2

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of the cluster whose certificates are managed")
	namespace := flag.String("cluster-resource-namespace", "cert-manager", "namespace of the secrets that ClusterIssuers name")
	healthAddr := flag.String("health-addr", "127.0.0.1:9402", "address that answers /readyz once the caches are filled")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *namespace, *healthAddr); err != nil {
		log.Fatal(err)
	}
}

// run starts every registered controller and returns when the context ends.
func run(ctx context.Context, kubeconfig, namespace, healthAddr string) error {
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{
		Kubeconfig:         kubeconfig,
		KubernetesAPIQPS:   50,
		KubernetesAPIBurst: 100,
		IssuerOptions:      controller.IssuerOptions{ClusterResourceNamespace: namespace},
		CertificateOptions: controller.CertificateOptions{
			CertificateRequestMinimumBackoffDuration: time.Minute,
			CertificateRequestMaximumBackoffDuration: time.Hour,
		},
	})
	if err != nil {
		return fmt.Errorf("connecting to the cluster: %w", err)
	}
	wait, err := startControllers(ctx, factory)
	if err != nil {
		return err
	}
	defer wait()

	root, err := factory.Build()
	if err != nil {
		return fmt.Errorf("building the shared informers: %w", err)
	}
	root.SharedInformerFactory.Start(ctx.Done())
	root.KubeSharedInformerFactory.Start(ctx.Done())
	root.SharedInformerFactory.WaitForCacheSync(ctx.Done())
	root.KubeSharedInformerFactory.WaitForCacheSync(ctx.Done())
	return serveReadiness(ctx, healthAddr)
}

// startControllers runs the controllers that the imports registered; the returned function waits for their end.
func startControllers(ctx context.Context, factory *controller.ContextFactory) (func(), error) {
	var running sync.WaitGroup
	for name, construct := range controller.Known() {
		c, err := construct(factory)
		if err != nil {
			return nil, fmt.Errorf("constructing controller %s: %w", name, err)
		}
		running.Go(func() {
			if err := c.Run(workers, ctx); err != nil {
				log.Printf("controller %s: %v", name, err)
			}
		})
	}
	return running.Wait, nil
}

// serveReadiness answers 200 on /readyz until the context ends; it is called when the caches are filled.
func serveReadiness(ctx context.Context, addr string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving readiness on %s: %w", addr, err)
	}
	return nil
}
