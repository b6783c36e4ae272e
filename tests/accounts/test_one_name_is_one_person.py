"""However a name is typed, it is one person; else somebody could approve their own proposal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.conftest import Member, propose
from webapp.__main__ import main
from webapp.accounts.models import Person
from webapp.accounts.people import checked
from webapp.curation.models import Mapping
from webapp.database import Database
from webapp.settings import Settings

NAME = "Zoë Müller"


@pytest.mark.parametrize(
    "twin",
    [
        unicodedata.normalize("NFD", NAME),
        "Zoë\u200b Müller",
        " zoë  müller ",
        "Zoë\u00a0Müller",
        "\u202eZoë Müller",
        "Ｚoë Müller",
    ],
)
def test_a_twin_cannot_approve(
    sign_in: Callable[[str, str], Member], database: Database, twin: str
) -> None:
    author = sign_in(NAME, "curator")
    uuid = propose(author)
    same = sign_in(twin, "reviewer")
    answer = same.post(f"/mappings/{uuid}/approve", version="1")
    assert answer.status_code == 403
    assert "own proposal" in answer.text
    with database.read() as session:
        assert len(session.scalars(select(Person)).all()) == 1
        assert session.scalar(select(Mapping.state)) == "proposed"


def test_a_name_is_kept_as_it_is_meant() -> None:
    decomposed = unicodedata.normalize("NFD", " Zoë\u200b\tMüller\n")
    assert checked(decomposed, "curator") == NAME
    assert checked("李 明", "curator") == "李 明"


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 201])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        checked(name, "curator")


def test_the_operator_is_told_whom_a_link_is_for(
    curator: Member,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("FLASK_SECRET_KEY", settings.secret_key)

    assert main(["sign-in-link", "--name", "ada curator", "--role", "curator"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("http")
    assert "the Ada Curator who came first on 20" in told.err
    assert "as curator. For somebody else" in told.err

    assert main(["sign-in-link", "--name", "Ada Curator", "--role", "admin"]) == 0
    assert "as curator; this link makes them admin." in capsys.readouterr().err

    assert main(["sign-in-link", "--name", "Somebody New", "--role", "curator"]) == 0
    assert capsys.readouterr().err == ""
