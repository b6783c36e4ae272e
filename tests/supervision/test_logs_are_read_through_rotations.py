"""A log is read through its rotations: each byte once, in order."""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from supervision.rotation import CHUNK, Position, RotatedLog, end_of


def rotate(log: Path, backups: int = 3) -> None:
    """What supervisor's RotatingFileHandler does."""
    for number in range(backups - 1, 0, -1):
        source = log.with_name(f"{log.name}.{number}")
        if source.exists():
            source.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))
    log.touch()


_clock = itertools.count(time.time_ns(), 1_000_000_000)


def append(log: Path, text: str) -> None:
    """Write later than before: the system's own time stamps are too coarse for a test."""
    with log.open("a") as file:
        file.write(text)
    now = next(_clock)
    os.utime(log, ns=(now, now))


def everything(reader: RotatedLog) -> str:
    data = b""
    while chunk := reader.read():
        data += chunk
    return data.decode()


Open = Callable[..., RotatedLog]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens readers and closes them after the test."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(closing(RotatedLog(*arguments)))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "web.log"


def test_a_file_that_appears_later_is_read_from_its_beginning(log: Path, opened: Open) -> None:
    reader = opened(log)
    assert reader.read() == b""

    append(log, "one\n")

    assert everything(reader) == "one\n"
    assert everything(reader) == ""


def test_what_was_written_just_before_a_rotation_is_read(log: Path, opened: Open) -> None:
    append(log, "one\n")
    reader = opened(log)
    assert everything(reader) == "one\n"

    append(log, "two\n")
    rotate(log)
    append(log, "three\n")

    assert everything(reader) == "two\nthree\n"


def test_several_rotations_between_two_looks(log: Path, opened: Open) -> None:
    append(log, "1\n")
    reader = opened(log)
    assert reader.read() == b"1\n"

    for number in range(2, 5):
        append(log, f"{number}\n")
        rotate(log)
    append(log, "5\n")

    assert everything(reader) == "2\n3\n4\n5\n"


def test_a_rotation_in_its_middle(log: Path, opened: Open) -> None:
    append(log, "one\n")
    reader = opened(log)
    assert everything(reader) == "one\n"

    log.replace(log.with_name("web.log.1"))  # renamed, and the new file not yet there
    assert everything(reader) == ""
    append(log, "two\n")

    assert everything(reader) == "two\n"


def test_a_reader_goes_on_where_another_stopped(log: Path, opened: Open) -> None:
    append(log, "one\n")
    first = opened(log)
    assert everything(first) == "one\n"
    first.close()

    append(log, "two\n")
    rotate(log)
    append(log, "three\n")
    rotate(log)
    append(log, "four\n")

    assert everything(opened(log, first.position)) == "two\nthree\nfour\n"


def test_what_is_older_than_the_start_is_not_read(log: Path, opened: Open) -> None:
    append(log, "old\n")
    rotate(log)
    append(log, "old too\n")
    start = end_of(log)

    append(log, "new\n")

    assert everything(opened(log, start)) == "new\n"


def test_a_cleared_log_goes_on_with_the_new_file(log: Path, opened: Open) -> None:
    append(log, "one\n")
    rotate(log)
    append(log, "two\n")
    reader = opened(log)
    assert everything(reader) == "one\ntwo\n"

    log.unlink()  # supervisorctl clear
    append(log, "three\n")

    assert everything(reader) == "three\n"


def test_an_emptied_file_is_read_from_its_beginning(log: Path, opened: Open) -> None:
    append(log, "a long line\n")
    reader = opened(log)
    assert everything(reader) == "a long line\n"

    log.write_text("short\n")

    assert everything(reader) == "short\n"


def test_after_too_many_rotations_it_goes_on_with_the_oldest_file_left(
    log: Path, opened: Open
) -> None:
    append(log, "1\n")
    reader = opened(log)
    assert everything(reader) == "1\n"

    for number in range(2, 9):
        rotate(log)
        append(log, f"{number}\n")

    assert everything(reader) == "5\n6\n7\n8\n"


def test_a_lost_position_reads_what_there_is(log: Path, opened: Open) -> None:
    append(log, "one\n")

    assert everything(opened(log, Position(0, 0, 0))) == "one\n"


def test_much_is_read_in_pieces(log: Path, opened: Open) -> None:
    append(log, "x" * (2 * CHUNK + 1))
    reader = opened(log)

    assert [len(reader.read()) for _ in range(4)] == [CHUNK, CHUNK, 1, 0]
