// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Names of the programs that [Tools] builds.
const (
	ToolEtcd                = "etcd"
	ToolAPIServer           = "kube-apiserver"
	ToolControllerManager   = "kube-controller-manager"
	ToolKubectl             = "kubectl"
	ToolSourceController    = "source-controller"
	ToolKustomizeController = "kustomize-controller"
	ToolCertManager         = "cert-manager"
	ToolExternalDNS         = "external-dns"
	ToolGitea               = "gitea"
	ToolNotification        = "notification-controller"
)

// parallelBuilds bounds the builds at work at once: linking a kube-apiserver takes about 2 GiB.
const parallelBuilds = 2

// tool is one program: where its Go module is, and what of it is built.
type tool struct {
	name string
	// folder under e2e/stack/tools that holds the Go module pinning the program.
	folder string
	// pkg is the main package to build.
	pkg string
	// module gives the program its version and, for some, its CRDs.
	module string
	// kubernetes programs report the version that is linked into them; without it they refuse to start.
	kubernetes bool
	// versionVariable is linked to the version, without its v, of a program that says another one otherwise.
	versionVariable string
	// tags are build tags. A program with cgo is built with it, which needs a C compiler.
	tags string
	cgo  bool
	// prebuilt programs are taken from KUBEBUILDER_ASSETS if they are there.
	prebuilt bool
}

// catalogue lists every program, those that take longest to build first.
func catalogue() []tool {
	const kubernetes = "k8s.io/kubernetes"
	return []tool{
		{name: ToolEtcd, folder: "kube", pkg: "go.etcd.io/etcd/server/v3", module: "go.etcd.io/etcd/server/v3", prebuilt: true},
		{name: ToolAPIServer, folder: "kube", pkg: kubernetes + "/cmd/kube-apiserver", module: kubernetes, kubernetes: true, prebuilt: true},
		{name: ToolControllerManager, folder: "kube", pkg: kubernetes + "/cmd/kube-controller-manager", module: kubernetes, kubernetes: true},
		{name: ToolKubectl, folder: "kube", pkg: kubernetes + "/cmd/kubectl", module: kubernetes, kubernetes: true, prebuilt: true},
		{name: ToolGitea, folder: "gitea", pkg: "code.gitea.io/gitea", module: "code.gitea.io/gitea", versionVariable: "main.Version", tags: "sqlite sqlite_unlock_notify", cgo: true},
		{name: ToolExternalDNS, folder: "external-dns", pkg: "sigs.k8s.io/external-dns", module: "sigs.k8s.io/external-dns"},
		{name: ToolSourceController, folder: "source-controller", pkg: "github.com/fluxcd/source-controller", module: "github.com/fluxcd/source-controller"},
		{name: ToolKustomizeController, folder: "kustomize-controller", pkg: "github.com/fluxcd/kustomize-controller", module: "github.com/fluxcd/kustomize-controller"},
		{name: ToolNotification, folder: "notification-controller", pkg: "github.com/fluxcd/notification-controller", module: "github.com/fluxcd/notification-controller"},
		{name: ToolCertManager, folder: "cert-manager", pkg: ".", module: "github.com/cert-manager/cert-manager"},
	}
}

// ToolNames returns the name of every program that [Tools] knows.
func ToolNames() []string {
	var names []string
	for _, t := range catalogue() {
		names = append(names, t.name)
	}
	return names
}

// toolByName finds a program in the catalogue.
func toolByName(name string) (tool, error) {
	all := catalogue()
	i := slices.IndexFunc(all, func(t tool) bool { return t.name == name })
	if i < 0 {
		return tool{}, fmt.Errorf("unknown tool %q, known are %s", name, strings.Join(ToolNames(), ", "))
	}
	return all[i], nil
}

// Tools returns the path of each named program, or of all without names. A program that is not in bin/stack under
// root, the operator's folder, is built into it; w shows the progress. Processes that need the same
// program at the same time build it once.
func Tools(ctx context.Context, root string, w io.Writer, names ...string) (map[string]string, error) {
	if len(names) == 0 {
		names = ToolNames()
	}
	progress := &syncWriter{w: w}
	var (
		mu     sync.Mutex
		paths  = make(map[string]string, len(names))
		failed []error
		all    sync.WaitGroup
		slots  = make(chan struct{}, parallelBuilds)
	)
	for _, name := range names {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			path, err := findOrBuild(ctx, root, progress, name)
			mu.Lock()
			defer mu.Unlock()
			paths[name] = path
			failed = append(failed, err)
		})
	}
	all.Wait()
	return paths, errors.Join(failed...)
}

