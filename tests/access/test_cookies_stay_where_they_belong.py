from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from tests.conftest import SECRET, Member
from webapp.accounts.models import SignedInSession
from webapp.security import cookie_name
from webapp.settings import Settings


def test_installations_on_one_machine_have_cookies_of_their_own() -> None:
    assert cookie_name("a" * 32) != cookie_name("b" * 32)
    assert SECRET not in cookie_name(SECRET)


def test_a_file_that_is_kept_for_a_year_carries_no_cookie(curator: Member) -> None:
    curator.get("/")  # shows the greeting once and remembers that
    with curator.get("/static/css/tokens.css") as file:
        assert "Set-Cookie" not in file.headers
    assert "Set-Cookie" not in curator.get("/").headers


def test_a_session_in_use_lives_on_in_the_browser_too(curator: Member, settings: Settings) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=30)
    with curator.client.application.extensions["kewp.runtime"].write() as session:
        session.execute(update(SignedInSession).values(seen_at=earlier.isoformat()[:23] + "Z"))
    answer = curator.get("/")
    assert f"{cookie_name(SECRET)}=" in answer.headers["Set-Cookie"]
    assert "Set-Cookie" not in curator.get("/").headers
