// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package stack_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	certmanagermeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/miekg/dns"
	. "github.com/onsi/gomega"
	"golang.org/x/crypto/ssh"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/e2e/stack"
)

// patience bounds each wait; a wait ends as soon as its condition holds.
const patience = 90 * time.Second

// TestStack starts everything once and sees each component do its job on one cluster.
func TestStack(t *testing.T) {
	g := NewWithT(t)
	t.Setenv("KUBECONFIG", "")
	s, err := stack.Start(t.Context(), stack.Options{Log: t.Output()})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(s.Stop)
	c := newClient(t, s)

	t.Run("Flux applies what is in Git", func(t *testing.T) { testFlux(t, s, c) })
	t.Run("Flux looks when the forge says so", func(t *testing.T) { testReceiver(t, s, c) })
	t.Run("cert-manager issues from a CA", func(t *testing.T) { testCertificate(t, c) })
	t.Run("ExternalDNS publishes to PowerDNS", func(t *testing.T) { testDNS(t, s, c) })
	t.Run("garbage collector follows owner references", func(t *testing.T) { testGarbageCollection(t, c) })
	t.Run("netconfd says hello", func(t *testing.T) { testNetconfHello(t, s.Netconfd) })
	t.Run("everything ends", func(t *testing.T) { testStop(t, s) })
}

func newClient(t *testing.T, s *stack.Stack) client.Client {
	t.Helper()
	g := NewWithT(t)
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, sourcev1.AddToScheme, kustomizev1.AddToScheme, certmanagerv1.AddToScheme,
	} {
		g.Expect(add(scheme)).To(Succeed())
	}
	c, err := client.New(s.Config, client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	return c
}

// inDefault names an object of the namespace that every subtest uses.
func inDefault(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: metav1.NamespaceDefault}
}

func testFlux(t *testing.T, s *stack.Stack, c client.Client) {
	g, ctx := NewWithT(t), t.Context()
	url, err := s.Git.CreateRepo(ctx, "core/network")
	g.Expect(err).NotTo(HaveOccurred())
	_, err = s.Git.Commit(ctx, "core/network", "main", "First", map[string][]byte{
		"apply/cm.yaml": []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-git, namespace: default}\ndata: {a: b}\n"),
	})
	g.Expect(err).NotTo(HaveOccurred())

	secret := &corev1.Secret{ObjectMeta: inDefault("git"), StringData: map[string]string{
		"username": s.Git.ReadOnlyUsername, "password": s.Git.ReadOnlyPassword,
	}}
	repository := &sourcev1.GitRepository{ObjectMeta: inDefault("network"), Spec: sourcev1.GitRepositorySpec{
		URL:       url,
		Interval:  metav1.Duration{Duration: time.Hour},
		SecretRef: &meta.LocalObjectReference{Name: secret.Name},
		Reference: &sourcev1.GitRepositoryRef{Branch: "main"},
	}}
	kustomization := &kustomizev1.Kustomization{ObjectMeta: inDefault("network"), Spec: kustomizev1.KustomizationSpec{
		Interval:  metav1.Duration{Duration: time.Minute},
		Path:      "./apply",
		Prune:     true,
		SourceRef: kustomizev1.CrossNamespaceSourceReference{Kind: "GitRepository", Name: repository.Name},
	}}
	create(t, c, secret, repository, kustomization)

	g.Eventually(isReady(c, repository)).WithContext(ctx).WithTimeout(patience).Should(BeTrue())
	g.Eventually(isReady(c, kustomization)).WithContext(ctx).WithTimeout(patience).Should(BeTrue())
	applied := &corev1.ConfigMap{ObjectMeta: inDefault("from-git")}
	g.Expect(c.Get(ctx, client.ObjectKeyFromObject(applied), applied)).To(Succeed())
	g.Expect(applied.Labels).To(HaveKeyWithValue("kustomize.toolkit.fluxcd.io/name", "network"))
}

