"""Where the database does not answer for the frame of a page, its reader is no stranger."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from tests.conftest import Member


def test_a_page_with_half_a_frame_knows_its_reader(
    curator: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_session: object) -> int:
        raise OperationalError("SELECT", {}, Exception("locking protocol"))

    monkeypatch.setattr("webapp.frame.waiting_for_review", locked)
    page = curator.get("/key-events/1513?target=WP254")
    assert page.status_code == 200
    assert "Assess and propose" in page.text
    assert "Sign in to propose" not in page.text
