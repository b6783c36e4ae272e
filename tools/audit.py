"""`make audit`: are there known vulnerabilities in what is pinned? Asks the OSV database (osv.dev).

It reads the pins of the requirements files and of package-lock.json and sends their names and
versions to https://api.osv.dev (documented at https://google.github.io/osv.dev/api/), which holds
the advisories of PyPI, GitHub and npm. A few lines of ours, as pip-audit would bring thirty more
packages, and does not read what npm pins. Standard library only.

Ends with 0 where nothing is known, 1 where something is, 2 where the database could not be asked:
that is said in large letters, and nothing is known then.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "https://api.osv.dev"
PATIENCE = 30.0
"""Seconds for each request."""

BATCH = 500
"""Packages in one question; the database takes a thousand."""

ACCEPTED = ROOT / "tools" / "audit-accepted.txt"
"""Advisories that do not concern us: `ID reason`, one a line."""

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^\s;#]+)")


class NotAsked(Exception):
    """The database could not be asked, or its answer could not be read."""


class NotPinned(Exception):
    """A requirement without an exact version; its text names file and line."""


@dataclass(frozen=True, order=True)
class Package:
    """A pinned package; `ecosystem` is `PyPI` or `npm`."""

    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True)
class Advisory:
    """A known vulnerability of a package."""

    package: Package
    id: str
    aliases: frozenset[str]
    summary: str
    fixed: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """All that it is called, each database having a number of its own."""
        return self.aliases | {self.id}


def pinned(root: Path) -> list[Package]:
    """Everything that is pinned. Raises `NotPinned`."""
    found = set()
    for file in sorted(root.glob("requirements*.txt")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            text = line.split(" #")[0].strip()
            if not text or text.startswith(("#", "-")):
                continue
            pin = _PIN.match(text)
            if pin is None:
                raise NotPinned(f"{file.name}, line {number}: {text} has no exact version.")
            found.add(Package("PyPI", pin["name"], pin["version"]))
    lock = root / "package-lock.json"
    if lock.exists():
        for place, about in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
            if place:
                name = place.rpartition("node_modules/")[2]
                found.add(Package("npm", about.get("name", name), about["version"]))
    return sorted(found)


def accepted(file: Path) -> dict[str, str]:
    """Advisories that somebody has looked at, and why each does not concern us."""
    if not file.exists():
        return {}
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    parts = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    for part in parts:
        if len(part) < 2:
            raise NotPinned(f"{file.name}: {part[0]} has no reason.")
    return {part[0]: part[1] for part in parts}


def known(packages: list[Package], database: str = DATABASE) -> list[Advisory]:
    """What the database knows of these packages. Raises `NotAsked`."""
    found = []
    try:
        for start in range(0, len(packages), BATCH):
            part = packages[start : start + BATCH]
            for package, ids in zip(part, _ids(part, database), strict=True):
                found.extend(_advisory(package, one, database) for one in ids)
    except (KeyError, TypeError, AttributeError) as error:
        raise NotAsked(f"its answer cannot be read ({error})") from error
    return [one for one in found if one is not None]


def _ids(packages: list[Package], database: str) -> list[list[str]]:
    """The advisories of each package, of all pages of the answer."""
    queries: list[dict[str, Any]] = [
        {
            "package": {"ecosystem": one.ecosystem, "name": one.name},
            "version": one.version,
        }
        for one in packages
    ]
    ids: list[list[str]] = [[] for _ in packages]
    left = list(range(len(packages)))
    while left:
        asked = {"queries": [queries[index] for index in left]}
        results = _ask(f"{database}/v1/querybatch", asked).get("results")
        if not isinstance(results, list) or len(results) != len(left):
            raise NotAsked("its answer is not about what was asked")
        more = []
        for index, result in zip(left, results, strict=True):
            ids[index].extend(str(one["id"]) for one in result.get("vulns", ()))
            if token := result.get("next_page_token"):
                queries[index]["page_token"] = token
                more.append(index)
        left = more
    return ids


def _advisory(package: Package, name: str, database: str) -> Advisory | None:
    """One advisory; None where it was withdrawn."""
    about = _ask(f"{database}/v1/vulns/{name}")
    if about.get("withdrawn"):
        return None
    fixed = {
        event["fixed"]
        for affected in about.get("affected", ())
        if _same(affected.get("package", {}), package)
        for span in affected.get("ranges", ())
        if span.get("type") != "GIT"
        for event in span.get("events", ())
        if "fixed" in event
    }
    summary = about.get("summary") or str(about.get("details", "")).split("\n")[0]
    aliases = frozenset(str(one) for one in about.get("aliases", ()))
    return Advisory(package, name, aliases, " ".join(summary.split())[:160], tuple(sorted(fixed)))


def _same(described: dict[str, str], package: Package) -> bool:
    normal = [
        re.sub(r"[-_.]+", "-", name).lower() for name in (described.get("name", ""), package.name)
    ]
    return described.get("ecosystem") == package.ecosystem and normal[0] == normal[1]


def _ask(address: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 - https, or a test's own server
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
            found = json.load(answer)
    except (OSError, ValueError) as error:
        raise NotAsked(str(getattr(error, "reason", None) or error)) from error
    if not isinstance(found, dict):
        raise NotAsked("its answer cannot be read")
    return found


def unalike(advisories: Iterable[Advisory]) -> list[Advisory]:
    """Each vulnerability of a package once: several databases give it a number of their own."""
    kept: list[Advisory] = []
    for one in advisories:
        names = one.aliases | {one.id}
        if not any(
            one.package == other.package and names & (other.aliases | {other.id}) for other in kept
        ):
            kept.append(one)
    return kept


def main(root: Path = ROOT, database: str = DATABASE, accepted_in: Path = ACCEPTED) -> int:
    """Ask and print; returns the exit status."""
    try:
        packages = pinned(root)
        known_to_us = accepted(accepted_in)
    except NotPinned as error:
        print(error, file=sys.stderr)
        return 1
    try:
        found = unalike(known(packages, database))
    except NotAsked as error:
        frame = "*" * 78
        print(
            f"{frame}\n*** NOTHING WAS AUDITED: {database} COULD NOT BE ASKED.\n*** {error}\n"
            f"*** Whether the {len(packages)} pinned packages have known vulnerabilities is not "
            f"known.\n{frame}",
            file=sys.stderr,
        )
        return 2
    bad = 0
    for one in found:
        names = [name for name in sorted(one.names) if name in known_to_us]
        where = f"{one.package.name} {one.package.version} ({one.package.ecosystem})"
        remedy = f"fixed in {', '.join(one.fixed)}" if one.fixed else "not fixed yet"
        if names:
            print(f"accepted: {where}: {names[0]}: {known_to_us[names[0]]}")
        else:
            bad += 1
            print(f"{where}: {one.id}: {one.summary} ({remedy})")
    print(f"{len(packages)} pinned packages, {bad} known vulnerabilities.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(database=os.environ.get("OSV_DATABASE") or DATABASE))