// testReceiver pushes to the repository of testFlux, which Flux looks at each hour.
func testReceiver(t *testing.T, s *stack.Stack, c client.Client) {
	g, ctx := NewWithT(t), t.Context()
	const token = "said by both sides"
	receiver := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "notification.toolkit.fluxcd.io/v1",
		"kind":       "Receiver",
		"metadata":   map[string]any{"name": "network", "namespace": "default"},
		"spec": map[string]any{
			"type":      "github", // Gitea's webhooks have the headers of GitHub's
			"events":    []any{"push"},
			"secretRef": map[string]any{"name": "receiver"},
			"resources": []any{map[string]any{"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "name": "network"}},
		},
	}}
	create(t, c, &corev1.Secret{ObjectMeta: inDefault("receiver"), StringData: map[string]string{"token": token}}, receiver)
	var path string
	g.Eventually(func(ctx context.Context) (string, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(receiver), receiver)
		path, _, _ = unstructured.NestedString(receiver.Object, "status", "webhookPath")
		return path, err
	}).WithContext(ctx).WithTimeout(patience).ShouldNot(BeEmpty())
	g.Expect(s.Git.AddWebhook(ctx, "core/network", s.ReceiverURL+path, token)).To(Succeed())

	hash, err := s.Git.Commit(ctx, "core/network", "main", "Second", map[string][]byte{"README": []byte("a network")})
	g.Expect(err).NotTo(HaveOccurred())
	repository := &sourcev1.GitRepository{ObjectMeta: inDefault("network")}
	g.Eventually(func(ctx context.Context) (string, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(repository), repository)
		return repository.GetArtifact().Revision, err
	}).WithContext(ctx).WithTimeout(patience).Should(HaveSuffix(hash))
}

func testCertificate(t *testing.T, c client.Client) {
	g := NewWithT(t)
	selfSigned := &certmanagerv1.ClusterIssuer{ObjectMeta: metav1.ObjectMeta{Name: "self-signed"}}
	selfSigned.Spec.SelfSigned = &certmanagerv1.SelfSignedIssuer{}
	authority := &certmanagerv1.Certificate{
		ObjectMeta: metav1.ObjectMeta{Name: "ca", Namespace: "cert-manager"},
		Spec: certmanagerv1.CertificateSpec{
			CommonName: "Test CA", IsCA: true, SecretName: "ca", IssuerRef: issuer("self-signed"),
		},
	}
	ca := &certmanagerv1.ClusterIssuer{ObjectMeta: metav1.ObjectMeta{Name: "ca"}}
	ca.Spec.CA = &certmanagerv1.CAIssuer{SecretName: "ca"}
	leaf := &certmanagerv1.Certificate{ObjectMeta: inDefault("leaf"), Spec: certmanagerv1.CertificateSpec{
		DNSNames: []string{"upf.example.test"}, SecretName: "leaf", IssuerRef: issuer("ca"),
	}}
	create(t, c, selfSigned, authority, ca, leaf)

	g.Eventually(func(ctx context.Context) (map[string][]byte, error) {
		secret := &corev1.Secret{ObjectMeta: inDefault("leaf")}
		err := c.Get(ctx, client.ObjectKeyFromObject(secret), secret)
		return secret.Data, err
	}).WithContext(t.Context()).WithTimeout(patience).Should(And(HaveKey("tls.crt"), HaveKey("tls.key"), HaveKey("ca.crt")))
}

func issuer(name string) certmanagermeta.IssuerReference {
	return certmanagermeta.IssuerReference{Kind: "ClusterIssuer", Name: name}
}

func testDNS(t *testing.T, s *stack.Stack, c client.Client) {
	g := NewWithT(t)
	g.Expect(s.PowerDNS.CreateZone(t.Context(), "5gc.example.test")).To(Succeed())
	endpoint := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "externaldns.k8s.io/v1alpha1",
		"kind":       "DNSEndpoint",
		"metadata":   map[string]any{"name": "upf", "namespace": "default"},
		"spec": map[string]any{"endpoints": []any{map[string]any{
			"dnsName": "upf.5gc.example.test", "recordType": "A", "recordTTL": int64(60), "targets": []any{"192.0.2.7"},
		}}},
	}}
	create(t, c, endpoint)

	question := new(dns.Msg).SetQuestion("upf.5gc.example.test.", dns.TypeA)
	g.Eventually(func() (string, error) {
		answer, err := dns.Exchange(question, s.PowerDNS.Addr)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(answer.Authoritative, answer.Answer), nil
	}, patience).Should(And(HavePrefix("true"), ContainSubstring("192.0.2.7")))
}

