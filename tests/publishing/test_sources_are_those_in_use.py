from __future__ import annotations

from sqlalchemy import func, select, update

from tests.conftest import Member
from webapp.catalog.models import Aop, KeyEvent, SourceRelease, Target
from webapp.database import Database
from webapp.publishing.records import releases


def add_release(database: Database, source: str, version: str) -> int:
    with database.write() as session:
        made = SourceRelease(
            source=source, file_name="x", version=version, sha256=version, records=1,
            imported_at="2026-03-06T00:00:00.000Z",
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


def stated(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {one.name: one.version for one in releases(session)}


def test_a_file_that_only_completes_others_does_not_take_their_place(database: Database) -> None:
    ontology = add_release(database, "go", "2026-01")
    add_release(database, "go", "gene sets of 2026-02")
    with database.write() as session:
        session.add(
            Target(
                resource="go_bp", identifier="GO:0006915", title="apoptosis", release_id=ontology
            )
        )
    assert stated(database)["GO biological process"] == "2026-01"


def test_a_starter_catalog_that_was_replaced_is_not_named(
    database: Database, anonymous: Member
) -> None:
    assert "Starter catalog" in stated(database)
    full = add_release(database, "aopwiki", "2026-03-05")
    with database.write() as session:
        for model in (KeyEvent, Aop):
            session.execute(update(model).values(release_id=full))
        session.execute(update(Target).values(retired_at="2026-03-06T00:00:00.000Z"))
        assert session.scalar(select(func.count()).where(Target.retired_at.is_(None))) == 0
    assert stated(database) == {"AOP-Wiki": "2026-03-05"}
    header = anonymous.get("/exports/mappings.csv").text
    assert "# source: AOP-Wiki, version 2026-03-05" in header
    assert "Starter" not in header


def test_the_foot_of_each_page_names_the_new_release_after_an_import(
    database: Database, anonymous: Member
) -> None:
    assert "AOP-Wiki 2026-03-05" not in anonymous.get("/").text
    full = add_release(database, "aopwiki", "2026-03-05")
    with database.write() as session:
        session.execute(update(KeyEvent).values(release_id=full))

    for _look in range(2):
        assert "AOP-Wiki 2026-03-05" in anonymous.get("/").text
