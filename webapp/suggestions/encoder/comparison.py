"""Which of two encoders serves better: what they take, and how well each alone ranks.

Ranked is by meaning alone, as the signal `dense` does: the larger cosine of the two texts of a Key
Event with a target's name, over the candidates of `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from webapp.catalog.registry import RESOURCES
from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.builder import target_names
from webapp.suggestions.encoder.interface import EncoderError
from webapp.suggestions.encoder.measuring import Measured, measured
from webapp.suggestions.evaluation import gold
from webapp.suggestions.evaluation.contest import Contest, prepare
from webapp.suggestions.evaluation.metrics import (
    Bootstrap,
    Compared,
    Figures,
    Values,
    places,
    values_of,
)
from webapp.suggestions.holder import lexical_index
from webapp.suggestions.text import spell_greek

SAMPLE = 500
"""Names of each resource for the speed, where there is nothing to rank."""


@dataclass(frozen=True)
class Task:
    """Key Events whose targets people chose, and the texts that rank them."""

    contest: Contest
    gold: gold.Gold
    names: list[str]
    """By row of the contest."""
    queries: list[str]
    """The two texts of each Key Event, one Key Event after the other."""


@dataclass(frozen=True)
class Ranked:
    """How two encoders rank the same Key Events."""

    resource: str
    gold: str
    key_events: int
    candidates: int
    figures: tuple[Figures, Figures]
    second_against_first: Compared


@dataclass(frozen=True)
class Comparison:
    """Two encoders beside each other."""

    encoders: tuple[Measured, Measured]
    ranked: tuple[Ranked, ...]


def tasks(
    session: Session, resources: Sequence[str], chosen: Callable[[Contest], gold.Gold | None]
) -> list[Task]:
    """What can be ranked: of each resource the catalog's targets, and what people have `chosen`.

    A resource without targets, or of which nothing was chosen, is left out.
    """
    index = lexical_index(session)
    found = []
    for resource in resources:
        if resource not in index.resources:
            continue
        contest = prepare(session, index, resource)
        answers = chosen(contest)
        if answers is None:
            continue
        titles = (contest.key_events[number].title for number in answers.answers)
        found.append(
            Task(
                contest,
                answers,
                [spell_greek(contest.targets[one].title) for one in contest.part.identifiers],
                [text for title in titles for text in query_of(title, index.abbreviations).texts],
            )
        )
    return found


def sample_of_names(session: Session) -> list[str]:
    """Names of the catalog to measure the speed with, some of each resource."""
    return [
        spell_greek(title)
        for rows in target_names(session).values()
        for _, title, _ in islice(rows, SAMPLE)
    ]


def compare(
    settings: tuple[str, str],
    revisions: tuple[str, str],
    to_rank: Sequence[Task],
    sample: Sequence[str],
    seed: int,
    progress: Callable[[str, int], None],
) -> Comparison:
    """Measure both encoders, one after the other, on the texts of the tasks or else on a sample.

    `progress` is told of each encoder and of the number of its texts. Raises `EncoderError` where
    one cannot be had, or where there is no text.
    """
    ranked = [text for task in to_rank for text in (*task.names, *task.queries)]
    texts = list(dict.fromkeys(ranked or sample))
    if not texts:
        raise EncoderError(
            "The catalog holds no names to encode; import them with: python -m webapp catalog"
        )
    found = []
    for setting, revision in zip(settings, revisions, strict=True):
        progress(setting, len(texts))
        found.append(measured(setting, revision, texts))
    rows = {text: row for row, text in enumerate(texts)}
    first, second = found
    return Comparison(
        (first, second), tuple(_ranked(task, first, second, rows, seed) for task in to_rank)
    )


def _ranked(
    task: Task, first: Measured, second: Measured, rows: dict[str, int], seed: int
) -> Ranked:
    values = [_values(task, one.vectors, rows) for one in (first, second)]
    bootstrap = Bootstrap(len(task.gold.answers), seed)
    return Ranked(
        resource=RESOURCES[task.contest.resource].name,
        gold=task.gold.name,
        key_events=len(task.gold.answers),
        candidates=int(task.contest.candidates.sum()),
        figures=(bootstrap.figures(values[0]), bootstrap.figures(values[1])),
        second_against_first=bootstrap.compared(values[1], values[0]),
    )


def _values(task: Task, vectors: NDArray[np.float32], rows: dict[str, int]) -> Values:
    names = vectors[[rows[name] for name in task.names]]
    asked = vectors[[rows[text] for text in task.queries]].reshape(
        len(task.gold.answers), 2, vectors.shape[1]
    )
    return np.stack(
        [
            values_of(
                places(
                    (names @ pair.T).max(axis=1),
                    [task.contest.rows.get(one) for one in targets],
                    task.contest.candidates,
                )
            )
            for pair, targets in zip(asked, task.gold.answers.values(), strict=True)
        ]
    )
