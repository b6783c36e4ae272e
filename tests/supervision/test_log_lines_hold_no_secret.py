from __future__ import annotations

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from supervision.web_log import WebLogger


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/sign-in/kDf93_x-Y?next=/aops", "/sign-in/…?next=/aops"),
        ("/people?q=Ada+Lovelace&page=2", "/people?…"),
        ("/people/1f0c", "/people/1f0c"),
        ("/audit?person=Ada", "/audit?…"),
        ("/audit/events.csv?person=Ada", "/audit/events.…"),
        ("/key-events?q=oxidative+stress", "/key-events?q=oxidative+stress"),
    ],
)
def test_neither_links_nor_names_that_were_searched_for(
    asked: str, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = Config()
    config.set("accesslog", "-")
    logger = WebLogger(config)
    logger.access_log.addHandler(caplog.handler)
    with caplog.at_level(logging.INFO, logger="gunicorn.access"):
        logger.access(
            SimpleNamespace(status="200 OK", headers=[], sent=1),
            None,
            {"RAW_URI": asked, "REQUEST_METHOD": "GET", "REMOTE_ADDR": "127.0.0.1"},
            timedelta(milliseconds=5),
        )
    logger.access_log.removeHandler(caplog.handler)
    assert f'"GET {shown}" 200' in caplog.text
