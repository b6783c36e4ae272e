"""How long a snapshot takes, against SQLite's own command-line backup.

    python -m benchmarks.snapshot_copy [MEGABYTES] [ROUNDS]

Prints, for a database of 200 MB in a temporary folder: the copy step of a snapshot against
`sqlite3 db ".backup copy"` with no writer (the ratio is the medians'), both down to the disk; the
checks of a snapshot (integrity, foreign keys, counts, SHA-256), which `.backup` does not make; the
whole snapshot; and the same under a continuous writer, with how long that writer's commits took for
as long as the snapshots lasted, and for as long without any. The last sentence stands in
docs/backups.md. Needs the `sqlite3` program.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pysqlite3 import dbapi2

from backup import files, snapshot, source, sqlite
from backup.folder import Folder
from tests.backup.installation import make_database

EVENT_BYTES = 232
"""What one row of the test database takes on the disk."""


WRITING = """
import json, select, sys, time
from pathlib import Path
from tests.backup.installation import connect
connection, seconds = connect(Path(sys.argv[1])), []
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    began = time.perf_counter()
    connection.execute("INSERT INTO mapping_event (mapping_id, note) VALUES (1, 'w')")
    seconds.append(time.perf_counter() - began)
print(json.dumps(seconds))
"""


def copy_step(database: Path, target: Path) -> float:
    """Seconds that our copy takes."""
    with source.reading(database, 5) as connection:
        began = time.perf_counter()
        snapshot.copy(connection, target, sqlite.TimeLimit(600))
        return time.perf_counter() - began


def command_line(database: Path, target: Path) -> float:
    """Seconds that the program `sqlite3` takes, its start included."""
    began = time.perf_counter()
    subprocess.run(["sqlite3", str(database), f".backup '{target}'"], check=True)
    files.sync(target)
    return time.perf_counter() - began


def whole(database: Path, folder: Folder) -> tuple[float, float]:
    """Seconds that a snapshot takes in all, and those of its checks."""
    steps: dict[str, float] = {}

    def note(step: str) -> None:
        steps[step] = time.perf_counter()

    began = time.perf_counter()
    with folder.lock(0):
        made = snapshot.take(database, folder, "benchmark", on_step=note)
    seconds = time.perf_counter() - began
    folder.delete(made)
    return seconds, steps["describe"] - steps["verify"]


def print_medians(name: str, taken: list[tuple[float, float]]) -> None:
    """Two lines about whole snapshots: their checks alone, and all of it."""
    for part, seconds in zip(("whole", "checks"), zip(*taken, strict=True), strict=True):
        print(f"  {f'{part}, {name}':21}{statistics.median(seconds):6.2f} s")


class Writer:
    """Another process that commits one row after the other and measures each commit."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITING, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def stop(self) -> list[float]:
        """End it; returns the seconds of its commits."""
        output, _ = self._process.communicate(timeout=60)
        seconds: list[float] = json.loads(output)
        return seconds


def p99(seconds: list[float]) -> float:
    """Milliseconds that 99 of 100 commits take at most."""
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000


def latencies(seconds: list[float]) -> str:
    """The commits of a writer in words."""
    return (
        f"commits: {len(seconds)}, p99 {p99(seconds):.1f} ms, slowest {max(seconds) * 1000:.1f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("megabytes", nargs="?", type=int, default=200)
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    args = parser.parse_args()
    if shutil.which("sqlite3") is None:
        print("The program sqlite3 is not installed: apt-get install sqlite3", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        database, target = Path(scratch) / "ke_wp_mapping.db", Path(scratch) / "copy.db"
        folder = Folder(Path(scratch) / "backups")
        folder.make()
        make_database(database, events=args.megabytes * 1_000_000 // EVENT_BYTES)
        print(f"{database.stat().st_size / 1e6:.0f} MB, SQLite {dbapi2.sqlite_version}, ", end="")
        print(f"{os.cpu_count()} processors, {args.rounds} rounds, medians:")
        ours: list[float] = []
        theirs: list[float] = []
        quiet: list[tuple[float, float]] = []
        for _ in range(args.rounds):  # by turns, so that both see the same machine
            for step, into in ((copy_step, ours), (command_line, theirs)):
                into.append(step(database, target))
                target.unlink()
            quiet.append(whole(database, folder))
        copied, reference = statistics.median(ours), statistics.median(theirs)
        print(f"  copy step            {copied:6.2f} s")
        print(f"  sqlite3 .backup      {reference:6.2f} s    ratio {copied / reference:.2f}")
        print_medians("no writer", quiet)
        writer = Writer(database)
        time.sleep(sum(seconds for seconds, _ in quiet))
        undisturbed = writer.stop()
        writer = Writer(database)
        written = [whole(database, folder) for _ in range(args.rounds)]
        meanwhile = writer.stop()
        print_medians("with a writer", written)
        print(f"  a writer, alone       {latencies(undisturbed)}")
        print(f"  a writer, meanwhile   {latencies(meanwhile)}")
        print(
            f"\nOf a continuous writer's commits 99 in 100 take at most {p99(meanwhile):.0f} ms "
            f"while snapshots are taken,\nand {p99(undisturbed):.0f} ms while none is."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
