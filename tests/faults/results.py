"""What a campaign found: figures that can be added up, and how they are printed."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def _counter() -> Counter[str]:
    return Counter()


@dataclass
class Result:
    """Figures of some rounds: one round, one campaign or several."""

    rounds: int = 0
    failed: int = 0
    seconds: float = 0
    kills: Counter[str] = field(default_factory=_counter)
    troubles: Counter[str] = field(default_factory=_counter)
    acknowledged: Counter[str] = field(default_factory=_counter)
    """By action."""
    unanswered: Counter[str] = field(default_factory=_counter)
    refused: Counter[str] = field(default_factory=_counter)
    """By status."""
    ends: Counter[str] = field(default_factory=_counter)
    """How supervisord ended before it was started again, by signal or exit code."""
    snapshots: int = 0
    """Verified ones that were checked."""
    slowest_healing: float = 0
    """Seconds from the last fault of a round to good health and a new decision."""
    slowest_snapshot: float = 0
    """Seconds from a round's last decision to a verified snapshot of it."""
    problems: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        """Add the figures of `other`; the slowest of both is the slowest of all."""
        self.rounds += other.rounds
        self.failed += other.failed
        self.seconds += other.seconds
        self.snapshots += other.snapshots
        for mine, theirs in (
            (self.kills, other.kills),
            (self.troubles, other.troubles),
            (self.acknowledged, other.acknowledged),
            (self.unanswered, other.unanswered),
            (self.refused, other.refused),
            (self.ends, other.ends),
        ):
            mine.update(theirs)
        self.slowest_healing = max(self.slowest_healing, other.slowest_healing)
        self.slowest_snapshot = max(self.slowest_snapshot, other.slowest_snapshot)
        self.problems += other.problems

    def line(self) -> str:
        """All of it in one line, for a round."""
        parts = (
            _with_total(self.kills, "kills"),
            _list(self.troubles),
            f"decisions: {_with_total(self.acknowledged, 'acknowledged')}, "
            f"{self.unanswered.total()} unanswered, {_with_total(self.refused, 'refused')}",
            f"healed in {self.slowest_healing:.1f} s",
            f"{self.snapshots} new snapshots verified, the newest decision in one after "
            f"{self.slowest_snapshot:.1f} s",
            f"{len(self.problems)} PROBLEMS" if self.problems else "nothing lost",
        )
        return "; ".join(part for part in parts if part)

    def table(self) -> str:
        """All of it as a table for the documents."""
        rows = {
            "rounds": f"{self.rounds}, in {self.seconds / 60:.0f} minutes",
            "kills": _with_total(self.kills),
            "other faults": _with_total(self.troubles),
            "decisions acknowledged": _with_total(self.acknowledged),
            "decisions without an answer": f"{self.unanswered.total():,}",
            "decisions refused, by status": _with_total(self.refused),
            "supervisord started again after": _with_total(self.ends),
            "verified snapshots checked": f"{self.snapshots:,}",
            "slowest healing after a round": f"{self.slowest_healing:.1f} s",
            "slowest snapshot of a round's last decision": f"{self.slowest_snapshot:.1f} s",
            "lost or wrong": "nothing" if not self.problems else f"{len(self.problems)} PROBLEMS",
        }
        return "\n".join(["| what | how much |", "|---|---|", *map(_row, rows.items())])

    def closing_line(self) -> str:
        """How many rounds passed, as test runners say it."""
        return f"{self.rounds - self.failed} passed, {self.failed} failed"


def append(file: Path, result: Result) -> None:
    """Write a result as one more line of JSON."""
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(vars(result)) + "\n")


def total(lines: Iterable[str]) -> Result:
    """The sum of the results in `lines`."""
    found = Result()
    for line in lines:
        data: dict[str, Any] = json.loads(line)
        counters = {name: Counter(one) for name, one in data.items() if isinstance(one, dict)}
        found.add(Result(**{**data, **counters}))
    return found


def machine() -> str:
    """What this ran on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} processors, {memory / 1e9:.0f} GB of memory"


def _row(row: tuple[str, str]) -> str:
    return f"| {row[0]} | {row[1]} |"


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


def _with_total(counts: Counter[str], what: str = "") -> str:
    text = f"{counts.total():,} {what}".strip()
    return f"{text} ({_list(counts)})" if counts else text
