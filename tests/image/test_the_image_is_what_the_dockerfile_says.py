"""The image holds what runs, in a form that engines understand, and nothing of how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.image.building import BASE, IMAGE, USER, Build, build
from tests.image.engine import Engine


def test_its_configuration_reaches_the_engine(engine: Engine, built: Build) -> None:
    (image,) = json.loads(engine.podman("image", "inspect", IMAGE))

    config = image["Config"]
    assert config["User"] == f"{USER}:{USER}"
    assert config["Cmd"] == ["python", "-m", "supervision"]
    assert config["StopSignal"] == "SIGTERM"
    assert set(config["Volumes"]) == {"/app/data", "/app/logs"}
    assert "/health" in " ".join(image["Healthcheck"]["Test"])
    assert config["Labels"]["org.opencontainers.image.title"] == "KE-WP Mapping"
    assert image["Size"] < 2_000_000_000


def test_nothing_is_left_of_its_making(engine: Engine, built: Build) -> None:
    script = """
        for file in /etc/pip.conf /etc/ssl/build-ca.pem /root/.npmrc /root/.cache /build; do
            [ ! -e $file ] || echo $file
        done
        find / -xdev -name node_modules -o -xdev -name .env -o -xdev -type f -user 1000
        cat /etc/ssl/certs/ca-certificates.crt | sha256sum
    """

    def found(image: str) -> str:
        return engine.podman("run", "--rm", "--user=0", "--network=none", image, "sh", "-c", script)

    # Files of pip and npm, and authorities of the machine that built it, would differ.
    assert found(IMAGE) == found(BASE)


def test_a_second_build_makes_nothing_anew(
    engine: Engine, built: Build, measured: Callable[[str, float, str], None]
) -> None:
    again = build(engine)

    assert again.image == built.image
    measured(f"build again, {again.cached} of {again.steps} steps cached", again.seconds, "s")
