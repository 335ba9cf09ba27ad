// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package kube pins the Kubernetes control plane that the stack builds and runs.
package kube

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
