"""Writes small files in the formats of the sources, for cases that the real files do not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import text

from webapp.catalog.importer import import_files
from webapp.catalog.inputs import open_input
from webapp.catalog.report import ImportReport
from webapp.database import Database


def aopwiki_xml(
    path: Path,
    events: Mapping[int, str],
    *,
    aops: Mapping[int, Sequence[tuple[int, str]]] | None = None,
    relationships: Mapping[int, tuple[int, int]] | None = None,
    descriptions: Mapping[int, str] | None = None,
    extra: str = "",
    version: str = "2026-03-05",
) -> Path:
    """Write an AOP-Wiki export of today's dialect: titles by number, roles and relationships."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<data xmlns="http://www.aopkb.org/aop-xml">',
    ]
    for number, title in events.items():
        lines += [
            f'<key-event id="ke-{number}">',
            f"<title>{escape(title)}</title><short-name>{escape(title)}</short-name>",
            "<biological-organization-level>Cellular</biological-organization-level>",
            f"<description>{escape((descriptions or {}).get(number, ''))}</description>",
            "</key-event>",
        ]
    for number, (up, down) in (relationships or {}).items():
        lines.append(
            f'<key-event-relationship id="ker-{number}"><title><upstream-id>ke-{up}</upstream-id>'
            f"<downstream-id>ke-{down}</downstream-id></title></key-event-relationship>"
        )
    for number, roles in (aops or {}).items():
        lines.append(f'<aop id="aop-{number}"><title>AOP of test {number}</title>')
        by_tag = {"MIE": "molecular-initiating-event", "AO": "adverse-outcome"}
        lines += [
            f'<{by_tag[role]} key-event-id="ke-{event}"/>' for event, role in roles if role != "KE"
        ]
        links = [f'<key-event key-event-id="ke-{e}"/>' for e, role in roles if role == "KE"]
        lines.append(f"<key-events>{''.join(links)}</key-events></aop>")
    lines.append(extra)
    lines.append(f'<vendor-specific name="AopWiki" version={quoteattr(version + " 00:00:00")}>')
    lines += [
        f'<key-event-reference id="ke-{number}" aop-wiki-id="{number}"/>' for number in events
    ]
    lines += [f'<aop-reference id="aop-{n}" aop-wiki-id="{n}"/>' for n in aops or ()]
    lines += [
        f'<key-event-relationship-reference id="ker-{n}" aop-wiki-id="{n}"/>'
        for n in relationships or ()
    ]
    lines.append("</vendor-specific></data>")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def wikipathways_gmt(path: Path, pathways: Mapping[str, tuple[str, Sequence[int]]]) -> Path:
    """Write a WikiPathways GMT: title and Entrez numbers by identifier."""
    path.write_text(
        "".join(
            f"{title}%WikiPathways_20260822%{identifier}%Homo sapiens\t"
            f"https://www.wikipathways.org/instance/{identifier}\t"
            + "\t".join(map(str, genes))
            + "\n"
            for identifier, (title, genes) in pathways.items()
        )
    )
    return path


def imported(database: Database, *files: tuple[str, Path]) -> ImportReport:
    """Import files, each given as (source, path)."""
    return import_files(database, [open_input(source, path) for source, path in files])


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """All rows of a query, as plain tuples."""
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(query))]


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the catalog, to compare before with after."""
    tables = rows(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {str(name): rows(database, f'SELECT * FROM "{name}"') for (name,) in tables}
