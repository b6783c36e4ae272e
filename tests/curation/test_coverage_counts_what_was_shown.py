"""Of how many Key Events an approved target was in the list that lay before its curator."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask

from tests.conftest import Member, propose
from webapp.curation.decided import choices
from webapp.database import Database
from webapp.suggestions.coverage import Choice, Coverage, coverage


def shown(member: Member, key_event: int, **query: str) -> str:
    page = member.get(f"/key-events/{key_event}", query_string=query).text
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def approve(reviewer: Member, uuid: str) -> None:
    assert reviewer.post(f"/mappings/{uuid}/approve", version="1").status_code == 303


def covered(database: Database) -> dict[str, Coverage]:
    with database.read() as session:
        return coverage(choices(session))


def test_each_key_event_counts_once_by_how_its_target_was_found(
    app: Flask, curator: Member, reviewer: Member, database: Database
) -> None:
    app.extensions["kewp.suggestions"].load_index()

    def approved(number: int, target: str, **query: str) -> None:
        seal = shown(curator, number, target=target, **query) if query else ""
        approve(reviewer, propose(curator, number, target, shown=seal))

    suggested = propose(curator, shown=shown(curator, 1513, target="WP254"))
    assert covered(database) == {}  # proposed is not approved
    approve(reviewer, suggested)
    approved(1513, "WP4923", q="selenium")
    approved(1945, "WP4923", q="WP4923")
    approved(188, "WP4919", q="neuron")
    approved(642, "WP197")
    assert covered(database) == {"wikipathways": Coverage(1, 0, 2, 1)}
    page = curator.get("/suggestions/quality").text
    row = page.split("Key Events with an approved mapping</caption>", 1)[1].split("</table>", 1)[0]
    assert re.findall(r'<td class="number[^"]*">([^<]+)</td>', row) == [
        *("1 of 3", "too few to say", "2", "0", "1")
    ]


def test_a_place_below_the_first_ten_or_a_list_of_another_resource() -> None:
    targets = [[f"reactome:R-HSA-{rank}", rank, 0.5] for rank in range(1, 13)]
    kept = {"resource": "reactome", "ranker": "x", "searched": "", "targets": targets}

    def counted(identifier: str, **changed: str) -> Coverage:
        choice = Choice(1, "reactome", f"reactome:R-HSA-{identifier}", {**kept, **changed})
        return coverage([choice])["reactome"]

    assert counted("10") == Coverage(1, 0, 0, 0)
    assert counted("11") == Coverage(0, 1, 0, 0)
    assert counted("99") == Coverage(0, 1, 0, 0)
    assert counted("10", searched="liver") == Coverage(0, 0, 1, 0)
    assert counted("10", resource="go_bp") == Coverage(0, 0, 0, 1)
