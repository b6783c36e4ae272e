"""An index made by hand, in which one signal tells what experts choose, and people who choose."""

from __future__ import annotations

import numpy as np
import pytest

from webapp.suggestions.evaluation.contest import Contest, Text
from webapp.suggestions.fusion import COLD, WARM, Model
from webapp.suggestions.index import Index, ResourceIndex, text_key
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.memory import COLUMNS as REMEMBERED
from webapp.suggestions.pairs import Pair
from webapp.suggestions.pool import Pools
from webapp.suggestions.seen import Seen
from webapp.suggestions.signals import COLUMNS

COUNT, TARGETS = 40, 30
TELLS = COLUMNS.index("title")
WORDS = "alpha beta gamma delta epsilon zeta eta theta".split()


def title(number: int) -> str:
    """No two are one concept."""
    return f"{WORDS[number % 8]} {WORDS[number // 8]} event"


@pytest.fixture(scope="session")
def contest() -> Contest:
    """40 Key Events, 30 targets: target n % 30 of Key Event n has most of what tells."""
    random = np.random.default_rng(0)
    numbers = list(range(1, COUNT + 1))
    identifiers = [f"GO:{row:07d}" for row in range(TARGETS)]
    values = random.normal(size=(COUNT, TARGETS, len(COLUMNS))).astype(np.float16)
    for at, number in enumerate(numbers):
        values[at, number % TARGETS, TELLS] = 4
    pools = Pools(
        COLUMNS,
        np.arange(COUNT + 1, dtype=np.int64) * TARGETS,
        np.tile(np.arange(TARGETS, dtype=np.int32), COUNT),
        np.tile(np.arange(1, TARGETS + 1, dtype=np.int32), COUNT),
        values.reshape(-1, len(COLUMNS)),
    )
    vectors = random.normal(size=(COUNT, 2, 8)).astype(np.float32)
    names = random.normal(size=(TARGETS, 8)).astype(np.float32)
    part = ResourceIndex(identifiers, LexicalIndex.build(identifiers), names, pools)
    index = Index(
        "by hand",
        "1",
        "e@1",
        "",
        {},
        {"go_bp": part},
        {number: row for row, number in enumerate(numbers)},
        vectors,
        [text_key(title(number)) for number in numbers],
    )
    return Contest(
        "go_bp",
        index,
        {number: Text(title(number), "", live=True) for number in numbers},
        {one: Text(one, "", live=True) for one in identifiers},
        {},
        np.ones(TARGETS, dtype=np.bool_),
    )


@pytest.fixture
def chosen() -> tuple[Pair, ...]:
    """What experts choose for each Key Event."""
    return tuple(Pair(number, f"GO:{number % TARGETS:07d}") for number in range(1, COUNT + 1))


def model(weight: float, seen: Seen | None = None, version: str = "made-1") -> Model:
    """One that goes by the signal that tells, with this weight."""
    weights = dict.fromkeys(COLUMNS, 0.0) | {"title": weight}
    both = {COLD: weights, WARM: weights | dict.fromkeys(REMEMBERED, 0.0)}
    return Model(version, "2026-01-01T00:00:00Z", {"encoder": "e@1"}, both, {}, {}, seen or Seen())
