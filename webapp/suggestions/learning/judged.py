"""Is a ranker that was taught anew better than the present one? By grouped folds, Key Event by Key
Event, on those alone that taught neither of them.

The new one is taught without the concepts that it is tested on, and so is the memory of both. Key
Events whose concept taught the present one would flatter it and are not asked, nor, where the new
one stays near to the present weights, would they be fair the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from webapp.suggestions.evaluation.contest import Contest
from webapp.suggestions.evaluation.folds import grouped_folds
from webapp.suggestions.evaluation.fused import scorer_of
from webapp.suggestions.evaluation.metrics import (
    MEASURES,
    Table,
    Values,
    places,
    tabulate,
    values_of,
)
from webapp.suggestions.evaluation.ranking import Scorer
from webapp.suggestions.fusion import Model
from webapp.suggestions.learning.decisions import Taught
from webapp.suggestions.memory import Memory
from webapp.suggestions.seen import Seen
from webapp.suggestions.training import learn

NEW, PRESENT = "new", "present"
ENOUGH = 30
"""Key Events from which on an interval is trusted to decide."""
FOLDS = 5


@dataclass(frozen=True)
class Judgement:
    """The two rankers side by side."""

    key_events: int
    """That could be asked: they have an accepted pair and taught neither."""
    whole: Table | None
    """Over Key Events, of the mean over their resources; None where none could be asked."""
    resources: Mapping[str, Table]

    @property
    def better(self) -> bool:
        """Whether the new one may serve: surely better over all, surely worse nowhere."""
        if self.whole is None or self.key_events < ENOUGH:
            return False
        return _interval(self.whole)[0] > 0 and all(
            _interval(table)[1] >= 0 for table in self.resources.values()
        )

    @property
    def reason(self) -> str:
        """Why it may or may not, as a sentence."""
        if self.whole is None or self.key_events < ENOUGH:
            return (
                f"{self.key_events} Key Events have an accepted pair and taught neither ranker; "
                f"{ENOUGH} are needed to tell which is better."
            )
        low, high = _interval(self.whole)
        if low <= 0:
            told = "worse" if high < 0 else "not surely better"
            return f"It is {told}: the difference of the MRR is {low:+.3f} to {high:+.3f}."
        worse = [name for name, table in self.resources.items() if _interval(table)[1] < 0]
        if worse:
            return f"It is better over all, but surely worse for {', '.join(worse)}."
        return f"It is better: the difference of the MRR is {low:+.3f} to {high:+.3f}."


def _interval(table: Table) -> tuple[float, float]:
    """Of how much higher the new one's MRR is."""
    return table.against[PRESENT].intervals[MEASURES[0]]


def judge(
    contests: Mapping[str, Contest],
    taught: Taught,
    present: Model | None,
    near: Model | None,
    seed: int = 0,
) -> Judgement:
    """Compare what `taught` makes with the present model; None is the fixed combination.

    `near`: the model whose weights the new one stays near to, if any.
    """
    first = next(iter(contests.values()))
    seen = (present.seen if present else Seen()) | (near.seen if near else Seen())
    answers = {name: _answers(contest, taught, seen) for name, contest in contests.items()}
    asked = sorted({number for found in answers.values() for number in found})
    values: dict[str, dict[int, dict[str, Values]]] = {name: {} for name in contests}
    for part in grouped_folds(asked, first.concepts, FOLDS, seed):
        hidden = {first.concepts[number] for number in part}
        known = taught.without({n for n, concept in first.concepts.items() if concept in hidden})
        weights = learn(
            first.index, known.pairs, first.concepts, known.declined, near.weights if near else None
        )
        new = Model("taught anew", "", {}, weights, {}, {}, Seen())
        for name, contest in contests.items():
            memory = Memory(contest.index, name, known.pairs)
            scorers = {
                NEW: scorer_of(contest, new, memory),
                PRESENT: scorer_of(contest, present, memory),
            }
            for number in set(part) & answers[name].keys():
                values[name][number] = _values(contest, scorers, number, answers[name][number])
    return _judgement(asked, values, seed)


def _answers(contest: Contest, taught: Taught, seen: Seen) -> dict[int, list[str]]:
    """The accepted targets of a resource by Key Event, where both are live and none has taught."""
    found: dict[int, list[str]] = {}
    for number, identifier in taught.pairs:
        text = contest.key_events.get(number)
        if text is None or not text.live or identifier not in contest.rows:
            continue
        if contest.concepts[number] not in seen:
            found.setdefault(number, []).append(identifier)
    return found


def _values(
    contest: Contest, scorers: Mapping[str, Scorer], number: int, chosen: Sequence[str]
) -> dict[str, Values]:
    rows = [contest.rows[identifier] for identifier in chosen]
    return {
        name: values_of(places(score(number), rows, contest.candidates))
        for name, score in scorers.items()
    }


def _judgement(
    asked: Sequence[int], values: Mapping[str, Mapping[int, Mapping[str, Values]]], seed: int
) -> Judgement:
    tables = {
        name: _table({number: [one] for number, one in found.items()}, seed)
        for name, found in values.items()
        if found
    }
    together = {
        number: [found[number] for found in values.values() if number in found] for number in asked
    }
    return Judgement(len(asked), _table(together, seed) if asked else None, tables)


def _table(found: Mapping[int, Sequence[Mapping[str, Values]]], seed: int) -> Table:
    """One row a Key Event: the mean of its lists, so that each counts once."""
    rows = {
        name: np.stack(
            [np.mean([one[name] for one in found[number]], axis=0) for number in sorted(found)]
        )
        for name in (NEW, PRESENT)
    }
    return tabulate(rows, NEW, np.ones(len(found), dtype=np.bool_), seed)
