"""Fixed rankers to compare with. They learn nothing and must stay as they are.

Results of different years are compared through them. `random` is chance; `name_match` what a
search for names does; `bm25` and `encoder` are one signal alone; `raw_cosine` is the formula of a
tool of this kind in use today, over titles and descriptions as they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.evaluation.contest import Contest, Text
from webapp.suggestions.evaluation.ranking import Scorer
from webapp.suggestions.evaluation.vectors import Progress, VectorStore
from webapp.suggestions.lexical import LexicalIndex
from webapp.suggestions.text import spell_greek, stems, without_direction

TITLE_WEIGHT = 0.85
POWER = 4


def by_chance(contest: Contest, seed: int) -> Scorer:
    """An order of its own for each Key Event."""
    count = len(contest.part.identifiers)

    def score(number: int) -> NDArray[np.float32]:
        order = np.random.default_rng((seed, number)).permutation(count)
        return order.astype(np.float32)

    return score


def by_name(contest: Contest) -> Scorer:
    """Dice's coefficient of the stems of the title and of the best of a target's exact names."""
    rows: list[int] = []
    sizes: list[int] = []
    holders: dict[str, list[int]] = {}
    for row, names in enumerate(_names(contest)):
        for name in names:
            words = set(stems(name))
            for word in words:
                holders.setdefault(word, []).append(len(rows))
            rows.append(row)
            sizes.append(len(words))

    def score(number: int) -> NDArray[np.float32]:
        words = set(stems(without_direction(spell_greek(contest.key_events[number].title))))
        shared = np.zeros(len(rows), dtype=np.float32)
        for word in words:
            shared[holders.get(word, [])] += 1
        alike = 2 * shared / np.maximum(np.array(sizes, dtype=np.float32) + len(words), 1)
        best = np.zeros(len(contest.part.identifiers), dtype=np.float32)
        np.maximum.at(best, rows, alike)
        return best

    return score


def by_words(contest: Contest) -> Scorer:
    """BM25 over titles and exact synonyms, for the title with its abbreviations spelt out."""
    lexical = LexicalIndex.build([" ".join(names) for names in _names(contest)])

    def score(number: int) -> NDArray[np.float32]:
        title = contest.key_events[number].title
        return lexical.score(query_of(title, contest.index.abbreviations).spelt_out)

    return score


def by_meaning(
    contest: Contest, numbers: Sequence[int], store: VectorStore, progress: Progress
) -> Scorer:
    """The larger cosine of the plain and the spelt-out title with a target's title."""
    titles = {number: contest.key_events[number].title for number in numbers}
    texts = {
        number: query_of(title, contest.index.abbreviations).texts
        for number, title in titles.items()
    }
    asked = store.of([text for pair in texts.values() for text in pair], progress)
    of_key_event = dict(zip(texts, asked.reshape(len(texts), 2, -1), strict=True))
    names = store.of([spell_greek(text.title) for text in _targets(contest)], progress)

    def score(number: int) -> NDArray[np.float32]:
        cosines: NDArray[np.float32] = (names @ of_key_event[number].T).max(axis=1)
        return cosines

    return score


def by_raw_cosine(
    contest: Contest, numbers: Sequence[int], store: VectorStore, progress: Progress
) -> Scorer:
    """0.85 × title + 0.15 × (title and description), each ((cosine + 1) / 2)⁴, nothing removed."""
    titles, everything = (
        dict(zip(numbers, store.of(texts, progress), strict=True))
        for texts in _both([contest.key_events[number] for number in numbers])
    )
    by_title, by_all = (store.of(texts, progress) for texts in _both(_targets(contest)))

    def score(number: int) -> NDArray[np.float32]:
        of_title = _sharpened(by_title @ titles[number])
        of_all = _sharpened(by_all @ everything[number])
        fused = TITLE_WEIGHT * of_title + (1 - TITLE_WEIGHT) * of_all
        return fused.astype(np.float32)

    return score


def _sharpened(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.power((cosines + 1) / 2, np.float32(POWER), dtype=np.float32)


def _both(texts: Sequence[Text]) -> tuple[list[str], list[str]]:
    """Titles, and titles with descriptions; the same text where there is no description."""
    return (
        [text.title for text in texts],
        [f"{text.title} {text.description}".strip() for text in texts],
    )


def _targets(contest: Contest) -> list[Text]:
    """By row; one that is not in the catalog any more is no candidate, so its text is empty."""
    gone = Text("", "", live=False)
    return [contest.targets.get(one, gone) for one in contest.part.identifiers]


def _names(contest: Contest) -> list[list[str]]:
    return [
        [text.title, *contest.synonyms.get(identifier, ())]
        for identifier, text in zip(contest.part.identifiers, _targets(contest), strict=True)
    ]
