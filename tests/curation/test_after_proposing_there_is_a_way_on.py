from __future__ import annotations

from sqlalchemy import select, update

from tests.conftest import Member, propose
from webapp.catalog.models import KeyEvent
from webapp.database import Database


def go_on(page: str) -> str:
    return page.split('aria-label="Go on"', 1)[1].split("</nav>", 1)[0]


def test_back_to_the_key_event_and_on_to_the_next_without_a_mapping(
    curator: Member, second_curator: Member, database: Database
) -> None:
    with database.read() as session:
        numbers = session.scalars(select(KeyEvent.number).order_by(KeyEvent.number)).all()
    here = numbers.index(1513)
    propose(second_curator, numbers[here + 1], "WP197")
    with database.write() as session:
        session.execute(
            update(KeyEvent)
            .where(KeyEvent.number == numbers[here + 2])
            .values(retired_at="2026-01-01T00:00:00.000Z")
        )
    page = curator.get(f"/mappings/{propose(curator)}").text
    assert 'Proposed: <a href="/mappings/' in page
    assert "KE 1513 → WP254</a>. A reviewer who is not you decides." in page
    assert 'href="/key-events/1513"' in go_on(page)
    assert f'href="/key-events/{numbers[here + 3]}"' in go_on(page)


def test_after_the_last_one_the_first_comes_again(curator: Member, database: Database) -> None:
    with database.read() as session:
        numbers = session.scalars(select(KeyEvent.number).order_by(KeyEvent.number)).all()
    page = curator.get(f"/mappings/{propose(curator, numbers[-1])}").text
    assert f'href="/key-events/{numbers[0]}"' in go_on(page)


def test_readers_are_not_asked_to_go_on(curator: Member, anonymous: Member) -> None:
    assert 'aria-label="Go on"' not in anonymous.get(f"/mappings/{propose(curator)}").text


def test_what_happened_names_the_mapping(curator: Member, database: Database) -> None:
    uuid = propose(curator)
    curator.get("/")
    assert curator.post(f"/mappings/{uuid}/withdraw", version="1").status_code == 303
    page = curator.get(f"/mappings/{uuid}").text
    assert f'Withdrawn: <a href="/mappings/{uuid}">KE 1513 → WP254</a>.' in page
