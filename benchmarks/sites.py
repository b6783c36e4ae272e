"""Sites to measure on: copies of the catalog in force, with many decisions or many more targets."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Person
from webapp.catalog.models import KeyEvent, SourceRelease, Target
from webapp.curation import models as curation
from webapp.database import Database, utc_now
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.encoder import Encoder
from webapp.suggestions.index import Index
from webapp.suggestions.text import spell_greek
from webapp.suggestions.vocabulary import core

PROPOSED = {"action": "propose", "before": None, "after": "proposed"}
APPROVED = {"action": "approve", "before": "proposed", "after": "approved"}

ALIVE = 64
"""Key Events that stay in a catalog of many targets: the pools of all would take half an hour."""


def copy_site(database: Path, index_dir: Path, data: Path) -> None:
    """The database and the current index in another data folder."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(database, data / "ke_wp_mapping.db")
    (data / "index").mkdir()
    generation = files.current_generation(index_dir)
    assert generation is not None, "there is no index; run: python -m webapp index build"
    shutil.copytree(index_dir / generation, data / "index" / generation)
    (data / "index" / files.CURRENT).symlink_to(generation)
    if (index_dir / "search.db").exists():
        shutil.copy(index_dir / "search.db", data / "index")


def approve(database: Database, index: Index, pairs: int) -> None:
    """Approved mappings of Key Events with the targets that are nearest to them in meaning.

    Rows are written at once, as the workflow would have written them one by one.
    """
    with database.write() as session:
        people = [Person(name=name, role="reviewer") for name in ("Ann Author", "Rob Reviewer")]
        session.add_all(people)
        session.flush()
        rows = _nearest_pairs(session, index)
        for number, (key_event, target) in enumerate(rows[:pairs], 1):
            for table, row in _decision(number, key_event, target, *(one.id for one in people)):
                session.execute(insert(table), row)


def _nearest_pairs(session: Session, index: Index) -> list[tuple[int, int]]:
    """(row of the Key Event, row of the target), the nearest of each resource first."""
    targets = dict(session.execute(select(Target.identifier, Target.id)).all())
    events = dict(session.execute(select(KeyEvent.number, KeyEvent.id)).all())
    found = []
    for part in index.resources.values():
        assert part.pools is not None
        for number, row in index.key_event_rows.items():
            pooled = part.pools.of(row)
            for at in np.argsort(pooled.places, kind="stable")[:8]:
                identifier = part.identifiers[pooled.rows[at]]
                place = int(pooled.places[at])
                found.append((place, number, events[number], targets[identifier]))
    return [(event, target) for _, _, event, target in sorted(found)]


def _decision(
    number: int, key_event: int, target: int, author: str, reviewer: str
) -> list[tuple[type, dict[str, Any]]]:
    mapping = {"id": number, "key_event_id": key_event, "target_id": target}
    version = {
        "mapping_id": number,
        "number": 1,
        "assessment_id": number,
        "author_id": author,
        "predicate": "skos:closeMatch",
        "computed_predicate": "skos:closeMatch",
        "relationship": "unclear",
        "score": 4.0,
        "confidence": "high",
        "computed_confidence": "high",
        "evidence": [],
        "shown": None,
        "sources": [],
    }
    event = {"mapping_id": number, "version": 1}
    return [
        (curation.Mapping, {**mapping, "state": "approved", "approved_version": 1}),
        (
            curation.Assessment,
            {
                "id": number,
                "mapping_id": number,
                "person_id": author,
                "scheme": "pathway-1",
                "answers": {"evidence": "known", "specificity": "specific", "coverage": "complete"},
            },
        ),
        (curation.MappingVersion, version),
        (curation.MappingEvent, {**event, "person_id": author, **PROPOSED}),
        (curation.MappingEvent, {**event, "person_id": reviewer, **APPROVED}),
    ]


class Recombined:
    """An encoder that knows the vectors of recombined names: the sum of those they are made of.

    Encoding a quarter of a million names would take half an hour, and how long ranking takes does
    not depend on what is in a vector. All other texts are encoded by the real one.
    """

    def __init__(self, encoder: Encoder, parts: Mapping[str, NDArray[np.float32]]) -> None:
        self._encoder = encoder
        self._parts = parts

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    @property
    def casing(self) -> str:
        return self._encoder.casing

    @property
    def description(self) -> Mapping[str, str | int]:
        return self._encoder.description

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        others = [one for one in texts if one not in self._parts]
        known = dict(self._parts)
        if others:
            known.update(zip(others, self._encoder.encode(others, progress), strict=True))
        return np.stack([known[one] for one in texts])


def enlarge(
    database: Database, index_dir: Path, index: Index, encoder: Encoder, times: int
) -> None:
    """Make `times` as many targets of each resource, with genes and parents, and index them.

    A new name is the beginning of one name and the end of another. Of the Key Events `ALIVE` stay.
    """
    chance = random.Random(0)
    parts: dict[str, NDArray[np.float32]] = {}
    with database.write() as session:
        _retire_key_events(session, chance)
        last = session.execute(text("SELECT MAX(id) FROM target")).scalar_one()
        session.execute(text("CREATE TEMP TABLE made (id INTEGER PRIMARY KEY, source INTEGER)"))
        for resource, part in index.resources.items():
            assert part.vectors is not None
            rows = {
                row.identifier: row
                for row in session.execute(
                    select(Target.id, Target.identifier, Target.title).where(
                        Target.resource == resource
                    )
                )
            }
            titles = [rows[one].title for one in part.identifiers]
            made, sources = [], []
            for copy in range(1, times):
                for at, identifier in enumerate(part.identifiers):
                    other = chance.randrange(len(titles))
                    title = recombined(titles[at], titles[other])
                    vector = part.vectors[at] + part.vectors[other]
                    vector /= np.linalg.norm(vector)
                    parts[spell_greek(title)] = parts[spell_greek(core(title))] = vector
                    last += 1
                    made.append(
                        {
                            "id": last,
                            "resource": resource,
                            "identifier": f"{identifier}{copy:03}",
                            "title": title,
                            "release_id": 1,
                        }
                    )
                    sources.append({"id": last, "source": rows[identifier].id})
            session.execute(insert(Target), made)
            session.execute(text("INSERT INTO made VALUES (:id, :source)"), sources)
        for table, column in (("target_gene", "gene_id"), ("target_parent", "parent_id")):
            session.execute(
                text(
                    f"INSERT INTO {table} (target_id, {column}) SELECT made.id, {column} "
                    f"FROM made JOIN {table} ON target_id = source ORDER BY made.id"
                )
            )
        session.execute(text("DROP TABLE made"))
        session.add(
            SourceRelease(
                source="aopwiki",
                file_name="recombined names",
                version="",
                sha256="",
                records=0,
                imported_at=utc_now(),
            )
        )
    builder.build(database, index_dir, Recombined(encoder, parts))


def _retire_key_events(session: Session, chance: random.Random) -> None:
    numbers = session.scalars(
        select(KeyEvent.number).where(KeyEvent.retired_at.is_(None)).order_by(KeyEvent.number)
    ).all()
    alive = chance.sample(numbers, min(ALIVE, len(numbers)))
    session.execute(
        update(KeyEvent).where(KeyEvent.number.not_in(alive)).values(retired_at=utc_now())
    )


def recombined(one: str, other: str) -> str:
    """The first half of the words of a name with the second half of another's."""
    first, second = one.split(), other.split()
    return " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])
