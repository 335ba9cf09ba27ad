// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// reconcileTable is what the controllers take.
func reconcileTable() *table {
	const remembers, forgets = "remembers=true", "remembers=false"
	return &table{
		name: "reconcile", title: "Controllers",
		columns: []string{"Ours", "Remembering nothing"},
		rows: []row{
			{"re-observe unchanged, 5,000 leaves: CPU beyond the transport",
				[]cell{reobserved(remembers, "beyond-ns/op"), reobserved(forgets, "beyond-ns/op")}, limit{time: time.Millisecond}},
			{"the same: decoding the objects that the API server sends",
				[]cell{reobserved(remembers, "objects-ns/op"), nil}, limit{}},
		},
		notes: []string{
			"The median of whole runs of the NetworkFunction controller, for an NF whose one layer is a file of a Git",
			"repository: processor time, less that of the get-config, which is SSH, framing and the digest of the reply,",
			"and less that of decoding objects. The second column renders, decodes and compares each time.",
		},
	}
}

// reobserved is a metric of the controllers' own benchmark, which needs what they do not
// export.
func reobserved(name, metric string) cell {
	return func(ctx context.Context, runs int) (figure, error) {
		var messages bytes.Buffer
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "BenchmarkSteadyReconcile/"+name, "-benchtime", "200x",
			"-count", strconv.Itoa(runs), "./controllers")
		cmd.Stderr = &messages
		out, err := cmd.Output()
		if err != nil {
			return figure{}, errors.Join(err, errors.New(strings.TrimSpace(messages.String()+string(out))))
		}
		took, err := fastest(string(out), metric)
		return figure{Time: took}, err
	}
}

// fastest returns the least of a metric in what go test printed.
func fastest(printed, metric string) (time.Duration, error) {
	var least time.Duration
	for _, found := range regexp.MustCompile(`\s(\d+)(?:\.\d+)? `+regexp.QuoteMeta(metric)+`\b`).FindAllStringSubmatch(printed, -1) {
		n, err := strconv.ParseInt(found[1], 10, 64)
		if err != nil {
			return 0, err
		}
		if took := time.Duration(n); least == 0 || took < least {
			least = took
		}
	}
	if least == 0 {
		return 0, fmt.Errorf("go test printed no %s:\n%s", metric, printed)
	}
	return least, nil
}
