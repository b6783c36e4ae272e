"""AOP-Wiki's three nightly tables: events and roles, relationships, event components.

They have no header row and hold less than the XML export: no AOP titles, no levels, no
descriptions, and no Key Event that stands in no AOP. So they complete an XML export, or bring an
older catalog up to date, but never prove that something is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick
from webapp.catalog.sources.tables import MAX_DIGITS, rows
from webapp.catalog.sources.text import clean_line, clean_title

ROLES = {"MolecularInitiatingEvent": "MIE", "KeyEvent": "KE", "AdverseOutcome": "AO"}
EVIDENCE = {"1": "High", "2": "Moderate", "3": "Low", "5": "Not Specified", "": "Not Specified"}

_EVENTS = re.compile(rb"Aop:\d+\tEvent:\d+\t[A-Za-z]+\t[^\t\n]*\r?\n")
_RELATIONSHIPS = re.compile(rb"Aop:\d+\tEvent:\d+\tEvent:\d+\tRelationship:\d+\t")
_COMPONENTS = re.compile(rb"Aop:\d+\tEvent:\d+\t(?:[^\t\n]*\t){6}[^\t\n]*\r?\n")


def looks_like_events(head: bytes) -> bool:
    """Whether these first bytes are the table of events and roles (`aop_ke_mie_ao.tsv`)."""
    return _EVENTS.match(head) is not None


def looks_like_relationships(head: bytes) -> bool:
    """Whether these first bytes are the table of relationships (`aop_ke_ker.tsv`)."""
    return _RELATIONSHIPS.match(head) is not None


def looks_like_components(head: bytes) -> bool:
    """Whether these first bytes are the table of event components (`aop_ke_ec.tsv`)."""
    return _COMPONENTS.match(head) is not None


def read_events(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield the Key Events with their titles, and each AOP with the roles of its events."""
    titles: dict[int, str] = {}
    aops: dict[int, dict[int, str]] = {}
    for line, (aop, event, role, title) in rows(path, 4, tick):
        if role not in ROLES:
            raise SourceError(path, line, f"the role {role!r} is none of {', '.join(ROLES)}.")
        key_event = _number(path, line, event, "Event")
        titles.setdefault(key_event, clean_title(title) or f"Key Event {key_event}")
        aops.setdefault(_number(path, line, aop, "Aop"), {}).setdefault(key_event, ROLES[role])
    for key_event, title in titles.items():
        yield r.KeyEventRecord(key_event, title)
    for number, events in aops.items():
        links = tuple(r.AopEvent(key_event, role) for key_event, role in events.items())
        yield r.AopRecord(number, events=links)


def read_relationships(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield the relationships, and each AOP with what it says of its relationships."""
    ends: dict[int, tuple[int, int]] = {}
    aops: dict[int, dict[int, r.AopRelationship]] = {}
    for line, cells in rows(path, 7, tick):
        aop, upstream, downstream, relationship, adjacency, evidence, understanding = cells
        number = _number(path, line, relationship, "Relationship")
        pair = (
            _number(path, line, upstream, "Event"),
            _number(path, line, downstream, "Event"),
        )
        if ends.setdefault(number, pair) != pair:
            yield r.Remark(
                r.RELATIONSHIP,
                line,
                f"Relationship {number} joins other Key Events here than before; left out.",
            )
            continue
        aops.setdefault(_number(path, line, aop, "Aop"), {}).setdefault(
            number,
            r.AopRelationship(
                number,
                clean_line(adjacency),
                _evidence(path, line, evidence),
                _evidence(path, line, understanding),
            ),
        )
    for number, (upstream_event, downstream_event) in ends.items():
        yield r.RelationshipRecord(number, upstream_event, downstream_event)
    for number, relationships in aops.items():
        yield r.AopRecord(number, relationships=tuple(relationships.values()))


def read_components(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield each Key Event with its components; the table repeats them for every AOP."""
    events: dict[int, dict[r.Component, None]] = {}
    for line, (_aop, event, *parts) in rows(path, 9, tick):
        component = r.Component(*(clean_title(part) for part in parts))
        events.setdefault(_number(path, line, event, "Event"), {})[component] = None
    for number, components in events.items():
        yield r.KeyEventRecord(number, components=tuple(components))


def _number(path: Path, line: int, text: str, prefix: str) -> int:
    name, _, digits = text.partition(":")
    if name != prefix or not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise SourceError(path, line, f"{text[:40]!r} stands where {prefix}:NUMBER belongs.")
    return int(digits)


def _evidence(path: Path, line: int, code: str) -> str:
    if code not in EVIDENCE:
        raise SourceError(path, line, f"the evidence code {code!r} is none of 1, 2, 3 and 5.")
    return EVIDENCE[code]
