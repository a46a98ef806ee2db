# Build stage: one bundle, made by the same script as `npm run build`.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Without install scripts: the bundle needs none, and the Node of the image is used, not the one among the packages.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts scripts/bundle.ts scripts/
COPY src src
RUN node scripts/build.ts && find dist -name '*.map' -delete

# The image: Node and the bundle, nothing that was installed by npm.
FROM node:24-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="opensearch-security-operator" \
      org.opencontainers.image.description="Turns custom resources into OpenSearch Security objects" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
# Owned by root and not writable by the user that runs it.
COPY LICENSE package.json ./
COPY --from=build /build/dist ./
# A number, so that Kubernetes can tell that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "/app/main.js"]
CMD ["operator"]
