"""Where pip gets its packages on this machine, for a build that shall get them there too."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

SOURCES = (
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "trusted-host",
    "constraint",
    "proxy",
    "retries",
    "timeout",
    "default-timeout",
)
"""The settings that say where packages come from; others are this machine's own affair."""


def in_force() -> dict[str, str]:
    """pip's settings by name: of its files and, above them, of the environment."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    return parsed(listed)


def parsed(listed: str) -> dict[str, str]:
    """The lines of `pip config list`, `global.find-links='/wheels'`, without their sections.

    The environment goes before a section for one command, which goes before the global one.
    """
    found = []
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, name = name.rpartition(".")
        rank = {"global": 0, ":env:": 2}.get(section, 1)
        found.append((rank, name, str(ast.literal_eval(value))))
    return {name: value for _, name, value in sorted(found)}


def configuration(settings: dict[str, str]) -> str:
    """A pip.conf with those settings that say where packages come from."""
    lines = ["[global]"]
    for name in SOURCES:
        if name in settings:
            # A value of several lines is continued by indented ones.
            lines.append(f"{name} = " + settings[name].strip().replace("\n", "\n    "))
    return "\n".join(lines) + "\n"


def local_places(settings: dict[str, str]) -> Iterator[Path]:
    """Files and folders of this machine that the configuration names."""
    for name in ("index-url", "extra-index-url", "find-links", "constraint"):
        for word in settings.get(name, "").split():
            url = urlsplit(word)
            if url.scheme not in {"", "file"}:
                continue
            place = Path(unquote(url.path))
            # The pages of an index link to files that lie beside it.
            place = place.parent if name.endswith("index-url") else place
            if place.is_absolute() and place.exists() and place != Path("/"):
                yield place


def certificates(settings: dict[str, str]) -> Path | None:
    """The bundle of authorities that pip trusts, where that is not its own."""
    return Path(settings["cert"]) if settings.get("cert") else None
