"""The record of acts that somebody may be asked about: roles, tokens, restarts, downloads.

What happens to a mapping stands in its own history (`curation`); this is for everything else. The
record is append-only: triggers of the database refuse changes and deletions.

An act is a dotted word, its subject first (`program.restart`, `snapshot.download`), so that acts
of one kind stand together. Record it before you do what cannot be taken back: an act that cannot
be recorded is not done. `subject` and `detail` hold no secret and no name of a person, who may be
erased one day: people stand there by their opaque id.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.accounts.acts import WORDS
from webapp.accounts.models import AuditEvent, Person

COLUMNS = ("id", "at", "person_id", "person", "act", "subject", "subject_name", "detail")
_AT_ONCE = 500

_About = aliased(Person)


@dataclass(frozen=True)
class Act:
    """One recorded act; `person` is the name as it is now, None where no person acted.

    `about` is the name, as it is now, of the person it was done to, where it was a person.
    """

    id: int
    at: str
    person_id: str | None
    person: str | None
    act: str
    subject: str
    about: str | None
    detail: dict[str, Any]

    @property
    def words(self) -> str:
        """What was done, in words that follow the name."""
        return WORDS.get(self.act, self.act)


@dataclass(frozen=True)
class Wanted:
    """What the record is narrowed to; empty fields narrow nothing.

    `act` is an act, or the first half of one (`token`); `person` a part of the name of who acted or
    whom it was done to, or an id; `since` and `until` are days (YYYY-MM-DD, UTC), both included.
    """

    act: str = ""
    person: str = ""
    since: str = ""
    until: str = ""


def record(
    session: Session,
    act: str,
    subject: str = "",
    *,
    person_id: str | None = None,
    **detail: str | int | None,
) -> None:
    """Add an act to the record, in the transaction of `session`.

    `subject` is what it was done to, by the name that people know it by; a person by their id.
    """
    session.add(AuditEvent(person_id=person_id, act=act, subject=subject, detail=detail))


def query(wanted: Wanted) -> Select[Any]:
    """The acts that are wanted, newest first, as rows for `of_row`."""
    found: Any = (
        select(AuditEvent, Person.name, _About.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .outerjoin(_About, _About.id == AuditEvent.subject)
        .order_by(AuditEvent.id.desc())
    )
    if wanted.act:
        found = found.where(
            or_(
                AuditEvent.act == wanted.act,
                AuditEvent.act.startswith(f"{wanted.act}.", autoescape=True),
            )
        )
    if wanted.person:
        found = found.where(
            or_(
                Person.name.icontains(wanted.person, autoescape=True),
                _About.name.icontains(wanted.person, autoescape=True),
                AuditEvent.person_id == wanted.person,
                AuditEvent.subject == wanted.person,
            )
        )
    if wanted.since:
        found = found.where(AuditEvent.at >= wanted.since)
    if wanted.until:
        found = found.where(AuditEvent.at < f"{wanted.until}U")  # all of that day: T is before U
    narrowed: Select[Any] = found
    return narrowed


def of_row(row: Any) -> Act:
    """An act as the query gives it."""
    event, name, about = row
    return Act(
        event.id,
        event.at,
        event.person_id,
        name,
        event.act,
        event.subject,
        about,
        event.detail,
    )


def newest(session: Session, limit: int) -> list[Act]:
    """The last acts, newest first."""
    return [of_row(row) for row in session.execute(query(Wanted()).limit(limit))]


def about(session: Session, person_id: str, limit: int) -> list[Act]:
    """The last acts of a person, or done to them, newest first."""
    return [of_row(row) for row in session.execute(query(Wanted(person=person_id)).limit(limit))]


def kinds(session: Session) -> list[str]:
    """All acts that the record holds."""
    return list(session.scalars(select(AuditEvent.act).distinct().order_by(AuditEvent.act)))


def as_csv(session: Session, wanted: Wanted) -> Iterator[str]:
    """The acts as CSV (RFC 4180), newest first; no cell is taken for a formula."""
    yield _csv_line(COLUMNS)
    for one in _each(session, wanted):
        yield _csv_line([_harmless(value) for value in _cells(one)])


def as_json_lines(session: Session, wanted: Wanted) -> Iterator[str]:
    """The acts as one JSON object a line, newest first."""
    for one in _each(session, wanted):
        values = dict(zip(COLUMNS, _cells(one), strict=True))
        values |= {"id": one.id, "detail": one.detail}
        yield json.dumps(values, ensure_ascii=False) + "\n"


def _each(session: Session, wanted: Wanted) -> Iterator[Act]:
    rows = session.execute(query(wanted).execution_options(yield_per=_AT_ONCE))
    return (of_row(row) for row in rows)


def _cells(one: Act) -> list[Any]:
    detail = json.dumps(one.detail, ensure_ascii=False) if one.detail else ""
    return [one.id, one.at, one.person_id, one.person, one.act, one.subject, one.about, detail]


def _harmless(value: Any) -> str:
    # Spreadsheets run cells that begin so (OWASP, CSV Injection); an apostrophe makes them text.
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _csv_line(values: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    return buffer.getvalue()
