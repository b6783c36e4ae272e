"""The suggestion index on disk: vectors and word statistics of every live target.

One folder a generation, written whole and then made current by an atomic rename of a link, so
that workers switch while they serve. A manifest says what it was built from and holds the
SHA-256 of every file.

    index/current -> 20260102T030405Z-1a2b3c4d/
        manifest.json  abbreviations.json  key_events.json  key_events.npy
        wikipathways/identifiers.json  wikipathways/vectors.npy  wikipathways/bm25/…
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.lexical import LexicalIndex

FORMAT = 1
TEXT_TEMPLATE = "title without direction words; the same with abbreviations spelt out"
CURRENT = "current"


class IndexUnusable(RuntimeError):
    """The index cannot be used; its text says why, for the curator and the operator."""


@dataclass(frozen=True)
class ResourceIndex:
    """Everything about one resource; row i of each part is target `identifiers[i]`."""

    identifiers: list[str]
    lexical: LexicalIndex
    vectors: NDArray[np.float32] | None


@dataclass(frozen=True)
class Index:
    """A loaded generation."""

    generation: str
    catalog_version: int
    encoder: str | None
    created_at: str
    abbreviations: dict[str, str]
    resources: dict[str, ResourceIndex]
    key_event_rows: dict[int, int]
    key_event_vectors: NDArray[np.float32] | None
    """Shape (key events, 2, dimensions): the two texts of `TEXT_TEMPLATE`."""


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: object) -> None:
    """Write a JSON file as UTF-8."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def current_generation(index_dir: Path) -> str | None:
    """Name of the current generation, or None where there is none."""
    try:
        return os.readlink(index_dir / CURRENT)
    except OSError:
        return None


def make_current(index_dir: Path, generation: str) -> None:
    """Switch to a generation in one step and remove the ones before the last."""
    previous = current_generation(index_dir)
    link = index_dir / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(generation)
    link.replace(index_dir / CURRENT)
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
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IndexUnusable("no suggestion index has been built yet") from None
    except (OSError, ValueError) as error:
        raise IndexUnusable(
            f"the manifest of the suggestion index is unreadable ({error})"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise IndexUnusable("the suggestion index was written by another version")
    return manifest


def load(index_dir: Path, generation: str) -> Index:
    """Map a generation; raises `IndexUnusable` where anything in it is missing or altered."""
    folder = index_dir / generation
    manifest = read_manifest(folder)
    try:
        for name, expected in manifest["sha256"].items():
            if sha256(folder / name) != expected:
                raise IndexUnusable(f"the file {name} of the suggestion index is damaged")
        encoder: str | None = manifest["encoder"]
        resources = {}
        for resource in manifest["resources"]:
            part = folder / resource
            identifiers = json.loads((part / "identifiers.json").read_text(encoding="utf-8"))
            vectors = np.load(part / "vectors.npy", mmap_mode="r") if encoder else None
            if vectors is not None and len(vectors) != len(identifiers):
                raise IndexUnusable(f"the vectors of {resource} do not match its targets")
            resources[resource] = ResourceIndex(
                identifiers, LexicalIndex.load(part / "bm25", len(identifiers)), vectors
            )
        numbers = json.loads((folder / "key_events.json").read_text(encoding="utf-8"))
        return Index(
            generation=generation,
            catalog_version=int(manifest["catalog_version"]),
            encoder=encoder,
            created_at=str(manifest["created_at"]),
            abbreviations=json.loads((folder / "abbreviations.json").read_text(encoding="utf-8")),
            resources=resources,
            key_event_rows={number: row for row, number in enumerate(numbers)},
            key_event_vectors=(
                np.load(folder / "key_events.npy", mmap_mode="r") if encoder else None
            ),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexUnusable(f"the suggestion index is damaged ({error})") from error
