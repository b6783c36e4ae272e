# One image, one container: supervisord as PID 1 runs gunicorn, the backup scheduler, the log
# follower and the watchdog. Builds on python:3.12-slim and on any Debian base with python3-venv.
#
#   docker build --build-arg APP_UID=$(id -u) --build-arg APP_GID=$(id -g) -t ke-wp-mapping .
#
# BASE_IMAGE   a base with python3 (3.11 to 3.13) and its venv module
# TORCH_INDEX  one more package index, for the CPU build of torch (without it, Linux on x86-64 gets
#              a build with several GB of CUDA libraries)
# ENCODER      an encoder to bake in, such as dmis-lab/biobert-base-cased-v1.2; empty: none besides
#              the bundled small one
# APP_UID, APP_GID  whose files the container reads and writes; the owner of the mounted folders
#
# Optional build secrets, for machines behind a proxy: pip_conf, npmrc, ca_bundle.
ARG BASE_IMAGE=python:3.12-slim-bookworm

# ── Python packages ────────────────────────────────────────────────────────────────────────────
FROM ${BASE_IMAGE} AS packages
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python3 -m venv /opt/venv
COPY requirements.txt requirements-encoder.txt ./
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/build-ca.pem \
    if [ -s /etc/ssl/build-ca.pem ]; then export PIP_CERT=/etc/ssl/build-ca.pem; fi \
 && /opt/venv/bin/pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r requirements.txt \
 && /opt/venv/bin/pip install --no-deps -r requirements-encoder.txt

# ── Front-end libraries: Node comes from its wheel, so that any base will do ───────────────────
FROM ${BASE_IMAGE} AS frontend
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python3 -m venv .venv
COPY package.json package-lock.json .npmrc ./
COPY tools tools
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=ca_bundle,target=/etc/ssl/build-ca.pem \
    if [ -s /etc/ssl/build-ca.pem ]; then \
      export PIP_CERT=/etc/ssl/build-ca.pem NODE_EXTRA_CA_CERTS=/etc/ssl/build-ca.pem; fi \
 && .venv/bin/python tools/npm.py ci \
 && .venv/bin/python tools/vendor.py

# ── An encoder from the hub, if one is asked for ───────────────────────────────────────────────
FROM packages AS encoder
ARG ENCODER=""
ENV HF_HOME=/opt/encoders
WORKDIR /build
COPY webapp webapp
RUN --mount=type=secret,id=ca_bundle,target=/etc/ssl/build-ca.pem \
    if [ -s /etc/ssl/build-ca.pem ]; then export SSL_CERT_FILE=/etc/ssl/build-ca.pem; fi \
 && mkdir -p /opt/encoders \
 && if [ -n "$ENCODER" ]; then /opt/venv/bin/python -m webapp encoder fetch "$ENCODER"; fi

# ── What runs ──────────────────────────────────────────────────────────────────────────────────
FROM ${BASE_IMAGE}
ARG APP_UID=1000
ARG APP_GID=1000
LABEL org.opencontainers.image.title="KE-WP Mapping" \
      org.opencontainers.image.description="Curate, review and publish mappings of AOP-Wiki Key Events" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HOME=/opt/encoders \
    HF_HUB_OFFLINE=1 \
    HOST=0.0.0.0 \
    PORT=5000
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=encoder /opt/encoders /opt/encoders
COPY supervisord.conf gunicorn.conf.py ./
COPY supervision supervision
COPY backup backup
COPY webapp webapp
COPY --from=frontend /build/webapp/static/vendor webapp/static/vendor
# run/ is a link to /tmp, which may be a tmpfs over a read-only root file system.
RUN ln -s /tmp/ke-wp-mapping run \
 && mkdir -p data/backups logs \
 && chown -R "${APP_UID}:${APP_GID}" data logs \
 && python3 -m compileall -q webapp backup supervision
USER ${APP_UID}:${APP_GID}
EXPOSE 5000
VOLUME ["/app/data", "/app/logs"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=30s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=25)"]
CMD ["python", "-m", "supervision"]
