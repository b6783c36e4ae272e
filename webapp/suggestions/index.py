"""The suggestion index on disk: vectors and word statistics of every live target.

One folder a generation, written whole and then made current by an atomic rename of a link, so
that workers switch while they serve. A manifest says what it was built from and holds the
SHA-256 of every file.

    index/current -> 20260102T030405Z-1a2b3c4d/
        manifest.json  abbreviations.json  key_events.json  key_events.npy  key_events.keys
        wikipathways/identifiers.json  wikipathways/vectors.npy  wikipathways/bm25/…
        wikipathways/pool/…  texts.npy  texts.keys  named_genes.json
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from inspect import getsource
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions import abbreviations, gene_names, noise, pool, subject, text, vocabulary
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.pool import Pooled, Pools
from webapp.suggestions.signals import SIGNALS, postings, targets

FORMAT = 4
TEXT_TEMPLATE = "title without direction words; the same with abbreviations spelt out"
CURRENT = "current"


def _rules() -> str:
    digest = hashlib.sha256(version("snowballstemmer").encode())
    digest.update(vocabulary.READINGS.encode())
    modules = {modules_of.__module__: None for modules_of in SIGNALS}
    for module in (
        text,
        abbreviations,
        gene_names,
        vocabulary,
        noise,
        subject,
        pool,
        targets,
        postings,
        *(sys.modules[name] for name in modules),
    ):
        digest.update(getsource(module).encode())
    return digest.hexdigest()[:12]


RULES = _rules()
"""Stands for the rules that make words of titles and values of signals. An index holds texts and
values that were made by them, so it fits these rules alone; what was encoded before is taken over
where a text is still the same."""


class IndexUnusable(RuntimeError):
    """The index cannot be used; its text says why, for the curator and the operator."""


@dataclass(frozen=True)
class ResourceIndex:
    """Everything about one resource; row i of each part is target `identifiers[i]`."""

    identifiers: list[str]
    lexical: LexicalIndex
    vectors: NDArray[np.float32] | None
    pools: Pools | None = None
    """The signals of every Key Event; None where there are no vectors."""

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each identifier."""
        return {identifier: row for row, identifier in enumerate(self.identifiers)}


@dataclass(frozen=True)
class Index:
    """A loaded generation."""

    generation: str
    catalog_version: str
    encoder: str | None
    created_at: str
    abbreviations: dict[str, str]
    resources: dict[str, ResourceIndex]
    key_event_rows: dict[int, int]
    key_event_vectors: NDArray[np.float32] | None
    """Shape (key events, 2, dimensions): the two texts of `TEXT_TEMPLATE`."""
    key_event_texts: list[str]
    """The `text_key` of the first of the two, by row."""
    made_by: Mapping[str, object] = field(default_factory=dict)
    """How the encoder made the vectors: the `description` that it had at the time."""
    named_genes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Symbols of genes that Key Events name, with the words that name them, by Key Event."""
    nonsense_cosine: float = 0.0
    """What is not nearer than that has nothing to do with a text; see `noise`."""

    @property
    def encoder_told(self) -> str | None:
        """The encoder as anybody may read it: of a folder on this machine its own name alone."""
        return self.encoder and re.sub(r"^[./].*/(?=[^/]+@)", "", self.encoder)

    def vectors_of(self, number: int, plain: str) -> NDArray[np.float32] | None:
        """The vectors (2, dimensions) of a Key Event, unless its title reads otherwise by now."""
        row = self.key_event_rows.get(number)
        if self.key_event_vectors is None or row is None:
            return None
        same = self.key_event_texts[row] == text_key(plain)
        return self.key_event_vectors[row] if same else None

    def pool_of(self, resource: str, number: int, plain: str) -> Pooled | None:
        """What speaks for targets of a resource, unless the title reads otherwise by now."""
        part = self.resources.get(resource)
        if part is None or part.pools is None or self.vectors_of(number, plain) is None:
            return None
        return part.pools.of(self.key_event_rows[number])

    def by_words_alone(self) -> Index:
        """The same index without its vectors."""
        return replace(
            self,
            encoder=None,
            key_event_vectors=None,
            resources={
                name: replace(part, vectors=None, pools=None)
                for name, part in self.resources.items()
            },
        )


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_key(value: str) -> str:
    """Stands for a text that was encoded, so that its vector is found again."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def write_json(path: Path, value: object) -> None:
    """Write a JSON file as UTF-8."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises `OSError` or `ValueError`."""
    return json.loads(path.read_text(encoding="utf-8"))


