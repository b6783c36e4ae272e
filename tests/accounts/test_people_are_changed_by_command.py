from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.conftest import SECRET, Member
from webapp.__main__ import main
from webapp.accounts.models import AuditEvent, Person
from webapp.database import Database
from webapp.settings import Settings


@pytest.fixture(autouse=True)
def _here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("FLASK_SECRET_KEY", SECRET),
        ("DATA_DIR", str(settings.data_dir)),
        ("DATABASE_PATH", str(settings.database_path)),
        ("ENCODER", "none"),
    ):
        monkeypatch.setenv(name, value)


def test_list_role_block_unblock(
    admin: Member,
    curator: Member,
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["people", "list", "--search", "ada"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    identifier, role, _day, ways, orcid, name = line.split("\t")
    assert (identifier, role, ways, orcid, name) == (
        curator.person_id,
        "curator",
        "link",
        "-",
        "Ada Curator",
    )

    assert main(["people", "role", "ada curator", "reviewer"]) == 0
    assert main(["people", "block", "link:ada curator"]) == 0
    assert curator.get("/your-mappings").status_code == 302
    assert main(["people", "list", "--role", "blocked"]) == 0
    assert "\tblocked\t" in capsys.readouterr().out
    assert main(["sign-in-link", "--name", "Ada Curator", "--role", "curator"]) == 0
    assert "Ada Curator is blocked, so the link will not work" in capsys.readouterr().err
    assert main(["people", "unblock", curator.person_id]) == 0

    with database.read() as session:
        person = session.get(Person, curator.person_id)
        assert person is not None
        assert (person.role, person.blocked_at) == ("reviewer", None)
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.act.not_like("sign-in.%")).order_by(AuditEvent.id)
        ).all()
    assert [(one.person_id, one.act, one.detail.get("way")) for one in rows] == [
        (None, "role.change", "command"),
        (None, "person.block", "command"),
        (None, "person.unblock", "command"),
    ]


def test_what_cannot_be_done_is_one_sentence(
    admin: Member, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["people", "role", "Dan Admin", "curator"]) == 2
    assert "Dan Admin is the last administrator." in capsys.readouterr().err
    assert main(["people", "block", "Nobody"]) == 2
    assert capsys.readouterr().err.startswith("Nobody here is Nobody; see:")
    with database.write() as session:
        session.add(Person(name="Dan Admin", role="curator"))
    assert main(["people", "block", "Dan Admin"]) == 2
    assert "Several people are called Dan Admin" in capsys.readouterr().err
