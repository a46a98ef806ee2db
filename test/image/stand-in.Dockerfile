# Two images with the names that the Dockerfile of the project begins with, made from Debian packages and from the Node
# and npm of this machine, as no registry of images is needed for a test. They have what the real ones have as far as
# the Dockerfile can tell: node:24-trixie-slim with npm, and distroless with node in /nodejs/bin and no shell.
FROM scratch AS slim
ADD debian.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    npm_config_prefer_offline=true

FROM slim AS parts
WORKDIR /parts
RUN mkdir -p nodejs/bin home/nonroot proc sys dev tmp etc/ssl/certs && cp /usr/local/bin/node nodejs/bin \
    && ldd /usr/local/bin/node | grep -o '/[^ ]*' | xargs cp --parents --dereference --target-directory=. \
    && cp /etc/os-release etc && cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs \
    && echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' > etc/passwd && chmod 1777 tmp

FROM scratch AS distroless
COPY --from=parts /parts /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
WORKDIR /home/nonroot
ENTRYPOINT ["/nodejs/bin/node"]
