"""How long the suggestion index takes to build: all of it, again, and with one new target.

    python -m benchmarks.index_build

The catalog of the settings in force is copied into a temporary folder without its index. Ratios are
to encoding the names alone, of the same run. CPU is what the process computed, which other programs
on the machine change less than the clock.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert

from webapp.catalog.models import Target
from webapp.database import Database
from webapp.settings import load_settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import load


def main() -> None:
    """Print one row a build."""
    settings = load_settings()
    encoder = load(settings.encoder, settings.encoder_revision)
    encoded: list[tuple[float, float]] = []
    texts = 0

    def note(done: int, total: int) -> None:
        nonlocal texts
        if done in {0, total}:
            encoded.append((time.perf_counter(), time.process_time()))
            texts = total

    with tempfile.TemporaryDirectory() as folder:
        copy, index_dir = Path(folder) / "ke_wp_mapping.db", Path(folder) / "index"
        shutil.copy(settings.database_path, copy)
        encoding = 0.0
        print(f"{'':20} texts  encoding CPU s  CPU s  clock s  ratio to encoding all")
        with closing(Database(copy)) as database:
            for name in ("everything", "nothing new", "one new target"):
                if name == "one new target":
                    with database.write() as session:
                        session.execute(insert(Target), [NEW])
                clock, cpu = time.perf_counter(), time.process_time()
                builder.build(database, index_dir, encoder, note)
                clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
                part = encoded[-1][1] - encoded[0][1]
                encoding = encoding or part
                encoded.clear()
                print(
                    f"{name:20} {texts:5}  {part:14.1f}  {cpu:5.1f}  {clock:7.1f}  "
                    f"x{cpu / encoding:.2f}",
                    flush=True,
                )


NEW = {
    "resource": "go_bp",
    "identifier": "GO:9999999",
    "title": "regulation of programmed cell suicide",
    "release_id": 1,
}


if __name__ == "__main__":
    main()