func testGarbageCollection(t *testing.T, c client.Client) {
	g, ctx := NewWithT(t), t.Context()
	owner := &corev1.ConfigMap{ObjectMeta: inDefault("owner")}
	create(t, c, owner)
	owned := &corev1.ConfigMap{ObjectMeta: inDefault("owned")}
	owned.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID}}
	create(t, c, owned)

	g.Expect(c.Delete(ctx, owner, client.PropagationPolicy(metav1.DeletePropagationBackground))).To(Succeed())
	g.Eventually(func() bool {
		return apierrors.IsNotFound(c.Get(ctx, client.ObjectKeyFromObject(owned), owned))
	}, patience).Should(BeTrue(), "the owned object goes with its owner")
}

// TestManyNetconfServers needs a second sshd, and sees that options reach the servers.
func TestManyNetconfServers(t *testing.T) {
	g := NewWithT(t)
	n, stop, err := stack.StartNetconfd(t.Context(), stack.Options{
		Log: t.Output(), Netconfd: stack.NetconfdOptions{Count: 17, Target: "running", Modules: []string{"ietf-system"}},
	})
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(stop)

	for _, addr := range []string{n.Addrs[0], n.Addrs[16]} {
		hello, err := readHello(n, addr, ssh.Password(n.Password))
		g.Expect(err).NotTo(HaveOccurred(), addr)
		g.Expect(hello).To(ContainSubstring("capability:writable-running:1.0"))
		g.Expect(hello).NotTo(ContainSubstring("ietf-interfaces"))
	}
}

func testNetconfHello(t *testing.T, n *stack.Netconfd) {
	g := NewWithT(t)
	key, err := ssh.ParsePrivateKey(n.PrivateKeyPEM)
	g.Expect(err).NotTo(HaveOccurred())
	for name, auth := range map[string]ssh.AuthMethod{"password": ssh.Password(n.Password), "key": ssh.PublicKeys(key)} {
		hello, err := readHello(n, n.Addr, auth)
		g.Expect(err).NotTo(HaveOccurred(), name)
		g.Expect(hello).To(ContainSubstring("urn:ietf:params:netconf:capability:candidate:1.0"), name)
		g.Expect(hello).To(ContainSubstring("ietf-interfaces"), name)
	}
}

// readHello logs in and reads the server's first message, up to the end mark of NETCONF 1.0 (RFC 6242, section 4.3).
func readHello(n *stack.Netconfd, addr string, auth ssh.AuthMethod) (string, error) {
	conn, err := ssh.Dial("tcp", addr, &ssh.ClientConfig{
		User: n.User, Auth: []ssh.AuthMethod{auth}, HostKeyCallback: ssh.FixedHostKey(n.HostKey), Timeout: patience,
	})
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	session, err := conn.NewSession()
	if err != nil {
		return "", err
	}
	output, err := session.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := session.RequestSubsystem("netconf"); err != nil {
		return "", err
	}
	var hello []byte
	chunk := make([]byte, 4096)
	for {
		read, err := output.Read(chunk)
		hello = append(hello, chunk[:read]...)
		if end := string(hello); len(end) > 6 && end[len(end)-6:] == "]]>]]>" {
			return end, nil
		}
		if err != nil {
			return string(hello), fmt.Errorf("hello does not end: %w", err)
		}
	}
}

func testStop(t *testing.T, s *stack.Stack) {
	g := NewWithT(t)
	services := []*stack.Service{
		s.Etcd, s.APIServer, s.ControllerManager, s.SourceController, s.KustomizeController, s.NotificationController,
		s.CertManager, s.ExternalDNS, s.PowerDNS.Service, s.Git.Service,
	}
	services = append(services, s.Netconfd.Servers...)
	services = append(services, s.Netconfd.SSHD...)
	pids := map[string]int{}
	for _, svc := range services {
		pids[svc.Name()] = svc.PID()
		g.Expect(alive(svc.PID())).To(BeTrue(), svc.Name())
	}
	s.Stop()
	for name, pid := range pids {
		g.Expect(alive(pid)).To(BeFalse(), name)
	}
	g.Expect(s.Dir).NotTo(BeADirectory())
}

// alive tells whether a process exists.
func alive(pid int) bool {
	return pid > 0 && syscall.Kill(pid, 0) == nil
}

func create(t *testing.T, c client.Client, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		NewWithT(t).Expect(c.Create(t.Context(), object)).To(Succeed())
	}
}

// withConditions is an object of Flux.
type withConditions interface {
	client.Object
	GetConditions() []metav1.Condition
}

// isReady reads the object again and tells whether its Ready condition is true.
func isReady(c client.Client, object withConditions) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(object), object)
		return apimeta.IsStatusConditionTrue(object.GetConditions(), meta.ReadyCondition), err
	}
}
