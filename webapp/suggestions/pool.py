"""The promising targets of every Key Event with the values of all signals, made with the index.

A target is in a Key Event's pool if any signal's column has it among its best. Everything that is
heavy is computed once; a list is then ranked by one small product of matrices.

    RESOURCE/pool/columns.json  starts.npy  rows.npy  places.npy  values.npy
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.signals import COLUMNS, SIGNALS, Signal
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject

BEST = 50
"""Targets that one column brings into the pool."""
BATCH = 16
"""Key Events whose texts are compared with all targets at once; bounds the memory."""


@dataclass(frozen=True, eq=False)
class Pooled:
    """The pool of one Key Event."""

    rows: NDArray[np.int32]
    """Rows of the resource, ascending."""
    places: NDArray[np.int32]
    """The place of each by the meaning of its name alone, among all targets; 1 is the nearest."""
    values: NDArray[np.float32]
    """Shape (rows, columns)."""


@dataclass(frozen=True, eq=False)
class Pools:
    """The pools of one resource; Key Event i has `starts[i]:starts[i + 1]` of each part."""

    columns: tuple[str, ...]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    places: NDArray[np.int32]
    values: NDArray[np.float16]

    def of(self, key_event: int) -> Pooled:
        """The pool of the Key Event in this row of the index."""
        part = slice(self.starts[key_event], self.starts[key_event + 1])
        return Pooled(
            self.rows[part], self.places[part], np.asarray(self.values[part], dtype=np.float32)
        )

    def save(self, folder: Path) -> None:
        """Write the parts into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "columns.json").write_text(json.dumps(self.columns), encoding="utf-8")
        for name in ("starts", "rows", "places", "values"):
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path, targets: int, key_events: int) -> Pools:
        """Map the parts. Raises `ValueError` where they do not belong together."""
        columns = tuple(json.loads((folder / "columns.json").read_text(encoding="utf-8")))
        starts, rows, places, values = (
            np.load(folder / f"{name}.npy", mmap_mode="r")
            for name in ("starts", "rows", "places", "values")
        )
        fits = (
            len(starts) == key_events + 1
            and values.shape == (len(rows), len(columns))
            and len(places) == len(rows) == starts[-1]
            and (not len(rows) or 0 <= rows.min() <= rows.max() < targets)
        )
        if not fits:
            raise ValueError(f"the pools in {folder} do not match the index")
        return cls(columns, starts, rows, places, values)


def make_pools(resources: Sequence[Resource], subjects: Sequence[Subject]) -> dict[str, Pools]:
    """Compute all signals of all Key Events, by resource."""
    signals = {one.name: [signal(one) for signal in SIGNALS] for one in resources}
    pooling = [column in signal.pools for signal in SIGNALS for column in signal.columns]
    found: dict[str, list[Pooled]] = {one.name: [] for one in resources}
    for start in range(0, len(subjects), BATCH):
        batch = subjects[start : start + BATCH]
        for one in resources:
            one.prepare(batch)
        for name, pooled in found.items():
            pooled += [_pooled(signals[name], pooling, subject) for subject in batch]
    return {name: _together(pooled) for name, pooled in found.items()}


def _together(found: Sequence[Pooled]) -> Pools:
    lengths = [len(each.rows) for each in found]
    nothing = np.zeros(0, dtype=np.int32)
    return Pools(
        COLUMNS,
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([nothing, *(each.rows for each in found)]),
        np.concatenate([nothing, *(each.places for each in found)]),
        np.concatenate(
            [np.zeros((0, len(COLUMNS)), dtype=np.float16)]
            + [each.values.astype(np.float16) for each in found]
        ),
    )


def _pooled(signals: Sequence[Signal], pooling: Sequence[bool], subject: Subject) -> Pooled:
    parts = [signal.values(subject) for signal in signals]
    columns = [part[:, place] for part in parts for place in range(part.shape[1])]
    meaning = np.maximum(columns[0], columns[1])
    chosen = np.zeros(len(meaning), dtype=np.bool_)
    for column, pools in zip(columns, pooling, strict=True):
        if pools:
            chosen[_best(column, meaning)] = True
    rows = np.flatnonzero(chosen).astype(np.int32)
    ordered = np.sort(meaning)
    places = len(ordered) - np.searchsorted(ordered, meaning[rows], side="right") + 1
    return Pooled(
        rows, places.astype(np.int32), np.stack([column[rows] for column in columns], axis=1)
    )


def _best(column: NDArray[np.float32], meaning: NDArray[np.float32]) -> NDArray[np.intp]:
    """Rows of the best positive values; of many equal ones those that are near in meaning."""
    rows = np.flatnonzero(column > 0)
    count = BEST
    if len(rows) <= count:  # most signals by the letter say nothing of most targets
        return rows
    values = column[rows]
    threshold = np.partition(values, len(values) - count)[len(values) - count]
    rows = rows[values >= threshold]
    if len(rows) > 2 * count:
        nearest = np.argpartition(-meaning[rows], count)[:count]
        rows = np.union1d(rows[nearest], np.flatnonzero(column > threshold))
    return rows
