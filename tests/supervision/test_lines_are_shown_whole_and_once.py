"""Lines are shown whole, once, and with the name of their program."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from supervision import follow
from supervision.follow import LONGEST_LINE, LineReader

Open = Callable[..., LineReader]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens readers and closes them after the test."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(closing(LineReader(*arguments)))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "web.log"


def test_an_unfinished_line_waits_for_its_end(log: Path, opened: Open) -> None:
    reader = opened("web", log.parent, None)
    log.write_bytes(b"one\ntw")
    assert reader.lines() == b"web | one\n"

    with log.open("ab") as file:
        file.write(b"o\n\nthree\n")

    assert reader.lines() == b"web | two\nweb | \nweb | three\n"


def test_a_line_goes_on_in_the_next_file(log: Path, opened: Open) -> None:
    reader = opened("web", log.parent, None)
    log.write_bytes(b"begin")
    assert reader.lines() == b""

    log.replace(log.with_name("web.log.1"))
    log.write_bytes(b"-end\n")

    assert reader.lines() == b"web | begin-end\n"


def test_an_unfinished_line_is_not_counted_as_shown(log: Path, opened: Open) -> None:
    reader = opened("web", log.parent, None)
    log.write_bytes(b"one\nunfinished")
    assert reader.lines() == b"web | one\n"
    reader.close()

    with log.open("ab") as file:
        file.write(b", now done\n")
    another = opened("web", log.parent, reader.printed)

    assert another.lines() == b"web | unfinished, now done\n"


def test_the_rest_is_shown_at_the_end(log: Path, opened: Open) -> None:
    reader = opened("web", log.parent, None)
    log.write_bytes(b"Segmentation fault")
    assert reader.lines() == b""

    assert reader.rest() == b"web | Segmentation fault\n"
    assert reader.rest() == b""
    assert reader.printed.offset == 18


def test_a_line_without_end_is_not_kept_for_ever(log: Path, opened: Open) -> None:
    reader = opened("web", log.parent, None)
    log.write_bytes(b"x" * (LONGEST_LINE + 1))

    shown = b""
    while not shown:
        shown = reader.lines()

    assert shown == b"web | " + b"x" * (LONGEST_LINE + 1) + b"\n"


def test_old_lines_are_skipped_but_known_places_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Open
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "web.log").write_text("shown before\nnot shown yet\n")
    (tmp_path / "backup.log").write_text("never followed\n")
    web = os.stat("web.log")
    follow.POSITIONS.write_text(json.dumps({"web": [web.st_ino, 13, web.st_mtime_ns]}))

    follow.skip_what_is_old(tmp_path)

    places = follow.load_positions()
    assert opened("web", tmp_path, places["web"]).lines() == b"web | not shown yet\n"
    assert opened("backup", tmp_path, places["backup"]).lines() == b""


def test_a_damaged_file_of_places_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    follow.POSITIONS.write_text("{")

    assert follow.load_positions() == {}
    assert "run/followed.json is damaged" in capsys.readouterr().out
