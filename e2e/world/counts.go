// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/client-go/rest"

	"github.com/strowger/strowger/api/v1alpha1"
)

// Counts are how often things were done since the start, each by the count of whoever it was done to, or did it.
type Counts struct {
	// Reconciliations of NetworkFunctions, by the operator.
	Reconciliations int
	// Operations that the simulated NFs received, by name.
	Operations map[string]int
	// Router is the number of requests that netconfd received.
	Router int
	// OperatorWrites are requests other than GET to the Kubernetes API, by the operator.
	OperatorWrites int
	// ServedWrites to kinds of nf.strowger.dev, by the API server, whoever sent them.
	ServedWrites int
}

// Requests is the number of all NETCONF requests.
func (c Counts) Requests() int {
	total := c.Router
	for _, n := range c.Operations {
		total += n
	}
	return total
}

// ByOperation lists the simulated NFs' requests.
func (c Counts) ByOperation() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c.Operations)) {
		parts = append(parts, fmt.Sprintf("%d %s", c.Operations[name], name))
	}
	return strings.Join(parts, ", ")
}

func (c Counts) minus(other Counts) Counts {
	operations := map[string]int{}
	for name, n := range c.Operations {
		if n -= other.Operations[name]; n != 0 {
			operations[name] = n
		}
	}
	return Counts{
		Reconciliations: c.Reconciliations - other.Reconciliations,
		Operations:      operations,
		Router:          c.Router - other.Router,
		OperatorWrites:  c.OperatorWrites - other.OperatorWrites,
		ServedWrites:    c.ServedWrites - other.ServedWrites,
	}
}

// CountSteady waits until every NF with a short interval was observed again a number of times and returns what was
// done meanwhile.
func (w *World) CountSteady(ctx context.Context, times int) (Counts, error) {
	before, err := w.count(ctx)
	if err != nil {
		return Counts{}, err
	}
	var during Counts
	err = w.Wait(ctx, fmt.Sprintf("%d more observations of each NF", times), func(ctx context.Context) (string, error) {
		now, err := w.reconciliations(ctx)
		if err != nil {
			return "", err
		}
		if n := now - before.Reconciliations; n < times*len(Polled()) {
			return fmt.Sprintf("%d reconciliations", n), nil
		}
		after, err := w.count(ctx)
		during = after.minus(before)
		return "", err
	})
	return during, err
}

// count takes all counts at a moment when no NetworkFunction is being reconciled.
func (w *World) count(ctx context.Context) (Counts, error) {
	var c Counts
	err := w.Wait(ctx, "a moment without reconciliations", func(ctx context.Context) (string, error) {
		before, err := w.reconciliations(ctx)
		if err != nil {
			return "", err
		}
		if busy, err := w.reconciling(ctx); err != nil || busy > 0 {
			return fmt.Sprintf("%d are being reconciled", busy), err
		}
		if c, err = w.countOnce(ctx); err != nil {
			return "", err
		}
		if c.Reconciliations != before {
			return "the counter moves", nil
		}
		return "", nil
	})
	return c, err
}

func (w *World) countOnce(ctx context.Context) (c Counts, err error) {
	if c.Operations, err = w.simulatedRequests(); err != nil {
		return c, err
	}
	if c.Router, err = w.Devices["n6-router-1"].Requests(ctx); err != nil {
		return c, err
	}
	if c.OperatorWrites, err = w.APIWrites(ctx); err != nil {
		return c, err
	}
	if c.ServedWrites, err = w.ServedWrites(ctx); err != nil {
		return c, err
	}
	c.Reconciliations, err = w.reconciliations(ctx)
	return c, err
}

// reconciliations of NetworkFunctions that have ended.
func (w *World) reconciliations(ctx context.Context) (int, error) {
	families, err := scrape(ctx, http.DefaultClient, w.Operator.metrics)
	if err != nil {
		return 0, err
	}
	return sum(families["controller_runtime_reconcile_total"], func(labels map[string]string) bool {
		return labels["controller"] == "networkfunction"
	})
}

// reconciling is the number of NetworkFunctions that are being reconciled now.
func (w *World) reconciling(ctx context.Context) (int, error) {
	families, err := scrape(ctx, http.DefaultClient, w.Operator.metrics)
	if err != nil {
		return 0, err
	}
	return sum(families["controller_runtime_active_workers"], func(labels map[string]string) bool {
		return labels["controller"] == "networkfunction"
	})
}

// APIWrites returns how many requests other than GET the operator has sent to the Kubernetes API, of its own and of
// impersonated accounts, by its own count.
func (w *World) APIWrites(ctx context.Context) (int, error) {
	families, err := scrape(ctx, http.DefaultClient, w.Operator.metrics)
	if err != nil {
		return 0, err
	}
	return sum(families["rest_client_requests_total"], func(labels map[string]string) bool {
		return labels["method"] != http.MethodGet
	})
}

// ServedWrites returns how many writes to our kinds the API server has answered, by its own count, whoever sent them.
// Flux asks in dry runs, once per interval, whether anything differs: these write nothing.
func (w *World) ServedWrites(ctx context.Context) (int, error) {
	client, err := rest.HTTPClientFor(w.Config)
	if err != nil {
		return 0, fmt.Errorf("making a client for the API server: %w", err)
	}
	families, err := scrape(ctx, client, w.Config.Host+"/metrics")
	if err != nil {
		return 0, err
	}
	writes := map[string]bool{"POST": true, "PUT": true, "PATCH": true, "APPLY": true, "DELETE": true, "DELETECOLLECTION": true}
	return sum(families["apiserver_request_total"], func(labels map[string]string) bool {
		return labels["group"] == v1alpha1.GroupVersion.Group && writes[labels["verb"]] && labels["dry_run"] == ""
	})
}

func scrape(ctx context.Context, client *http.Client, url string) (map[string]*dto.MetricFamily, error) {
	response, err := fetch(ctx, client, url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("parsing the metrics of %s: %w", url, err)
	}
	return families, nil
}

// sum adds the counters or gauges whose labels are selected.
func sum(family *dto.MetricFamily, selected func(map[string]string) bool) (int, error) {
	if family == nil {
		return 0, errors.New("the counter is not among the metrics")
	}
	total := 0.0
	for _, metric := range family.GetMetric() {
		labels := map[string]string{}
		for _, pair := range metric.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		if selected(labels) {
			total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
		}
	}
	return int(total), nil
}
