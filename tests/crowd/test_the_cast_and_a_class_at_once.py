"""Five people of the cast and a workshop of thirty at work at once, each in a browser context of
their own of one real Chromium."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from sqlalchemy import func, select

from tests.browser.conftest import FLAGS, PATIENCE, Site, chromium
from tests.browser.test_a_class_behind_one_address import CLASS, free_pairs, make_code
from webapp.accounts.models import AuditEvent, Person
from webapp.curation.models import Mapping, MappingEvent, MappingVersion
from webapp.database import Database

ANSWERS = ("Causative", "Known", "Specific", "Complete")
APPROVED = 3
AHEAD = "net::ERR_SOCKET_NOT_CONNECTED"
"""A connection that Chromium opened ahead and came to after the server's five silent seconds, as it
may where 35 windows share two processors. Whether anybody lost by it, the rows tell."""


class Stage:
    """The browser, and what went wrong in any of its windows."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self.site = browser, site
        self.faults: list[str] = []
        self.contexts: list[BrowserContext] = []

    async def enter(self, name: str = "", role: str = "") -> Page:
        """A page of a new context, signed in by a one-time link if a name is given."""
        context = await self._browser.new_context(base_url=self.site.address)
        self.contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.faults.append(message.text)
                if message.type == "error" and AHEAD not in message.text
                else None
            ),
        )
        if name:
            await page.goto(self.site.sign_in_link(name, role))
            await page.get_by_role("main").get_by_role("button", name="Sign in").click()
            await page.wait_for_url(f"{self.site.address}/")
        return page


async def proposes(page: Page, number: int, target: str, note: str) -> None:
    await page.goto(f"/key-events/{number}?target={target.partition(':')[2]}")
    main = page.get_by_role("main")
    await expect(main, await main.inner_text()).to_contain_text("Assess and propose")
    for answer in ANSWERS:
        await page.get_by_role("radio", name=re.compile(f"^{answer}")).check()
    await page.get_by_label("Note").fill(note)
    await page.get_by_role("button", name="Propose", exact=True).click()
    await expect(page.get_by_role("main")).to_contain_text(note)


async def guest(stage: Stage, code: str, name: str, pair: tuple[int, str]) -> None:
    page = await stage.enter()
    await page.goto("/workshop")
    await page.get_by_label("Code").fill(code)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Come in").click()
    await page.wait_for_url(f"{stage.site.address}/")
    await proposes(page, *pair, note=f"Seen by {name}.")


async def curator(stage: Stage, name: str, pair: tuple[int, str]) -> None:
    page = await stage.enter(name, "curator")
    await proposes(page, *pair, note=f"Seen by {name}.")


async def reviewer(stage: Stage) -> None:
    """Approves what the class proposes, as it comes."""
    page = await stage.enter("Crowd Reviewer", "reviewer")
    done = 0
    while done < APPROVED:
        await page.goto("/review")
        waiting = page.get_by_role("listitem").filter(has_text="Crowd guest").get_by_role("link")
        if not await waiting.count():
            await page.wait_for_timeout(200)
            continue
        await waiting.first.click()
        async with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            await page.get_by_role("button", name="Approve").click()
        assert (await sent.value).status == 303
        done += 1


async def admin(stage: Stage) -> None:
    page = await stage.enter("Crowd Admin", "admin")
    for place, words in (("/people", "People"), ("/audit", "Audit log"), ("/operator", "Programs")):
        await page.goto(place)
        await expect(page.get_by_role("main")).to_contain_text(words)


async def anonymous(stage: Stage) -> None:
    page = await stage.enter()
    for place in ("/", "/key-events?q=liver", "/search?q=apoptosis", "/review", "/data") * 2:
        await page.goto(place)
        await expect(page.locator("h1")).to_be_visible()
    await page.goto("/people")
    await expect(page.locator("h1")).to_contain_text("Sign in")


async def all_at_once(site: Site, code: str, pairs: list[tuple[int, str]]) -> list[str]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        stage = Stage(browser, site)
        work: list[Coroutine[Any, Any, None]] = [
            guest(stage, code, f"Crowd guest {number:02}", pairs[number]) for number in range(CLASS)
        ]
        work += [
            curator(stage, "Crowd Curator", pairs[CLASS]),
            curator(stage, "Crowd Second Curator", pairs[CLASS + 1]),
            reviewer(stage),
            admin(stage),
            anonymous(stage),
        ]
        await asyncio.gather(*work)
        await browser.close()
        return stage.faults


def test_everybody_gets_their_work_done(site: Site) -> None:
    code = make_code(site, "The crowd", CLASS)
    database = Database(site.settings.database_path)
    pairs = free_pairs(database, CLASS + 2)
    faults: list[str] = []
    failed: list[BaseException] = []

    def run() -> None:  # in a thread of its own: the other browser tests have a loop in this one
        try:
            faults.extend(asyncio.run(all_at_once(site, code, pairs)))
        except BaseException as error:  # noqa: BLE001 - raised below, where the test is
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]

    assert faults == []
    with database.read() as session:
        notes = session.execute(
            select(Person.name, MappingVersion.note)
            .join(Person, Person.id == MappingVersion.author_id)
            .where(Person.name.like("Crowd %"))
        ).all()
        decisions = session.scalar(
            select(func.count())
            .select_from(MappingEvent)
            .join(Person, Person.id == MappingEvent.person_id)
            .where(Person.name == "Crowd Reviewer", MappingEvent.action == "approve")
        )
        came = session.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.act == "workshop.redeemed", AuditEvent.subject == "The crowd")
        )
        theirs = session.scalars(
            select(Mapping)
            .join(MappingVersion, MappingVersion.mapping_id == Mapping.id)
            .where(MappingVersion.note.like("Seen by Crowd %"))
        ).all()
    assert len(notes) == CLASS + 2
    assert all(note == f"Seen by {name}." for name, note in notes)
    assert decisions == APPROVED
    assert came == CLASS
    assert sorted(one.state for one in theirs) == ["approved"] * APPROVED + ["proposed"] * (
        CLASS + 2 - APPROVED
    )
    with database.write() as session:  # the site is shared: nothing stays in its queue
        for one in theirs:
            session.merge(one).state = "withdrawn"
    database.close()
