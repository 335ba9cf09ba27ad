// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package crash

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// field is where it all happens: an API server, and what the lanes share.
type field struct {
	*stack.ControlPlane
	opts   Options
	client client.Client
	model  *netconftest.Model
	binary string
	// netconfd is nil unless a lane needs it.
	netconfd     *stack.Netconfd
	stopNetconfd func()
	used         int // of netconfd's servers

	mu sync.Mutex // of the log
}

func startField(ctx context.Context, opts Options, netconfds int) (*field, error) {
	root, err := stack.Root()
	if err != nil {
		return nil, err
	}
	f := &field{opts: opts}
	if f.model, err = newModel(); err != nil {
		return nil, err
	}
	f.ControlPlane, err = stack.StartControlPlane(ctx, stack.Options{
		Root: root, Dir: opts.Dir, Log: opts.Log, CRDs: []string{filepath.Join(root, "config", "crd", "bases")},
	})
	if err != nil {
		return nil, err
	}
	if err := f.prepare(ctx, root, netconfds); err != nil {
		f.stop()
		return nil, err
	}
	return f, nil
}

func (f *field) prepare(ctx context.Context, root string, netconfds int) (err error) {
	if err := f.InstallComponentCRDs(ctx, stack.Flux, stack.CertManager, stack.DNS); err != nil {
		return err
	}
	if f.client, err = newClient(f.Config); err != nil {
		return err
	}
	f.binary = filepath.Join(f.Dir, "strowger-crashpoints")
	if err := stack.BuildOperator(ctx, root, f.binary, "crashpoints"); err != nil {
		return err
	}
	if netconfds == 0 {
		return nil
	}
	modules := filepath.Join(f.Dir, "modules")
	if err := os.MkdirAll(modules, 0o755); err != nil {
		return fmt.Errorf("making the folder of netconfd's modules: %w", err)
	}
	if err := os.WriteFile(filepath.Join(modules, yangModule+".yang"), cellYANG, 0o644); err != nil {
		return fmt.Errorf("writing netconfd's module: %w", err)
	}
	f.netconfd, f.stopNetconfd, err = stack.StartNetconfd(ctx, stack.Options{
		Root: root, Dir: filepath.Join(f.Dir, "netconfd"), Log: f.opts.Log,
		Netconfd: stack.NetconfdOptions{Count: netconfds, Modules: []string{yangModule}, ModulePath: modules},
	})
	return err
}

func (f *field) stop() {
	if f.stopNetconfd != nil {
		f.stopNetconfd()
	}
	f.Stop()
}

func newClient(config *rest.Config) (client.Client, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		utilruntime.Must(add(scheme))
	}
	config = rest.CopyConfig(config)
	config.QPS = -1
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	return c, nil
}

// newDevice starts a device, or takes one of those that run.
func (f *field) newDevice(kind Kind) (device, error) {
	if kind != Netconfd {
		return startSimulated(f.model, kind)
	}
	addr := f.netconfd.Addrs[f.used]
	f.used++
	knownHosts := ""
	for line := range strings.Lines(f.netconfd.KnownHosts) {
		if host, _, _ := strings.Cut(line, " "); strings.NewReplacer("[", "", "]", "").Replace(host) == addr {
			knownHosts = line
		}
	}
	return &foreign{model: f.model, at: access{
		addr: addr, user: f.netconfd.User, password: f.netconfd.Password, knownHosts: knownHosts,
	}}, nil
}

func (f *field) say(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, _ = fmt.Fprintf(f.opts.Log, format+"\n", args...)
}

func (f *field) create(ctx context.Context, objects ...client.Object) error {
	for _, obj := range objects {
		if err := f.client.Create(ctx, obj); err != nil {
			return fmt.Errorf("creating %T %s: %w", obj, obj.GetName(), err)
		}
	}
	return nil
}

// secrets are the names of those in a namespace that contain a word.
func (f *field) secrets(ctx context.Context, namespace, word string) ([]string, error) {
	var list corev1.SecretList
	if err := f.client.List(ctx, &list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("listing Secrets: %w", err)
	}
	var out []string
	for i := range list.Items {
		if strings.Contains(list.Items[i].Name, word) {
			out = append(out, list.Items[i].Name)
		}
	}
	return out, nil
}

// quiet is a log that shows nothing.
func quiet(log io.Writer) io.Writer {
	if log == nil {
		return io.Discard
	}
	return log
}
