# The base images are named by tag: both get fixes in place. A release writes down the digests it was built from.
# Build stage: one bundle, made by the same script as `npm run build`. JavaScript only, so it is made once for all platforms.
FROM --platform=$BUILDPLATFORM node:24-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Without install scripts: the bundle needs none, and the Node of the image is used, not the one among the packages.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts scripts/bundle.ts scripts/
COPY src src
RUN node scripts/build.ts && find dist -name '*.map' -delete

# The image: Node and the bundle. No shell, no package manager, nothing that was installed by npm. No RUN from here on:
# there is nothing to run, and it needs no machine of the platform that it is for. See docs/decisions/0011-image.md.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
ARG VERSION=0.1.0
# Empty unless the build says them.
ARG REVISION=
ARG SOURCE=
LABEL org.opencontainers.image.title="opensearch-security-operator" \
      org.opencontainers.image.description="Turns custom resources into the security objects of OpenSearch clusters" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
# One arena of malloc: with one for each thread, freed memory of one is of no use to the others.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
WORKDIR /app
# Owned by root and not writable by the user that runs it.
COPY LICENSE package.json ./
COPY --from=build /build/dist ./
# A number, so that Kubernetes can tell that it is not root.
USER 65532:65532
EXPOSE 8080
# The heap is left alone up to 64 MiB, grows in small steps after that, and is collected when nothing happens. See docs/performance.md.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "--initial-old-space-size=64", "--heap-growing-percent=20", "--expose-gc", "/app/main.js"]
CMD ["operator"]
