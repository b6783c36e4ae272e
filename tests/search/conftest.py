from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import Member
from webapp.search.service import Searcher

Search = Callable[..., str]


@pytest.fixture
def searcher(app: Flask) -> Searcher:
    """The search of the application, its index built from the catalog as it is now."""
    found: Searcher = app.extensions["kewp.search"]
    found.refresh(anew=True)
    return found


@pytest.fixture
def search(searcher: Searcher, anonymous: Member) -> Search:
    """`search(text, **parameters)`: the main part of the page."""

    def page(text: str, **parameters: str) -> str:
        answer = anonymous.get("/search", query_string={"q": text, **parameters})
        assert answer.status_code == 200, answer.headers.get("Location")
        return answer.text.split("<main", 1)[1].split("</main>", 1)[0]

    return page


def links(page: str) -> list[str]:
    """Where the results of a page lead, in their order."""
    return re.findall(r'href="([^"]+)" data-result', page)


def plain(page: str) -> str:
    """The words of a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
