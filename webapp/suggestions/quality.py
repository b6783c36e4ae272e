"""What the page of suggestion quality tells of the evaluations that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from webapp.suggestions.evaluation.contest import ONLY_WITH_GENES
from webapp.suggestions.evaluation.gold import OF_SITE
from webapp.suggestions.evaluation.kept import history
from webapp.suggestions.evaluation.measure import FUSED, UNSEEN_CONCEPTS
from webapp.suggestions.models import Evaluation
from webapp.suggestions.reliability import Bin, bins_of

KEPT = 60
"""So many evaluations of a resource are looked at, the newest."""
SHOWN = 12
"""So many of one manner, and so many of other ones, are shown."""

LABELS = {
    FUSED: "Suggestion list",
    "encoder": "Encoder alone",
    "raw_cosine": "Raw cosine",
    "bm25": "BM25",
    "name_match": "Name match",
    "random": "Chance",
}
HARDER = {
    "no_shared_stem": "share no word with any of their targets",
    UNSEEN_CONCEPTS: "are of a concept that was not in the training",
    "unseen_targets": "have targets that were not in the training",
}


class Figure(NamedTuple):
    """A mean over Key Events with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranked:
    """One ranker in an evaluation, or one kind of Key Events with this site's ranker."""

    label: str
    count: int
    figures: dict[str, Figure]
    """By measure; see `evaluation.metrics.MEASURES`."""
    behind: Figure | None = None
    """How much higher the suggestion list's MRR is; none for the list itself."""

    @property
    def verdict(self) -> str:
        """Whether the list is better than this ranker, as far as its interval can tell."""
        if self.behind is None:
            return ""
        if self.behind.low > 0:
            return "the list is better"
        return "the list is worse" if self.behind.high < 0 else "too close to tell"


@dataclass(frozen=True)
class Measured:
    """One evaluation as the page shows it."""

    made_at: str
    ranker: str
    gold: str
    digest: str
    cross_validated: bool
    all_targets: bool
    """Also those that do not compete otherwise: pathways without genes."""
    count: int
    """Key Events."""
    candidates: int
    trained_on: int
    """Key Events of concepts that taught the ranker: their figures flatter it."""
    own: Ranked
    baselines: tuple[Ranked, ...]
    """The best first."""
    harder: tuple[Ranked, ...]
    bins: tuple[Bin, ...]

    @property
    def of_site(self) -> bool:
        """Whether the pairs are those that this site approved."""
        return self.gold == OF_SITE

    @property
    def manner(self) -> tuple[str, str, bool, bool]:
        """Evaluations in one manner may be compared with each other.

        A file of pairs must be the same; the approved mappings of a site may have grown.
        """
        pairs = "" if self.of_site else self.digest
        return self.gold, pairs, self.cross_validated, self.all_targets

    def placed(self, measure: str) -> int:
        """For how many Key Events it came true: `hits@1`, `hits@10`."""
        return round(self.own.figures[measure].mean * self.count)


@dataclass(frozen=True)
class Quality:
    """The evaluations of a resource."""

    newest: Measured
    line: tuple[Measured, ...]
    """Those in the manner of `newest`, it among them, the oldest first."""
    others: tuple[Measured, ...]
    """Those in another manner, the newest first."""


def quality(session: Session, resource: str) -> Quality | None:
    """The evaluations of a resource; None where none is kept.

    The newest in which nothing was tested on what taught the ranker comes before newer ones in
    which something was.
    """
    found = [_measured(row) for row in history(session, resource, KEPT)]
    if not found:
        return None
    newest = next((one for one in found if not one.trained_on), found[0])
    alike = [one for one in found if one.manner == newest.manner]
    return Quality(
        newest,
        tuple(reversed(alike[:SHOWN])),
        tuple(one for one in found if one.manner != newest.manner)[:SHOWN],
    )


def _measured(row: Evaluation) -> Measured:
    report = row.report
    baselines = [_ranked(name, report["n"], one) for name, one in report["baselines"].items()]
    subsets = report["subsets"]
    return Measured(
        made_at=row.made_at,
        ranker=row.ranker,
        gold=row.gold,
        digest=report["gold"]["sha256"],
        cross_validated=row.cross_validated,
        all_targets=report["all_targets"] and row.resource in ONLY_WITH_GENES,
        count=report["n"],
        candidates=report["candidates"],
        trained_on=0 if row.cross_validated else report["n"] - subsets[UNSEEN_CONCEPTS]["n"],
        own=_ranked(FUSED, report["n"], report[FUSED]),
        baselines=tuple(sorted(baselines, key=lambda one: -one.figures["mrr"].mean)),
        harder=tuple(
            _ranked(kind, table["n"], table[FUSED])
            for kind, table in subsets.items()
            if 0 < table["n"] < report["n"]
        ),
        bins=bins_of(report),
    )


def _ranked(name: str, count: int, figures: dict[str, Any]) -> Ranked:
    against = figures.get("fused_minus_this")
    return Ranked(
        label={**LABELS, **HARDER}.get(name, name),
        count=count,
        figures={measure: _figure(figures, measure) for measure in figures["intervals"]},
        behind=_figure(against, "mrr") if against else None,
    )


def _figure(figures: dict[str, Any], measure: str) -> Figure:
    return Figure(figures[measure], *figures["intervals"][measure])
