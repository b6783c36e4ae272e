"""The wikipathways-database: three files a pathway, as a tar archive or a checked-out folder.

`WPID-info.json` has title, description, species and revision; `WPID.md` the ontology terms with
their names and the communities; `WPID-datanodes.tsv` the identifiers of each node, from which come
the genes and the pairs of Entrez number and symbol. Pathways of other species are passed over.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webapp.catalog.sources import records as r
from webapp.catalog.sources.datanodes import Datanodes
from webapp.catalog.sources.files import (
    SourceError,
    Tick,
    damage_as_source_error,
    no_tick,
    open_bytes,
)
from webapp.catalog.sources.front_matter import list_of_mappings, list_of_texts
from webapp.catalog.sources.text import clean_title, markdown_to_text
from webapp.catalog.sources.wikipathways import curie

MAX_MEMBER = 64 * 1024 * 1024
"""Largest file of one pathway, in bytes."""

_MEMBER = re.compile(r"(?:.*/)?(WP\d+)/\1(-info\.json|-datanodes\.tsv|\.md)")
_KINDS = {"PW": "Pathway Ontology", "DOID": "Disease Ontology", "CL": "Cell Type Ontology"}
_TEXTS = ("title", "description", "revision", "last-edited")
_LISTS = ("organisms", "ontology-ids")
"""Fields of `-info.json` that may be absent or null."""
_DATED = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)")


def looks_like(head: bytes) -> bool:
    """Whether these first bytes are a tar archive."""
    return head[257:262] == b"ustar"


def looks_like_folder(path: Path) -> bool:
    """Whether a folder is a checkout of the database, or its `pathways` folder."""
    return any(path.glob("WP*/WP*-info.json")) or any(path.glob("pathways/WP*/WP*-info.json"))


def read(path: Path, tick: Tick = no_tick) -> Iterator[r.Record]:
    """Yield the human pathways, then what the nodes say of genes.

    Raises `SourceError` for a damaged archive, a broken `-info.json`, or no human pathway at all.
    """
    symbols: dict[str, Counter[str]] = {}
    ensembl: dict[str, str] = {}
    count = others = 0
    newest = ""
    for identifier, parts in _pathways(path, tick):
        if "-info.json" not in parts:
            yield r.Remark(
                r.WIKIPATHWAYS, None, f"{identifier} has no {identifier}-info.json; left out."
            )
            continue
        info = _info(path, identifier, parts["-info.json"])
        if r.HUMAN not in info["organisms"]:
            others += 1
            continue
        count += 1
        newest = max(newest, str(info["last-edited"]))
        nodes = None
        if "-datanodes.tsv" in parts:
            nodes = Datanodes(parts["-datanodes.tsv"])
            for entrez, symbol, gene in nodes.pairs:
                symbols.setdefault(entrez, Counter())[symbol] += 1
                ensembl.setdefault(entrez, gene)
        yield _pathway(identifier, info, parts.get(".md"), nodes)
    if count == 0:
        raise SourceError(path, None, f"holds no pathway of {r.HUMAN}.")
    dated = _DATED.search(path.name)
    yield r.Version("-".join(dated.groups()) if dated else newest)
    for entrez, counted in symbols.items():
        # A gene that was renamed has both names in the release; most pathways carry today's.
        yield r.GeneRecord(entrez, counted.most_common(1)[0][0], ensembl[entrez])
    if others:
        yield r.Note(f"{path.name}: {others:,} pathways of other species were passed over.")


def _pathway(
    identifier: str, info: dict[str, Any], page: bytes | None, nodes: Datanodes | None
) -> r.TargetRecord:
    return r.TargetRecord(
        resource=r.WIKIPATHWAYS,
        identifier=curie(identifier),
        title=clean_title(str(info["title"])) or identifier,
        description=markdown_to_text(str(info["description"])),
        species=r.HUMAN,
        version=str(info["revision"]),
        genes=None if nodes is None else tuple(r.ENTREZ_PREFIX + gene for gene in nodes.entrez),
        annotations=_annotations(info, page),
    )


def _annotations(info: dict[str, Any], page: bytes | None) -> tuple[r.Annotation, ...]:
    """Ontology terms (named by the page, else by `-info.json` alone) and communities."""
    found: dict[tuple[str, str], r.Annotation] = {}
    if page is not None:
        text = page.decode("utf-8", errors="replace")
        for item in list_of_mappings(text, "annotations"):
            note = r.Annotation(item.get("type", ""), item.get("id", ""), item.get("value", ""))
            if note.kind and note.identifier:
                found.setdefault((note.kind, note.identifier), note)
        for community in list_of_texts(text, "communities"):
            found.setdefault(("Community", community), r.Annotation("Community", community))
    named = {identifier for _kind, identifier in found}
    for identifier in map(str, info["ontology-ids"]):
        kind = _KINDS.get(identifier.partition(":")[0], "Ontology")
        if identifier not in named:
            found[kind, identifier] = r.Annotation(kind, identifier)
    return tuple(found.values())


def _info(path: Path, identifier: str, content: bytes) -> dict[str, Any]:
    try:
        info = json.loads(content)
    except ValueError as error:
        raise SourceError(path, None, f"{identifier}-info.json is broken ({error}).") from error
    if not isinstance(info, dict) or info.get("wpid") != identifier:
        raise SourceError(path, None, f"{identifier}-info.json does not describe {identifier}.")
    for name in _TEXTS:
        info[name] = info.get(name) or ""
    for name in _LISTS:
        value = info.get(name) or []
        info[name] = value if isinstance(value, list) else [value]
    return info


def _pathways(path: Path, tick: Tick) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Group the files by pathway; those of one pathway follow one another in both layouts."""
    current, parts = "", dict[str, bytes]()
    for identifier, kind, content in _folder(path, tick) if path.is_dir() else _tar(path, tick):
        if identifier != current:
            if parts:
                yield current, parts
            current, parts = identifier, {}
        parts[kind] = content
    if parts:
        yield current, parts


def _tar(path: Path, tick: Tick) -> Iterator[tuple[str, str, bytes]]:
    def too_damaged(error: Exception) -> SourceError:
        return SourceError(path, None, f"the archive is damaged or cut off ({error}).")

    with open_bytes(path, tick) as stream, damage_as_source_error(path):
        try:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    found = _MEMBER.fullmatch(member.name)
                    if found is None or not member.isfile():
                        continue
                    if member.size > MAX_MEMBER:
                        raise SourceError(path, None, f"{member.name} is larger than 64 MB.")
                    file = archive.extractfile(member)
                    if file is not None:
                        yield found[1], found[2], file.read()
        except tarfile.TarError as error:
            raise too_damaged(error) from error


def _folder(path: Path, tick: Tick) -> Iterator[tuple[str, str, bytes]]:
    root = path / "pathways" if (path / "pathways").is_dir() else path
    for folder in sorted(root.glob("WP*")):
        for file in sorted(folder.glob("WP*")):
            found = _MEMBER.fullmatch(f"{folder.name}/{file.name}")
            if found is None or not file.is_file():
                continue
            if file.stat().st_size > MAX_MEMBER:
                raise SourceError(file, None, "is larger than 64 MB.")
            content = file.read_bytes()
            tick(len(content))
            yield found[1], found[2], content
