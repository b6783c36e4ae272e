"""The starter catalog that ships with the project; its format is described in its own README.

Eight small tables in `webapp/catalog/starter/`. It is whole in itself, but proves nothing about
what exists upstream.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick
from webapp.catalog.sources.tables import headed_rows, number
from webapp.catalog.sources.wikipathways import curie

FOLDER = Path(__file__).resolve().parent.parent / "starter"
"""Where the starter catalog lies."""

FILES = (
    "key_events.tsv",
    "aops.tsv",
    "aop_key_events.tsv",
    "key_event_relationships.tsv",
    "aop_relationships.tsv",
    "event_components.tsv",
    "pathways.tsv",
    "genes.tsv",
)
_MADE_ON = re.compile(r"^Made on (\d{4}-\d\d-\d\d)\.$", re.MULTILINE)
_WP = re.compile(r"WP\d+")


def looks_like_folder(path: Path) -> bool:
    """Whether a folder holds the tables of a starter catalog."""
    return all((path / name).is_file() for name in FILES)


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield Key Events, AOPs, relationships, pathways and genes.

    Raises `SourceError` for a missing column, a wrong number or a wrong identifier.
    """
    made = _MADE_ON.search((path / "README.md").read_text(encoding="utf-8"))
    yield r.Version(made[1] if made else "")
    for _line, row in headed_rows(path / "genes.tsv", ("symbol", "entrez"), tick):
        yield r.GeneRecord(row["entrez"], row["symbol"])
    yield from _key_events(path, tick)
    yield from _aops(path, tick)
    yield from _pathways(path, tick)


def _key_events(path: Path, tick: Tick) -> Iterator[r.Record]:
    components: dict[int, list[r.Component]] = defaultdict(list)
    file = path / "event_components.tsv"
    names = tuple(r.Component.__dataclass_fields__)
    for line, row in headed_rows(file, ("ke_id", *names), tick):
        event = number(file, line, row["ke_id"], "ke_id")
        components[event].append(r.Component(*(row[name] for name in names)))
    file = path / "key_events.tsv"
    columns = ("ke_id", "title", "short_title", "level", "description")
    for line, row in headed_rows(file, columns, tick):
        event = number(file, line, row["ke_id"], "ke_id")
        yield r.KeyEventRecord(
            number=event,
            title=row["title"],
            short_title=row["short_title"],
            level=row["level"],
            description=row["description"],
            components=tuple(components[event]),
        )
    file = path / "key_event_relationships.tsv"
    for line, row in headed_rows(file, ("ker_id", "upstream", "downstream"), tick):
        yield r.RelationshipRecord(
            *(number(file, line, row[name], name) for name in ("ker_id", "upstream", "downstream"))
        )


def _aops(path: Path, tick: Tick) -> Iterator[r.Record]:
    events: dict[int, list[r.AopEvent]] = defaultdict(list)
    file = path / "aop_key_events.tsv"
    for line, row in headed_rows(file, ("aop_id", "ke_id", "role"), tick):
        link = r.AopEvent(number(file, line, row["ke_id"], "ke_id"), row["role"])
        events[number(file, line, row["aop_id"], "aop_id")].append(link)
    relationships: dict[int, list[r.AopRelationship]] = defaultdict(list)
    file = path / "aop_relationships.tsv"
    columns = ("aop_id", "ker_id", "adjacency", "evidence", "quantitative")
    for line, row in headed_rows(file, columns, tick):
        relationships[number(file, line, row["aop_id"], "aop_id")].append(
            r.AopRelationship(
                number(file, line, row["ker_id"], "ker_id"),
                row["adjacency"],
                row["evidence"],
                row["quantitative"],
            )
        )
    file = path / "aops.tsv"
    for line, row in headed_rows(file, ("aop_id", "title", "short_title", "description"), tick):
        aop = number(file, line, row["aop_id"], "aop_id")
        yield r.AopRecord(
            number=aop,
            title=row["title"],
            short_title=row["short_title"],
            description=row["description"],
            events=tuple(events[aop]),
            relationships=tuple(relationships[aop]),
        )


def _pathways(path: Path, tick: Tick) -> Iterator[r.Record]:
    file = path / "pathways.tsv"
    for line, row in headed_rows(file, ("wp_id", "title", "description", "genes"), tick):
        if not _WP.fullmatch(row["wp_id"]):
            raise SourceError(file, line, f"{row['wp_id']!r} stands where WPNUMBER belongs.")
        yield r.TargetRecord(
            resource=r.WIKIPATHWAYS,
            identifier=curie(row["wp_id"]),
            title=row["title"],
            description=row["description"],
            species=r.HUMAN,
            genes=tuple(row["genes"].split()),
        )