// findOrBuild returns the path of one program and builds it first where it is missing.
func findOrBuild(ctx context.Context, root string, w io.Writer, name string) (string, error) {
	t, err := toolByName(name)
	if err != nil {
		return "", err
	}
	if path, ok := t.fromAssets(); ok {
		return path, nil
	}
	build, err := t.build(root)
	if err != nil {
		return "", fmt.Errorf("tool %s: %w", name, err)
	}
	if err := build.once(ctx, w); err != nil {
		return "", fmt.Errorf("tool %s: %w", name, err)
	}
	return build.target, nil
}

// fromAssets looks into KUBEBUILDER_ASSETS, where Kubernetes developers keep prebuilt control planes.
func (t tool) fromAssets() (string, bool) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" || !t.prebuilt {
		return "", false
	}
	path := filepath.Join(assets, t.name)
	info, err := os.Stat(path)
	return path, err == nil && !info.IsDir()
}

// build says how the program is built, and into which file. The file's name carries the version and a digest of
// the module's own files, so that a changed pin or a changed main.go is never hidden by an older binary.
func (t tool) build(root string) (goBuild, error) {
	dir := t.moduleDir(root)
	version, err := requiredVersion(filepath.Join(dir, "go.mod"), t.module)
	if err != nil {
		return goBuild{}, err
	}
	digest, err := digestOf(dir, t.pkg == ".")
	if err != nil {
		return goBuild{}, err
	}
	return goBuild{
		name:    t.name,
		version: version,
		dir:     dir,
		pkg:     t.pkg,
		ldflags: t.ldflags(version),
		tags:    t.tags,
		cgo:     t.cgo,
		target:  filepath.Join(root, "bin", "stack", t.name+"-"+version+"-"+digest),
	}, nil
}

func (t tool) moduleDir(root string) string {
	return filepath.Join(root, "e2e", "stack", "tools", t.folder)
}

// ldflags drop the symbol tables, which halves a kube-apiserver, and set the version that some programs report.
func (t tool) ldflags(version string) string {
	flags := "-s -w"
	if t.versionVariable != "" {
		flags += " -X " + t.versionVariable + "=" + strings.TrimPrefix(version, "v")
	}
	if !t.kubernetes {
		return flags
	}
	const pkg = "k8s.io/component-base/version"
	numbers := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	return fmt.Sprintf("%s -X %s.gitVersion=%s -X %s.gitMajor=%s -X %s.gitMinor=%s",
		flags, pkg, version, pkg, numbers[0], pkg, numbers[1])
}

// requiredVersion reads the version of a module from the go.mod that requires it.
func requiredVersion(goMod, module string) (string, error) {
	content, err := os.ReadFile(goMod)
	if err != nil {
		return "", fmt.Errorf("reading the pinned version: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) >= 2 && fields[0] == module && strings.HasPrefix(fields[1], "v") {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("%s requires no version of %s", goMod, module)
}

// digestOf returns a short digest of go.mod and go.sum and, if the program's source is ours, of its Go files.
func digestOf(dir string, withSource bool) (string, error) {
	files := []string{filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.sum")}
	if withSource {
		sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return "", fmt.Errorf("listing the Go files of %s: %w", dir, err)
		}
		files = append(files, sources...)
	}
	hash := sha256.New()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("computing the digest of %s: %w", dir, err)
		}
		hash.Write(content)
	}
	return hex.EncodeToString(hash.Sum(nil))[:8], nil
}

// Root returns the folder of the operator's go.mod, searched from the working directory upwards.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("searching the operator's folder: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(content), "module github.com/strowger/strowger\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no folder from %s upwards holds the operator's go.mod", start)
		}
	}
}

// syncWriter lets goroutines share one writer line by line.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil {
		return len(p), nil
	}
	return s.w.Write(p)
}
