from __future__ import annotations

from pathlib import Path

import pytest

from webapp.operations import lines
from webapp.operations.lines import last_lines, last_words

GOOD_CHECK = '127.0.0.1 - - [24/Nov/2026:06:07:06 +0000] "GET /health HTTP/1.1" 200 512 "-" "curl"'
BAD_CHECK = GOOD_CHECK.replace(" 200 ", " 503 ")


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


def test_bytes_of_any_kind_become_text_that_a_page_can_hold(log: Path) -> None:
    log.write_bytes(b"\x1b[31mred\x1b[0m \x00\x07bell \xff\n")
    assert last_lines(log, 1) == ["red bell �"]


def test_routine_is_left_out_and_what_went_wrong_is_not(log: Path) -> None:
    routine = (
        GOOD_CHECK,
        '- - - [x] "GET /operator/parts HTTP/1.1" 200 10',
        '- - - [x] "GET /static/css/base.css?v=1 HTTP/1.1" 304 0',
        '{"path": "/health/live", "status": 200}',
    )
    log.write_text("\n".join([*routine, BAD_CHECK, '{"path": "/health", "status": 503}', "x"]))
    assert last_lines(log, 10) == [BAD_CHECK, '{"path": "/health", "status": 503}', "x"]


def test_nobody_can_sign_in_with_what_stands_in_a_line(log: Path) -> None:
    log.write_text('"GET /sign-in/AbC-def_0123456789abcdefghij HTTP/1.1" 200 "http://x/sign-in"\n')
    assert last_lines(log, 1) == ['"GET /sign-in/… HTTP/1.1" 200 "http://x/sign-in"']


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
    log.write_text(f"{line}\n{BAD_CHECK}\n")
    assert last_words(log) == words
