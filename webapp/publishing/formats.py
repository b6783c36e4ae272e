"""The three formats, each a stream of lines. Free of Flask.

- SSSOM TSV: https://mapping-commons.github.io/sssom/spec-formats-tsv/
- CSV: RFC 4180 with leading `#` lines
- GMT: one gene set a line, as the Broad Institute's GSEA reads it
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from webapp.publishing.records import LICENCE, Record, Release

CURIE_MAP = {
    "aop.events": "https://identifiers.org/aop.events/",
    "wikipathways": "https://identifiers.org/wikipathways/",
    "GO": "http://purl.obolibrary.org/obo/GO_",
    "reactome": "https://identifiers.org/reactome/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "orcid": "https://orcid.org/",
    "bioregistry": "https://bioregistry.io/",
    "kewp": "",  # filled with this site's address
}
COLUMNS = (
    "record_id",
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "author_id",
    "author_label",
    "reviewer_id",
    "reviewer_label",
    "confidence",
    "mapping_date",
    "subject_source",
    "subject_source_version",
    "object_source",
    "object_source_version",
    "see_also",
    "comment",
)
JUSTIFICATION = "semapv:ManualMappingCuration"


@dataclass(frozen=True)
class Header:
    """What stands above the rows: where they are from, when, and under which licences."""

    address: str
    made_at: str
    version: str
    releases: Sequence[Release]

    @property
    def title(self) -> str:
        """Name of the mapping set."""
        return "AOP-Wiki Key Events mapped to pathways and biological processes"

    def source_lines(self) -> list[str]:
        """One sentence a source: name, version, licence, address."""
        return [
            ", ".join(
                part
                for part in (one.name, f"version {one.version}", one.licence, one.address)
                if part
            )
            for one in self.releases
        ]


def clean(text: str) -> str:
    """A value for a cell: no tabs, line breaks or control characters."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text).strip()


def _values(record: Record) -> dict[str, str]:
    return {
        "record_id": f"kewp:{record.uuid}",
        "subject_id": record.subject_id,
        "subject_label": record.subject_label,
        "predicate_id": record.predicate_id,
        "object_id": record.object_id,
        "object_label": record.object_label,
        "mapping_justification": JUSTIFICATION,
        "author_id": record.author_id,
        "author_label": _one_of_many(record.author_label),
        "reviewer_id": record.reviewer_id,
        "reviewer_label": _one_of_many(record.reviewer_label),
        "confidence": "" if record.confidence is None else f"{record.confidence:g}",
        "mapping_date": record.mapping_date,
        "subject_source": "bioregistry:aop.events",
        "object_source": f"bioregistry:{record.object_id.partition(':')[0].lower()}",
        "subject_source_version": record.subject_source_version,
        "object_source_version": record.object_source_version,
        "see_also": record.see_also,
        "comment": record.comment,
    }


def _one_of_many(text: str) -> str:
    """A value of a column that may hold several, which `|` would part (SSSOM, "TSV format")."""
    return text.replace("|", r"\|")


def sssom(header: Header, records: Iterable[Record]) -> Iterator[str]:
    """SSSOM TSV with its metadata as a YAML comment."""
    curie_map = {**CURIE_MAP, "kewp": f"{header.address}/mappings/"}
    lines = [
        "sssom_version: '1.1'",
        f"mapping_set_id: {_quoted(header.address + '/exports/mappings.sssom.tsv')}",
        f"mapping_set_title: {_quoted(header.title)}",
        f"mapping_set_version: {_quoted(header.made_at)}",
        f"publication_date: {_quoted(header.made_at[:10])}",
        f"license: {LICENCE}",
        f"mapping_tool: {_quoted('KE-WP Mapping')}",
        f"mapping_tool_version: {_quoted(header.version)}",
        f"comment: {_quoted('Sources: ' + ' | '.join(header.source_lines()))}",
        "curie_map:",
        *(f"  {prefix}: {_quoted(address)}" for prefix, address in curie_map.items()),
    ]
    yield "".join(f"# {line}\n" for line in lines)
    yield "\t".join(COLUMNS) + "\n"
    for record in records:
        values = _values(record)
        yield "\t".join(_cell(values[column]) for column in COLUMNS) + "\n"


def _cell(text: str) -> str:
    # A TSV reader takes a quotation mark at the start of a cell for quoting; double it (RFC 4180).
    text = clean(text)
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') else text


def _quoted(text: str) -> str:
    return json.dumps(clean(text), ensure_ascii=False)


def comma_separated(header: Header, records: Iterable[Record]) -> Iterator[str]:
    """CSV with the words of a curator beside the SSSOM columns."""
    columns = (*COLUMNS, "confidence_level", "relationship", "resource", "url")
    yield "".join(
        f"# {line}\n"
        for line in (
            header.title,
            f"made at {header.made_at} by KE-WP Mapping {header.version}, {header.address}",
            f"licence: {LICENCE}",
            *(f"source: {line}" for line in header.source_lines()),
        )
    )
    yield _csv_line(columns)
    for record in records:
        values = {
            **_values(record),
            "confidence_level": record.confidence_level,
            "relationship": record.relationship,
            "resource": record.resource,
            "url": f"{header.address}/mappings/{record.uuid}",
        }
        yield _csv_line([clean(values[column]) for column in columns])


def _csv_line(values: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    return buffer.getvalue()


def gmt(
    header: Header, records: Iterable[Record], genes: Callable[[int], Sequence[str]]
) -> Iterator[str]:
    """One gene set a mapping; targets without genes have none and are left out.

    The format knows no header, so versions and licence stand in the second column of each line.
    """
    for record in records:
        # Genes whose symbol nobody knows stand as entrez:NUMBER; gene sets hold symbols alone.
        known = genes(record.target_id)
        symbols = [one for one in known if not one.startswith("entrez:")]
        if not symbols:
            continue
        lacking = f"{len(known) - len(symbols)} of {len(known)} genes have no symbol here; "
        description = (
            f"{record.subject_label} -> {record.object_label} "
            f"[{record.predicate_id}, confidence {record.confidence_level}; "
            f"AOP-Wiki {record.subject_source_version}, "
            f"{record.resource} {record.object_source_version}; "
            f"{lacking if len(symbols) < len(known) else ''}{LICENCE}; "
            f"{header.address}/mappings/{record.uuid}]"
        )
        yield (
            "\t".join([f"{record.subject_id}|{record.object_id}", clean(description), *symbols])
            + "\n"
        )
