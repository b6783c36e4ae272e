"""Versions, files and sizes are for this machine, administrators and holders of the token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pysqlite3 import dbapi2

from tests.conftest import Member, settings_in
from webapp import create_app
from webapp.settings import Settings

TOKEN = "a-token-of-the-monitor"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application with a token."""
    made = create_app(settings_in(settings.data_dir.parent, METRICS_TOKEN=TOKEN))
    yield made
    made.extensions["kewp.database"].close()
    made.extensions["kewp.runtime"].close()


def sees(client: FlaskClient, **options: object) -> bool:
    """Whether both addresses show details; they must agree."""
    health = client.get("/health", **options)
    assert health.status_code == 200
    report = health.json
    assert report is not None
    details = "components" in report
    if not details:
        assert list(report) == ["status"]
    metrics = client.get("/metrics", **options)
    assert metrics.status_code == (200 if details else 401)
    assert ("kewp_build_info" in metrics.text) is details
    return details


def test_this_machine(anonymous: Member) -> None:
    assert sees(anonymous.client)
    assert sees(anonymous.client, environ_base={"REMOTE_ADDR": "::1"})


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_nobody_behind_a_proxy_on_this_machine(anonymous: Member, header: str) -> None:
    assert not sees(anonymous.client, headers={header: "127.0.0.1"})


def test_nobody_elsewhere(anonymous: Member) -> None:
    assert not sees(anonymous.client, environ_base=ELSEWHERE)
    assert not sees(anonymous.client, environ_base={"REMOTE_ADDR": ""})


def test_the_holder_of_the_token(anonymous: Member) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert sees(anonymous.client, environ_base=ELSEWHERE, headers=bearer)


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer ä"])
def test_nobody_with_another_token(anonymous: Member, given: str) -> None:
    headers = {"Authorization": given}
    assert not sees(anonymous.client, environ_base=ELSEWHERE, headers=headers)


def test_no_token_is_set_then_none_opens(settings: Settings) -> None:
    app = create_app(settings)
    headers = {"Authorization": "Bearer "}
    assert not sees(app.test_client(), environ_base=ELSEWHERE, headers=headers)
    app.extensions["kewp.database"].close()
    app.extensions["kewp.runtime"].close()


def test_administrators_alone(curator: Member, reviewer: Member, admin: Member) -> None:
    assert not sees(curator.client, environ_base=ELSEWHERE)
    assert not sees(reviewer.client, environ_base=ELSEWHERE)
    assert sees(admin.client, environ_base=ELSEWHERE)


def test_with_a_locked_database_nobody_waits_to_be_recognised(
    admin: Member, app: Flask, settings: Settings
) -> None:
    app.extensions["kewp.database"].close()
    holder = dbapi2.connect(str(settings.database_path), isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    answer = admin.get("/health", environ_base=ELSEWHERE)
    holder.close()
    assert (answer.status_code, answer.json) == (503, {"status": "failing"})


def test_that_a_process_lives_is_told_to_everybody(anonymous: Member) -> None:
    answer = anonymous.get("/health/live", environ_base=ELSEWHERE)
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})
