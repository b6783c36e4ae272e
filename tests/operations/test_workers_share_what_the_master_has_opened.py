"""Before it forks, the web server's master opens the pages once and leaves nothing open."""

import threading

import pytest
from flask import Flask
from sqlalchemy.pool import QueuePool

from webapp.operations.warm_up import warm_up


def encoding_threads() -> set[threading.Thread]:
    """Whoever waits for one of them after a fork would wait for ever."""
    return {one for one in threading.enumerate() if one.name.startswith("encoder")}


def test_pages_are_ready_and_no_connection_or_thread_is_left(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    before = encoding_threads()

    warm_up(app)

    assert app.jinja_env.cache is not None
    compiled = {template.name for template in app.jinja_env.cache.values()}
    assert {"curation/key_event.html", "curation/home.html", "curation/review.html"} <= compiled
    for name in ("kewp.database", "kewp.runtime"):
        pool = app.extensions[name].engine.pool
        assert isinstance(pool, QueuePool)
        assert pool.checkedin() + pool.checkedout() == 0
    assert encoding_threads() <= before, "one of another test may have ended"
    assert "warming up" not in caplog.text


def test_only_requests_of_others_are_counted(app: Flask) -> None:
    warm_up(app)
    app.test_client().get("/aops")

    figures = app.test_client().get("/metrics").text
    assert 'kewp_http_requests_total{method="GET",route="/aops",status="200"} 1.0' in figures
    assert 'route="/review"' not in figures
    assert "kewp_suggestion_seconds_count" not in figures


def test_a_page_that_fails_is_told_and_stops_nothing(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise RuntimeError("a page that was told to fail")

    app.view_functions["curation.review"] = fail

    warm_up(app)

    assert "warming up: /review answered 500" in caplog.text
