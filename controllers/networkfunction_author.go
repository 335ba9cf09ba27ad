// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/gitreport"
)

const (
	// authorPatience is how long a change waits for the name of its author.
	authorPatience = time.Second
	// maxAuthor is what status.history takes.
	maxAuthor = 320
	// sha1Digits are those of a commit.
	sha1Digits = 40
)

// askAuthor has the author of the commit that is applied looked up, so that it is known
// by the time it is wanted. It neither waits nor fails.
func (r *NetworkFunctionReconciler) askAuthor(ctx context.Context, s *scope) {
	commit, repository := commitOf(s.cause()), s.declared.repository
	if len(commit) != sha1Digits || r.authors.known(commit) != "" {
		return
	}
	if repository == nil {
		if repository = r.sourceRepository(ctx, s); repository == nil {
			return
		}
	}
	log := ctrl.LoggerFrom(ctx)
	r.authors.ask(nameOf(repository), commit, func(ctx context.Context) (string, error) {
		author, err := r.readAuthor(ctx, repository, commit)
		if err != nil {
			log.Info("the author of the revision is not known", "revision", s.cause(), "error", err.Error())
		}
		return author, err
	})
}

// sourceRepository is the GitRepository that the revision of this run is of, where it
// was not a Kustomization that told it but a layer.
func (r *NetworkFunctionReconciler) sourceRepository(ctx context.Context, s *scope) *sourcev1.GitRepository {
	for _, l := range s.nf.Spec.Config {
		if l.SourceRef == nil || l.SourceRef.Kind != sourcev1.GitRepositoryKind {
			continue
		}
		key, err := r.Sources.resolve(s.nf.Namespace, *l.SourceRef)
		if err != nil {
			continue
		}
		repository := &sourcev1.GitRepository{}
		err = r.APIReader.Get(ctx, key, repository)
		if artifact := repository.GetArtifact(); err == nil && artifact != nil && artifact.Revision == s.revision {
			return repository
		}
	}
	return nil
}

// author is who wrote the revision that is applied, as name <address>; "" as long as it
// is not known. It waits for what was asked, but not for long.
func (r *NetworkFunctionReconciler) author(ctx context.Context, s *scope) string {
	commit := commitOf(s.appliedRevision())
	if commit == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, authorPatience)
	defer cancel()
	return r.authors.await(ctx, commit)
}

// completeHistory fills in the authors that were not known when their revisions were
// applied, and says whether it did.
func (r *NetworkFunctionReconciler) completeHistory(nf *v1alpha1.NetworkFunction) bool {
	filled := false
	for i := range nf.Status.History {
		entry := &nf.Status.History[i]
		if entry.Author != "" || entry.Revision == "" {
			continue
		}
		entry.Author = r.authors.known(commitOf(entry.Revision))
		filled = filled || entry.Author != ""
	}
	return filled
}

// readAuthor asks the Git server, as the write-back does: with the GitRepository's own
// credentials, CA and proxy.
func (r *NetworkFunctionReconciler) readAuthor(ctx context.Context, repository *sourcev1.GitRepository, commit string) (string, error) {
	access := gitreport.Access{Repository: repository}
	for _, from := range []struct {
		name string
		into *map[string][]byte
	}{{secretName(repository), &access.Secret}, {proxySecretName(repository), &access.ProxySecret}} {
		if from.name == "" {
			continue
		}
		var secret corev1.Secret
		key := types.NamespacedName{Namespace: repository.Namespace, Name: from.name}
		if err := r.APIReader.Get(ctx, key, &secret); err != nil {
			return "", fmt.Errorf("reading Secret %s of GitRepository %s: %w", key, nameOf(repository), err)
		}
		*from.into = secret.Data
	}
	author, err := r.authors.reader().AuthorOf(ctx, access, commit)
	if err != nil {
		return "", err
	}
	return clipTo(author.String(), maxAuthor), nil
}

func secretName(r *sourcev1.GitRepository) string {
	if r.Spec.SecretRef == nil {
		return ""
	}
	return r.Spec.SecretRef.Name
}

func proxySecretName(r *sourcev1.GitRepository) string {
	if r.Spec.ProxySecretRef == nil {
		return ""
	}
	return r.Spec.ProxySecretRef.Name
}
