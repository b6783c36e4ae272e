"""What the benchmark reports of writers, at a small size: that it does, not how fast we are."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from backup.settings import ROOT


def test_their_p99_during_snapshots_is_reported_beside_that_without() -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("THE BENCHMARK OF SNAPSHOTS NOT TESTED: the program sqlite3 is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.snapshot_copy", "4", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    numbers = re.search(
        r"a writer, alone +commits: (\d+), p99 ([\d.]+) ms, slowest ([\d.]+) ms\n"
        r".*a writer, meanwhile +commits: (\d+), p99 ([\d.]+) ms, slowest ([\d.]+) ms",
        done.stdout,
        re.DOTALL,
    )
    assert numbers, done.stdout
    alone, p99, slowest, meanwhile, p99_meanwhile, slowest_meanwhile = map(float, numbers.groups())
    assert min(alone, meanwhile) > 0
    assert 0 < p99 <= slowest
    assert 0 < p99_meanwhile <= slowest_meanwhile
    assert re.search(r"copy step .* s\n.*sqlite3 \.backup .* s +ratio [\d.]+\n", done.stdout)
