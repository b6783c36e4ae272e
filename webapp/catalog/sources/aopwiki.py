"""AOP-Wiki's XML export, in the dialects from 2019 to today.

The numbers by which everyone knows Key Events, AOPs and relationships stand at the very end of the
file (`vendor-specific`), and the UUIDs used until there change between exports. So the file is read
twice: first for the numbers and the ontology terms, then for the records.

`key-event` is two things: a record below the root, a link inside an AOP. The link's attribute is
`id` in 2019 and `key-event-id` today. Lists that are empty may be absent or blank. Genuine exports
violate their own schema, so validity is no condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from webapp.catalog.sources import records as r
from webapp.catalog.sources.files import SourceError, Tick, no_tick
from webapp.catalog.sources.text import clean_line, clean_title, html_to_text
from webapp.catalog.sources.xml_stream import children

NAMESPACE = "http://www.aopkb.org/aop-xml"
LEVELS = ("Molecular", "Cellular", "Tissue", "Organ", "Individual", "Population")

_TERMS = ("biological-object", "biological-process", "biological-action")
_NUMBERED = ("key-event", "aop", "key-event-relationship")
_ROLE_ORDER = (("molecular-initiating-event", "MIE"), ("adverse-outcome", "AO"))


@dataclass
class _Index:
    """What the first reading gathers: numbers and ontology terms by UUID."""

    version: str = ""
    numbers: dict[str, dict[str, int]] = field(
        default_factory=lambda: {name: {} for name in _NUMBERED}
    )
    terms: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def looks_like(head: bytes) -> bool:
    """Whether these first bytes of a file are AOP-Wiki XML."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<data")) and (
        NAMESPACE.encode() in head
    )


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield all Key Events, relationships and AOPs of the export, each by its number.

    Raises `SourceError` where the file is damaged, cut off or holds no Key Event.
    """
    index = _read_index(path, tick)
    yield r.Version(index.version)
    events = described = blank = 0
    for line, element in children(path, "data", NAMESPACE, _NUMBERED, tick):
        number = index.numbers[element.tag].get(element.get("id", ""))
        if number is None:
            yield r.Remark(
                _KINDS[element.tag], line, f"<{element.tag}> has no AOP-Wiki number; left out."
            )
        elif element.tag == "key-event":
            event, remarks = _key_event(line, number, element, index)
            events += 1
            described += bool(event.description)
            blank += not event.description and bool(_text(element, "description"))
            yield from remarks
            yield event
        elif element.tag == "aop":
            yield from _aop(line, number, element, index)
        else:
            yield _relationship(line, number, element, index)
    if events == 0:
        raise SourceError(path, None, "holds no Key Event.")
    yield r.Note(
        f"{path.name}: {events:,} Key Events, {described + blank:,} of them described"
        + (f" ({blank} in markup that holds only blanks, kept as none)." if blank else ".")
    )


_KINDS = {"key-event": r.KEY_EVENT, "aop": r.AOP, "key-event-relationship": r.RELATIONSHIP}


def _read_index(path: Path, tick: Tick) -> _Index:
    index = _Index()
    found = False
    for line, element in children(path, "data", NAMESPACE, (*_TERMS, "vendor-specific"), tick):
        if element.tag in _TERMS:
            index.terms[element.get("id", "")] = (
                clean_line(element.findtext("source")),
                clean_line(element.findtext("source-id")),
                clean_title(element.findtext("name")),
            )
            continue
        found = True
        index.version = element.get("version", "").partition(" ")[0]
        for reference in element:
            numbers = index.numbers.get(reference.tag.removesuffix("-reference"))
            if numbers is None:
                continue
            try:
                numbers[reference.get("id", "")] = int(reference.get("aop-wiki-id", ""))
            except ValueError:
                raise SourceError(
                    path,
                    line,
                    f"<{reference.tag}> has the AOP-Wiki number "
                    f"{reference.get('aop-wiki-id')!r}, which is no number.",
                ) from None
    if not found:
        raise SourceError(
            path, None, "has no <vendor-specific> section, where AOP-Wiki keeps its numbers."
        )
    return index


def _key_event(
    line: int, number: int, element: Element, index: _Index
) -> tuple[r.KeyEventRecord, list[r.Remark]]:
    remarks = []
    level = clean_line(element.findtext("biological-organization-level"))
    if level and level not in LEVELS:
        remarks.append(
            r.Remark(r.KEY_EVENT, line, f"Key Event {number} has the level {level!r}; left empty.")
        )
        level = ""
    title = clean_title(element.findtext("title"))
    if not title:
        title = f"Key Event {number}"
        remarks.append(r.Remark(r.KEY_EVENT, line, f"Key Event {number} has no title."))
    return (
        r.KeyEventRecord(
            number=number,
            title=title,
            short_title=clean_title(element.findtext("short-name")),
            level=level,
            description=html_to_text(element.findtext("description")),
            organ_term=_term(element.find("organ-term")),
            cell_term=_term(element.find("cell-term")),
            components=tuple(
                _component(event, index)
                for event in element.findall("biological-events/biological-event")
            ),
        ),
        remarks,
    )


def _component(event: Element, index: _Index) -> r.Component:
    nothing = ("", "", "")
    action = index.terms.get(event.get("action-id", ""), nothing)
    thing = index.terms.get(event.get("object-id", ""), nothing)
    process = index.terms.get(event.get("process-id", ""), nothing)
    return r.Component(action[2], *thing, *process)


def _relationship(
    line: int, number: int, element: Element, index: _Index
) -> r.RelationshipRecord | r.Remark:
    numbers = index.numbers["key-event"]
    upstream = numbers.get(clean_line(element.findtext("title/upstream-id")))
    downstream = numbers.get(clean_line(element.findtext("title/downstream-id")))
    if upstream is None or downstream is None:
        return r.Remark(
            r.RELATIONSHIP, line, f"Relationship {number} names an unknown Key Event; left out."
        )
    return r.RelationshipRecord(number, upstream, downstream)


def _aop(line: int, number: int, element: Element, index: _Index) -> Iterator[r.Record]:
    title = clean_title(element.findtext("title"))
    if not title:
        title = f"AOP {number}"
        yield r.Remark(r.AOP, line, f"AOP {number} has no title.")
    # An event may be listed twice; the more specific role counts.
    roles: dict[int, str] = {}
    links = [(link, role) for name, role in _ROLE_ORDER for link in element.findall(name)]
    links += [(link, "KE") for link in element.findall("key-events/key-event")]
    for link, role in links:
        event = index.numbers["key-event"].get(link.get("key-event-id") or link.get("id") or "")
        if event is None:
            yield r.Remark(r.AOP, line, f"AOP {number} names an unknown Key Event; left out.")
        else:
            roles.setdefault(event, role)
    relationships: dict[int, r.AopRelationship] = {}
    for link in element.findall("key-event-relationships/relationship"):
        relationship = index.numbers["key-event-relationship"].get(link.get("id") or "")
        if relationship is None:
            yield r.Remark(r.AOP, line, f"AOP {number} names an unknown relationship; left out.")
            continue
        relationships.setdefault(
            relationship,
            r.AopRelationship(
                relationship,
                clean_line(link.findtext("adjacency")),
                clean_line(link.findtext("evidence")),
                clean_line(link.findtext("quantitative-understanding-value")),
            ),
        )
    yield r.AopRecord(
        number=number,
        title=title,
        short_title=clean_title(element.findtext("short-name")),
        description=html_to_text(element.findtext("abstract")),
        status=_status(element.find("status")),
        events=tuple(r.AopEvent(event, role) for event, role in roles.items()),
        relationships=tuple(relationships.values()),
    )


def _status(status: Element | None) -> str:
    """The OECD's status where there is one, else the wiki's own; today's `wiki-license` is none."""
    if status is None:
        return ""
    for name in ("oecd-status", "saaop-status", "wiki-status"):
        if text := clean_line(status.findtext(name)):
            return text
    return ""


def _term(element: Element | None) -> str:
    """An organ or cell term as `liver (UBERON:0002107)`; 2019 has them, today's export rarely."""
    if element is None:
        return ""
    name = clean_title(element.findtext("name"))
    identifier = clean_line(element.findtext("source-id"))
    return f"{name} ({identifier})" if name and identifier else name or identifier


def _text(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()
