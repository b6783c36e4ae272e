"""`supervisorctl start` of the one-shot programs: the real ones, to their real ends."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.small_files import aopwiki_xml, wikipathways_gmt
from tests.catalog.upstream_server import Served, Upstream, serving
from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation

GMT = "wikipathways-20260822-gmt-Homo_sapiens.gmt"
PATHS = {
    "aopwiki": "/aop-wiki-xml",
    "wikipathways": "/gmt/",
    "go": "/go-basic.obo",
    "reactome": "/ReactomePathways.gmt.zip",
    "genes": "/hgnc_complete_set.txt",
}
OBO = b"""format-version: 1.2
data-version: releases/2026-01-23

[Term]
id: GO:0006915
name: apoptotic process
namespace: biological_process
"""


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """A server for the five official files; what it serves, a test decides."""
    with serving({}) as server:
        yield server


@pytest.fixture(scope="module")
def running(upstream: Upstream) -> Iterator[RealInstallation]:
    """The real programs without an encoder, which fetch their catalog from that server."""
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        made = RealInstallation(Path(folder))
        made.environment |= {"ENCODER": "none", "no_proxy": "127.0.0.1"}
        urls = " ".join(f"--{name}-url {upstream.address}{path}" for name, path in PATHS.items())
        made.configure("-m webapp catalog update", f"-m webapp catalog update {urls}")
        try:
            made.start()
            wait_until("an answer", made.answers)
            yield made
        finally:
            made.kill()


def run_to_its_end(running: RealInstallation, program: str) -> str:
    """Start a one-shot program as an operator does; what it printed, seen in all three places."""
    log = running.root / "logs" / f"{program}.log"
    before = log.stat().st_size if log.exists() else 0
    assert running.control("start", program).stdout == f"{program}: started\n"
    wait_until("its end", lambda: running.states()[program] == "EXITED")
    printed = log.read_bytes()[before:].decode()
    lines = "".join(f"{program} | {line}\n" for line in printed.splitlines())
    shown = re.compile(rf"^{program} \| .*\n", re.MULTILINE)
    wait_until(
        "its lines in the terminal",
        lambda: "".join(shown.findall(running.output())).endswith(lines),
    )
    assert printed[-500:] in running.control("tail", program).stdout
    return printed


def assert_all_goes_on(running: RealInstallation) -> None:
    assert running.is_running()
    states = running.states()
    assert {states["web"], states["backup"]} <= {"STARTING", "RUNNING"}  # web for twelve seconds
    assert json.loads(running.answers())["components"]["database"]["status"] == "ok"


def test_backup_now_takes_a_verified_snapshot(running: RealInstallation) -> None:
    names = []
    for _ in range(2):  # it can be started again
        printed = run_to_its_end(running, "backup-now")
        found = re.search(r"Snapshot (ke_wp_mapping_\S+\.db) verified", printed)
        assert found is not None, printed
        names.append(found[1])

    assert len(set(names)) == 2
    for name in names:
        manifest = json.loads((running.backups / name).with_suffix(".json").read_text())
        assert manifest["verdict"] == "verified"
        assert running.run("backup", "verify", name) == f"{name}: verified\n"
    assert_all_goes_on(running)


def test_catalog_update_imports_the_official_files(
    running: RealInstallation, upstream: Upstream, tmp_path: Path
) -> None:
    serve_releases(running, upstream, tmp_path)

    printed = run_to_its_end(running, "catalog-update")

    assert re.search(r"^aop-wiki-xml: new, [\d,]+ bytes, sha256 [0-9a-f]{64}$", printed, re.M)
    assert {path for path, _headers in upstream.requests} >= {*PATHS.values(), f"/gmt/{GMT}"}
    assert running.query("SELECT title FROM key_event WHERE number = 90001") == [
        ("Increase, Test event",)
    ]
    new = ("GO:0006915", "reactome:R-HSA-109581", "wikipathways:WP90001")
    assert running.query(
        f"SELECT identifier FROM target WHERE identifier IN {new} ORDER BY identifier"
    ) == [(identifier,) for identifier in new]
    assert running.query("SELECT DISTINCT source FROM source_release ORDER BY source") == [
        ("aopwiki",),
        ("genes",),
        ("go",),
        ("reactome",),
        ("starter",),
        ("wikipathways",),
    ]
    assert "Increase, Test event" in running.get("/key-events/90001")
    assert_all_goes_on(running)


def test_a_failed_catalog_update_says_why_and_ends_nothing(
    running: RealInstallation, upstream: Upstream
) -> None:
    upstream.files.clear()

    printed = run_to_its_end(running, "catalog-update")

    assert "aop-wiki-xml: the server answered 404 Not Found." in printed
    assert "Nothing was fetched, so nothing was imported." in printed
    wait_until(
        "its exit code in the terminal",
        lambda: "exited: catalog-update (exit status 1; not expected)" in running.output(),
    )
    assert_all_goes_on(running)


def test_ranker_train_says_what_it_lacks_and_ends_nothing(running: RealInstallation) -> None:
    printed = run_to_its_end(running, "ranker-train")

    assert printed.endswith(
        "the index has no vectors, so there are no signals to weigh. Run: python -m webapp index "
        "build\n"
    )
    assert running.query("SELECT count(*) FROM ranker") == [(0,)]
    assert_all_goes_on(running)


def serve_releases(running: RealInstallation, upstream: Upstream, folder: Path) -> None:
    """Serve all that the catalog holds now, as its sources write it, and one thing more of each."""
    events = dict(running.query("SELECT number, title FROM key_event WHERE retired_at IS NULL"))
    roles = defaultdict(list)
    for aop, event, role in running.query(
        "SELECT a.number, k.number, role FROM aop_key_event "
        "JOIN aop a ON a.id = aop_id JOIN key_event k ON k.id = key_event_id"
    ):
        roles[aop].append((event, role))
    relationships = running.query(
        "SELECT r.number, up.number, down.number FROM key_event_relationship r "
        "JOIN key_event up ON up.id = upstream_id JOIN key_event down ON down.id = downstream_id"
    )
    xml = aopwiki_xml(
        folder / "aop-wiki.xml",
        events | {90001: "Increase, Test event"},
        aops=roles,
        relationships={number: (up, down) for number, up, down in relationships},
    )
    pathways = running.query(
        "SELECT substr(identifier, 14), title FROM target WHERE resource = 'wikipathways'"
    )
    gmt = wikipathways_gmt(
        folder / GMT,
        {identifier: (title, [836]) for identifier, title in pathways}
        | {"WP90001": ("A pathway of the test", [836, 841])},
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ReactomePathways.gmt", "Apoptosis\tR-HSA-109581\tCASP3\tCASP8\n")
    upstream.files |= {
        PATHS["aopwiki"]: Served(xml.read_bytes()),
        PATHS["wikipathways"]: Served(f'<a href="{GMT}">newest</a>'.encode()),
        f"/gmt/{GMT}": Served(gmt.read_bytes()),
        PATHS["go"]: Served(OBO),
        PATHS["reactome"]: Served(archive.getvalue()),
        PATHS["genes"]: Served(b"symbol\tentrez_id\nCASP3\t836\nCASP8\t841\n"),
    }
