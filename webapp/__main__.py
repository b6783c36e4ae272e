"""`python -m webapp COMMAND`: every command of every room. See docs/reference.md."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from sqlalchemy.exc import DBAPIError

from webapp.accounts import cli as accounts
from webapp.catalog import cli as catalog
from webapp.catalog.events import catalog_changed
from webapp.curation.decided import DECISIONS, approved_pairs
from webapp.database import DatabaseError, explain, is_busy
from webapp.operations import cli as operations
from webapp.search.events import refresh_search
from webapp.settings import SettingsError, load_settings
from webapp.suggestions import cli as suggestions
from webapp.suggestions.events import refresh_index


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(prog="python -m webapp", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in (operations, catalog, suggestions, accounts):
        room.register(commands)
    top.set_defaults(approved_pairs=approved_pairs, decisions=DECISIONS)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    args = parser().parse_args(arguments)
    catalog_changed.extend((refresh_search, refresh_index))
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return int(args.handler(args, settings))
    except (DatabaseError, SettingsError) as error:
        print(error, file=sys.stderr)
    except DBAPIError as error:
        if is_busy(error):
            print(
                f"Another program keeps a database in {settings.data_dir} busy; nothing was "
                "changed. Try again in a moment.",
                file=sys.stderr,
            )
            return 75
        print(explain(settings.database_path, error), file=sys.stderr)
    except BrokenPipeError:  # of `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"{error.filename or args.command}: {error.strerror or error}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted; nothing was left half done.", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
