from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.conftest import visitor, who_is_here
from webapp.__main__ import main
from webapp.settings import Settings


def test_made_listed_revoked(
    app: Flask,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("FLASK_SECRET_KEY", settings.secret_key)

    assert main(["workshop", "make", "--label", "Course of May", "--people", "1"]) == 0
    told = capsys.readouterr()
    code = told.out.strip()
    assert "/workshop" in told.err
    guest = visitor(app)
    assert guest.post("/workshop", code=code, name="Eve").status_code == 303
    assert who_is_here(guest) == "Eve"

    assert main(["workshop", "list"]) == 0
    identifier, state, people, _, label = capsys.readouterr().out.strip().split("\t")
    assert (state, people, label) == ("full", "1 of 1", "Course of May")

    assert main(["workshop", "revoke", identifier]) == 0
    assert "Course of May lets nobody in any longer" in capsys.readouterr().out
    assert main(["workshop", "revoke", identifier]) == 1
    assert "No code in force has the id" in capsys.readouterr().err
    assert main(["workshop", "make", "--label", "Course", "--days", "1000"]) == 2
    assert "1 to 90 days" in capsys.readouterr().err
