"""Through the real gunicorn: whom the application and the access log see."""

from __future__ import annotations

import json

from tests.access.conftest import Guarded
from tests.supervision.installation import wait_until

CLIENT = "192.0.2.77"


def test_the_application_and_the_log_see_the_same(guarded: Guarded) -> None:
    headers = {
        "X-Forwarded-For": f"6.6.6.6, {CLIENT}, 10.9.8.7",
        "X-Forwarded-Proto": "https, http",
        "X-Forwarded-Host": "mappings.example",
    }
    answer = guarded.ask("GET", "/seen?who", headers)
    assert json.loads(answer.text) == [CLIENT, "https", "mappings.example"]
    line = f'{CLIENT} "GET /seen?who" 200'
    wait_until("its line", lambda: line in guarded.log.read_text())


def test_no_other_header_changes_what_is_seen(guarded: Guarded) -> None:
    plain = guarded.ask("GET", "/seen", {"Host": "x"})
    for name, value in {
        "Forwarded": "for=192.0.2.1;proto=https;host=evil.example",
        "X-Real-IP": "192.0.2.1",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Ssl": "on",
        "X-Forwarded-Protocol": "ssl",
        "X_Forwarded_For": "192.0.2.1",
        "SCRIPT_NAME": "/evil",
        "Client-IP": "192.0.2.1",
    }.items():
        answer = guarded.ask("GET", "/seen", {"Host": "x", name: value})
        assert answer.text == plain.text, name
