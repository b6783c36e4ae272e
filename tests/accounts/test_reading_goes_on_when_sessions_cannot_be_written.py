"""A page needs no write: somebody who is signed in reads on while runtime.db is locked."""

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy import text

from tests.conftest import Member
from webapp.database import Database
from webapp.settings import Settings


@pytest.mark.usefixtures("impatient")
def test_a_page_is_shown_although_the_session_cannot_be_renewed(
    app: Flask, settings: Settings, curator: Member
) -> None:
    runtime: Database = app.extensions["kewp.runtime"]
    an_hour_ago = "strftime('%FT%T.000Z', 'now', '-1 hour')"
    with runtime.write() as session:
        session.execute(text(f"UPDATE signed_in_session SET seen_at = {an_hour_ago}"))
    somebody_else = dbapi2.connect(str(settings.runtime_path), isolation_level=None)
    somebody_else.execute("BEGIN IMMEDIATE")
    try:
        page = curator.get("/key-events/1513")
    finally:
        somebody_else.close()

    assert page.status_code == 200
    assert "Ada Curator" in page.text
