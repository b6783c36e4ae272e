"""What all tests share: settings in a temporary folder, a small real catalog, a cast of people."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from tests.operations.administrator import running_installation
from tests.supervision.real_installation import RealInstallation
from webapp import create_app, migrations
from webapp.accounts import links
from webapp.accounts.models import Person
from webapp.accounts.people import find
from webapp.accounts.runtime import open_runtime
from webapp.catalog.importer import import_starter
from webapp.database import Database
from webapp.settings import Settings, load_settings

SECRET = "0123456789abcdef" * 4


def settings_in(folder: Path, **given: str) -> Settings:
    """Settings of an installation in `folder`, read from nothing but `given`."""
    return load_settings(
        {
            "FLASK_SECRET_KEY": SECRET,
            "DATA_DIR": str(folder / "data"),
            "LOG_DIR": str(folder / "logs"),
            "ENCODER": "none",
            **given,
        },
        env_file=None,
    )


SHARED_AND_SLOW = {
    "site": "a running site",
    "full_import": "the full catalog",
    "real_programs": "the real programs",
    "operated": "the operator's installation",
    "guarded": "a guarded server",
}
"""Fixtures that take long to make; the tests that share one run in one process."""

ONE_FOR_EACH_MODULE = {"running", "data_of_a_day"}
"""The same, of each module by itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests by the slow fixture they share."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in SHARED_AND_SLOW:
                item.add_marker(pytest.mark.xdist_group(SHARED_AND_SLOW[fixture]))
            if fixture in ONE_FOR_EACH_MODULE:
                item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each of the many applications would compile the templates anew: a tenth of a second."""
    kept = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": kept})
        yield


@pytest.fixture(autouse=True)
def _no_supervisord(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach the supervisord of whoever runs the tests."""
    monkeypatch.setenv("KEWP_SOCKET", "/nowhere/supervisor.sock")


@pytest.fixture(scope="session")
def operated() -> Iterator[RealInstallation]:
    """The real programs under the real supervisord, for tests that leave them running."""
    with running_installation() as made:
        yield made


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; skips where it is absent, unless in CI."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("KEWP_SHARED_DATA") or default)
    if not folder.is_dir():
        message = f"the real files are not in {folder}; name their folder in KEWP_SHARED_DATA"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def starter_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the starter catalog; copied, never written to."""
    folder = tmp_path_factory.mktemp("starter")
    settings = settings_in(folder)
    settings.data_dir.mkdir()
    database = Database(settings.database_path, create=True)
    migrations.migrate(database.engine)
    import_starter(settings)
    database.close()
    return settings.database_path


@pytest.fixture
def settings(tmp_path: Path, starter_database: Path) -> Settings:
    """An installation of its own with the starter catalog."""
    made = settings_in(tmp_path)
    made.data_dir.mkdir()
    shutil.copy(starter_database, made.database_path)
    return made


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database of that installation."""
    opened = Database(settings.database_path)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application over that installation."""
    made = create_app(settings)
    yield made
    made.extensions["kewp.database"].close()
    made.extensions["kewp.runtime"].close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a locked database; named by `usefixtures`, it comes before the app."""
    monkeypatch.setattr("webapp.database.BUSY_TIMEOUT_MS", 300)


@dataclass
class Member:
    """Somebody with a browser: GETs pages, POSTs forms with a valid CSRF token."""

    client: FlaskClient
    person: Person | None

    @property
    def person_id(self) -> str:
        """The opaque id of somebody who is signed in."""
        assert self.person is not None
        return self.person.id

    def get(self, path: str, **kwargs: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **kwargs)

    def csrf(self) -> str:
        """A token as the forms of this browser carry it."""
        with self.client.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        return str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw))

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.csrf(), **fields})


@pytest.fixture
def sign_in(app: Flask, settings: Settings) -> Callable[[str, str], Member]:
    """A function `(name, role) -> Member` that signs somebody in by a real one-time link."""

    def signed_in(name: str, role: str) -> Member:
        database: Database = app.extensions["kewp.database"]
        token = links.issue(open_runtime(settings.runtime_path), name, role)
        client = app.test_client()
        page = client.get(f"/sign-in/{token}").text
        csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert csrf is not None
        done = client.post(f"/sign-in/{token}", data={"csrf_token": csrf[1]})
        assert done.status_code == 303, done.text
        with database.read() as session:
            person = find(session, "link", name.strip().casefold())
        return Member(client, person)

    return signed_in


@pytest.fixture
def anonymous(app: Flask) -> Member:
    """Nobody in particular."""
    return Member(app.test_client(), None)


@pytest.fixture
def curator(sign_in: Callable[[str, str], Member]) -> Member:
    """A curator."""
    return sign_in("Ada Curator", "curator")


@pytest.fixture
def second_curator(sign_in: Callable[[str, str], Member]) -> Member:
    """Another curator."""
    return sign_in("Ben Curator", "curator")


@pytest.fixture
def reviewer(sign_in: Callable[[str, str], Member]) -> Member:
    """A reviewer."""
    return sign_in("Cleo Reviewer", "reviewer")


@pytest.fixture
def admin(sign_in: Callable[[str, str], Member]) -> Member:
    """An administrator."""
    return sign_in("Dan Admin", "admin")


PATHWAY_ANSWERS = {
    "relationship": "causative",
    "evidence": "known",
    "specificity": "specific",
    "coverage": "complete",
}


def propose(member: Member, key_event: int = 1513, target: str = "WP254", **fields: str) -> str:
    """Propose a mapping through the form; returns its uuid."""
    answer = member.post(
        f"/key-events/{key_event}/mappings", **{"target": target, **PATHWAY_ANSWERS, **fields}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]
