"""Where no network is, the container starts and serves all the same: it fetches nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.image.container import Container

READ = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"


def test_it_becomes_healthy_without_a_network(
    stopped: Container, measured: Callable[[str, float, str], None]
) -> None:
    measured("start without a network to healthy", stopped.start_and_wait("--network", "none"), "s")

    page = stopped.run("python", "-c", READ, "http://127.0.0.1:5000/key-events/1513?q=cell+suicide")
    assert "nearest in meaning" in page  # so the encoder was loaded from the image
    assert stopped.stop()[0] == 0
