// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package storm

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/e2e/stack"
)

const (
	namespace   = "storm"
	repository  = "operator/storm"
	baseBranch  = "main"
	yangFile    = "strowger-storm-cell.yang"
	devicesUser = "netconf"
	// announced is the interval of NFs that announce their changes: short enough to see that nothing comes of another
	// look.
	announced = 30 * time.Second
)

//go:embed cell.yang
var cellYANG []byte

// field is where the storm happens: the stack, the devices and the operator.
type field struct {
	*stack.Stack
	opts   Options
	client client.Client
	// pushes are those that the forge received, each with the branches that it moved.
	pushes   func() ([][]string, error)
	control  string
	password string
	operator *stack.Service
}

func functionName(i int) string { return fmt.Sprintf("cell-%04d", i) }

func (f *field) branch() string {
	if f.opts.Branch != "" {
		return f.opts.Branch
	}
	return "drift/{namespace}/{name}"
}

// start runs the stack, the devices and the operator.
func start(ctx context.Context, opts Options) (*field, error) {
	root, err := stack.Root()
	if err != nil {
		return nil, err
	}
	f := &field{opts: opts, password: "storm"}
	f.Stack, err = stack.Start(ctx, stack.Options{Root: root, Dir: opts.Dir, Log: opts.Log, Components: []stack.Component{stack.Git}})
	if err != nil {
		return nil, err
	}
	if err := f.InstallComponentCRDs(ctx, stack.Flux); err != nil {
		return f, err
	}
	if f.client, err = newClient(f.Config); err != nil {
		return f, err
	}
	if _, err := f.Git.CreateRepo(ctx, repository); err != nil {
		return f, err
	}
	if _, err := f.Git.Commit(ctx, repository, baseBranch, "Begin", map[string][]byte{"README.md": []byte("A storm.\n")}); err != nil {
		return f, err
	}
	if f.pushes, err = f.Git.CountPushes(repository); err != nil {
		return f, err
	}
	binary := stack.OperatorPath(root)
	if err := stack.BuildOperator(ctx, root, binary); err != nil {
		return f, err
	}
	if err := f.startDevices(ctx, binary); err != nil {
		return f, err
	}
	return f, f.startOperator(ctx, binary)
}

func (f *field) startDevices(ctx context.Context, binary string) error {
	dir := filepath.Join(f.Dir, "devices")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the devices' folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, yangFile), cellYANG, 0o644); err != nil {
		return fmt.Errorf("writing the devices' module: %w", err)
	}
	addrs, err := stack.FreeAddrs(1)
	if err != nil {
		return err
	}
	f.control = "http://" + addrs[0]
	args := []string{
		"simulate", "--yang", filepath.Join(dir, yangFile),
		"--count", strconv.Itoa(f.opts.Functions), "--name", "cell", "--listen", "127.0.0.1:0",
		"--user", devicesUser, "--password", f.password, "--control", addrs[0],
		"--host-key", filepath.Join(dir, "host_key"), "--known-hosts", filepath.Join(dir, "known_hosts"),
	}
	if f.opts.Poll == 0 {
		args = append(args, "--profile", "notifications")
	}
	_, err = f.Run(ctx, stack.Program{
		Name: "devices", Path: binary, Args: args,
		Ready: func(ctx context.Context) error {
			devices, err := f.devices(ctx)
			if err == nil && len(devices) < f.opts.Functions {
				err = fmt.Errorf("%d of %d devices listen", len(devices), f.opts.Functions)
			}
			if err == nil {
				_, err = os.Stat(filepath.Join(dir, "known_hosts"))
			}
			return err
		},
	})
	return err
}

func (f *field) startOperator(ctx context.Context, binary string) (err error) {
	addrs, err := stack.FreeAddrs(2)
	if err != nil {
		return err
	}
	f.operator, err = f.Run(ctx, stack.Program{
		Name: "strowger", Path: binary, Env: []string{"KUBECONFIG=" + f.KubeconfigPath},
		Args: []string{"manager", "--metrics-bind-address", addrs[0], "--health-probe-bind-address", addrs[1]},
		Ready: func(ctx context.Context) error {
			_, err := get(ctx, http.MethodGet, "http://"+addrs[1]+"/readyz", "")
			return err
		},
	})
	return err
}

// device is what is used of what the simulator says of one.
type device struct {
	Name     string         `json:"name"`
	Address  string         `json:"address"`
	Requests map[string]int `json:"requests"`
	// Subscriptions is the number of sessions that changes are announced to.
	Subscriptions int `json:"subscriptions"`
}

func (f *field) devices(ctx context.Context) ([]device, error) {
	said, err := f.ask(ctx, http.MethodGet, "/devices", "")
	if err != nil {
		return nil, err
	}
	var out []device
	if err := json.Unmarshal(said, &out); err != nil {
		return nil, fmt.Errorf("reading what the devices say: %w", err)
	}
	return out, nil
}

func (f *field) ask(ctx context.Context, method, path, body string) ([]byte, error) {
	return get(ctx, method, f.control+path, body)
}

func get(ctx context.Context, method, url, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("composing a request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", url, err)
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading from %s: %w", url, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s answers %s: %s", method, url, response.Status, said)
	}
	return said, nil
}

// versions are the resource versions of all that the operator writes.
func (f *field) versions(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	var functions v1alpha1.NetworkFunctionList
	var reports v1alpha1.DriftReportList
	for _, list := range []client.ObjectList{&functions, &reports} {
		if err := f.client.List(ctx, list, client.InNamespace(namespace)); err != nil {
			return nil, fmt.Errorf("listing: %w", err)
		}
	}
	for i := range functions.Items {
		out["function "+functions.Items[i].Name] = functions.Items[i].ResourceVersion
	}
	for i := range reports.Items {
		out["report "+reports.Items[i].Name] = reports.Items[i].ResourceVersion
	}
	return out, nil
}
