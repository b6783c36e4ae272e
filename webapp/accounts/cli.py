"""`sign-in-link` for one person, `workshop` for a class, `people` for those who are in."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import Any

from webapp.accounts import codes, links, people, people_cli
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
    workshop = subparsers.add_parser("workshop", help="codes by which a class comes in as guests")
    acts = workshop.add_subparsers(dest="act", required=True, metavar="ACT")
    parser = acts.add_parser("make", help="print a new code")
    parser.add_argument("--label", required=True, help="name of the workshop")
    parser.add_argument("--people", type=int, default=30, help="how many may come in (30)")
    parser.add_argument("--days", type=int, default=2, help="how long it is valid (2)")
    parser.set_defaults(handler=make_code)
    parser = acts.add_parser("list", help="the codes there are, and how many came by each")
    parser.set_defaults(handler=list_codes)
    parser = acts.add_parser("revoke", help="let a code let nobody in any longer")
    parser.add_argument("id", help="as workshop list prints it")
    parser.set_defaults(handler=revoke_code)
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


def make_code(args: argparse.Namespace, settings: Settings) -> int:
    """Print a code on standard output."""
    try:
        code = codes.make(
            Database(settings.database_path),
            settings.require_secret_key(),
            label=args.label,
            uses=args.people,
            valid_for=timedelta(days=args.days),
        )
    except codes.Unfit as error:
        print(error, file=sys.stderr)
        return 2
    print(f"People type it at {settings.address}/workshop", file=sys.stderr)
    print(code, flush=True)
    return 0


def list_codes(args: argparse.Namespace, settings: Settings) -> int:
    """Print the codes there are, newest first, one a line."""
    with Database(settings.database_path).read() as session:
        for one in codes.all_codes(session):
            people_of = f"{one.uses} of {one.uses_allowed}"
            print(f"{one.id}\t{codes.state_of(one)}\t{people_of}\t{one.expires_at}\t{one.label}")
    return 0


def revoke_code(args: argparse.Namespace, settings: Settings) -> int:
    """Revoke a code by its id."""
    label = codes.revoke(Database(settings.database_path), args.id)
    if label is None:
        print(f"No code in force has the id {args.id}; see workshop list.", file=sys.stderr)
        return 1
    print(f"The code of {label} lets nobody in any longer.")
    return 0
