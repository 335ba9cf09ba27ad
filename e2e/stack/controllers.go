// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
)

const (
	fluxNamespace        = "flux-system"
	certManagerNamespace = "cert-manager"
)

// addControllerManager runs only the controllers that make owner references, namespaces and roles behave as on a
// cluster; there are no nodes for the others.
func (e *environment) addControllerManager(s *Stack, _ Options) (starter, error) {
	addr, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addr[0])
	if err != nil {
		return nil, fmt.Errorf("splitting its address: %w", err)
	}
	controllers := []string{
		"garbage-collector-controller", "namespace-controller",
		"serviceaccount-controller", "clusterrole-aggregation-controller",
	}
	client, err := rest.HTTPClientFor(s.Config)
	if err != nil {
		return nil, fmt.Errorf("making a client for its health: %w", err)
	}
	// The API server's certificate is for the same address and saves making another.
	pki := filepath.Join(e.dir, "pki")
	s.ControllerManager = e.supervisor.add(&Service{
		name: "kube-controller-manager",
		path: s.Tools[ToolControllerManager],
		args: []string{
			"--kubeconfig", s.KubeconfigPath,
			"--controllers", strings.Join(controllers, ","),
			"--leader-elect=false",
			"--bind-address", "127.0.0.1", "--secure-port", port,
			"--tls-cert-file", filepath.Join(pki, "tls.crt"), "--tls-private-key-file", filepath.Join(pki, "tls.key"),
		},
		ready: httpReady(client, "https://"+addr[0]+"/healthz", nil),
	})
	return s.ControllerManager.Start, nil
}

// addFlux runs source-controller, kustomize-controller and notification-controller side by side.
func (e *environment) addFlux(s *Stack, _ Options) (starter, error) {
	addrs, err := freeAddrs(9)
	if err != nil {
		return nil, err
	}
	storage, err := e.folder("source-controller")
	if err != nil {
		return nil, err
	}
	s.EventsURL, s.ReceiverURL = "http://"+addrs[7]+"/", "http://"+addrs[8]
	s.SourceController = e.supervisor.add(e.fluxController(s, ToolSourceController, addrs[0], addrs[1],
		"--events-addr", s.EventsURL,
		"--storage-path", storage, "--storage-addr", addrs[2], "--storage-adv-addr", addrs[2]))
	s.KustomizeController = e.supervisor.add(e.fluxController(s, ToolKustomizeController, addrs[3], addrs[4],
		"--events-addr", s.EventsURL,
		// A Kustomization that waits for another to reach the same revision asks again after this; default 30s.
		"--requeue-dependency", "1s",
		// A Kustomization that waits for its objects turns to the next commit at once, so that what it waits for can be
		// reverted.
		"--feature-gates", "CancelHealthCheckOnNewRevision=true"))
	s.NotificationController = e.supervisor.add(e.fluxController(s, ToolNotification, addrs[5], addrs[6],
		"--events-addr", addrs[7], "--receiverAddr", addrs[8]))
	return func(ctx context.Context) error {
		return startAll(ctx, s.SourceController.Start, s.KustomizeController.Start, s.NotificationController.Start)
	}, nil
}

func (e *environment) fluxController(s *Stack, tool, metrics, health string, args ...string) *Service {
	return &Service{
		name: tool,
		path: s.Tools[tool],
		env:  []string{"RUNTIME_NAMESPACE=" + fluxNamespace, "KUBECONFIG=" + s.KubeconfigPath},
		args: append([]string{
			"--metrics-addr", metrics, "--health-addr", health,
			"--enable-leader-election=false",
		}, args...),
		ready: httpReady(http.DefaultClient, "http://"+health+"/readyz", nil),
	}
}

// addCertManager runs cert-manager; secrets of ClusterIssuers are in the namespace cert-manager.
func (e *environment) addCertManager(s *Stack, _ Options) (starter, error) {
	addrs, err := freeAddrs(1)
	if err != nil {
		return nil, err
	}
	s.CertManager = e.supervisor.add(&Service{
		name: "cert-manager",
		path: s.Tools[ToolCertManager],
		args: []string{
			"--kubeconfig", s.KubeconfigPath,
			"--cluster-resource-namespace", certManagerNamespace,
			"--health-addr", addrs[0],
		},
		ready: httpReady(http.DefaultClient, "http://"+addrs[0]+"/readyz", nil),
	})
	return s.CertManager.Start, nil
}
