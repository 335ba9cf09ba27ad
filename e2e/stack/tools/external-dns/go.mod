module github.com/strowger/strowger/e2e/stack/tools/external-dns

go 1.26.8

require sigs.k8s.io/external-dns v0.20.0
