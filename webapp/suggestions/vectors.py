"""Vectors by text while an index is built: taken over, encoded, and kept in case the build ends.

What is encoded is appended to a file at once. A build that was killed leaves it, and the next one
goes on from there; a build that is done deletes it.

    index/encoded.vectors   one line of JSON (how vectors are made), then records of key and vector
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions import index as files
from webapp.suggestions.encoder import Encoder

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with (texts encoded so far, texts to encode)."""

KEPT = "encoded.vectors"
CHUNK = 512
"""Texts after which what was encoded is kept: a few seconds of work, and whole batches."""


class Vectors:
    """Vectors by text, seeded from the current generation and from a build that did not end.

    One process at a time may use those of a folder.
    """

    def __init__(self, index_dir: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self._file = index_dir / KEPT
        self._known: dict[str, NDArray[np.float32]] = {}
        self._header = json.dumps(
            {"encoder": encoder.name, "made_by": dict(encoder.description)}, sort_keys=True
        ).encode()
        self._record = np.dtype([("key", "S32"), ("vector", np.float32, (encoder.dimensions,))])
        generation = files.current_generation(index_dir)
        if generation is not None:
            self._take_over(index_dir / generation)
        self._resume()

    def encode(self, texts: Sequence[str], progress: Progress | None) -> None:
        """Encode those texts that are not known yet."""
        new = [text for text in dict.fromkeys(texts) if files.text_key(text) not in self._known]
        new.sort(key=len)  # texts of like length share a batch
        done = 0

        def count(batch: int) -> None:
            nonlocal done
            done += batch
            if progress:
                progress(done, len(new))

        if progress:
            progress(0, len(new))
        for start in range(0, len(new), CHUNK):
            chunk = new[start : start + CHUNK]
            self._keep(chunk, self._encoder.encode(chunk, count))

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self._encoder.dimensions), dtype=np.float32)
        return np.stack([self._known[files.text_key(text)] for text in texts]).astype(np.float32)

    def forget(self) -> None:
        """Delete the file: the vectors are in an index now."""
        self._file.unlink(missing_ok=True)

    def _take_over(self, folder: Path) -> None:
        try:
            manifest = files.read_manifest(folder)
            if _made_by(manifest) != self._header:
                return
            digests = manifest["sha256"]
            for name, digest in digests.items():
                if not name.endswith(".npy") or name.removesuffix(".npy") + ".keys" not in digests:
                    continue
                if files.sha256(folder / name) != digest:
                    continue
                keys = files.read_json((folder / name).with_suffix(".keys"))
                rows = np.load(folder / name, mmap_mode="r").reshape(len(keys), -1)
                self._known.update(zip(keys, rows, strict=True))
        except (files.IndexUnusable, OSError, ValueError, KeyError) as error:
            log.warning("the earlier suggestion index is not reused: %s", error)

    def _resume(self) -> None:
        """Read the records of a build that did not end; the file is ready to be added to then."""
        kept = np.zeros(0, dtype=self._record)
        try:
            with self._file.open("rb") as file:
                if file.readline().rstrip(b"\n") == self._header:
                    data = file.read()
                    whole = len(data) - len(data) % self._record.itemsize
                    kept = np.frombuffer(data[:whole], dtype=self._record)
        except OSError:
            pass
        # Vectors have length one: what a power cut left of one has not.
        lengths = np.linalg.norm(kept["vector"], axis=1)
        kept = kept[np.isclose(lengths, 1, atol=1e-3)]
        self._known.update((row["key"].decode(), row["vector"]) for row in kept)
        if len(kept):
            log.info("%d texts were encoded by a build that did not end.", len(kept))
        self._file.write_bytes(self._header + b"\n" + kept.tobytes())

    def _keep(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        rows = np.zeros(len(texts), dtype=self._record)
        keys = [files.text_key(text) for text in texts]
        rows["key"], rows["vector"] = keys, vectors
        with self._file.open("ab") as file:
            file.write(rows.tobytes())
        self._known.update(zip(keys, vectors, strict=True))


def _made_by(manifest: Mapping[str, object]) -> bytes:
    return json.dumps(
        {"encoder": manifest["encoder"], "made_by": manifest["made_by"]}, sort_keys=True
    ).encode()
