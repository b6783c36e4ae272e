"""The Gene Ontology: terms from its OBO file, genes of terms from a GMT.

Only live terms of `biological_process` become targets. Obsolete and merged ones (`alt_id`) are
passed on as withdrawn, with what replaces them, so that a target that was live can be retired.
OBO 1.2/1.4: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from webapp.catalog.sources import gmt
from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick, text_lines
from webapp.catalog.sources.text import clean_line, clean_title

PROCESS = "biological_process"

_TERM = re.compile(r"GO:\d{7}")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(.*)')
_ESCAPED = re.compile(r"\\(.)")
_SCOPES = frozenset({"EXACT", "BROAD", "NARROW", "RELATED"})
_GMT = re.compile(rb"GO:\d{7}\t[^\t\n]*\t")


def looks_like_obo(head: bytes) -> bool:
    """Whether these first bytes are an OBO file of the Gene Ontology."""
    return head.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"format-version:") and b"GO:" in head


def looks_like_gmt(head: bytes) -> bool:
    """Whether these first bytes are a GMT with GO identifiers in column 1."""
    return _GMT.match(head) is not None


@dataclass
class _Stanza:
    """One `[Term]`: its first line and its tags, each with line numbers."""

    line: int
    tags: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def first(self, tag: str) -> str:
        """The value without trailing modifiers and comments, or an empty text."""
        values = self.tags.get(tag)
        return _bare(values[0][1]) if values else ""

    def all(self, tag: str) -> list[str]:
        return [_bare(value) for _line, value in self.tags.get(tag, ())]


def read_obo(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield the live biological processes, and the withdrawn terms of any branch.

    Raises `SourceError` for a term without id or name, a broken quotation, or no process at all.
    """
    version = ""
    live = 0
    for stanza in _stanzas(path, tick):
        if stanza.line == 0:
            version = stanza.first("data-version").removeprefix("releases/")
            yield r.Version(version)
            continue
        identifier = stanza.first("id")
        if not _TERM.fullmatch(identifier):
            if identifier:
                continue
            raise SourceError(path, stanza.line, "the term has no id.")
        if stanza.first("is_obsolete") == "true":
            yield r.TargetRecord(
                r.GO_BP, identifier, replaced_by=stanza.first("replaced_by"), obsolete=True
            )
            continue
        if stanza.first("namespace") != PROCESS:
            continue
        live += 1
        yield _term(path, stanza, identifier)
        for merged in stanza.all("alt_id"):
            yield r.TargetRecord(r.GO_BP, merged, replaced_by=identifier, obsolete=True)
    if live == 0:
        raise SourceError(path, None, f"holds no live term of {PROCESS}.")


def read_gmt(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield the genes (symbols) of terms; it adds no term of its own.

    Raises `SourceError` for a line whose first column is no GO identifier.
    """
    seen: set[str] = set()
    for line, identifier, _name, genes in gmt.sets(path, tick):
        if not _TERM.fullmatch(identifier):
            raise SourceError(path, line, f"{identifier[:40]!r} stands where GO:NUMBER belongs.")
        if identifier in seen:
            yield r.Remark(r.GO_BP, line, f"{identifier} is listed twice; the first counts.")
            continue
        seen.add(identifier)
        yield r.TargetRecord(r.GO_BP, identifier, genes=genes)


def _term(path: Path, stanza: _Stanza, identifier: str) -> r.TargetRecord:
    name = clean_title(_unescape(stanza.first("name")))
    if not name:
        raise SourceError(path, stanza.line, f"{identifier} has no name.")
    definition = ""
    for line, value in stanza.tags.get("def", ())[:1]:
        definition = clean_line(_quoted(path, line, value)[0])
    synonyms: dict[r.Synonym, None] = {}
    for line, value in stanza.tags.get("synonym", ()):
        text, rest = _quoted(path, line, value)
        scope = rest.split(maxsplit=1)[0] if rest else ""
        synonym = r.Synonym(scope if scope in _SCOPES else "RELATED", clean_title(text))
        if synonym.text:
            synonyms[synonym] = None
    return r.TargetRecord(
        resource=r.GO_BP,
        identifier=identifier,
        title=name,
        description=definition,
        replaced_by="",
        synonyms=tuple(synonyms),
        parents=tuple(dict.fromkeys(stanza.all("is_a"))),
    )


def _stanzas(path: Path, tick: Tick) -> Iterator[_Stanza]:
    """The header as a stanza at line 0, then each `[Term]`; other stanzas are passed over."""
    stanza: _Stanza | None = _Stanza(0)
    for line, text in text_lines(path, tick):
        if text.startswith("["):
            if stanza is not None:
                yield stanza
            stanza = _Stanza(line) if text.strip() == "[Term]" else None
            continue
        if stanza is None or not text.strip() or text.startswith("!"):
            continue
        tag, colon, value = text.partition(":")
        if not colon:
            raise SourceError(path, line, "is no OBO line: expected TAG: VALUE.")
        stanza.tags.setdefault(tag, []).append((line, value.strip()))
    if stanza is not None:
        yield stanza


def _bare(value: str) -> str:
    """Without the comment (` ! name`) and the trailing modifier (` {…}`)."""
    return value.partition(" ! ")[0].partition(" {")[0].strip()


def _quoted(path: Path, line: int, value: str) -> tuple[str, str]:
    found = _QUOTED.match(value)
    if found is None:
        raise SourceError(path, line, "the quoted text has no end.")
    return _unescape(found[1]), found[2]


def _unescape(text: str) -> str:
    return _ESCAPED.sub(
        lambda found: {"n": "\n", "t": "\t", "W": " "}.get(found[1], found[1]), text
    )
