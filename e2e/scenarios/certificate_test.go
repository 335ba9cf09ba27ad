// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"os"
	"testing"

	cmutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/strowger/strowger/e2e/world"
)

var smfCertificate = client.ObjectKey{Namespace: world.Namespace, Name: "smf-zrh-1-sbi"}

// A renewed certificate is put on the NF without anybody's doing, and its key is seen nowhere else.
func TestRenewedCertificateIsApplied(t *testing.T) {
	g, ctx := scenario(t)
	first, err := w.UsedCertificate(ctx)
	g.Expect(err).NotTo(HaveOccurred())

	var certificate cmv1.Certificate
	g.Expect(w.Client.Get(ctx, smfCertificate, &certificate)).To(Succeed())
	// As `cmctl renew` does.
	cmutil.SetCertificateCondition(&certificate, certificate.Generation, cmv1.CertificateConditionIssuing, cmmeta.ConditionTrue, "ManuallyTriggered", "Scenario")
	g.Expect(w.Client.Status().Update(ctx, &certificate)).To(Succeed())

	eventually(ctx, g, func(g Gomega) {
		issued, err := w.IssuedCertificate(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(issued.SerialNumber).NotTo(Equal(first.SerialNumber), "issued again")
		used, err := w.UsedCertificate(ctx)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(used.SerialNumber).To(Equal(issued.SerialNumber), "in use")
	})
	g.Expect(w.WaitReady(ctx, "", "smf-zrh-1")).To(Succeed())

	var secret corev1.Secret
	g.Expect(w.Client.Get(ctx, smfCertificate, &secret)).To(Succeed())
	block, _ := pem.Decode(secret.Data[corev1.TLSPrivateKeyKey])
	g.Expect(block).NotTo(BeNil())
	// The middle of the key, as PEM and JSON would both show it.
	needle := []byte(base64.StdEncoding.EncodeToString(block.Bytes)[40:60])
	log, err := os.ReadFile(w.Operator.LogPath())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(bytes.Contains(log, needle)).To(BeFalse(), "the key is in the operator's log")
	objects, err := w.Kubectl(ctx, "get", "networkfunctions,driftreports,events", "-n", world.Namespace, "-o", "json")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(bytes.Contains([]byte(objects), needle)).To(BeFalse(), "the key is in the Kubernetes API")
}
