"""The starter catalog is consistent, states only what the sources state, and copies no sentence.

The real files are read here with the standard library alone and not through the importer, so
that a mistake of the importer cannot hide one in the starter catalog (or the other way round).
"""

import csv
import functools
import gzip
import html
import io
import json
import os
import re
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "webapp" / "catalog" / "starter"
AOP_XML = "aopwiki/aop-wiki-xml-2026-03-05.DERIVED.xml.gz"
OLD_AOP_XML = "aopwiki/aop-wiki-xml-2019-01-01.gz"
WP_GMT = "wikipathways/wikipathways-20260822-gmt-Homo_sapiens.DERIVED.gmt"
WP_ARCHIVE = "wikipathways/wikipathways-database-20260822-human-info+datanodes+md.tar.xz"

COLUMNS = {
    "key_events.tsv": "ke_id title short_title level description",
    "aops.tsv": "aop_id title short_title description",
    "aop_key_events.tsv": "aop_id ke_id role",
    "key_event_relationships.tsv": "ker_id upstream downstream",
    "aop_relationships.tsv": "aop_id ker_id adjacency evidence quantitative",
    "event_components.tsv": "ke_id action object_source object_id object_name"
    " process_source process_id process_name",
    "pathways.tsv": "wp_id title description genes",
    "genes.tsv": "symbol entrez",
}
KEYS = {  # what makes a row of a file the only one of its kind
    "key_events.tsv": ("ke_id",),
    "aops.tsv": ("aop_id",),
    "aop_key_events.tsv": ("aop_id", "ke_id"),
    "key_event_relationships.tsv": ("ker_id",),
    "aop_relationships.tsv": ("aop_id", "ker_id"),
    "event_components.tsv": tuple(COLUMNS["event_components.tsv"].split()),
    "pathways.tsv": ("wp_id",),
    "genes.tsv": ("symbol",),
}
MAY_BE_EMPTY = {"entrez"} | set(COLUMNS["event_components.tsv"].split()[1:])
DESCRIBED = ("key_events.tsv", "aops.tsv", "pathways.tsv")
LEVELS = {"Molecular", "Cellular", "Tissue", "Organ", "Individual", "Population"}
ROLES = {
    "MolecularInitiatingEvent": "MIE",
    "KeyEvent": "KE",
    "AdverseOutcome": "AO",
}
RATINGS = {"1": "High", "2": "Moderate", "3": "Low", "5": "Not Specified", "": "Not Specified"}
RUN = 8  # words in a row that no description may have in common with a source

Row = dict[str, str]


# --- the starter catalog ------------------------------------------------------------------


