"""The program `logs`: shows what the other programs print, for `docker logs` and the terminal.

Each program writes into a rotated file, which `supervisorctl tail` needs; this one follows the
files and prints every line once, with the program's name in front. How far it came stands in
`run/followed.json`, so that no restart of it, of supervisord or of the container repeats or
loses a line.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from types import FrameType

from supervision import logs
from supervision.rotation import Position, RotatedLog, end_of

POSITIONS = Path("run") / "followed.json"
"""How far each log file has been printed, relative to the root folder."""

SUPERVISORD = "supervisord"
"""The log of supervisord itself; it writes to the terminal on its own unless lines are JSON."""

PAUSE = 0.2
"""Seconds between two looks at the files."""

LONGEST_LINE = 1_048_576
"""Bytes of an unfinished line that are held back; more are printed as they are."""


class LineReader:
    """Complete lines of one program's log."""

    def __init__(self, program: str, folder: Path, start: Position | None) -> None:
        self.program = program
        self._log = RotatedLog(folder / f"{program}.log", start)
        self._unfinished = b""
        self.printed = self._log.position
        """The place behind the last line that was returned."""

    def lines(self) -> bytes:
        """The lines that were completed since the last call, each with the program's name."""
        data = self._log.read()
        if not data:
            return b""
        before, newline, self._unfinished = (self._unfinished + data).rpartition(b"\n")
        if newline:
            here = self._log.position
            # The unfinished rest lies in the same file, as the newline before it was just read.
            self.printed = Position(here.inode, here.offset - len(self._unfinished), here.modified)
            return self._prefixed(before)
        return self.rest() if len(self._unfinished) > LONGEST_LINE else b""

    def rest(self) -> bytes:
        """The last line, although its program has not finished it."""
        unfinished, self._unfinished = self._unfinished, b""
        self.printed = self._log.position
        return self._prefixed(unfinished) if unfinished else b""

    def close(self) -> None:
        """Close the log file."""
        self._log.close()

    def _prefixed(self, text: bytes) -> bytes:
        return b"".join(logs.shown(self.program, line) + b"\n" for line in text.split(b"\n"))


def load_positions() -> dict[str, Position]:
    """How far each program's log was printed; empty where that is not known."""
    try:
        saved = json.loads(POSITIONS.read_text(encoding="utf-8"))
        return {program: Position(*place) for program, place in saved.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        print(f"{POSITIONS} is damaged ({error}); old lines may be shown again.", flush=True)
        return {}


def save_positions(positions: dict[str, Position]) -> None:
    """Remember `positions`; a reader sees the old file or the new one, never half of it."""
    partial = POSITIONS.with_suffix(".partial")
    partial.write_text(
        json.dumps({program: astuple(place) for program, place in positions.items()}),
        encoding="utf-8",
    )
    partial.replace(POSITIONS)


def skip_what_is_old(folder: Path) -> None:
    """Before a start: what stands in log files never followed so far belongs to an earlier run."""
    positions = load_positions()
    for path in folder.glob("*.log"):
        positions.setdefault(path.stem, end_of(path))
    save_positions(positions)


def main(programs: Sequence[str]) -> int:
    """Print the logs of `programs` until SIGTERM; then print what is left and return."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    positions = load_positions()
    readers = _open([*programs, *([SUPERVISORD] if logs.as_json() else [])], positions)
    try:
        while True:
            last_round = stopping
            if not _print_new_lines(readers, positions):
                if last_round:
                    break
                time.sleep(PAUSE)
        _write(b"".join(reader.rest() for reader in readers))
        _remember(readers, positions)
    except BrokenPipeError:
        return 1  # supervisord is gone, and with it everybody who could read this
    finally:
        for reader in readers:
            reader.close()
    return 0


def print_rest(programs: Sequence[str]) -> None:
    """Print what the logs of `programs` hold that was not printed yet."""
    positions = load_positions()
    readers = _open(programs, positions)
    while _print_new_lines(readers, positions):
        pass
    for reader in readers:
        reader.close()


def _open(programs: Sequence[str], positions: dict[str, Position]) -> list[LineReader]:
    folder = Path(os.environ.get("LOG_DIR", "logs"))
    return [LineReader(name, folder, positions.get(name)) for name in programs]


def _print_new_lines(readers: Sequence[LineReader], positions: dict[str, Position]) -> bool:
    """Print what is new and remember it; returns whether there was anything."""
    busy = False
    for reader in readers:
        text = reader.lines()
        if text:
            busy = True
            _write(text)
    if busy:
        _remember(readers, positions)
    return busy


def _remember(readers: Sequence[LineReader], positions: dict[str, Position]) -> None:
    positions.update({reader.program: reader.printed for reader in readers})
    save_positions(positions)


def _write(text: bytes) -> None:
    """Write whole lines at once, so that supervisord's own messages do not fall between halves.

    A pipe takes up to PIPE_BUF bytes as one piece (pipe(7)); only longer lines can be torn.
    """
    while text:
        end = text.rfind(b"\n", 0, select.PIPE_BUF) + 1 or text.find(b"\n") + 1 or len(text)
        piece, text = text[:end], text[end:]
        while piece:
            piece = piece[os.write(sys.stdout.fileno(), piece) :]
