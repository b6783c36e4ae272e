"""A file that cannot be imported ends in one sentence: which file, which line, why."""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.catalog import real_files as real
from tests.catalog.small_files import aopwiki_xml, everything, imported, wikipathways_gmt
from webapp.catalog.inputs import open_input
from webapp.catalog.sources.files import SourceError
from webapp.database import Database


def read_all(source: str, path: Path) -> None:
    file = open_input(source, path)
    for _record in file.format.read(path, lambda _count: None):
        pass


def refusal(source: str, path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_all(source, path)
    return str(caught.value).removeprefix(f"{path.parent}/")


@pytest.mark.parametrize("source", ["aopwiki", "wikipathways", "go", "reactome", "genes"])
def test_a_web_page_is_recognised(tmp_path: Path, source: str) -> None:
    page = tmp_path / "download"
    page.write_text("<!DOCTYPE html>\n<html><body>Please sign in</body></html>\n")
    assert refusal(source, page).startswith(
        "download, line 1: is an HTML page, perhaps an error page; expected "
    )


@pytest.mark.parametrize("source", ["aopwiki", "wikipathways", "go", "reactome", "genes"])
def test_an_empty_file_is_recognised(tmp_path: Path, source: str) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert refusal(source, tmp_path / "empty") == "empty: is empty."


def test_a_gmt_that_was_cut_off_within_a_line_is_recognised(tmp_path: Path) -> None:
    path = wikipathways_gmt(tmp_path / "cut.gmt", {"WP1": ("One", [1, 2]), "WP2": ("Two", [3, 45])})
    path.write_bytes(path.read_bytes()[:-2])
    assert refusal("wikipathways", path) == (
        "cut.gmt, line 2: the file ends within this line, so it was cut off: fetch it again. If "
        "the line is whole, end it with a line break."
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refusal("go", tmp_path / "no.obo") == "no.obo: does not exist."


@pytest.mark.parametrize(
    ("source", "name", "right"),
    [
        ("go", real.GMT_2026, "is WikiPathways GMT: give it with --wikipathways, not --go."),
        ("wikipathways", real.REACTOME, "is Reactome GMT: give it with --reactome"),
        ("reactome", real.GO_GMT, "is GO GMT: give it with --go"),
        ("aopwiki", real.OBO, "is GO OBO: give it with --go"),
        ("go", real.XML_SAMPLE, "is AOP-Wiki XML: give it with --aopwiki"),
        ("aopwiki", real.GENES, "is gene identifier table: give it with --genes"),
        ("reactome", real.ARCHIVE, "is wikipathways-database: give it with --wikipathways"),
        ("wikipathways", real.TABLE_EVENTS, "is AOP-Wiki table of events and roles: give it"),
    ],
)
def test_mixed_up_files_are_put_right(
    shared_data: Path, source: str, name: str, right: str
) -> None:
    assert right in refusal(source, shared_data / name)


def test_a_cut_off_gzip_is_named_with_the_line_it_breaks_at(
    shared_data: Path, tmp_path: Path
) -> None:
    whole = (shared_data / real.XML_2026).read_bytes()
    cut = tmp_path / "cut.xml.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    text = refusal("aopwiki", cut)
    assert re.fullmatch(
        r"cut\.xml\.gz, line \d+: the packed file is cut off; fetch it again\.", text
    )


def test_a_damaged_gzip_is_named(shared_data: Path, tmp_path: Path) -> None:
    content = bytearray((shared_data / real.OBO).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "bad.obo.gz").write_bytes(content)
    assert re.match(r"bad\.obo\.gz, line \d+: ", refusal("go", tmp_path / "bad.obo.gz"))


def test_a_cut_off_archive_is_named(shared_data: Path, tmp_path: Path) -> None:
    whole = (shared_data / real.ARCHIVE).read_bytes()
    cut = tmp_path / "cut.tar.xz"
    cut.write_bytes(whole[: len(whole) // 2])
    assert refusal("wikipathways", cut) == "cut.tar.xz: the packed file is cut off; fetch it again."


def test_xml_that_ends_too_early_is_named_with_its_last_line(tmp_path: Path) -> None:
    path = aopwiki_xml(tmp_path / "short.xml", {1: "A", 2: "B"})
    path.write_text("\n".join(path.read_text().splitlines()[:8]))
    assert refusal("aopwiki", path) == (
        "short.xml, line 8: is not sound XML (the file is empty or ends before its XML does)."
    )


def test_xml_without_numbers_is_refused(tmp_path: Path) -> None:
    path = aopwiki_xml(tmp_path / "a.xml", {1: "A"})
    text = re.sub(r"<vendor-specific.*</vendor-specific>", "", path.read_text(), flags=re.DOTALL)
    path.write_text(text)
    assert "has no <vendor-specific> section" in refusal("aopwiki", path)


def test_another_root_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.xml"
    path.write_text("<data>http://www.aopkb.org/aop-xml</data>")
    assert refusal("aopwiki", path).startswith("other.xml, line 1: the root element is <data>")


def test_another_species_is_refused_with_its_line(tmp_path: Path) -> None:
    path = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [1]), "WP2": ("B", [2])})
    path.write_text(path.read_text().replace("WP2%Homo sapiens", "WP2%Mus musculus"))
    assert refusal("wikipathways", path) == (
        "wp.gmt, line 2: WP2 is of Mus musculus; only the Homo sapiens file fits."
    )
    mouse = tmp_path / "mouse.gmt"
    mouse.write_text("Apoptosis\tR-MMU-109581\tCasp3\n")
    assert "R-MMU-109581 is not human" in refusal("reactome", mouse)


@pytest.mark.parametrize(
    ("source", "first", "second", "reason"),
    [
        ("aopwiki", "Aop:1\tEvent:2\tKeyEvent\tX", "Aop:1\tEvent:3", "line 2: has 2 columns"),
        ("reactome", "A\tR-HSA-1\tG", "no tabs here", "line 2: is no GMT line"),
        ("go", "GO:0000001\tA\tG", "GO:1\tB\tG", "line 2: 'GO:1' stands where GO:NUMBER"),
        ("genes", "entrez\tsymbol", "x1\tABC", "line 2: the Entrez number 'x1' is none"),
        ("genes", "entrez\tsymbol", "1\tABC\textra", "line 2: has 3 columns; the header has 2"),
    ],
)
def test_a_wrong_line_is_named(
    tmp_path: Path, source: str, first: str, second: str, reason: str
) -> None:
    path = tmp_path / "file"
    path.write_text(f"{first}\n{second}\n")
    assert reason in refusal(source, path)


def test_a_gene_that_is_no_entrez_number_is_named(tmp_path: Path) -> None:
    path = wikipathways_gmt(tmp_path / "wp.gmt", {"WP1": ("A", [1])})
    path.write_text(path.read_text().replace("\t1\n", "\tCASP3\n"))
    assert refusal("wikipathways", path) == "wp.gmt, line 1: the gene 'CASP3' is no Entrez number."


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "latin1.gmt"
    path.write_bytes(b"A\tR-HSA-1\tG\nCaf\xe9\tR-HSA-2\tG\n")
    assert "line 2: byte 4 of the line is not UTF-8 text" in refusal("reactome", path)


def test_a_zip_of_several_files_is_refused_and_one_of_one_file_is_read(
    shared_data: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    with zipfile.ZipFile(one, "w") as archive:
        archive.write(shared_data / real.REACTOME, "ReactomePathways.gmt")
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a", "x")
        archive.writestr("b", "x")
    read_all("reactome", one)
    assert "is a zip of 2 files" in refusal("reactome", two)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bytes])
