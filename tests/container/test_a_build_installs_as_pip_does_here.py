"""A build of the image gets its packages from where this machine's pip gets them."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest

from tests.image import pip_settings


def test_the_environment_goes_before_the_files() -> None:
    settings = pip_settings.parsed(
        ":env:.index-url='https://two.example/simple'\n"
        "global.cert='/etc/ours.pem'\n"
        "global.find-links='/old'\n"
        "global.index-url='https://one.example/simple'\n"
        "install.find-links='/wheels\\n/more-wheels'\n"
    )

    assert settings == {
        "cert": "/etc/ours.pem",
        "index-url": "https://two.example/simple",
        "find-links": "/wheels\n/more-wheels",
    }
    assert pip_settings.certificates(settings) == Path("/etc/ours.pem")


def test_only_where_packages_come_from_is_passed_on() -> None:
    settings = {"find-links": "/one\n/two", "timeout": "60", "user": "yes", "cert": "/etc/ours.pem"}

    parser = configparser.RawConfigParser()
    parser.read_string(pip_settings.configuration(settings))

    assert dict(parser["global"]) == {"find-links": "/one\n/two", "timeout": "60"}


def test_local_places_are_those_that_exist(tmp_path: Path) -> None:
    index, wheels = tmp_path / "a mirror" / "simple", tmp_path / "wheels"
    index.mkdir(parents=True)
    wheels.mkdir()
    constraints = tmp_path / "constraints.txt"
    constraints.touch()
    settings = {
        "extra-index-url": f"https://one.example/simple {index.as_uri()}",
        "find-links": f"{wheels} {tmp_path}/missing https://two.example/wheels",
        "constraint": str(constraints),
    }

    # The files of an index lie beside its pages, so its parent is one of them.
    assert list(pip_settings.local_places(settings)) == [index.parent, wheels, constraints]


def test_this_machines_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/some/wheels")

    assert pip_settings.in_force()["find-links"] == "/some/wheels"
