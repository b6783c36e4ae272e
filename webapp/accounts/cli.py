"""`python -m webapp sign-in-link` and `people`: who comes in, and in which role."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from webapp.accounts import links, people, people_cli
from webapp.accounts.models import ROLES
from webapp.accounts.runtime import open_runtime
from webapp.database import Database
from webapp.settings import Settings


def register(subparsers: Any) -> None:
    """Add the commands of this room."""
    parser = subparsers.add_parser(
        "sign-in-link", help="print a one-time sign-in link, valid 15 minutes"
    )
    parser.add_argument("--name", required=True, help="name shown with this person's work")
    parser.add_argument("--role", required=True, choices=ROLES)
    parser.set_defaults(handler=sign_in_link)
    people_cli.register(subparsers)


def sign_in_link(args: argparse.Namespace, settings: Settings) -> int:
    """Print the link on standard output."""
    try:
        people.checked(args.name, args.role)
        # First of all, so that nothing is made where there is no installation.
        with Database(settings.database_path).read() as session:
            known = people.find(session, links.PROVIDER, people.subject_of(args.name))
        token = links.issue(open_runtime(settings.runtime_path), args.name, args.role)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if known is not None and known.blocked_at:
        print(
            f"{known.name} is blocked, so the link will not work until you type: "
            f"python -m webapp people unblock {known.id}",
            file=sys.stderr,
        )
    if known is not None:
        change = "" if known.role == args.role else f"; this link makes them {args.role}"
        print(
            f"This is for the {known.name} who came first on {known.created_at[:10]} as "
            f"{known.role}{change}. For somebody else of that name, write the name differently.",
            file=sys.stderr,
        )
    print(f"{settings.address}/sign-in/{token}", flush=True)
    return 0
