"""Memory over a small index that is made by hand: two like Key Events and one apart."""

from __future__ import annotations

import numpy as np
import pytest

from webapp.suggestions.index import Index, ResourceIndex
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.memory import COLUMNS, Memory
from webapp.suggestions.pairs import Pair

ROWS = np.arange(3, dtype=np.int32)


@pytest.fixture
def index() -> Index:
    """Key Events 1 and 2 point the same way, 3 another; targets A, B, C likewise."""
    near, apart = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    names = np.stack([near, near, apart])
    part = ResourceIndex(["GO:A", "GO:B", "GO:C"], LexicalIndex.build(["a", "b", "c"]), names)
    key_events = np.stack([[near, near], [near, near], [apart, apart]])
    return Index("g", "", "e", "", {}, {"go_bp": part}, {1: 0, 2: 1, 3: 2}, key_events, [])


def column(values: np.ndarray, name: str) -> list[float]:
    return [float(each) for each in values[:, COLUMNS.index(name)]]


def test_what_was_chosen_for_a_like_key_event_is_remembered(index: Index) -> None:
    values = Memory(index, "go_bp", [Pair(2, "GO:A"), Pair(3, "GO:C")]).values(1, ROWS)
    assert column(values, "likeness") == [1.0, 0.0, 0.0]
    votes = column(values, "votes")
    assert votes[0] > 0.9
    assert votes[2] < 0.01
    assert column(values, "related")[:2] == [1.0, 1.0]  # B is named like A


def test_own_pairs_and_those_left_out_are_not_remembered(index: Index) -> None:
    memory = Memory(index, "go_bp", [Pair(1, "GO:A"), Pair(2, "GO:B")])
    assert column(memory.values(1, ROWS), "likeness") == [0.0, 1.0, 0.0]
    assert not memory.values(1, ROWS, without=[2]).any()


def test_pairs_of_what_the_index_does_not_know_are_left_out(index: Index) -> None:
    memory = Memory(index, "go_bp", [Pair(1, "GO:X"), Pair(9, "GO:A"), Pair(2, "GO:A")])
    assert len(memory) == 1


def test_the_likest_key_event_is_named(index: Index) -> None:
    memory = Memory(index, "go_bp", [Pair(2, "GO:A"), Pair(3, "GO:A")])
    assert memory.likest(1, [0, 1]) == [(2, 1.0), None]


def test_nothing_is_remembered_without_pairs(index: Index) -> None:
    assert not Memory(index, "go_bp", []).values(1, ROWS).any()


def test_a_list_without_targets_has_no_values(index: Index) -> None:
    memory = Memory(index, "go_bp", [Pair(2, "GO:A")])
    assert memory.values(1, np.zeros(0, dtype=np.int32)).shape == (0, len(COLUMNS))