def current_generation(index_dir: Path) -> str | None:
    """Name of the current generation, or None where there is none."""
    try:
        return os.readlink(index_dir / CURRENT)
    except OSError:
        return None


def make_current(index_dir: Path, generation: str) -> None:
    """Switch to a generation in one step and remove the ones before the last."""
    previous = current_generation(index_dir)
    current = index_dir / CURRENT
    if previous is None and current.is_dir():
        shutil.rmtree(current)  # a copy that followed links makes a folder of it
    link = index_dir / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(generation)
    link.replace(current)
    for folder in index_dir.iterdir():
        # Workers may still map the previous generation; it goes at the next switch.
        if (
            folder.is_dir()
            and not folder.is_symlink()
            and folder.name not in {generation, previous}
        ):
            shutil.rmtree(folder, ignore_errors=True)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a generation; raises `IndexUnusable` where it is missing or unreadable."""
    try:
        manifest = read_json(folder / "manifest.json")
    except FileNotFoundError:
        raise IndexUnusable("the suggestion index is gone") from None
    except (OSError, ValueError) as error:
        raise IndexUnusable(
            f"the manifest of the suggestion index is unreadable ({error})"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise IndexUnusable("the suggestion index was written by another version")
    return manifest


def require_rules(manifest: dict[str, Any]) -> None:
    """Raise `IndexUnusable` where titles are read by other rules now than when it was built."""
    if (manifest.get("rules"), manifest.get("text_template")) != (RULES, TEXT_TEMPLATE):
        raise IndexUnusable("titles are read by other rules since the suggestion index was built")


def load(index_dir: Path, generation: str | None) -> Index:
    """Map a generation; raises `IndexUnusable` where anything in it is missing or altered."""
    if generation is None:
        raise IndexUnusable("no suggestion index has been built yet")
    folder = index_dir / generation
    manifest = read_manifest(folder)
    require_rules(manifest)
    try:
        for name, expected in manifest["sha256"].items():
            if sha256(folder / name) != expected:
                raise IndexUnusable(f"the file {name} of the suggestion index is damaged")
        encoder: str | None = manifest["encoder"]
        numbers = read_json(folder / "key_events.json")
        return Index(
            generation=generation,
            catalog_version=str(manifest["catalog_version"]),
            encoder=encoder,
            created_at=str(manifest["created_at"]),
            abbreviations=read_json(folder / "abbreviations.json"),
            resources={
                resource: _load_resource(
                    folder / resource, len(numbers), with_vectors=encoder is not None
                )
                for resource in manifest["resources"]
            },
            key_event_rows={number: row for row, number in enumerate(numbers)},
            key_event_vectors=(
                np.load(folder / "key_events.npy", mmap_mode="r") if encoder else None
            ),
            key_event_texts=read_json(folder / "key_events.keys")[::2] if encoder else [],
            made_by=manifest["made_by"],
            nonsense_cosine=float(manifest["nonsense_cosine"] or 0),
            named_genes=(
                {
                    int(number): named
                    for number, named in read_json(folder / "named_genes.json").items()
                }
                if encoder
                else {}
            ),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexUnusable(f"the suggestion index is damaged ({error})") from error


def _load_resource(folder: Path, key_events: int, *, with_vectors: bool) -> ResourceIndex:
    identifiers = read_json(folder / "identifiers.json")
    lexical = LexicalIndex.load(folder / "bm25", len(identifiers))
    if not with_vectors:
        return ResourceIndex(identifiers, lexical, None)
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    if len(vectors) != len(identifiers):
        raise IndexUnusable(f"the vectors of {folder.name} do not match its targets")
    pools = Pools.load(folder / "pool", len(identifiers), key_events)
    return ResourceIndex(identifiers, lexical, vectors, pools)
