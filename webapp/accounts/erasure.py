"""Erase a person: the name becomes a pseudonym, everything else that tells who it was goes.

History and record hold only opaque ids, so nothing append-only changes. Published credit shows
the pseudonym from then on. What the person wrote (notes, reasons) belongs to the record of a
mapping and stays.

A database that comes back from a snapshot would bring erased people back. So each erasure is also
noted in a file beside the database, with the opaque id and the pseudonym alone; `again` goes
through it at every start. Free of Flask.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.accounts import audit, standing
from webapp.accounts.links import PROVIDER
from webapp.accounts.models import ApiToken, Identity, Person, SignInLink
from webapp.accounts.people import subject_of
from webapp.accounts.runtime import RuntimeBase
from webapp.database import Database, leave_no_trace, utc_now
from webapp.settings import Settings

log = logging.getLogger(__name__)


class Unknown(ValueError):
    """There is nobody with this id who could be erased."""


class NotConfirmed(ValueError):
    """The name that was typed is another one."""


def erase(
    settings: Settings,
    database: Database,
    runtime: Database,
    person_id: str,
    *,
    typed: str,
    by: str | None,
) -> str:
    """Erase a person for good; returns the pseudonym.

    Raises `Unknown`, `NotConfirmed` where `typed` is not the name, and `standing.Refused` for the
    last administrator.
    """
    with database.write() as session:
        person = session.get(Person, person_id)
        if person is None or person.erased_at:
            raise Unknown
        if subject_of(typed) != subject_of(person.name):
            raise NotConfirmed(f"Type the name as it stands here: {person.name}")
        standing.keep_an_admin(session, person)
        pseudonym = _pseudonym(session)
        audit.record(session, "person.erase", person.id, person_id=by)
        subjects = _carry_out(session, person, pseudonym)
    # It is done. What cannot be noted or forgotten now is caught up with at the next start.
    try:
        _note(settings, person_id, pseudonym)
    except OSError as error:
        log.error("an erasure could not be noted beside the database: %s", error)
    try:
        _forget_openings(runtime, person_id, subjects)
    except OperationalError as error:
        log.error("an erasure did not reach the runtime database yet: %s", error.orig)
    return pseudonym


def again(settings: Settings, database: Database, runtime: Database) -> int:
    """Erase anew whoever came back with a restored snapshot; returns how many did.

    Completes the file as well, where an erasure could not be noted.
    """
    count = 0
    noted = _noted(settings)
    with database.read() as session:
        for one in session.scalars(select(Person).where(Person.erased_at.is_not(None))):
            if one.id not in noted:
                _note(settings, one.id, one.name)
    for person_id, pseudonym in noted.items():
        with database.write() as session:
            person = session.get(Person, person_id)
            back = person is not None and not person.erased_at
            subjects: list[str] = []
            if person is not None and back:
                audit.record(session, "person.erase", person.id, way="restore")
                subjects = _carry_out(session, person, pseudonym)
        _forget_openings(runtime, person_id, subjects)
        count += back
    return count


def _carry_out(session: Session, person: Person, pseudonym: str) -> list[str]:
    """Take away what tells who it was; returns the names that one-time links may know them by."""
    leave_no_trace(session)
    subjects = list(
        session.scalars(
            select(Identity.subject).where(
                Identity.person_id == person.id, Identity.provider == PROVIDER
            )
        )
    )
    subjects.append(subject_of(person.name))  # a link may wait for somebody who came otherwise
    session.execute(delete(Identity).where(Identity.person_id == person.id))
    session.execute(delete(ApiToken).where(ApiToken.person_id == person.id))
    person.name, person.orcid, person.role = pseudonym, None, "curator"
    person.erased_at = utc_now()
    return subjects


def _forget_openings(runtime: Database, person_id: str, subjects: list[str]) -> None:
    """Empty `runtime.db` of an erased person: sessions, all else with their id, links for them."""
    with runtime.write() as session:
        leave_no_trace(session)
        for table in RuntimeBase.metadata.sorted_tables:
            if "person_id" in table.columns:
                session.execute(delete(table).where(table.c.person_id == person_id))
        for link in session.scalars(select(SignInLink)).all():
            if subject_of(link.name) in subjects:
                session.delete(link)


def _pseudonym(session: Session) -> str:
    """A name that nobody has, says nothing, and does not follow from the id."""
    for length in (2, 4, 8):
        name = f"Curator {secrets.token_hex(length)}"
        if not session.scalar(select(Person.id).where(Person.name == name)):
            return name
    raise RuntimeError("no free pseudonym was found")


def _file(settings: Settings) -> Path:
    return settings.database_path.with_name("erased.jsonl")


def _note(settings: Settings, person_id: str, pseudonym: str) -> None:
    line = json.dumps({"person": person_id, "pseudonym": pseudonym, "at": utc_now()}) + "\n"
    descriptor = os.open(_file(settings), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _noted(settings: Settings) -> dict[str, str]:
    """Ids and pseudonyms of the erased; a line that a power cut left half is passed over."""
    try:
        lines = _file(settings).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        try:
            one = json.loads(line)
            found[str(one["person"])] = str(one["pseudonym"])
        except (ValueError, KeyError, TypeError):
            continue
    return found
