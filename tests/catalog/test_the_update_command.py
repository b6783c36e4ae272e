"""`python -m webapp catalog update` against a server that has the real files."""

from __future__ import annotations

import argparse
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog import real_files as real
from tests.catalog.small_files import aopwiki_xml, everything, rows
from tests.catalog.upstream_server import Served, Upstream, serving
from tests.conftest import settings_in
from webapp.catalog import cli, events
from webapp.catalog.upstream import UPSTREAMS
from webapp.database import Database
from webapp.settings import Settings

LISTING = b"""<html><body><table>
<tr><td><a href="wikipathways-20220310-gmt-Homo_sapiens.gmt">old</a></td></tr>
<tr><td><a href="wikipathways-20260822-gmt-Homo_sapiens.gmt">new</a></td></tr>
<tr><td><a href="wikipathways-20260822-gmt-Mus_musculus.gmt">mouse</a></td></tr>
</table></body></html>"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(events, "catalog_changed", [])


@pytest.fixture(scope="module")
def reactome_zip(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> bytes:
    """Reactome's file as it is published: a zip of one."""
    path = tmp_path_factory.mktemp("zip") / "ReactomePathways.gmt.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(shared_data / real.REACTOME, "ReactomePathways.gmt")
    return path.read_bytes()


def hgnc(pairs: str) -> bytes:
    """Real pairs of Entrez number and symbol in the columns of HGNC's complete set."""
    header, *lines = pairs.splitlines()
    names = header.split("\t")
    entrez, symbol = names.index("entrez"), names.index("hgnc_symbol")
    made = ["hgnc_id\tsymbol\tname\tstatus\talias_symbol\tentrez_id\tensembl_gene_id"]
    for line in lines:
        cells = line.split("\t")
        made.append(f'HGNC:1\t{cells[symbol]}\ta name\tApproved\t"A|B"\t{cells[entrez]}\t')
    return "\n".join(made).encode()


@pytest.fixture
def upstream(shared_data: Path, reactome_zip: bytes) -> Iterator[Upstream]:
    files = {
        "/downloads/aop-wiki-xml.gz": Served((shared_data / real.XML_2026).read_bytes()),
        "/current/gmt/": Served(LISTING),
        "/current/gmt/wikipathways-20260822-gmt-Homo_sapiens.gmt": Served(
            (shared_data / real.GMT_2026).read_bytes()
        ),
        "/obo/go/go-basic.obo": Served(b"", location="/releases/go-basic.obo"),
        "/releases/go-basic.obo": Served((shared_data / real.OBO).read_bytes()),
        "/download/current/ReactomePathways.gmt.zip": Served(reactome_zip),
        "/hgnc_complete_set.txt": Served(hgnc((shared_data / real.GENES_WP).read_text())),
        "/main.tar.gz": Served((shared_data / real.ARCHIVE).read_bytes()),
    }
    with serving(files) as server:
        yield server


