"""Vectors of the texts that baselines compare; what the index holds is taken from there.

The others are encoded once and kept in a file, which may be deleted at any time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions import index as files
from webapp.suggestions.encoder import Encoder, EncoderError

CHUNK = 1024
"""Texts after which what was encoded is kept, so that an interrupted run goes on where it was."""

Progress = Callable[[int, int], None]
"""Called with (texts encoded so far, texts to encode)."""


class VectorStore:
    """Vectors by text for the encoder of an index; `load` is called when one must be made."""

    def __init__(
        self, index_dir: Path, index: files.Index, folder: Path, load: Callable[[], Encoder]
    ) -> None:
        self._name = index.encoder
        file_name = re.sub(r"[^\w.-]+", "-", index.encoder or "none")
        self._file = folder / f"{file_name}.npz"
        self._load = load
        self._encoder: Encoder | None = None
        self._known = _of_index(index_dir / index.generation)
        self._made: dict[str, NDArray[np.float32]] = self._read()

    def of(self, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions).

        Raises `EncoderError` where texts must be encoded and the index's encoder cannot be had.
        """
        keys = [files.text_key(text) for text in texts]
        new = {
            key: text
            for key, text in zip(keys, texts, strict=True)
            if key not in self._known and key not in self._made
        }
        if new:
            self._encode(new, progress)
        return np.stack(
            [self._made[key] if key in self._made else self._known[key] for key in keys]
        )

    def _encode(self, new: dict[str, str], progress: Progress) -> None:
        if self._encoder is None:
            loaded = self._load()
            if loaded.name != self._name:
                raise EncoderError(
                    f"The index was built with {self._name} and ENCODER is {loaded.name}; run "
                    "python -m webapp index build."
                )
            self._encoder = loaded
        keys = sorted(new, key=lambda key: len(new[key]))
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            progress(start, len(keys))
            vectors = self._encoder.encode([new[key] for key in chunk])
            self._made.update(zip(chunk, vectors, strict=True))
            self._write()
        progress(len(keys), len(keys))

    def _read(self) -> dict[str, NDArray[np.float32]]:
        try:
            with self._file.open("rb") as file, np.load(file) as kept:
                return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
        except (OSError, ValueError, KeyError, BadZipFile, EOFError):
            return {}  # none yet, or none that can be read: they are made again

    def _write(self) -> None:
        partial = self._file.with_suffix(f".{os.getpid()}.partial")
        with suppress(OSError):  # a read-only disk costs time the next time, nothing else
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                np.savez(file, keys=list(self._made), vectors=np.stack(list(self._made.values())))
            partial.replace(self._file)


def _of_index(folder: Path) -> dict[str, NDArray[np.float32]]:
    known: dict[str, NDArray[np.float32]] = {}
    for keys in sorted(folder.rglob("*.keys")):
        names = files.read_json(keys)
        rows = np.load(keys.with_suffix(".npy"), mmap_mode="r").reshape(len(names), -1)
        known.update(zip(names, rows, strict=True))
    return known
