"""What an encoder of BioBERT's size takes, against the bundled one; speeds by processor time.

    python -m benchmarks.encoder [TEXTS]

The model has random weights and is made in a temporary folder, in the layout and size of BioBERT's
release (a 440 MB `.bin`, a vocabulary, no tokenizer configuration). It is measured as torch saves
weights today, as it did before version 1.6, and rounded to eight bits, each in a process of its
own, which then forks, as gunicorn does. Texts are names of the catalog of the settings in force.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.suggestions.small_models import as_large_as_biobert
from webapp.database import Database
from webapp.settings import load_settings
from webapp.suggestions.encoder import BUNDLED, TransformerEncoder, load
from webapp.suggestions.encoder.comparison import sample_of_names
from webapp.suggestions.encoder.measuring import MB, Measured, measured

FORKED = 64
"""Texts that a forked process encodes once more."""

of_parent: list[TransformerEncoder] = []


def largest_difference(setting: str, texts: list[str]) -> float:
    """Encode here and in a process that was forked afterwards; it must not hang, nor differ."""
    of_parent.append(load(setting))
    here = of_parent[0].encode(texts)
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as forked:
        there = forked.submit(encode_in_child, texts).result(timeout=120)
    return float(np.abs(here - there).max())


def encode_in_child(texts: list[str]) -> NDArray[np.float32]:
    return of_parent[0].encode(texts)


def show(what: str, found: Measured, weights: int, bundled: Measured | None) -> None:
    """Print one encoder; ratios are to the bundled one and to the size of the file of weights."""
    assert found.libraries
    assert found.memory
    assert found.peak
    print(f"{what}: {weights / MB:.0f} MB of weights, {found.dimensions} dimensions")
    print(f"  loaded in        {found.seconds_to_load:7.1f} s by the clock")
    for size, said in ((found.memory, "takes after use"), (found.peak, "took at the peak")):
        more = size - found.libraries
        print(f"  {said:16} {more:7.0f} MB more than torch, x{more * MB / weights:.2f} of its file")
    speed = f"  in batches       {found.texts_per_second:7.1f} texts/s"
    alone = f"  one by one       {1000 / found.milliseconds_alone:7.1f} texts/s"
    if bundled:
        speed += f", x{found.texts_per_second / bundled.texts_per_second:.2f} of the bundled one"
        alone += f", x{bundled.milliseconds_alone / found.milliseconds_alone:.2f} of it"
    print(f"{speed}\n{alone}", flush=True)


def check_fork(setting: str, texts: list[str]) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        different = fresh.submit(largest_difference, setting, texts[:FORKED]).result()
    print(f"  after a fork     differs by {different:.1e} at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="?", type=int, default=500)
    count = parser.parse_args().texts
    with Database(load_settings().database_path, read_only=True).read() as session:
        names = sample_of_names(session)
    if not names:
        raise SystemExit("There is no catalog; run: python -m webapp prepare")
    texts = [str(one) for one in np.random.default_rng(0).permutation(names)[:count]]
    bundled = measured(BUNDLED, "", texts)
    show(BUNDLED, bundled, 90_868_376, None)
    with tempfile.TemporaryDirectory() as folder:
        model = as_large_as_biobert(Path(folder))
        file = model / "pytorch_model.bin"
        size = file.stat().st_size
        show("as large as BioBERT", measured(str(model), "", texts), size, bundled)
        check_fork(str(model), texts)
        rounded = f"{model}+int8"
        exact = measured(str(model), "", texts[:FORKED])
        found = measured(rounded, "", texts)
        show("the same, +int8", found, size, bundled)
        check_fork(rounded, texts)
        cosines = (found.vectors[:FORKED] * exact.vectors).sum(axis=1)
        print(f"  cosine with the exact vectors {cosines.min():.4f} at least")
        save_as_before(file)
        show("the same, saved before torch 1.6", measured(str(model), "", texts), size, bundled)


def save_as_before(file: Path) -> None:
    import torch

    weights = torch.load(file)
    torch.save(weights, file, _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
