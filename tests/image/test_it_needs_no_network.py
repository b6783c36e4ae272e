"""Where no network is, the container starts and serves all the same: it fetches nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.image.container import Container


def test_it_becomes_healthy_without_a_network(
    stopped: Container, measured: Callable[[str, float, str], None]
) -> None:
    measured("start without a network to healthy", stopped.start_and_wait("--network", "none"), "s")

    # The encoder was loaded from the image.
    assert "nearest in meaning" in stopped.page("/key-events/1513?q=cell+suicide")
    assert stopped.stop()[0] == 0
