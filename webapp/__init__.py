"""KE-WP Mapping: curate, review and publish mappings of AOP-Wiki Key Events.

`create_app()` opens the rooms, nothing else. Rooms import downwards only:
publishing → curation → search → suggestions → catalog → accounts; `operations` looks at all of
them.
"""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec

if find_spec("flask") is None:
    sys.exit(
        "This Python lacks the packages of requirements.txt: use .venv/bin/python, or first type "
        "`. .venv/bin/activate`."
    )

from flask import Flask

from webapp.settings import Settings, load_settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Raises `SettingsError` or `DatabaseError` where it cannot serve."""
    from webapp import errors, frame, security
    from webapp.accounts import (
        access,
        account_pages,
        audit_pages,
        bearer,
        invitation_pages,
        own_data_pages,
        people_pages,
        privacy_pages,
        provider_pages,
        sessions,
        token_pages,
        work,
        workshop_pages,
    )
    from webapp.accounts import pages as accounts
    from webapp.accounts.providers.registry import configured
    from webapp.accounts.runtime import open_runtime
    from webapp.catalog import overlay
    from webapp.catalog import pages as catalog
    from webapp.curation import mappings, yours
    from webapp.curation import pages as curation
    from webapp.curation.decided import approved_pairs, choices, newest_event
    from webapp.curation.overlay import MappingOverlay
    from webapp.curation.work import MappingWork
    from webapp.database import Database
    from webapp.operations import metrics, operator
    from webapp.operations import pages as operations
    from webapp.publishing import pages as publishing
    from webapp.search import pages as search
    from webapp.search.service import Searcher
    from webapp.suggestions import pages as suggestions
    from webapp.suggestions.current import register_choices
    from webapp.suggestions.service import Suggester

    settings = settings or load_settings()
    logging.basicConfig(format="[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s")
    logging.getLogger("webapp").setLevel(logging.INFO)
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # a report reads in its own order
    app.secret_key = settings.require_secret_key()
    database = Database(settings.database_path, for_serving=True)
    app.extensions["kewp.settings"] = settings
    app.extensions["kewp.database"] = database
    app.extensions["kewp.runtime"] = runtime = open_runtime(settings.runtime_path)
    app.extensions["kewp.suggestions"] = suggester = Suggester(
        database, settings.index_dir, settings.encoder, settings.encoder_revision
    )
    app.extensions["kewp.search"] = Searcher(database, settings.index_dir, suggester)
    if settings.ratelimit_storage_uri.startswith("memory://"):
        logging.getLogger(__name__).warning(
            "RATELIMIT_STORAGE_URI=memory:// would count in each worker alone; limits are counted "
            "in the store that all workers share instead"
        )
    app.extensions["kewp.providers"] = configured(settings)
    metrics.init_app(app)
    suggester.memory.learn_from(approved_pairs, newest_event)
    suggester.observers.append(app.extensions["kewp.metrics"].suggested)
    errors.init_app(app)
    sessions.init_app(app)
    bearer.init_app(app)
    access.init_app(app)
    security.init_app(app, runtime)
    frame.init_app(app)
    overlay.register(app, MappingOverlay())
    register_choices(app, choices)
    work.register(app, MappingWork())
    for pages in (
        provider_pages,
        account_pages,
        workshop_pages,
        invitation_pages,
        people_pages,
        token_pages,
        own_data_pages,
        audit_pages,
        privacy_pages,
    ):
        app.register_blueprint(pages.blueprint)
    for room in (accounts, catalog, suggestions, search, mappings, yours, publishing):
        app.register_blueprint(room.blueprint)
    for room in (operations, operator):
        app.register_blueprint(room.blueprint)
    app.add_url_rule("/", "home", curation.home)
    access.declared(app)
    return app
