"""A decision keeps the list that was on the screen, and nobody can make up another one."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.conftest import Member, propose
from webapp.curation.models import Mapping, MappingVersion
from webapp.database import Database


def sealed(member: Member, key_event: int = 1513, query: str = "") -> str:
    page = member.get(f"/key-events/{key_event}", query_string={"target": "WP254", "q": query}).text
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def kept(database: Database, uuid: str) -> dict[str, Any] | None:
    with database.read() as session:
        version = session.scalars(
            select(MappingVersion)
            .join(Mapping, Mapping.id == MappingVersion.mapping_id)
            .where(Mapping.uuid == uuid)
        ).one()
        return version.shown


def test_suggestions_are_kept_with_their_time(curator: Member, database: Database) -> None:
    uuid = propose(curator, shown=sealed(curator))
    shown = kept(database, uuid)
    assert shown is not None
    assert list(shown) == ["resource", "ranker", "searched", "made_at", "targets"]
    assert shown["searched"] == ""
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:.]+Z", shown["made_at"])
    assert "wikipathways:WP254" in [identifier for identifier, _, _ in shown["targets"]]
    page = curator.get(f"/mappings/{uuid}").text
    assert "candidates, ranked by" in page
    assert "found for" not in page


def test_a_search_is_kept_with_its_words(curator: Member, database: Database) -> None:
    uuid = propose(curator, shown=sealed(curator, query='cell <death> & "more"'))
    shown = kept(database, uuid)
    assert shown is not None
    assert shown["searched"] == 'cell <death> & "more"'
    page = curator.get(f"/mappings/{uuid}").text
    assert "found for “cell &lt;death&gt; &amp; &#34;more&#34;”" in page


def test_a_list_of_another_key_event_is_none(curator: Member, database: Database) -> None:
    assert kept(database, propose(curator, shown=sealed(curator, 1945))) is None


def test_an_altered_list_is_none(curator: Member, database: Database) -> None:
    seal = sealed(curator)
    assert (
        kept(database, propose(curator, shown=f"{'x' if seal[0] != 'x' else 'y'}{seal[1:]}"))
        is None
    )
    assert kept(database, propose(curator, 1945, "WP4923", shown="[1945, {}]")) is None
    assert "was not recorded" in curator.get(f"/mappings/{propose(curator, 642, 'WP197')}").text


def test_a_list_sealed_by_another_installation_is_none(
    app: Flask, curator: Member, database: Database
) -> None:
    secret = app.secret_key
    app.secret_key = "another secret of another site"
    with app.test_request_context():
        from webapp.curation.shown import _serializer

        foreign = str(_serializer().dumps([1513, {"targets": []}]))
    app.secret_key = secret
    assert kept(database, propose(curator, shown=foreign)) is None


def test_it_does_not_matter_whose_page_it_was(
    curator: Member, second_curator: Member, database: Database
) -> None:
    """Lists are the same for everybody, and a page may be handed over."""
    assert kept(database, propose(second_curator, shown=sealed(curator))) is not None
