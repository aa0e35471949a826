# The product: one bundle without node_modules, run by Node as an ordinary user. Nothing is written but the compile cache.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src src
COPY tools/build.ts tools/build.ts
RUN node tools/build.ts

FROM node:24-slim
ENV NODE_ENV=production NODE_COMPILE_CACHE=/var/cache/meshwarden
RUN install --directory --owner=node --group=node "$NODE_COMPILE_CACHE"
COPY --from=build /build/dist /opt/meshwarden
USER node
# Filled once here, so that a container starts as fast as the second start of a process.
RUN node --max-semi-space-size=1 --optimize-for-size /opt/meshwarden/meshwarden.mjs version
STOPSIGNAL SIGTERM
# The two flags are refused in NODE_OPTIONS (the second) and halve the memory; ./run uses the same.
ENTRYPOINT ["node", "--max-semi-space-size=1", "--optimize-for-size", "/opt/meshwarden/meshwarden.mjs"]
CMD ["start"]
