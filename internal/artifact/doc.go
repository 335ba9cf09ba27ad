// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package artifact fetches the artifacts of Flux sources: it downloads, verifies
// and unpacks them within limits, keeps them in memory by digest, and answers which
// files they hold.
//
// It must not know Kubernetes objects other than Flux's Artifact, nor what the
// files mean.
package artifact
