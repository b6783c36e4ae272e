"""`python -m webapp sign-in-link`: a one-time link for somebody the operator knows."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from webapp.accounts import links, people
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


def sign_in_link(args: argparse.Namespace, settings: Settings) -> int:
    """Print the link on standard output."""
    try:
        token = links.issue(open_runtime(settings.runtime_path), args.name, args.role)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    with Database(settings.database_path).read() as session:
        known = people.find(session, links.PROVIDER, people.subject_of(args.name))
    if known is not None:
        change = "" if known.role == args.role else f"; this link makes them {args.role}"
        print(
            f"This is for the {known.name} who came first on {known.created_at[:10]} as "
            f"{known.role}{change}. For somebody else of that name, write the name differently.",
            file=sys.stderr,
        )
    print(f"{settings.address}/sign-in/{token}", flush=True)
    return 0
