// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"testing"

	. "github.com/onsi/gomega"
)

// An unchanged NF costs one get-config, and no write to the Kubernetes API, each interval.
func TestUnchangedCostsOneRequest(t *testing.T) {
	g, ctx := scenario(t)
	during, err := w.CountSteady(ctx, 4)
	g.Expect(err).NotTo(HaveOccurred())
	t.Logf("%d reconciliations: %s at the simulated NFs, %d requests at netconfd, %d writes by the operator, %d writes served to our kinds",
		during.Reconciliations, during.ByOperation(), during.Router, during.OperatorWrites, during.ServedWrites)
	g.Expect(during.Requests()).To(Equal(during.Reconciliations), "NETCONF requests")
	g.Expect(during.Operations["get-config"]+during.Router).To(Equal(during.Requests()), "of which get-config")
	g.Expect(during.OperatorWrites).To(BeZero(), "writes by the operator's count")
	g.Expect(during.ServedWrites).To(BeZero(), "writes by the API server's count")
}
