"""The image, built and run for real where there may be no Docker engine: `make test-container`.

buildah builds it on a Debian base that mmdebstrap makes, podman runs it with the options of
docker-compose.yml. Not collected by `make test`, as a cold build takes minutes. What the next build
can use again stays in ~/.cache/ke-wp-mapping/image (or below XDG_CACHE_HOME); delete that folder to
build from nothing.
"""
