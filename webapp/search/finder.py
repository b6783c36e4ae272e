"""Ask the index: what is called so, what nearly, and what holds a gene of that name.

Every hit has a place. Within a place BM25 decides (`bm25()` of FTS5), among holders of a gene the
number of genes, so that the small pathway comes before the one that holds everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import nsmallest
from pathlib import Path
from typing import Any

from webapp.search.near import vocabulary
from webapp.search.reading import Asked, Wanted, with_abbreviations


class Place(IntEnum):
    """How well a hit fits, best first."""

    TITLE_IS = 0
    NAME_IS = 1
    TITLE_BEGINS = 2
    TITLE_HOLDS = 3
    NAME_HOLDS = 4
    TITLE_PARTS = 5
    NAME_PARTS = 6
    GENE = 7
    TITLE_NEAR = 8
    NAME_NEAR = 9
    TITLE_SOME = 10
    NAME_SOME = 11
    MEANING = 12


FEW = 5
"""With fewer hits than that, near spellings are looked for too."""
RARE = 3
"""A word in no more names than that may be a mistake of the source itself."""
_APART = 1000
"""Between two places lies more than BM25 ever gives."""


@dataclass(frozen=True)
class Hit:
    """One thing that was found: its kind, its key, how well it fits, and by which name."""

    kind: str
    key: str
    place: Place
    scope: str = ""
    name: str = ""
    gene: str = ""


@dataclass(frozen=True)
class Found:
    """Some hits of each kind, best first, and how many there are of each."""

    hits: list[Hit] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    near: dict[str, list[str]] = field(default_factory=dict)
    """By a word as it was typed: the words that stood in for it."""
    asked: Asked | None = None

    @property
    def total(self) -> int:
        """How many things were found."""
        return sum(self.totals.values())

    @property
    def only_some(self) -> bool:
        """Whether nothing holds all words, so that these hold some of them."""
        return bool(self.hits) and all(hit.place >= Place.TITLE_SOME for hit in self.hits)


# Names that hold all words differ in little but their length, so that BM25 is only asked where
# they hold different ones: its price is that of all the rest.
_WAYS = {
    "whole": "SELECT rowid, 0, NULL FROM word WHERE word MATCH :whole",
    "begun": "SELECT rowid, 1, NULL FROM word WHERE word MATCH :begun",
    "near": "SELECT rowid, 2, bm25(word) FROM word WHERE word MATCH :near",
    "some": "SELECT rowid, 3, bm25(word) FROM word WHERE word MATCH :some",
}
_FIND = f"""
    WITH hit(name, way, score) AS (
        SELECT id, 0, NULL FROM name WHERE words IN (:told, :compact) UNION ALL {{ways}}
    )
    SELECT name.thing, name.kind,
        COALESCE(score, MIN(length(words), {_APART} / 2 - 1)) + {_APART} * CASE
            WHEN scope IN ('component', 'tag') THEN CASE way
                WHEN 0 THEN {Place.NAME_HOLDS:d} WHEN 1 THEN {Place.NAME_PARTS:d}
                WHEN 2 THEN {Place.NAME_NEAR:d} ELSE {Place.NAME_SOME:d} END
            WHEN way = 0 AND words IN (:told, :compact)
                THEN CASE scope WHEN 'title' THEN {Place.TITLE_IS:d} ELSE {Place.NAME_IS:d} END
            WHEN way = 0 AND scope = 'title' AND substr(words, 1, :length) = :told
                THEN {Place.TITLE_BEGINS:d}
            ELSE (scope <> 'title') + CASE way
                WHEN 0 THEN {Place.TITLE_HOLDS:d} WHEN 1 THEN {Place.TITLE_PARTS:d}
                WHEN 2 THEN {Place.TITLE_NEAR:d} ELSE {Place.TITLE_SOME:d} END
            END AS rank,
        name.id, 0
    FROM hit JOIN name ON name.id = hit.name
    UNION ALL
    SELECT id, kind, 0, 0, 0 FROM thing
    WHERE :number AND kind IN ('key_event', 'aop') AND key = :told
    UNION ALL
    SELECT holds.thing, thing.kind,
        {_APART} * {Place.GENE:d} + MIN(thing.genes, {_APART} / 2 - 1), 0, gene
    FROM name JOIN holds ON holds.gene = name.thing JOIN thing ON thing.id = holds.thing
    WHERE name.words IN (:told, :compact) AND name.kind = 'gene'
        AND (name.scope = 'title' OR NOT :number)
