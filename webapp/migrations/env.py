"""Alembic calls this file for every migration; the connection comes from `migrations.migrate`."""

from alembic import context

import webapp.accounts.models
import webapp.catalog.models
import webapp.curation.models
import webapp.suggestions.models  # noqa: F401 - imported so that their tables are in the metadata
from webapp.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
