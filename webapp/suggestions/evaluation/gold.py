"""The pairs to measure against: a file of experts' choices, or what this site approved.

A row that cannot be used is told with its line and the reason; the others are measured.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from webapp.catalog.registry import RESOURCES, local_name, parse_identifier, parse_key_event
from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.pairs import Pair

COLUMNS = ("ke_id", "object_id")
OF_SITE = "the approved mappings"
"""The name of the pairs that this site approved, where others have that of their file."""


class GoldUnusable(ValueError):
    """Nothing can be measured with it; its text is one sentence for whoever gave it."""


@dataclass(frozen=True)
class Unusable:
    """One row that was left out; `line` as an editor counts, 0 where it is of no file."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


@dataclass(frozen=True)
class Gold:
    """What experts chose, by Key Event; all of it is live in the catalog."""

    name: str
    digest: str
    """SHA-256 of the pairs, so that results of the same ones are found."""
    answers: dict[int, tuple[str, ...]]
    unusable: tuple[Unusable, ...]

    @property
    def pairs(self) -> list[Pair]:
        """All pairs, in order of Key Events and targets."""
        return [Pair(number, one) for number, chosen in self.answers.items() for one in chosen]


Row = tuple[int, str, str]
"""Line, Key Event and target as somebody wrote them."""


def read_rows(path: Path) -> list[Row]:
    """The rows of a tab-separated file with the columns ke_id and object_id; others are ignored.

    Raises `GoldUnusable` where it is no such file, and `OSError` where it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t")
            header = reader.fieldnames
            if not header:
                raise GoldUnusable(
                    f"{path.name} is empty: it needs a line with the names of columns."
                )
            missing = [column for column in COLUMNS if column not in header]
            if missing:
                raise GoldUnusable(
                    f"{path.name} has no column {' and no column '.join(missing)}: its first line "
                    f"must name ke_id and object_id, parted by tabs; it names {', '.join(header)}."
                )
            return [
                (reader.line_num, (row["ke_id"] or "").strip(), (row["object_id"] or "").strip())
                for row in reader
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise GoldUnusable(f"{path.name} is no table in UTF-8 ({error}).") from error


def usable(rows: Iterable[Row], contest: Contest, name: str) -> Gold:
    """Keep the rows whose Key Event and target are live; raises `GoldUnusable` if none is."""
    answers: dict[int, set[str]] = {}
    unusable = []
    for line, key_event, target in rows:
        number, identifier = parse_key_event(key_event), parse_identifier(target)
        reason = _no_key_event(key_event, number, contest) or _no_target(
            target, identifier, contest
        )
        if reason or number is None or identifier is None:
            unusable.append(Unusable(line, reason))
        else:
            answers.setdefault(number, set()).add(identifier)
    if not answers:
        told = "; ".join(str(one) for one in unusable[:3])
        raise GoldUnusable(
            f"there is no pair of a live Key Event and a live target of "
            f"{RESOURCES[contest.resource].name} in {name}" + (f": {told}." if told else ".")
        )
    ordered = {number: tuple(sorted(answers[number])) for number in sorted(answers)}
    return Gold(name, _digest(ordered), ordered, tuple(unusable))


def of_site(pairs: Sequence[Pair], contest: Contest) -> Gold:
    """The approved mappings of this site to this resource."""
    prefix = f"{RESOURCES[contest.resource].prefix}:"
    rows = [(0, str(one.key_event), one.identifier) for one in sorted(pairs)]
    return usable([row for row in rows if row[2].startswith(prefix)], contest, OF_SITE)


def _no_key_event(written: str, number: int | None, contest: Contest) -> str:
    if number is None:
        return f"{written!r} is no number of a Key Event" if written else "ke_id is empty"
    text = contest.key_events.get(number)
    if text is None:
        return f"there is no Key Event {number} in the catalog"
    return "" if text.live else f"Key Event {number} is retired"


def _no_target(written: str, identifier: str | None, contest: Contest) -> str:
    if identifier is None:
        return f"{written!r} is no identifier of a target" if written else "object_id is empty"
    here = RESOURCES[contest.resource]
    local = local_name(identifier)
    if not identifier.startswith(f"{here.prefix}:"):
        return f"{local} is not of {here.name}"
    text = contest.targets.get(identifier)
    if text is None:
        return f"there is no {local} in the catalog"
    if text.live:
        return ""
    return f"{local} is retired" + (f", replaced by {text.replaced_by}" if text.replaced_by else "")


def _digest(answers: dict[int, tuple[str, ...]]) -> str:
    lines = (f"{number}\t{one}\n" for number, chosen in answers.items() for one in chosen)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
