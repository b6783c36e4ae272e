from __future__ import annotations

import pytest

from webapp.suggestions.evaluation.concepts import concept_of
from webapp.suggestions.evaluation.folds import grouped_folds


@pytest.mark.parametrize(
    "titles",
    [
        ("Increase, Cell death", "Decreased cell death", "Death of cells"),
        ("Activation, AhR", "Inhibition, Aryl hydrocarbon receptor (AhR)"),
        ("Increase, TGFβ signalling", "TGFbeta signaling"),
    ],
)
def test_direction_order_and_endings_make_no_other_concept(titles: tuple[str, ...]) -> None:
    known = {"AhR": "aryl hydrocarbon receptor"}
    assert len({concept_of(title, known) for title in titles}) == 1


def test_other_words_make_another_concept() -> None:
    assert concept_of("Neuronal cell death", {}) != concept_of("Cell death", {})


@pytest.mark.parametrize("seed", range(3))
def test_every_key_event_is_in_one_part_with_its_concept(seed: int) -> None:
    concepts = {number: f"concept {number % 30}" for number in range(100)}
    folds = grouped_folds(concepts, concepts, 5, seed)
    assert sorted(number for fold in folds for number in fold) == list(range(100))
    of = {number: place for place, fold in enumerate(folds) for number in fold}
    assert all(of[number] == of[number % 30] for number in range(100))
    assert max(map(len, folds)) - min(map(len, folds)) <= 4
    assert grouped_folds(reversed(concepts), concepts, 5, seed) == folds
    assert grouped_folds(concepts, concepts, 5, seed + 100) != folds


def test_fewer_concepts_than_parts_make_fewer_parts() -> None:
    assert grouped_folds([1, 2, 3], {1: "a", 2: "a", 3: "b"}, 5, 0) in (
        [[1, 2], [3]],
        [[3], [1, 2]],
    )
