"""What an encoder takes and how fast it is, measured in a process of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.encoder.interface import Encoder, EncoderError
from webapp.suggestions.encoder.transformer import BATCH, import_libraries, load

MB = 1_000_000
ALONE = 21
"""Texts that are encoded one by one, as the searches of people are."""


@dataclass(frozen=True)
class Measured:
    """One encoder at work on one thread.

    Speeds are by processor time, so that other programs do not slow it down. Sizes are megabytes
    that are resident, None where the system tells none.
    """

    name: str
    dimensions: int
    description: Mapping[str, str | int]
    seconds_to_load: float
    """By the clock, imports of torch and transformers included."""
    texts: int
    texts_per_second: float
    """In batches, sorted by length."""
    milliseconds_alone: float
    """The median of single texts."""
    libraries: float | None
    """What is resident before the model is loaded."""
    memory: float | None
    """What is resident when all was encoded."""
    peak: float | None
    """The most that was resident at any time, loading included."""
    vectors: NDArray[np.float32] = field(repr=False)
    """Shape (texts, dimensions)."""


def measured(setting: str, revision: str, texts: Sequence[str]) -> Measured:
    """Load an encoder in a fresh process and encode all texts there.

    Nothing that this process has loaded counts, nor stays. Raises `EncoderError` where the encoder
    cannot be had, or takes more memory than there is.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        try:
            return processes.submit(measured_here, setting, revision, list(texts)).result()
        except BrokenProcessPool:
            raise EncoderError(
                f"The encoder {setting} was ended by the system while it was measured, most "
                "likely for want of memory."
            ) from None


def measured_here(setting: str, revision: str, texts: Sequence[str]) -> Measured:
    """The same in this process, to whose memory the sizes then belong."""
    started = time.perf_counter()
    import_libraries(setting)
    libraries = _megabytes("VmRSS")
    encoder = load(setting, revision)
    loaded = time.perf_counter() - started
    encoder.encode(texts[:BATCH])  # the first batch allocates what the others use again
    alone = [_timed(encoder, [text])[0] for text in texts[:ALONE]]
    seconds, vectors = _timed(encoder, texts)
    return Measured(
        name=encoder.name,
        dimensions=encoder.dimensions,
        description=dict(encoder.description),
        seconds_to_load=loaded,
        texts=len(texts),
        texts_per_second=len(texts) / seconds,
        milliseconds_alone=median(alone) * 1000,
        libraries=libraries,
        memory=_megabytes("VmRSS"),
        peak=_megabytes("VmHWM"),
        vectors=vectors,
    )


def _timed(encoder: Encoder, texts: Sequence[str]) -> tuple[float, NDArray[np.float32]]:
    started = time.process_time()
    vectors = encoder.encode(texts)
    return max(time.process_time() - started, 1e-9), vectors


def _megabytes(field_name: str) -> float | None:
    """A size of this process as proc(5) tells it."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(rf"^{field_name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 / MB if found else None