"""  # noqa: S608 - made of constants


def find(
    connection: Any, path: Path, asked: Asked, *, kind: str = "", first: int = 0, limit: int = 5
) -> Found:
    """The `limit` hits from `first` on, of one kind or of each; totals are always of each."""
    if not asked.wanted:
        return Found(asked=asked)
    known = dict(connection.execute("SELECT lower(short), long FROM abbreviation").fetchall())
    asked = with_abbreviations(asked, known)
    whole, begun = _all(asked.wanted, _whole), _all(asked.wanted, _begun)
    ways = {"whole": whole, "begun": f"({begun}) NOT ({whole})"}
    near: dict[str, list[str]] = {}

    def run() -> tuple[list[Hit], dict[str, int]]:
        return _run(connection, asked, ways, kind, first, limit)

    hits, totals = run()
    if sum(totals.values()) < FEW:
        near = _near(connection, path, asked)
        if near:
            ways["near"] = _all(asked.wanted, lambda one: _nearly(one, near.get(one.word, [])))
            hits, totals = run()
    if not totals and len(asked.wanted) > 1:
        telling = [one for one in asked.wanted if len(one.word) > 2] or asked.wanted
        ways["some"] = " OR ".join(_nearly(one, near.get(one.word, [])) for one in telling)
        hits, totals = run()
    return Found(hits, totals, near, asked)


def _run(
    connection: Any, asked: Asked, ways: dict[str, str], kind: str, first: int, limit: int
) -> tuple[list[Hit], dict[str, int]]:
    rows = connection.execute(
        _FIND.format(ways=" UNION ALL ".join(_WAYS[way] for way in ways)),
        {
            **ways,
            "told": asked.told,
            "length": len(asked.told),
            "compact": asked.compact,
            "number": asked.told.isdecimal(),
        },
    )
    best: dict[int, Any] = {}
    for row in rows:
        known = best.get(row[0])
        if known is None or row[2] < known[2]:
            best[row[0]] = row
    totals = dict(Counter(row[1] for row in best.values()))
    wanted = []
    for one in totals:
        if kind in {"", one}:
            ranked = nsmallest(
                first + limit,
                (row for row in best.values() if row[1] == one),
                key=lambda row: (row[2], row[0]),
            )
            wanted += ranked[first:]
    names = _by_id(connection, "SELECT id, scope, shown FROM name", {row[3] for row in wanted})
    keys = _by_id(
        connection, "SELECT id, key FROM thing", {thing for row in wanted for thing in row[::4]}
    )
    hits = []
    for thing, of, rank, name, gene in wanted:
        scope, shown = names.get(name, ("", ""))
        place = Place(int(rank + _APART / 2) // _APART)
        hits.append(Hit(of, keys[thing][0], place, scope, shown, keys.get(gene, ("",))[0]))
    return hits, totals


def _by_id(connection: Any, query: str, ids: Iterable[int | None]) -> dict[int, tuple[str, ...]]:
    wanted = [one for one in ids if one]
    marks = ", ".join("?" * len(wanted))
    found = connection.execute(f"{query} WHERE id IN ({marks})", wanted)
    return {row[0]: tuple(row[1:]) for row in found}


def _near(connection: Any, path: Path, asked: Asked) -> dict[str, list[str]]:
    """What stands in for the words that hardly any name holds."""
    found = {}
    for one in (word for word in asked.wanted if not word.instead):
        query = f"SELECT COUNT(*) FROM (SELECT 1 FROM word WHERE word MATCH ? LIMIT {RARE + 1})"  # noqa: S608
        if connection.execute(query, (_begun(one),)).fetchone()[0] > RARE:
            continue
        words = vocabulary(connection, path)
        if spelt := list(dict.fromkeys([*words.near(one.word), *words.holding(one.word)])):
            found[one.word] = spelt
    return found


def _all(wanted: Iterable[Wanted], clause: Callable[[Wanted], str]) -> str:
    return " AND ".join(clause(one) for one in wanted)


def _whole(one: Wanted) -> str:
    return _either([f'stems : "{one.stem}"', f'words : "{one.word}"', *_instead(one)])


def _begun(one: Wanted) -> str:
    begins = [f'words : "{one.word}" *'] if len(one.word) > 2 else [f'words : "{one.word}"']
    return _either([f'stems : "{one.stem}"', *begins, *_instead(one)])


def _nearly(one: Wanted, spelt: Iterable[str]) -> str:
    return _either([_begun(one), *(f'words : "{word}"' for word in spelt)])


def _instead(one: Wanted) -> list[str]:
    return [
        "(" + " AND ".join(f'stems : "{stem}"' for stem in alternative) + ")"
        for alternative in one.instead
    ]


def _either(clauses: list[str]) -> str:
    return "(" + " OR ".join(clauses) + ")"
