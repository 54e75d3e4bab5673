# Built package and optional programs; runs as an ordinary user and needs no network. docs/installing.md says how to use it.
FROM node:20-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# The package's own build needs its sources: scripts wait until they are here.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm pack --ignore-scripts --pack-destination /tmp

FROM build AS install
WORKDIR /opt/slipstream
# The versions of the lock file, without what is for development.
RUN tar -xzf /tmp/slipstream-*.tgz --strip-components=1 \
 && cp /src/package-lock.json /src/.npmrc . \
 && npm ci --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
# Argus and nfdump read their binary files; tcpdump compiles filters and captures, the only program that may use raw sockets.
RUN apt-get update \
 && apt-get install -y --no-install-recommends argus-client nfdump tcpdump libcap2-bin \
 && setcap cap_net_raw+ep "$(command -v tcpdump)" \
 && apt-get purge -y libcap2-bin && apt-get autoremove -y \
 && rm -rf /var/lib/apt/lists/*
COPY --from=install /opt/slipstream /opt/slipstream
RUN ln -s /opt/slipstream/dist/cli/main.js /usr/local/bin/slipstream \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin slipstream \
 && install -d -o slipstream -g slipstream /data
USER slipstream
WORKDIR /data
ENV NODE_ENV=production
ENTRYPOINT ["slipstream"]
CMD ["--help"]