def run(settings: Settings, upstream: Upstream, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    urls = {
        "aopwiki": "/downloads/aop-wiki-xml.gz",
        "wikipathways": "/current/gmt/",
        "go": "/obo/go/go-basic.obo",
        "reactome": "/download/current/ReactomePathways.gmt.zip",
        "genes": "/hgnc_complete_set.txt",
        "wikipathways-database": "/main.tar.gz",
    }
    options = [part for name, path in urls.items()
               for part in (f"--{name}-url", upstream.address + path)]  # fmt: skip
    args = parser.parse_args(["catalog", "update", *options, *arguments])
    return int(args.handler(args, settings))


def test_all_official_releases_are_fetched_and_imported(
    catalog: Database, upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    assert run(settings, upstream) == 0
    releases = "SELECT source, file_name, version FROM source_release ORDER BY id"
    assert rows(catalog, releases) == [
        ("aopwiki", "aop-wiki-xml.gz", "2026-03-05"),
        ("wikipathways", "wikipathways-20260822-gmt-Homo_sapiens.gmt", "2026-08-22"),
        ("go", "go-basic.obo", "derived-from-CRAN-ontologyIndex-2.12-go.RData"),
        # Reactome's file says nothing of its version; the server dates it.
        ("reactome", "ReactomePathways.gmt.zip", "2026-03-05"),
        ("genes", "hgnc_complete_set.txt", "2026-03-05"),
    ]
    nameless = "SELECT count(*) FROM gene WHERE symbol LIKE 'entrez:%'"
    [(without,)] = rows(catalog, nameless)
    [(genes,)] = rows(catalog, "SELECT count(*) FROM gene")
    assert int(str(without)) < int(str(genes)) / 50, "pathways know their genes by symbol"
    live = "SELECT resource, count(*) FROM target GROUP BY resource ORDER BY resource"
    assert rows(catalog, live) == [("go_bp", 27186), ("reactome", 2546), ("wikipathways", 992)]
    captured = capsys.readouterr()
    assert re.search(r"aop-wiki-xml\.gz: new, 1,147,913 bytes, sha256 [0-9a-f]{64}", captured.err)
    # Asking again fetches nothing and changes nothing.
    before = everything(catalog)
    assert run(settings, upstream, "--only", "aopwiki", "wikipathways", "reactome") == 0
    assert "aop-wiki-xml.gz: not modified" in capsys.readouterr().err
    assert everything(catalog) == before


def test_descriptions_come_from_the_database_archive_when_asked_for(
    catalog: Database, upstream: Upstream, tmp_path: Path
) -> None:
    only = ("--only", "wikipathways", "wikipathways-database")
    assert run(settings_in(tmp_path), upstream, *only) == 0
    described = "SELECT count(*) FROM target WHERE description <> ''"
    assert rows(catalog, described) == [(1018,)]
    assert not any("aop-wiki" in path for path, _headers in upstream.requests)


def test_one_source_that_fails_does_not_stop_the_others(
    catalog: Database, upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream.files["/downloads/aop-wiki-xml.gz"] = Served(b"<!DOCTYPE html><html>Sorry</html>")
    del upstream.files["/releases/go-basic.obo"]
    assert run(settings_in(tmp_path), upstream) == 1
    errors = capsys.readouterr().err
    assert "Not updated: " in errors
    assert (
        "what the server sent is an HTML page, perhaps an error page; expected AOP-Wiki" in errors
    )
    assert "go-basic.obo: the server answered 404 Not Found." in errors
    resources = "SELECT DISTINCT resource FROM target ORDER BY 1"
    assert rows(catalog, resources) == [("reactome",), ("wikipathways",)]
    assert not (tmp_path / "data" / "downloads" / "aop-wiki-xml.gz").exists()


def test_nothing_fetched_means_nothing_imported(
    catalog: Database, upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream.files["/current/gmt/"] = Served(b"<html>moved</html>")
    assert run(settings_in(tmp_path), upstream, "--only", "wikipathways") == 1
    errors = capsys.readouterr().err
    assert "the listing names no file like wikipathways" in errors
    assert "Nothing was fetched, so nothing was imported." in errors


def test_a_release_that_lacks_half_of_the_catalog_is_refused(
    catalog: Database, upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    assert run(settings, upstream, "--only", "aopwiki") == 0
    before = everything(catalog)
    small = aopwiki_xml(tmp_path / "small.xml", {55: "Increase, Cell injury/death"})
    upstream.files["/downloads/aop-wiki-xml.gz"] = Served(small.read_bytes())
    assert run(settings, upstream, "--only", "aopwiki") == 1
    assert "Key Events: 1,569 of 1,570 would be retired" in capsys.readouterr().err
    assert everything(catalog) == before


def test_the_gmt_of_an_earlier_month_is_removed(
    catalog: Database, upstream: Upstream, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path)
    assert run(settings, upstream, "--only", "wikipathways") == 0
    newer = "wikipathways-20260910-gmt-Homo_sapiens.gmt"
    upstream.files["/current/gmt/"] = Served(LISTING.replace(b"20260822", b"20260910"))
    old = upstream.files["/current/gmt/wikipathways-20260822-gmt-Homo_sapiens.gmt"]
    upstream.files[f"/current/gmt/{newer}"] = Served(
        old.content.replace(b"_20260822", b"_20260910")
    )
    assert run(settings, upstream, "--only", "wikipathways") == 0
    names = sorted(file.name for file in (settings.data_dir / "downloads").iterdir())
    assert names == [newer, f"{newer}.json"]
    assert rows(catalog, "SELECT version FROM source_release ORDER BY id")[-1] == ("2026-09-10",)


def test_every_official_address_is_http_and_named_once() -> None:
    assert len({upstream.name for upstream in UPSTREAMS}) == len(UPSTREAMS)
    assert all(upstream.url.startswith(("https://", "http://purl.")) for upstream in UPSTREAMS)