def test_packing_is_told_by_content_not_by_name(
    shared_data: Path, tmp_path: Path, pack: object
) -> None:
    assert callable(pack)
    path = tmp_path / "anything.txt"
    path.write_bytes(pack((shared_data / real.XML_SAMPLE).read_bytes()))
    read_all("aopwiki", path)


def test_one_broken_file_of_several_leaves_the_catalog_untouched(
    catalog: Database, shared_data: Path, tmp_path: Path
) -> None:
    imported(catalog, ("aopwiki", aopwiki_xml(tmp_path / "a.xml", {1: "A"})))
    before = everything(catalog)
    whole = (shared_data / real.OBO).read_bytes()
    (tmp_path / "cut.obo.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"cut\.obo\.gz, line \d+"):
        imported(
            catalog,
            ("aopwiki", shared_data / real.XML_SAMPLE),
            ("go", tmp_path / "cut.obo.gz"),
        )
    assert everything(catalog) == before


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path, pathway_folder: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert "a folder that holds no checkout" in refusal("wikipathways", tmp_path / "nothing")
    info = pathway_folder / "pathways" / "WP90001" / "WP90001-info.json"
    info.write_text("{")
    assert "WP90001-info.json is broken" in refusal("wikipathways", pathway_folder)
    shutil.rmtree(info.parent)
    assert "holds no pathway of Homo sapiens" in refusal("wikipathways", pathway_folder)
