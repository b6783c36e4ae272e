"""AOP-Wiki's text-mined genes: the Turtle file `AOPWikiRDF-Genes` of the AOP-Wiki RDF.

Two programs look for genes in the texts of Key Events, one by patterns of names, one by
recognising entities. Both err (`ROS` is taken for the gene ROS1), so this is evidence, no
annotation. Genes come by HGNC number; the same file says which symbol, Entrez number and Ensembl id
each has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick, text_lines
from webapp.catalog.sources.tables import number

REGEX, NER, UNSAID = "regex", "NER", "mined"
"""Who found a gene; `UNSAID` where the file names it without a detector."""

_DETECTORS = {"geneDetectedByRegex": REGEX, "geneDetectedByNER": NER, "data_1025": UNSAID}
_SUBJECT = re.compile(r"(aop\.events|aop\.relationships|hgnc):(\S+)\s+")
_SAID = re.compile(r'(\S+)\s+((?:"[^"]*"|[^";])*)(?:;|$)')


def looks_like(head: bytes) -> bool:
    """Whether these first bytes are Turtle that gives Key Events genes."""
    return b"@prefix aop.events:" in head and b"@prefix hgnc:" in head


@dataclass
class _Read:
    """What a file says, before its parts are put together: genes stand below what names them."""

    events: dict[int, tuple[int, Mapping[str, list[str]]]] = field(default_factory=dict)
    """Line, and HGNC numbers (or what stands there) by detector."""
    genes: dict[str, r.GeneRecord] = field(default_factory=dict)
    """By HGNC number."""
    relationships: int = 0


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield the genes, then each Key Event with those that its texts name.

    Of several Entrez numbers or Ensembl ids none is believed: the gene is known by its symbol then.
    Raises `SourceError` for a Key Event without a number, and for a file that ends in a statement.
    """
    found = _Read()
    for line, statement in _statements(path, tick):
        subject = _SUBJECT.match(statement)
        if subject is None:
            continue
        kind, name = subject.groups()
        said = {
            predicate.rpartition(":")[2]: text.strip()
            for predicate, text in _SAID.findall(statement[subject.end() :].rstrip(" ."))
        }
        if kind == "hgnc":
            found.genes[name] = _gene(said)
        elif kind == "aop.relationships":
            found.relationships += 1
        else:
            event = number(path, line, name, "the number of a Key Event")
            if event in found.events:
                text = f"Key Event {event} is listed twice; the first counts."
                yield r.Remark(r.KEY_EVENT, line, text)
                continue
            found.events[event] = line, _by_detector(said)
    if not found.events:
        raise SourceError(path, None, "names no gene of any Key Event.")
    if found.relationships:
        yield r.Note(
            f"{path.name} names genes of {found.relationships:,} relationships too, which were "
            "left out: the catalog keeps those of Key Events."
        )
    yield from (gene for gene in found.genes.values() if gene.entrez)
    for event, (line, detected) in found.events.items():
        yield from _key_event(event, line, detected, found.genes)


def _statements(path: Path, tick: Tick) -> Iterator[tuple[int, str]]:
    """First line and text of each statement; one ends with a line that ends with a full stop."""
    lines: list[str] = []
    first = last = 0
    for last, text in text_lines(path, tick):
        stripped = text.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if not lines:
            first = last
        lines.append(stripped)
        if stripped.endswith("."):
            yield first, " ".join(lines)
            lines = []
    if lines:
        raise SourceError(
            path, last, "the file ends within a statement, so it was cut off: fetch it again."
        )


def _by_detector(said: Mapping[str, str]) -> dict[str, list[str]]:
    found = {
        method: [one.strip() for one in said.get(predicate, "").split(",") if one.strip()]
        for predicate, method in _DETECTORS.items()
    }
    detected = {*found[REGEX], *found[NER]}
    return found | {UNSAID: [one for one in found[UNSAID] if one not in detected]}


def _gene(said: Mapping[str, str]) -> r.GeneRecord:
    others: dict[str, list[str]] = {"ncbigene": [], "ensembl": []}
    for one in said.get("exactMatch", "").split(","):
        prefix, _, local = one.strip().partition(":")
        others.setdefault(prefix, []).append(local)
    entrez, ensembl = (
        others[prefix][0] if len(others[prefix]) == 1 else "" for prefix in ("ncbigene", "ensembl")
    )
    return r.GeneRecord(
        entrez=entrez if entrez.isascii() and entrez.isdigit() else "",
        symbol=said.get("label", "").strip('" '),
        ensembl=ensembl,
        if_unknown=True,
    )


def _key_event(
    event: int, line: int, detected: Mapping[str, list[str]], genes: Mapping[str, r.GeneRecord]
) -> Iterator[r.Record]:
    named: dict[r.GeneInText, None] = {}
    lost: dict[str, None] = {}
    for method, found in detected.items():
        for one in found:
            gene = genes.get(one.removeprefix("hgnc:"))
            if gene is None or not gene.symbol:
                lost[one] = None
                continue
            known_as = f"{r.ENTREZ_PREFIX}{gene.entrez}" if gene.entrez else gene.symbol
            named[r.GeneInText(known_as, method)] = None
    for one in lost:
        text = (
            f"Key Event {event} names the gene {one}, which the file does not describe; left out."
        )
        yield r.Remark(r.KEY_EVENT, line, text)
    yield r.KeyEventRecord(number=event, genes=tuple(named))
