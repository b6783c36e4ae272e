"""A Key Event as signals see it: its names, their parts, AOP-Wiki's annotations, its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from webapp.catalog.models import EventComponent, KeyEvent
from webapp.suggestions.abbreviations import Query, query_of
from webapp.suggestions.vocabulary import readings

SENTENCES = 12
"""Sentences of a description that are read, from its start: definitions come first."""
LETTERS = 200
"""Letters of a sentence that are told."""

_NUMBERED = re.compile(r"^\s*KE\s?\d+\s*:\s*", re.IGNORECASE)
_PARTS = re.compile(r"[,;/()]| and | by | in | of the | due to | leading to ")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Component:
    """One of AOP-Wiki's annotations: an object in a process, with GO identifiers where it has."""

    object_id: str
    object_name: str
    process_id: str
    process_name: str

    @property
    def text(self) -> str:
        """The two names as one."""
        return f"{self.object_name} {self.process_name}".strip()


@dataclass(frozen=True)
class Subject:
    """What is ranked for: a Key Event's texts, read once."""

    number: int
    title: Query
    short: Query
    components: tuple[Component, ...]
    sentences: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Title and short title, plain and with abbreviations spelt out."""
        return list(dict.fromkeys([*self.title.texts, *self.short.texts]))

    @property
    def parts(self) -> list[str]:
        """What a title of several parts names one by one; the title where it has one."""
        found = (part.strip() for part in _PARTS.split(self.title.plain))
        return [part for part in found if len(part) > 3] or [self.title.plain]

    @cached_property
    def read_as(self) -> list[tuple[str, str, str]]:
        """The title by the vocabulary; see `vocabulary.readings`."""
        return readings(self.title.spelt_out)

    def texts(self) -> Iterator[str]:
        """Everything that is compared by meaning."""
        yield from self.names
        yield from self.parts
        for _, meant, changed in self.read_as:
            yield from (meant, changed)
        for one in self.components:
            yield from filter(None, (one.object_name, one.process_name, one.text))


def subject_of(key_event: KeyEvent, abbreviations: Mapping[str, str]) -> Subject:
    """Read one Key Event of the catalog."""
    title = query_of(_NUMBERED.sub("", key_event.title), abbreviations)
    short = query_of(_NUMBERED.sub("", key_event.short_title), abbreviations)
    return Subject(
        number=key_event.number,
        title=title,
        short=short if short.plain.strip() else title,
        components=tuple(_component(one) for one in key_event.components),
        sentences=tuple(sentences(key_event.description)[:SENTENCES]),
    )


def subjects(session: Session, abbreviations: Mapping[str, str]) -> list[Subject]:
    """All live Key Events, by number."""
    rows = session.scalars(
        select(KeyEvent)
        .where(KeyEvent.retired_at.is_(None))
        .order_by(KeyEvent.number)
        .options(selectinload(KeyEvent.components))
    )
    return [subject_of(one, abbreviations) for one in rows]


def sentences(description: str) -> list[str]:
    """The sentences of a description that say something, cut at `LETTERS`."""
    found = (part.strip()[:LETTERS] for part in _SENTENCE_ENDS.split(description))
    return [part for part in found if len(part) > 25]


def _component(row: EventComponent) -> Component:
    return Component(row.object_id, row.object_name, row.process_id, row.process_name)
