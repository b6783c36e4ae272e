"""`RATELIMIT_STORAGE_URI=redis://…` with a real redis-server: exact for several workers at once."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from flask import Flask

from tests.conftest import Member, settings_in
from tests.missing import program
from tests.supervision.installation import free_port, wait_until
from webapp import counters, create_app
from webapp.settings import Settings

PASSWORD = "a-password-of-the-store"


@pytest.fixture(scope="module")
def redis_server() -> str:
    """The redis-server of this machine."""
    return program("redis-server", "redis-server")


@contextmanager
def served(executable: str, folder: Path, port: int) -> Iterator[str]:
    """A Redis with a password, in a folder of its own; gives its address."""
    address = f"redis://:{PASSWORD}@127.0.0.1:{port}/3"
    options = f"--port {port} --bind 127.0.0.1 --save --appendonly no --requirepass {PASSWORD}"
    process = subprocess.Popen(
        [executable, *options.split(), "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    try:
        wait_until("Redis answers", lambda: answers(address))
        yield address
    finally:
        process.terminate()
        process.wait(60)


def answers(address: str) -> bool:
    with redis.from_url(address) as client:
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False


@contextmanager
def workers(settings: Settings, address: str) -> Iterator[list[Flask]]:
    """Two applications of one installation, as two workers have them."""
    folder = settings.data_dir.parent
    made = [create_app(settings_in(folder, RATELIMIT_STORAGE_URI=address)) for _ in range(2)]
    yield made
    for app in made:
        app.extensions["kewp.database"].close()
        app.extensions["kewp.runtime"].close()


def tries(apps: list[Flask], count: int) -> Counter[int]:
    """Statuses of so many attempts at once, by turns at each worker."""
    with ThreadPoolExecutor(8) as pool:
        return Counter(
            pool.map(
                lambda n: Member(apps[n % 2].test_client(), None).post("/sign-in/no").status_code,
                range(count),
            )
        )


def test_as_many_as_allowed_over_both_workers(
    redis_server: str, settings: Settings, tmp_path: Path
) -> None:
    with served(redis_server, tmp_path, free_port()) as address, workers(settings, address) as apps:
        assert tries(apps, 90) == {410: 60, 429: 30}
        refused = Member(apps[0].test_client(), None).post("/sign-in/no")
        assert 1 <= int(refused.headers["Retry-After"]) <= 61
        with redis.from_url(address) as client:
            [key] = client.keys("*sign-in from an address*")
            assert key.decode().startswith(apps[0].config["SESSION_COOKIE_NAME"])
            assert 0 < client.ttl(key) <= 60
        rows = apps[0].extensions["kewp.runtime"].probe("SELECT COUNT(*) FROM limit_counter")
        assert rows == 0, "nothing is counted twice"


def test_without_redis_nobody_is_locked_out_and_it_is_found_again(
    redis_server: str,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setattr(counters, "PAUSE", 0.0)
    with workers(settings, f"redis://:{PASSWORD}@127.0.0.1:{port}/3") as apps:
        assert tries(apps, 4) == {410: 4}
        assert "their store does not answer" in caplog.text
        assert PASSWORD not in caplog.text
        with served(redis_server, tmp_path, port) as address, redis.from_url(address) as client:
            assert tries(apps, 2) == {410: 2}
            [key] = client.keys("*sign-in from an address*")
            assert client.get(key) == b"2"
