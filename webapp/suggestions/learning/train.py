"""Teach a ranker anew, judge it, keep what was found, and let it serve if it is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.catalog.registry import RESOURCES
from webapp.database import Database, utc_now
from webapp.suggestions import crossfit
from webapp.suggestions.evaluation.contest import Contest, prepare
from webapp.suggestions.evaluation.gold import Gold, GoldUnusable, read_rows, usable
from webapp.suggestions.evaluation.metrics import Table
from webapp.suggestions.evaluation.report import compared_of, figures_of
from webapp.suggestions.fusion import Model
from webapp.suggestions.index import Index, IndexUnusable
from webapp.suggestions.learning import kept
from webapp.suggestions.learning.decisions import Decisions, Taught, taught_by
from webapp.suggestions.learning.judged import NEW, PRESENT, Judgement, judge
from webapp.suggestions.ranker import VERSION
from webapp.suggestions.serving import serving_model

CHANGED_MEANWHILE = "Another ranker was promoted meanwhile; train again."


class NothingToLearn(ValueError):
    """Nobody decided anything, or nothing of it is in the index; its text says what to do."""


@dataclass(frozen=True)
class Trained:
    """What came of it; `report` is what the database keeps and `--json` prints."""

    report: dict[str, Any]
    golds: tuple[Gold, ...]

    @property
    def promoted(self) -> bool:
        """Whether it serves now."""
        return bool(self.report["promoted"])


def train(
    database: Database,
    index: Index,
    decisions: Decisions,
    files: Sequence[tuple[str, Path]],
    *,
    promote: bool = True,
) -> Trained:
    """Learn from experts' files (resource, path) and the decisions of the site; judge; keep.

    Where a model serves, the new one stays as near to it as decisions allow; else it is learnt
    from nothing. Without `promote` nothing is kept. Raises `NothingToLearn`, `GoldUnusable` where
    a file is none, `IndexUnusable` where the index has no vectors, `OSError`.
    """
    if index.encoder is None:
        raise IndexUnusable("the index has no vectors, so there are no signals to weigh")
    with database.read() as session:
        contests = {name: prepare(session, index, name) for name in index.resources}
        golds = tuple(_gold(contests, resource, path) for resource, path in files)
        experts = [pair for gold in golds for pair in gold.pairs]
        taught = taught_by(session, decisions, experts)
        present = serving_model(session, index.encoder)
        promotion = kept.newest_promotion(session, index.encoder)
        version = kept.next_version(session, utc_now())
    if not taught.pairs and not taught.declined:
        raise NothingToLearn(
            "Nothing was learnt: no mapping was approved or rejected here yet, and no file of "
            "expert pairs was given."
        )
    judgement = judge(contests, taught, present, present)
    report = _report(index, version, present, taught, golds, judgement)
    model = _fitted(index, contests, taught, present, report) if judgement.better else None
    if promote:
        with database.write() as session:
            now = kept.newest_promotion(session, index.encoder)
            if model and (now.id if now else 0) != (promotion.id if promotion else 0):
                model = None
                report |= {"promoted": False, "reason": CHANGED_MEANWHILE}
            version = kept.next_version(session, report["made_at"])
            report["version"] = version
            kept.keep(session, version, index.encoder, report, model and _named(model, version))
    else:
        report["promoted"] = False
    return Trained(report, golds)


def _gold(contests: Mapping[str, Contest], resource: str, path: Path) -> Gold:
    if resource not in contests:
        raise GoldUnusable(f"{path.name}: the index holds no target of {RESOURCES[resource].name}.")
    return usable(read_rows(path), contests[resource], path.name)


def _fitted(
    index: Index,
    contests: Mapping[str, Contest],
    taught: Taught,
    present: Model | None,
    report: Mapping[str, Any],
) -> Model:
    first = next(iter(contests.values()))
    return crossfit.fitted(
        index,
        taught.pairs,
        first.concepts,
        {name: contest.candidates for name, contest in contests.items()},
        version=report["version"],
        made_at=report["made_at"],
        source="the decisions of this site"
        + (" and pairs of experts" if report["expert_files"] else ""),
        declined=taught.declined,
        after=present,
    )


def _named(model: Model, version: str) -> Model:
    return Model.of_json(model.as_json() | {"version": version})


def _report(
    index: Index,
    version: str,
    present: Model | None,
    taught: Taught,
    golds: Sequence[Gold],
    judgement: Judgement,
) -> dict[str, Any]:
    return {
        "version": version,
        "made_at": utc_now(),
        "encoder": index.encoder,
        "present": present.version if present else VERSION,
        "promoted": judgement.better,
        "reason": judgement.reason,
        "taught": {
            "expert_pairs": taught.experts,
            "approved": taught.approved,
            "rejected": taught.rejected,
            "passed_over": taught.passed_over,
        },
        "expert_files": [
            {
                "name": gold.name,
                "sha256": gold.digest,
                "pairs": len(gold.pairs),
                "unusable": [{"line": one.line, "reason": one.reason} for one in gold.unusable],
            }
            for gold in golds
        ],
        "key_events": judgement.key_events,
        "whole": judgement.whole and _figures(judgement.whole),
        "resources": {name: _figures(table) for name, table in judgement.resources.items()},
    }


def _figures(table: Table) -> dict[str, Any]:
    return {
        "n": table.count,
        NEW: figures_of(table.figures[NEW]),
        PRESENT: figures_of(table.figures[PRESENT]),
        "new_minus_present": compared_of(table.against[PRESENT]),
    }
