"""`python -m webapp people`: list people, change a role, block and let in again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from webapp.accounts import roster, signed_in, standing
from webapp.accounts.models import ROLES, Person
from webapp.accounts.runtime import open_runtime
from webapp.database import Database
from webapp.settings import Settings

_WHO = "id, provider:id or whole name"


def register(subparsers: Any) -> None:
    """Add the command and its parts."""
    parser = subparsers.add_parser("people", help="list people, change a role, block, unblock")
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    one = parts.add_parser("list", help="everybody, a line each: id, role, identities, name")
    one.add_argument("--role", choices=roster.STANDINGS, default="")
    one.add_argument("--search", default="", help="part of a name, ORCID iD or identity")
    one.set_defaults(handler=show)
    one = parts.add_parser("role", help="give a person another role; it holds at once")
    one.add_argument("person", help=_WHO)
    one.add_argument("role", choices=ROLES)
    one.set_defaults(handler=change_role)
    for name, words in (
        ("block", "let a person in no more, end their sessions, revoke their tokens"),
        ("unblock", "let a blocked person in again"),
    ):
        one = parts.add_parser(name, help=words)
        one.add_argument("person", help=_WHO)
        one.set_defaults(handler=block if name == "block" else unblock)


def show(args: argparse.Namespace, settings: Settings) -> int:
    """Print a line for each person."""
    runtime = open_runtime(settings.runtime_path)
    with Database(settings.database_path).read() as session:
        found = session.scalars(roster.query(args.search, args.role)).all()
        seen = roster.how_they_come(session, runtime, [one.id for one in found])
        for one in found:
            word = "erased" if one.erased_at else "blocked" if one.blocked_at else one.role
            last = (seen[one.id].last_seen or "never")[:10]
            ways = ",".join(seen[one.id].providers) or "-"
            print("\t".join((one.id, word, last, ways, one.orcid or "-", one.name)))
    return 0


def change_role(args: argparse.Namespace, settings: Settings) -> int:
    """Change a role."""
    return _decide(
        args.person,
        settings,
        lambda session, one: standing.change_role(session, one, args.role, by=None, way="command"),
        f"is {args.role}",
    )


def block(args: argparse.Namespace, settings: Settings) -> int:
    """Block a person and end their sessions."""
    return _decide(
        args.person,
        settings,
        lambda session, one: standing.block(session, one, by=None, way="command"),
        "is blocked",
        signs_out=True,
    )


def unblock(args: argparse.Namespace, settings: Settings) -> int:
    """Let a person in again."""
    return _decide(
        args.person,
        settings,
        lambda session, one: standing.unblock(session, one, by=None, way="command"),
        "may sign in",
    )


def _decide(
    words: str,
    settings: Settings,
    decide: Callable[[Session, Person], bool],
    outcome: str,
    *,
    signs_out: bool = False,
) -> int:
    try:
        with Database(settings.database_path).write() as session:
            person = _meant(session, words)
            decide(session, person)
        if signs_out:
            signed_in.end(open_runtime(settings.runtime_path), person.id)
    except (LookupError, standing.Refused) as error:
        print(error.args[0], file=sys.stderr)
        return 2
    print(f"{person.name} {outcome}.")
    return 0


def _meant(session: Session, words: str) -> Person:
    found = roster.named(session, words)
    if not found:
        raise LookupError(f"Nobody here is {words}; see: python -m webapp people list")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise LookupError(f"Several people are called {words}; name one by id: {ids}")
    return found[0]
