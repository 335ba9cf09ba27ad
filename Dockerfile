# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
ARG VERSION=dev
ARG TARGETOS TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/strowger . \
 && install -d -m 1777 /out/tmp

# Nothing but the program and the authorities it trusts: no shell, no package manager.
FROM scratch
ARG VERSION=dev
LABEL org.opencontainers.image.title="Strowger" \
      org.opencontainers.image.description="GitOps operator for telecom network functions" \
      org.opencontainers.image.source="https://github.com/strowger/strowger" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/tmp /tmp
COPY --from=build /out/strowger /strowger
COPY LICENSE /licenses/LICENSE
USER 65532:65532
ENTRYPOINT ["/strowger"]
CMD ["manager"]
