// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// ControlPlane is an etcd and a kube-apiserver: all that a controller test needs of a cluster.
type ControlPlane struct {
	// Config reaches the API server as a member of system:masters.
	Config *rest.Config
	// KubeconfigPath is a file that says the same for programs.
	KubeconfigPath string
	// Dir holds logs, data and credentials.
	Dir string
	// Etcd and APIServer can be stopped and started again to see what a controller does meanwhile.
	Etcd, APIServer *Service

	root       string
	supervisor *supervisor
}

// StartControlPlane runs etcd and kube-apiserver, which are built first if they never were. It never uses an
// existing cluster: tests own what they delete.
func StartControlPlane(ctx context.Context, opts Options) (*ControlPlane, error) {
	env, err := newEnvironment(opts)
	if err != nil {
		return nil, err
	}
	cp, err := env.startControlPlane(ctx)
	if err != nil {
		env.supervisor.stop()
		return nil, err
	}
	if err := cp.InstallCRDs(ctx, opts.CRDs...); err != nil {
		cp.Stop()
		return nil, err
	}
	return cp, nil
}

// Stop ends both processes and removes the folder if Options named none.
func (cp *ControlPlane) Stop() { cp.supervisor.stop() }

// environment is what every component of one stack shares.
type environment struct {
	root       string
	dir        string
	supervisor *supervisor
}

// newEnvironment finds the operator's folder and makes the stack's.
func newEnvironment(opts Options) (*environment, error) {
	root := opts.Root
	if root == "" {
		var err error
		if root, err = Root(); err != nil {
			return nil, err
		}
	}
	dir, remove, err := workFolder(opts.Dir)
	if err != nil {
		return nil, err
	}
	log := opts.Log
	if log == nil {
		log = io.Discard
	}
	supervisor, err := newSupervisor(dir, log)
	if err != nil {
		return nil, err
	}
	supervisor.cleanup(remove)
	return &environment{root: root, dir: dir, supervisor: supervisor}, nil
}

// workFolder returns the absolute folder of a stack, and what removes it if it is a temporary one.
func workFolder(dir string) (path string, remove func(), err error) {
	if dir != "" {
		path, err = filepath.Abs(dir)
		if err != nil {
			return "", nil, fmt.Errorf("resolving the folder of the stack: %w", err)
		}
		return path, func() {}, nil
	}
	path, err = os.MkdirTemp("", "strowger-stack-")
	if err != nil {
		return "", nil, fmt.Errorf("making a folder for the stack: %w", err)
	}
	return path, func() { _ = os.RemoveAll(path) }, nil
}

// folder makes a folder for a component's data.
func (e *environment) folder(name string) (string, error) {
	dir := filepath.Join(e.dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making a folder for %s: %w", name, err)
	}
	return dir, nil
}

func (e *environment) startControlPlane(ctx context.Context) (*ControlPlane, error) {
	tools, err := Tools(ctx, e.root, e.supervisor.log, ToolEtcd, ToolAPIServer)
	if err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(3)
	if err != nil {
		return nil, err
	}
	clients, peers, secure := addrs[0], addrs[1], addrs[2]
	creds, err := e.newCredentials(secure)
	if err != nil {
		return nil, err
	}
	cp := &ControlPlane{
		Config:         creds.config,
		KubeconfigPath: creds.kubeconfig,
		Dir:            e.dir,
		Etcd:           e.supervisor.add(e.etcd(tools[ToolEtcd], clients, peers)),
		root:           e.root,
		supervisor:     e.supervisor,
	}
	cp.APIServer, err = e.apiServer(tools[ToolAPIServer], "http://"+clients, secure, creds)
	if err != nil {
		return nil, err
	}
	e.supervisor.add(cp.APIServer)
	// The API server retries its store, so that both may start at once.
	if err := startAll(ctx, cp.Etcd.Start, cp.APIServer.Start); err != nil {
		return nil, err
	}
	return cp, ensureNamespaces(ctx, cp.Config, metav1.NamespaceDefault)
}

// etcd keeps nothing that must survive a crash, hence no fsync, which is most of its time on a slow disk.
func (e *environment) etcd(path, clients, peers string) *Service {
	clientURL, peerURL := "http://"+clients, "http://"+peers
	return &Service{
		name: "etcd",
		tier: tierStore,
		path: path,
		args: []string{
			"--data-dir", filepath.Join(e.dir, "etcd"),
			"--listen-client-urls", clientURL, "--advertise-client-urls", clientURL,
			"--listen-peer-urls", peerURL, "--initial-advertise-peer-urls", peerURL,
			"--initial-cluster", "default=" + peerURL,
			"--unsafe-no-fsync",
		},
		ready: httpReady(http.DefaultClient, clientURL+"/health", nil),
	}
}

