"""A workshop: thirty guests with one code, from one address, at once, with the real web server."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import requests
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, text

from tests.browser.conftest import Opener, Site
from tests.conftest import PATHWAY_ANSWERS, SECRET
from tests.forms import form_in
from webapp.accounts import codes
from webapp.accounts.models import Identity, Person, WorkshopCode
from webapp.curation.models import MappingEvent, MappingVersion
from webapp.database import Database

CLASS = 30
EACH = 5
"""Proposals of each: 150 in all, more than the 120 a minute that one person may send."""


def make_code(site: Site, label: str, uses: int) -> str:
    database = Database(site.settings.database_path)
    try:
        return codes.make(database, SECRET, label=label, uses=uses, valid_for=timedelta(hours=1))
    finally:
        database.close()


def free_pairs(database: Database, count: int) -> list[tuple[int, str]]:
    """Pairs of Key Event and pathway that nobody has proposed."""
    query = text(
        "SELECT k.number, t.identifier FROM key_event k, target t "
        "WHERE t.resource = 'wikipathways' AND NOT EXISTS (SELECT 1 FROM mapping m "
        "WHERE m.key_event_id = k.id AND m.target_id = t.id) "
        "ORDER BY t.identifier DESC, k.number DESC LIMIT :count"
    )
    with database.read() as session:
        return [
            (number, identifier) for number, identifier in session.execute(query, {"count": count})
        ]


class Guest:
    """Somebody of the class, with a browser of their own."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.name = site, name
        self.browser = requests.Session()
        self.token = ""
        self.made: list[str] = []

    def post(self, path: str, **fields: str) -> requests.Response:
        form = {"csrf_token": self.token, **fields}
        return self.browser.post(
            f"{self.site.address}{path}", data=form, allow_redirects=False, timeout=120
        )

    def come_in(self, code: str) -> int:
        page = self.browser.get(f"{self.site.address}/workshop", timeout=120)
        self.token = form_in(page.text, "/workshop").fields["csrf_token"]
        return self.post("/workshop", code=code, name=self.name).status_code

    def propose(self, pairs: list[tuple[int, str]]) -> list[int]:
        statuses = []
        for number, target in pairs:
            answer = self.post(f"/key-events/{number}/mappings", target=target, **PATHWAY_ANSWERS)
            statuses.append(answer.status_code)
            self.made.append(answer.headers.get("Location", "").rsplit("/", 1)[-1])
        return statuses

    def withdraw(self) -> None:
        for uuid in self.made:
            self.post(f"/mappings/{uuid}/withdraw", version="1")


def test_thirty_come_in_and_propose_at_once(site: Site) -> None:
    code = make_code(site, "A class of thirty", CLASS)
    database = Database(site.settings.database_path)
    pairs = free_pairs(database, CLASS * EACH)
    guests = [Guest(site, f"Guest number {number}") for number in range(CLASS)]
    together = threading.Barrier(CLASS)

    def works(number: int) -> tuple[int, list[int]]:
        together.wait(timeout=120)
        status = guests[number].come_in(code)
        return status, guests[number].propose(pairs[number * EACH : (number + 1) * EACH])

    with ThreadPoolExecutor(CLASS) as pool:
        outcomes = list(pool.map(works, range(CLASS)))
        assert outcomes == [(303, [303] * EACH)] * CLASS

        with database.read() as session:
            people = session.scalars(
                select(Person.id)
                .join(Identity, Identity.person_id == Person.id)
                .where(Identity.provider == "workshop", Person.name.like("Guest number %"))
            ).all()
            authors = dict(
                session.execute(
                    select(MappingEvent.person_id, func.count())
                    .where(MappingEvent.person_id.in_(people), MappingEvent.action == "propose")
                    .group_by(MappingEvent.person_id)
                ).all()
            )
            uses = session.scalars(
                select(WorkshopCode.uses).where(WorkshopCode.label == "A class of thirty")
            ).one()
        assert len(people) == CLASS
        assert authors == dict.fromkeys(people, EACH)
        assert uses == CLASS

        # One more than the code is for stays out.
        assert Guest(site, "Guest number 31").come_in(code) == 422
        list(pool.map(Guest.withdraw, guests))
    database.close()


def come_in(page: Page, code: str, name: str) -> None:
    page.goto("/sign-in?next=/key-events/1945")
    page.get_by_role("link", name="Come in with a code").click()
    page.get_by_label("Code").fill(code)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Come in").click()
    page.wait_for_url("**/key-events/1945")


def test_a_handful_in_browsers_of_their_own(open_page: Opener, site: Site) -> None:
    code = make_code(site, "Five browsers", 5)
    database = Database(site.settings.database_path)
    targets = [target for number, target in free_pairs(database, 5000) if number == 1945][:5]
    pages = [open_page() for _ in targets]
    for number, page in enumerate(pages):
        come_in(page, code.lower(), f"Browser guest {number}")
    for number, (page, target) in enumerate(zip(pages, targets, strict=True)):
        page.goto(f"/key-events/1945?target={target.partition(':')[2]}")
        for answer in ("Responsive", "Likely", "Includes it", "Key steps"):
            page.get_by_role("radio", name=re.compile(f"^{answer}")).check()
        page.get_by_label("Note").fill(f"By browser guest {number}.")
        page.get_by_role("button", name="Propose", exact=True).click()
        expect(page.get_by_role("main")).to_contain_text(f"By browser guest {number}.")
        expect(page.get_by_role("main")).to_contain_text(f"Browser guest {number}")
    with database.read() as session:
        rows = session.execute(
            select(Person.name, MappingVersion.note)
            .join(Person, Person.id == MappingVersion.author_id)
            .where(Person.name.like("Browser guest %"))
            .order_by(Person.name)
        ).all()
    assert [tuple(row) for row in rows] == [
        (f"Browser guest {number}", f"By browser guest {number}.") for number in range(5)
    ]

    # The same browser and name: the same person, also after signing out.
    first = pages[0]
    first.get_by_role("button", name="Withdraw").click()
    first.locator("details.menu summary").click()
    first.get_by_role("button", name="Sign out").click()
    come_in(first, code, "browser guest 0")
    first.goto("/your-mappings")
    expect(first.get_by_role("main")).to_contain_text("1 mapping")
    for page in pages[1:]:
        page.get_by_role("button", name="Withdraw").click()
        expect(page.get_by_role("main")).to_contain_text("Withdrawn")
    database.close()
