// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Component is a part of the stack beside the control plane.
type Component string

// Components of the stack.
const (
	// GC is the part of kube-controller-manager that a cluster needs to be one: garbage collection,
	// namespace deletion, service accounts and aggregated roles.
	GC Component = "gc"
	// Flux is source-controller, kustomize-controller and notification-controller.
	Flux Component = "flux"
	// CertManager issues from self-signed and CA issuers.
	CertManager Component = "cert-manager"
	// DNS is ExternalDNS publishing DNSEndpoints to a PowerDNS.
	DNS Component = "dns"
	// Git is a Gitea: a Git server over HTTP with basic authentication, and a forge.
	Git Component = "git"
	// NETCONF is one or more netconfd servers behind sshd.
	NETCONF Component = "netconf"
)

// AllComponents returns every component.
func AllComponents() []Component {
	return []Component{GC, Flux, CertManager, DNS, Git, NETCONF}
}

// Options says what to start and where.
type Options struct {
	// Root is the operator's folder; found from the working directory upwards if empty.
	Root string
	// Dir takes logs, data and credentials. A temporary folder, removed on Stop, if empty.
	Dir string
	// Log shows builds and starts; nothing is shown if nil.
	Log io.Writer
	// Components are started beside the control plane; all if empty. StartControlPlane starts none.
	Components []Component
	// CRDs are folders of further CRDs. They are installed before the controllers start, because the garbage
	// collector looks for new kinds only every half minute.
	CRDs []string
	// Netconfd says how the NETCONF servers behave.
	Netconfd NetconfdOptions
}

// Stack is a running stack. Fields of components that were not asked for, or that an existing cluster brings, are nil.
type Stack struct {
	*ControlPlane
	// Tools are the paths of the programs in use, kubectl among them.
	Tools map[string]string

	ControllerManager      *Service
	SourceController       *Service
	KustomizeController    *Service
	NotificationController *Service
	// EventsURL is where notification-controller takes events, and ReceiverURL where it takes webhooks; the path of
	// one is in the status of its Receiver.
	EventsURL, ReceiverURL string
	CertManager            *Service
	ExternalDNS            *Service
	PowerDNS               *PowerDNS
	Git                    *GitServer
	Netconfd               *Netconfd
}

// Start runs a control plane and the components, and returns when each does its job. If KUBECONFIG names an
// existing cluster, that one is used, and what it brings (Flux, cert-manager, ExternalDNS) is not started.
func Start(ctx context.Context, opts Options) (*Stack, error) {
	env, err := newEnvironment(opts)
	if err != nil {
		return nil, err
	}
	s, err := env.startStack(ctx, opts)
	if err != nil {
		env.supervisor.stop()
		return nil, err
	}
	return s, nil
}

func (e *environment) startStack(ctx context.Context, opts Options) (*Stack, error) {
	wanted := opts.Components
	if len(wanted) == 0 {
		wanted = AllComponents()
	}
	s := &Stack{}
	existing, err := e.existingCluster()
	if err != nil {
		return nil, err
	}
	if existing != nil {
		if wanted, err = e.missing(existing.Config, wanted); err != nil {
			return nil, err
		}
	}
	if s.Tools, err = Tools(ctx, e.root, e.supervisor.log, toolsOf(wanted, existing == nil)...); err != nil {
		return nil, err
	}
	if s.ControlPlane = existing; existing == nil {
		if s.ControlPlane, err = e.startControlPlane(ctx); err != nil {
			return nil, err
		}
	}
	if err := e.prepareCluster(ctx, s.ControlPlane, wanted, opts.CRDs); err != nil {
		return nil, err
	}
	return s, e.startComponents(ctx, s, wanted, opts)
}

// prepareCluster creates the namespaces and CRDs that the controllers look for when they start.
func (e *environment) prepareCluster(ctx context.Context, cp *ControlPlane, wanted []Component, crds []string) error {
	if err := ensureNamespaces(ctx, cp.Config, fluxNamespace, certManagerNamespace); err != nil {
		return err
	}
	if err := cp.InstallComponentCRDs(ctx, wanted...); err != nil {
		return err
	}
	own := filepath.Join(e.root, "config", "crd", "bases")
	if _, err := os.Stat(own); err == nil {
		crds = append([]string{own}, crds...)
	}
	return cp.InstallCRDs(ctx, crds...)
}

// startComponents starts what was asked for side by side.
func (e *environment) startComponents(ctx context.Context, s *Stack, wanted []Component, opts Options) error {
	adders := map[Component]func(*Stack, Options) (starter, error){
		GC:          e.addControllerManager,
		Flux:        e.addFlux,
		CertManager: e.addCertManager,
		DNS:         e.addDNS,
		Git:         e.addGit,
		NETCONF:     e.addNetconfd,
	}
	var starters []starter
	for _, component := range wanted {
		add, ok := adders[component]
		if !ok {
			return fmt.Errorf("unknown component %q, known are %v", component, AllComponents())
		}
		start, err := add(s, opts)
		if err != nil {
			return fmt.Errorf("preparing %s: %w", component, err)
		}
		starters = append(starters, start)
	}
	return startAll(ctx, starters...)
}

// toolsOf returns the programs that components need.
func toolsOf(wanted []Component, controlPlane bool) []string {
	byComponent := map[Component][]string{
		GC:          {ToolControllerManager},
		Flux:        {ToolSourceController, ToolKustomizeController, ToolNotification},
		CertManager: {ToolCertManager},
		DNS:         {ToolExternalDNS},
		Git:         {ToolGitea},
	}
	names := []string{ToolKubectl}
	if controlPlane {
		names = append(names, ToolEtcd, ToolAPIServer)
	}
	for _, component := range wanted {
		names = append(names, byComponent[component]...)
	}
	return names
}

// existingCluster returns the cluster of KUBECONFIG, or nil if that is not set.
func (e *environment) existingCluster() (*ControlPlane, error) {
	path := os.Getenv("KUBECONFIG")
	if path == "" {
		return nil, nil
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return nil, fmt.Errorf("reading KUBECONFIG %s: %w", path, err)
	}
	say(e.supervisor.log, "using the cluster at %s", config.Host)
	return &ControlPlane{
		Config: config, KubeconfigPath: path, Dir: e.dir, root: e.root, supervisor: e.supervisor,
	}, nil
}

// missing returns the wanted components that a cluster does not bring. A component is taken to run where its API
// is served; a cluster always collects garbage.
func (e *environment) missing(config *rest.Config, wanted []Component) ([]Component, error) {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("making a discovery client: %w", err)
	}
	groups, err := client.ServerGroups()
	if err != nil {
		return nil, fmt.Errorf("asking the cluster for its APIs: %w", err)
	}
	served := map[string]bool{}
	for _, group := range groups.Groups {
		served[group.Name] = true
	}
	brought := map[Component]bool{
		GC:          true,
		Flux:        served["source.toolkit.fluxcd.io"] && served["kustomize.toolkit.fluxcd.io"],
		CertManager: served["cert-manager.io"],
		DNS:         served["externaldns.k8s.io"],
	}
	return slices.DeleteFunc(slices.Clone(wanted), func(c Component) bool { return brought[c] }), nil
}