// apiServer authenticates by token file and authorises by RBAC. The ServiceAccount admission plugin is off: it
// would wait for tokens that only a kubelet needs.
func (e *environment) apiServer(path, etcdURL, secure string, creds *credentials) (*Service, error) {
	client, err := rest.HTTPClientFor(creds.config)
	if err != nil {
		return nil, fmt.Errorf("making a client for the API server: %w", err)
	}
	_, port, err := net.SplitHostPort(secure)
	if err != nil {
		return nil, fmt.Errorf("splitting the API server's address: %w", err)
	}
	return &Service{
		name: "kube-apiserver",
		tier: tierServer,
		path: path,
		args: []string{
			"--etcd-servers", etcdURL,
			"--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", port,
			"--endpoint-reconciler-type", "none",
			"--tls-cert-file", creds.file("tls.crt"), "--tls-private-key-file", creds.file("tls.key"),
			"--token-auth-file", creds.file("tokens.csv"),
			"--service-account-issuer", "https://kubernetes.default.svc",
			"--service-account-key-file", creds.file("sa.key"),
			"--service-account-signing-key-file", creds.file("sa.key"),
			"--authorization-mode", "RBAC",
			"--disable-admission-plugins", "ServiceAccount",
			"--service-cluster-ip-range", "10.0.0.0/24",
			"--allow-privileged",
		},
		ready: httpReady(client, creds.config.Host+"/readyz", nil),
	}, nil
}

// credentials are the files that the API server and its clients trust each other by.
type credentials struct {
	dir        string
	config     *rest.Config
	kubeconfig string
}

func (c *credentials) file(name string) string { return filepath.Join(c.dir, name) }

// newCredentials makes a serving certificate, a service account key and an administrator's token.
func (e *environment) newCredentials(secure string) (*credentials, error) {
	dir, err := e.folder("pki")
	if err != nil {
		return nil, err
	}
	cert, key, err := certutil.GenerateSelfSignedCertKey("127.0.0.1", nil, []string{"localhost"})
	if err != nil {
		return nil, fmt.Errorf("making the API server's certificate: %w", err)
	}
	serviceAccountKey, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return nil, fmt.Errorf("making the service account key: %w", err)
	}
	authority, err := lastCertificate(cert)
	if err != nil {
		return nil, err
	}
	token := rand.Text()
	creds := &credentials{
		dir:        dir,
		kubeconfig: filepath.Join(e.dir, "kubeconfig"),
		config: &rest.Config{
			Host:            "https://" + secure,
			BearerToken:     token,
			TLSClientConfig: rest.TLSClientConfig{CAData: authority},
			QPS:             -1, // the server's own fairness is limit enough
		},
	}
	files := map[string][]byte{
		"tls.crt":    cert,
		"tls.key":    key,
		"sa.key":     serviceAccountKey,
		"tokens.csv": []byte(token + ",admin,admin,system:masters\n"),
	}
	for name, content := range files {
		if err := os.WriteFile(creds.file(name), content, 0o600); err != nil {
			return nil, fmt.Errorf("writing the API server's credentials: %w", err)
		}
	}
	return creds, writeKubeconfig(creds.kubeconfig, creds.config)
}

// lastCertificate returns the issuer's certificate, which ends the chain in a PEM file.
func lastCertificate(chain []byte) ([]byte, error) {
	var last *pem.Block
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		last = block
	}
	if last == nil {
		return nil, errors.New("the API server's certificate file holds no certificate")
	}
	if _, err := x509.ParseCertificate(last.Bytes); err != nil {
		return nil, fmt.Errorf("parsing the API server's authority: %w", err)
	}
	return pem.EncodeToMemory(last), nil
}

// writeKubeconfig writes a connection for programs that read it from a file.
func writeKubeconfig(path string, config *rest.Config) error {
	const name = "strowger-stack"
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters[name] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	kubeconfig.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: config.BearerToken}
	kubeconfig.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	kubeconfig.CurrentContext = name
	if err := clientcmd.WriteToFile(*kubeconfig, path); err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return nil
}

// ensureNamespaces creates the namespaces that are missing. The API server makes its own, but not before it says
// that it is ready.
func ensureNamespaces(ctx context.Context, config *rest.Config, names ...string) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a Kubernetes client: %w", err)
	}
	for _, name := range names {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		_, err := client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("creating namespace %s: %w", name, err)
		}
	}
	return nil
}
