"""With `LOG_FORMAT=json` each line is an object, in the terminal and in our programs' files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supervision import logs
from tests.supervision.installation import Installation, wait_until


def objects(text: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(one, dict) and one["time"].endswith("Z") for one in found)
    return found


def test_every_line_of_the_terminal_from_the_start_to_the_end(installation: Installation) -> None:
    installation.environment["LOG_FORMAT"] = "json"
    installation.start_and_wait()
    installation.get("/?lines=3&seen-by=test")
    wait_until("the request's own line", lambda: "seen-by=test" in installation.output())

    assert installation.stop() == 0

    found = objects(installation.output())
    assert {one["program"] for one in found} >= {"prepare", "web", "backup", "supervisord"}
    messages = [one["message"] for one in found]
    assert "Prepared: http://localhost" in messages
    assert [one for one in messages if one.startswith("numbered")] == [
        f"numbered line {number}" for number in range(3)
    ]
    # supervisord's last words come after the program that shows lines has ended.
    assert any("stopped: logs (exit status 0)" in message for message in messages)
    assert found[-1]["program"] == "supervisord"
    [request] = [one for one in found if "seen-by=test" in str(one.get("path"))]
    assert (request["program"], request["method"], request["status"]) == ("web", "GET", 200)


def test_the_web_servers_file_holds_objects(installation: Installation) -> None:
    installation.environment["LOG_FORMAT"] = "json"
    installation.start_and_wait()
    installation.get("/?seen-by=test")
    file = installation.root / "logs" / "web.log"
    wait_until("the line", lambda: "seen-by=test" in file.read_text())
    whole_lines, _, _ = file.read_text().rpartition("\n")  # another may be on its way
    objects(whole_lines)


def test_a_reason_to_end_is_an_object_too(installation: Installation) -> None:
    installation.environment["LOG_FORMAT"] = "json"
    (installation.root / "fail-prepare").touch()
    installation.start()
    assert installation.wait_to_end() == 1
    [told] = objects(installation.output())
    assert "newer version" in told["message"]


def test_another_word_is_refused(installation: Installation) -> None:
    installation.environment["LOG_FORMAT"] = "xml"
    installation.start()
    assert installation.wait_to_end() == 1
    assert installation.output() == (
        "LOG_FORMAT is 'xml' and cannot be used: give one of text, json.\n"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"a line", "a line"),
        (b'{"half": ', '{"half": '),
        (b'["a list"]', '["a list"]'),
        (b"\xff", "�"),
    ],
)
def test_other_texts_become_messages(
    monkeypatch: pytest.MonkeyPatch, line: bytes, message: str
) -> None:
    monkeypatch.setenv(logs.FORMAT, "json")
    [told] = objects(logs.shown("web", line).decode())
    assert (told["program"], told["message"]) == ("web", message)


def test_objects_keep_their_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(logs.FORMAT, "json")
    line = b'{"time": "2026-01-01T00:00:00.000Z", "message": "done", "level": "info"}'
    assert json.loads(logs.shown("backup", line)) == {"program": "backup", **json.loads(line)}
