// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/strowger/strowger/e2e/stack"
)

const (
	// operatorNamespace and operatorAccount are those of config/rbac.
	operatorNamespace = "strowger-system"
	operatorAccount   = "strowger"
	operatorUser      = "system:serviceaccount:" + operatorNamespace + ":" + operatorAccount
	tokenLifetime     = 24 * time.Hour
)

// Operator is the manager as a process.
type Operator struct {
	*stack.Service
	metrics string
}

// StartOperator runs the manager with its own ServiceAccount's token, so that it can do no more than config/rbac
// allows, and returns when it says that it is ready.
func (w *World) StartOperator(ctx context.Context) error {
	rbac := filepath.Join(w.root, "config", "rbac")
	if _, err := w.Kubectl(ctx, "apply", "--server-side", "--force-conflicts", "-k", rbac); err != nil {
		return err
	}
	kubeconfig, err := w.operatorKubeconfig(ctx)
	if err != nil {
		return err
	}
	addrs, err := stack.FreeAddrs(2)
	if err != nil {
		return err
	}
	resolver, err := w.Resolver()
	if err != nil {
		return err
	}
	args := []string{
		"manager", "--dns-resolver", resolver,
		"--metrics-bind-address", addrs[0], "--health-probe-bind-address", addrs[1],
		"--call-home-ssh-bind-address", w.CallHome,
		"--log-encoding", "console", "--log-level", "debug",
		// Intervals are counted here, so that none is spread.
		"--interval-jitter-percentage", "0",
		// A pull request that is closed is no push, of which the forge would tell.
		"--pull-request-interval", "2s",
	}
	if w.EventsURL != "" {
		args = append(args, "--events-addr", w.EventsURL)
	}
	w.Operator = &Operator{metrics: "http://" + addrs[0] + "/metrics"}
	w.Operator.Service, err = w.Run(ctx, stack.Program{
		Name: "strowger", Path: w.binary, Args: args, Env: []string{"KUBECONFIG=" + kubeconfig},
		Ready: func(ctx context.Context) error { return answersOK(ctx, "http://"+addrs[1]+"/readyz") },
	})
	return err
}

// operatorKubeconfig writes a connection with the token of the operator's ServiceAccount.
func (w *World) operatorKubeconfig(ctx context.Context) (string, error) {
	clients, err := kubernetes.NewForConfig(w.Config)
	if err != nil {
		return "", fmt.Errorf("making a client: %w", err)
	}
	seconds := int64(tokenLifetime.Seconds())
	token, err := clients.CoreV1().ServiceAccounts(operatorNamespace).CreateToken(ctx, operatorAccount,
		&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("requesting a token for %s: %w", operatorUser, err)
	}
	server := rest.CopyConfig(w.Config)
	if err := rest.LoadTLSFiles(server); err != nil {
		return "", fmt.Errorf("reading the cluster's authority: %w", err)
	}
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters[operatorAccount] = &clientcmdapi.Cluster{
		Server: server.Host, CertificateAuthorityData: server.CAData, InsecureSkipTLSVerify: server.Insecure,
	}
	kubeconfig.AuthInfos[operatorAccount] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	kubeconfig.Contexts[operatorAccount] = &clientcmdapi.Context{
		Cluster: operatorAccount, AuthInfo: operatorAccount, Namespace: operatorNamespace,
	}
	kubeconfig.CurrentContext = operatorAccount
	path := filepath.Join(w.Dir, "kubeconfig-strowger")
	if err := clientcmd.WriteToFile(*kubeconfig, path); err != nil {
		return "", fmt.Errorf("writing the operator's kubeconfig: %w", err)
	}
	return path, nil
}

// Kubectl runs kubectl as the cluster's administrator and returns what it printed.
func (w *World) Kubectl(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, w.Tools[stack.ToolKubectl], args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+w.KubeconfigPath)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("kubectl %v: %w: %s", args, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(output), nil
}

func answersOK(ctx context.Context, url string) error {
	response, err := fetch(ctx, http.DefaultClient, url)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// fetch gets a URL that must answer 200. The caller closes the body.
func fetch(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("composing a request: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("%s answers %s", url, response.Status)
	}
	return response, nil
}