@functools.cache
def starter(name: str) -> list[Row]:
    """Return the rows of a starter file, split as its README says: at tabs, without quoting."""
    header, *lines = (STARTER / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    columns = header.split("\t")
    rows = []
    for number, line in enumerate(lines, 2):
        fields = line.split("\t")
        assert len(fields) == len(columns), f"{name}, line {number}: {len(fields)} fields"
        rows.append(dict(zip(columns, fields, strict=True)))
    return rows


def column(name: str, of: str) -> set[str]:
    return {row[of] for row in starter(name)}


@pytest.mark.parametrize("name", COLUMNS)
def test_file_has_the_documented_columns_and_clean_fields(name: str) -> None:
    raw = (STARTER / name).read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert raw.decode("utf-8").split("\n")[0].split("\t") == COLUMNS[name].split()
    readme = (STARTER / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"**`{name}`**")[1].split("**`")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == COLUMNS[name].split()
    for row in starter(name):
        for key, value in row.items():
            assert value == clean(value), f"{name}: stray blanks in {key} of {row}"
            assert value or key in MAY_BE_EMPTY, f"{name}: no {key} in {row}"


@pytest.mark.parametrize("name", COLUMNS)
def test_nothing_is_listed_twice(name: str) -> None:
    keys = [tuple(row[part] for part in KEYS[name]) for row in starter(name)]
    assert len(keys) == len(set(keys))


def test_catalog_is_small_and_holds_what_it_promises() -> None:
    assert 8 <= len(starter("aops.tsv")) <= 10
    assert 55 <= len(starter("key_events.tsv")) <= 70
    assert 55 <= len(starter("pathways.tsv")) <= 70
    assert {"1513", "1945", "642"} <= column("key_events.tsv", "ke_id")
    assert {"WP254", "WP4923", "WP197"} <= column("pathways.tsv", "wp_id")
    levels = column("key_events.tsv", "level")
    assert levels <= LEVELS
    assert len(levels) >= 5
    assert len(starter("aop_key_events.tsv")) > len(starter("key_events.tsv")), "none is shared"


def test_every_identifier_resolves() -> None:
    key_events, aops = column("key_events.tsv", "ke_id"), column("aops.tsv", "aop_id")
    relationships = column("key_event_relationships.tsv", "ker_id")
    assert column("aop_key_events.tsv", "ke_id") == key_events
    assert column("aop_key_events.tsv", "aop_id") == aops
    assert column("aop_key_events.tsv", "role") == set(ROLES.values())
    assert column("key_event_relationships.tsv", "upstream") <= key_events
    assert column("key_event_relationships.tsv", "downstream") <= key_events
    assert column("aop_relationships.tsv", "aop_id") <= aops
    assert column("aop_relationships.tsv", "ker_id") == relationships
    assert column("event_components.tsv", "ke_id") <= key_events
    used = {symbol for row in starter("pathways.tsv") for symbol in row["genes"].split(" ")}
    assert column("genes.tsv", "symbol") == used


@pytest.mark.parametrize("name", DESCRIBED)
def test_descriptions_are_one_or_two_whole_sentences(name: str) -> None:
    texts = [row["description"] for row in starter(name)]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert 40 <= len(text) <= 260, text
        assert text[0].isupper() or text.startswith("α"), text
        assert text.endswith("."), text
        assert len(re.findall(r"[.!?](?= |$)", text)) <= 2, text


# --- the sources --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source() -> Path:
    """Return the folder of the real files; without it, skip loudly, or fail where CI is set."""
    folder = Path(os.environ.get("KEWP_SHARED_DATA") or ROOT / ".." / "shared" / "data")
    if not (folder / AOP_XML).is_file():
        message = f"the real files are not in {folder}: set KEWP_SHARED_DATA to their folder"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


def clean(text: str | None) -> str:
    """Return the text with blanks collapsed and without zero-width characters."""
    return " ".join((text or "").replace("\u200b", "").split())


class AopWiki:
    """What the AOP-Wiki XML says, by AOP-Wiki number."""

    NS = "{http://www.aopkb.org/aop-xml}"

    def __init__(self, file: Path) -> None:
        with gzip.open(file) as stream:
            self.root = ET.parse(stream).getroot()
        vendor = self.root.find(self.NS + "vendor-specific")
        assert vendor is not None
        self.numbers = {str(e.get("id")): str(e.get("aop-wiki-id")) for e in vendor}

    def records(self, tag: str) -> dict[str, ET.Element]:
        found = self.root.findall(self.NS + tag)
        return {self.numbers[str(element.get("id"))]: element for element in found}

    def text(self, element: ET.Element, *path: str) -> str:
        return clean(element.findtext("/".join(self.NS + step for step in path)))

    def links(self, aop: ET.Element, path: str) -> set[str]:
        found = aop.findall("/".join(self.NS + step for step in path.split("/")))
        return {self.numbers[str(link.get("key-event-id"))] for link in found}


@pytest.fixture(scope="module")
def wiki(source: Path) -> AopWiki:
    return AopWiki(source / AOP_XML)


def table(source: Path, name: str) -> Iterator[list[str]]:
    """Yield the rows of a nightly AOP-Wiki table, `Aop:38` and the like cut to the number."""
    for line in (source / "aopwiki" / name).read_text(encoding="utf-8").splitlines():
        yield [re.sub(r"^(Aop|Event|Relationship):(?=\d)", "", f) for f in line.split("\t")]


class Archive:
    """What the WikiPathways archive says, by WikiPathways identifier."""

    def __init__(self, file: Path, wanted: set[str]) -> None:
        self.infos: dict[str, dict[str, str]] = {}
        self.symbols: dict[str, set[str]] = {}
        self.numbers_of: dict[str, set[str]] = {}  # symbol → NCBI numbers beside it on a node
        with tarfile.open(file) as tar:
            for member in tar:
                wp_id = Path(member.name).name.split("-")[0]
                if member.name.endswith("-info.json"):
                    self.infos[wp_id] = json.loads(self.read(tar, member))
                elif member.name.endswith("-datanodes.tsv") and wp_id in wanted:
                    self.add_nodes(wp_id, self.read(tar, member))

    @staticmethod
    def read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
        stream = tar.extractfile(member)
        assert stream is not None
        return stream.read().decode("utf-8")

    def add_nodes(self, wp_id: str, text: str) -> None:
        for node in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"):
            symbols = re.findall(r"hgnc\.symbol:([^;]+)", node["HGNC"] or "")
            numbers = re.findall(r"ncbigene:(\d+)", node["NCBI gene"] or "")
            self.symbols.setdefault(wp_id, set()).update(symbols)
            for symbol in symbols:
                self.numbers_of.setdefault(symbol, set()).update(numbers)


@pytest.fixture(scope="module")
def archive(source: Path) -> Archive:
    return Archive(source / WP_ARCHIVE, column("pathways.tsv", "wp_id"))


@pytest.fixture(scope="module")
def wikipathways_genes(source: Path) -> dict[str, str]:
    """Return WikiPathways' unambiguous pairs, symbol → Entrez."""
    file = source / "genes" / "entrez_hgnc_from_wikipathways_2026-08-22.tsv"
    with file.open(encoding="utf-8", newline="") as stream:
        return {r["hgnc_symbol"]: r["entrez"] for r in csv.DictReader(stream, delimiter="\t")}


# --- facts of AOP-Wiki --------------------------------------------------------------------


def test_titles_and_levels_are_those_of_the_xml(wiki: AopWiki) -> None:
    key_events, aops = wiki.records("key-event"), wiki.records("aop")
    for row in starter("key_events.tsv"):
        element = key_events[row["ke_id"]]
        assert row["title"] == wiki.text(element, "title")
        assert row["short_title"] == wiki.text(element, "short-name")
        assert row["level"] == wiki.text(element, "biological-organization-level")
    for row in starter("aops.tsv"):
        element = aops[row["aop_id"]]
        assert row["title"] == wiki.text(element, "title")
        assert row["short_title"] == wiki.text(element, "short-name")


def test_aops_are_whole_in_xml_and_table(wiki: AopWiki, source: Path) -> None:
    stated = {(r["aop_id"], r["ke_id"], r["role"]) for r in starter("aop_key_events.tsv")}
    paths = {
        "MIE": "molecular-initiating-event",
        "KE": "key-events/key-event",
        "AO": "adverse-outcome",
    }
    aops, chosen = wiki.records("aop"), column("aops.tsv", "aop_id")
    assert stated == {
        (aop_id, ke_id, role)
        for aop_id in chosen
        for role, path in paths.items()
        for ke_id in wiki.links(aops[aop_id], path)
    }
    rows = [row for row in table(source, "aop_ke_mie_ao.tsv") if row[0] in chosen]
    assert stated == {(aop_id, ke_id, ROLES[role]) for aop_id, ke_id, role, _ in rows}
    titles = {row["ke_id"]: row["title"] for row in starter("key_events.tsv")}
    assert titles == {ke_id: clean(title) for _, ke_id, _, title in rows}


def test_relationships_and_their_ratings_are_whole(wiki: AopWiki, source: Path) -> None:
    ends = {
        row["ker_id"]: (row["upstream"], row["downstream"])
        for row in starter("key_event_relationships.tsv")
    }
    elements = wiki.records("key-event-relationship")
    assert ends == {
        ker_id: (
            wiki.numbers[wiki.text(elements[ker_id], "title", "upstream-id")],
            wiki.numbers[wiki.text(elements[ker_id], "title", "downstream-id")],
        )
        for ker_id in ends
    }
    rated = {tuple(row.values()) for row in starter("aop_relationships.tsv")}
    aops, chosen = wiki.records("aop"), column("aops.tsv", "aop_id")
    steps = [wiki.NS + "key-event-relationships", wiki.NS + "relationship"]
    parts = ("adjacency", "evidence", "quantitative-understanding-value")
    assert rated == {
        (aop_id, wiki.numbers[str(link.get("id"))], *(wiki.text(link, part) for part in parts))
        for aop_id in chosen
        for link in aops[aop_id].findall("/".join(steps))
    }
    rows = [row for row in table(source, "aop_ke_ker.tsv") if row[0] in chosen]
    assert ends == {ker_id: (up, down) for _, up, down, ker_id, *_ in rows}
    assert rated == {
        (aop_id, ker_id, adjacency, RATINGS[evidence], RATINGS[quantitative])
        for aop_id, _, _, ker_id, adjacency, evidence, quantitative in rows
    }


def test_event_components_are_whole(wiki: AopWiki, source: Path) -> None:
    stated = {tuple(row.values()) for row in starter("event_components.tsv")}
    terms = {
        str(term.get("id")): tuple(wiki.text(term, p) for p in ("source", "source-id", "name"))
        for tag in ("biological-object", "biological-process", "biological-action")
        for term in wiki.root.findall(wiki.NS + tag)
    }
    none = ("", "", "")
    key_events = wiki.records("key-event")
    steps = [wiki.NS + "biological-events", wiki.NS + "biological-event"]
    assert stated == {
        (
            ke_id,
            terms.get(str(event.get("action-id")), none)[2],
            *terms.get(str(event.get("object-id")), none),
            *terms.get(str(event.get("process-id")), none),
        )
        for ke_id in column("key_events.tsv", "ke_id")
        for event in key_events[ke_id].findall("/".join(steps))
    }
    chosen = column("aops.tsv", "aop_id")
    rows = (row for row in table(source, "aop_ke_ec.tsv") if row[0] in chosen)
    assert stated == {tuple(clean(field) for field in row[1:]) for row in rows}


# --- facts of WikiPathways ----------------------------------------------------------------


def test_pathway_titles_and_genes_are_those_of_the_archive(archive: Archive) -> None:
    for row in starter("pathways.tsv"):
        wp_id = row["wp_id"]
        assert row["title"] == clean(archive.infos[wp_id]["title"])
        assert row["genes"] == " ".join(sorted(archive.symbols[wp_id])), wp_id


def test_pathways_agree_with_the_gmt(source: Path, wikipathways_genes: dict[str, str]) -> None:
    published: dict[str, tuple[str, set[str]]] = {}
    for line in (source / WP_GMT).read_text(encoding="utf-8").splitlines():
        name, _, *numbers = line.split("\t")
        title, _, wp_id, organism = name.split("%")
        assert organism == "Homo sapiens"
        published[wp_id] = (title, set(numbers))
    symbols = {number: symbol for symbol, number in wikipathways_genes.items()}
    for row in starter("pathways.tsv"):
        title, entrez = published[row["wp_id"]]
        assert row["title"] == clean(title)
        genes = set(row["genes"].split(" "))
        assert genes & wikipathways_genes.keys() == {symbols[n] for n in entrez & symbols.keys()}


def test_entrez_numbers_are_given_by_a_source(
    source: Path, archive: Archive, wikipathways_genes: dict[str, str]
) -> None:
    candidates = {symbol: set(numbers) for symbol, numbers in archive.numbers_of.items()}
    file = source / "genes" / "ensembl_hgnc_entrez_human_2021-12.tsv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        for gene in csv.DictReader(stream, delimiter="\t"):
            if gene["entrezgene_id"] and gene["hgnc_symbol"] in candidates:
                candidates[gene["hgnc_symbol"]].add(gene["entrezgene_id"])
    known = [row for row in starter("genes.tsv") if row["entrez"]]
    assert len(known) > 0.99 * len(starter("genes.tsv"))
    assert len({row["entrez"] for row in known}) == len(known)
    for row in starter("genes.tsv"):
        symbol, entrez = row["symbol"], row["entrez"]
        if symbol in wikipathways_genes:
            assert entrez == wikipathways_genes[symbol]
        else:
            assert not entrez or entrez in candidates[symbol], row


def test_a_pathway_that_experts_chose_is_there_for_each_key_event_they_mapped(source: Path) -> None:
    chosen: dict[str, set[str]] = {}
    with (source / "gold" / "wikipathways_dev.tsv").open(encoding="utf-8", newline="") as stream:
        for pair in csv.DictReader(stream, delimiter="\t"):
            chosen.setdefault(pair["ke_id"], set()).add(pair["object_id"])
    mapped = column("key_events.tsv", "ke_id") & chosen.keys()
    assert len(mapped) >= 10
    pathways = column("pathways.tsv", "wp_id")
    assert not {ke_id for ke_id in mapped if not chosen[ke_id] & pathways}


# --- nothing is copied --------------------------------------------------------------------


def runs(text: str | None) -> set[tuple[str, ...]]:
    """Return all runs of `RUN` words of a text, markup, entities, case and points aside."""
    plain = html.unescape(html.unescape(re.sub(r"<[^>]*>", " ", html.unescape(text or ""))))
    words = re.findall(r"[^\W_]+", plain.casefold())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def test_no_description_shares_a_run_of_words_with_a_source(
    source: Path, wiki: AopWiki, archive: Archive
) -> None:
    ours = {
        run: row["description"]
        for name in DESCRIBED
        for row in starter(name)
        for run in runs(row["description"])
    }
    texts = [str(info.get("description", "")) for info in archive.infos.values()]
    for root in (wiki.root, AopWiki(source / OLD_AOP_XML).root):
        texts += [element.text for element in root.iter() if element.text]
    assert len(texts) > 10_000, "the sources were not read"
    copied = [ours[run] for text in texts for run in ours.keys() & runs(text)]
    assert copied == []
