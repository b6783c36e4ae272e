from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.operations import lines
from webapp.operations.lines import last_lines, last_words

REQUEST = '[2026-11-24 06:05:24 +0000] [7] [INFO] 127.0.0.1 "GET {}" {} 512 bytes 3.1 ms 4c0f'
AS_JSON = (
    '{{"time": "…", "path": "{}", "status": {}, "message": "127.0.0.1 \\"GET {}\\" {} 5 bytes"}}'
)


def request(path: str, status: int) -> str:
    return REQUEST.format(path, status)


def json_request(path: str, status: int) -> str:
    return AS_JSON.format(path, status, path, status)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "web.log"


def test_the_last_lines_come_in_their_order(log: Path) -> None:
    log.write_text("one\ntwo\n\nthree\n")
    assert last_lines(log, 2) == ["two", "three"]


def test_a_file_that_is_not_there_has_none(log: Path) -> None:
    assert last_lines(log, 10) == []
    assert last_words(log) == ""


def test_a_look_that_begins_within_a_letter_begins_with_the_next_line(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write_text("ä" * 50 + "\nwhole ö\n")
    for size in (20, 21):
        monkeypatch.setattr(lines, "TAIL_BYTES", size)
        assert last_lines(log, 10) == ["whole ö"]


def test_hours_of_health_checks_do_not_push_the_last_words_away(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Started – three of them ready"
    log.write_text("\n".join([words, *[request("/health", 200)] * 500, ""]))
    for block in range(100, 140):  # a block begins anywhere, also within a letter
        monkeypatch.setattr(lines, "BLOCK_BYTES", block)
        assert last_words(log) == words
        assert last_lines(log, 10) == [words]


def test_bytes_of_any_kind_become_text_that_a_page_can_hold(log: Path) -> None:
    log.write_bytes(b"\x1b[31mred\x1b[0m \x00\x07bell \xff\n")
    assert last_lines(log, 1) == ["red bell �"]


@pytest.mark.parametrize("line_of", [request, json_request])
def test_routine_is_left_out_and_what_went_wrong_is_not(
    log: Path, line_of: Callable[[str, int], str]
) -> None:
    routine = [
        line_of("/health", 200),
        line_of("/health/live", 200),
        line_of("/metrics", 200),
        line_of("/operator/parts", 200),
        line_of("/static/css/base.css?v=1", 304),
    ]
    telling = [line_of("/health", 503), line_of("/operator", 200), "healthy /health is"]
    log.write_text("\n".join([*routine, *telling]))
    assert last_lines(log, 10) == telling


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[2026-11-24 06:05:24 +0000] [28229] [INFO] Starting gunicorn", "Starting gunicorn"),
        ("[2026-11-24 06:05:24 +0000] [7] [ERROR] It failed", "[ERROR] It failed"),
        ("2026-11-24T05:58:35Z Snapshot x verified", "Snapshot x verified"),
        ('{"level": "info", "message": "Loaded"}', "Loaded"),
        ('{"level": "info"}', '{"level": "info"}'),
    ],
)
def test_what_a_program_last_said_is_no_request_and_needs_no_time(
    log: Path, line: str, words: str
) -> None:
    log.write_text(f"{line}\n{request('/health', 503)}\n{json_request('/', 500)}\n")
    assert last_words(log) == words
