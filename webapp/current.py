"""What the running application holds, for pages, APIs and commands: settings and databases.

Imports `settings` and `database` alone.
"""

from __future__ import annotations

from typing import cast

from flask import current_app

from webapp.database import Database
from webapp.settings import Settings


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["kewp.settings"])


def database() -> Database:
    """The main database: catalog, mappings, people."""
    return cast(Database, current_app.extensions["kewp.database"])


def runtime() -> Database:
    """The database of what may be lost: sessions, sign-in links, limits."""
    return cast(Database, current_app.extensions["kewp.runtime"])
