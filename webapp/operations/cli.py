"""Commands of this room: `prepare`, `rehearse`, `settings`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from webapp.accounts import links
from webapp.accounts.runtime import open_runtime
from webapp.operations.in_force import in_force
from webapp.operations.prepare import prepare
from webapp.operations.rehearsal import rehearse
from webapp.settings import ROOT, Settings, misspelt


def register(subparsers: Any) -> None:
    """Add the commands of this room."""
    parser = subparsers.add_parser(
        "prepare", help="migrate, load the starter catalog, build the index, print a sign-in link"
    )
    parser.add_argument(
        "--afresh",
        action="store_true",
        help="make a new database although there are snapshots of an old one; they are kept",
    )
    parser.set_defaults(handler=prepare_and_greet)
    parser = subparsers.add_parser(
        "rehearse",
        help="migrate a copy of the database, open it read-only and print what it holds as JSON",
    )
    parser.add_argument("copy", type=Path, help="a copy that may be changed, never the database")
    parser.set_defaults(handler=rehearse_restore)
    parser = subparsers.add_parser("settings", help="list the settings in force")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(handler=show_settings)


def prepare_and_greet(args: argparse.Namespace, settings: Settings) -> int:
    """Prepare, then print the address and a one-time sign-in link for an administrator."""
    settings.require_secret_key()
    for remark in misspelt(ROOT / ".env"):
        print(remark, file=sys.stderr)
    prepare(settings, afresh=args.afresh)
    token = links.issue(open_runtime(settings.runtime_path), "Administrator", "admin")
    print(f"\nKE-WP Mapping will answer at {settings.address}")
    print(
        f"Sign in as administrator (once, within 15 minutes): {settings.address}/sign-in/{token}\n",
        flush=True,
    )
    return 0


def rehearse_restore(args: argparse.Namespace, settings: Settings) -> int:
    """Print the answers of a copy; `python -m backup drill` compares them with a manifest."""
    print(json.dumps(rehearse(args.copy, settings), indent=2))
    return 0


def show_settings(args: argparse.Namespace, settings: Settings) -> int:
    """Print each setting as it was written and where it came from; a table in a terminal."""
    if args.json:
        print(json.dumps([asdict(one) for one in in_force(settings)], indent=2))
        return 0
    table = Table("Setting", "Value", "From", "What for")
    for one in in_force(settings):
        if sys.stdout.isatty():
            table.add_row(one.name, one.value, one.source, one.help)
        else:
            print(f"{one.name}={one.value}\t# {one.source}")
    if sys.stdout.isatty():
        Console().print(table, markup=False)
    return 0
