"""What came of an evaluation, as JSON and as tables for a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table as Grid

from webapp.catalog.registry import RESOURCES, local_name
from webapp.suggestions.evaluation.contest import ONLY_WITH_GENES, Contest
from webapp.suggestions.evaluation.gold import Gold
from webapp.suggestions.evaluation.measure import FUSED, Measured
from webapp.suggestions.evaluation.metrics import MEASURES, RESAMPLES, Compared, Figures, Table

DIGITS = 4

Report = dict[str, Any]
"""See `report_of`; docs/suggestions.md explains its keys."""

_KINDS = {
    "no_shared_stem": "that share no word stem with their targets",
    "unseen_concepts": "whose concept was not in the training",
    "unseen_targets": "whose targets were not in the training",
}
_SHOWN = ("mrr", "hits@1", "hits@10", "recall@20")


def report_of(
    measured: Measured,
    gold: Gold,
    contest: Contest,
    *,
    made_at: str,
    seed: int,
    all_targets: bool,
    notes: tuple[str, ...],
) -> Report:
    """Everything that was measured, and all that it takes to measure it again."""
    return {
        "resource": contest.resource,
        **_table(measured.whole),
        "subsets": {
            kind: {"n": 0} if table is None else _table(table)
            for kind, table in measured.subsets.items()
        },
        "candidates": int(contest.candidates.sum()),
        "all_targets": all_targets or contest.resource not in ONLY_WITH_GENES,
        "cross_validated": measured.folds > 0,
        "folds": measured.folds,
        "ranker": measured.ranker,
        "encoder": contest.index.encoder,
        "made_at": made_at,
        "seed": seed,
        "resamples": RESAMPLES,
        "gold": {"name": gold.name, "sha256": gold.digest, "pairs": len(gold.pairs)},
        "unusable": [{"line": one.line, "reason": one.reason} for one in gold.unusable],
        "not_ranked": [
            {"key_event": pair.key_event, "object_id": local_name(pair.identifier)}
            for pair in measured.not_ranked
        ],
        "notes": list(notes),
    }


def _table(table: Table) -> Report:
    return {
        "n": table.count,
        FUSED: figures_of(table.figures[FUSED]),
        "baselines": {
            name: {
                **figures_of(figures),
                "fused_minus_this": compared_of(table.against[name]),
            }
            for name, figures in table.figures.items()
            if name != FUSED
        },
    }


def figures_of(figures: Figures) -> Report:
    """Means and their intervals."""
    return {
        **{name: round(mean, DIGITS) for name, mean in figures.means.items()},
        "intervals": _intervals(figures.intervals),
    }


def compared_of(compared: Compared) -> Report:
    """Differences and their intervals."""
    return {
        **{name: round(one, DIGITS) for name, one in compared.differences.items()},
        "intervals": _intervals(compared.intervals),
    }


def _intervals(intervals: dict[str, tuple[float, float]]) -> Report:
    return {name: [round(end, DIGITS) for end in ends] for name, ends in intervals.items()}


def show(report: Report, console: Console) -> None:
    """Print a report as tables."""
    name = RESOURCES[report["resource"]].name
    how = f"cross-validated in {report['folds']} parts" if report["folds"] else "as it serves"
    console.print(
        f"{name}: {report['n']:,} Key Events, {report['candidates']:,} candidates, "
        f"{report['ranker']} {how}, {report['gold']['name']}",
        markup=False,
        highlight=False,
    )
    console.print(_grid(report, ""))
    for kind, table in report["subsets"].items():
        if not table["n"]:
            console.print(f"No Key Event {_KINDS[kind]}.", markup=False)
        elif table["n"] == report["n"]:
            console.print(f"All Key Events are ones {_KINDS[kind]}.", markup=False)
        else:
            console.print(_grid(table, f"The {table['n']:,} Key Events {_KINDS[kind]}"))


def _grid(table: Report, title: str) -> Grid:
    grid = Grid(title=title or None, title_justify="left")
    for heading in ("", *MEASURES, "fused better by (MRR)"):
        grid.add_column(heading)
    for name, figures in ((FUSED, table[FUSED]), *table["baselines"].items()):
        against = figures.get("fused_minus_this")
        grid.add_row(
            name,
            *(_cell(figures, measure, with_interval=measure in _SHOWN) for measure in MEASURES),
            _cell(against, "mrr", with_interval=True) if against else "",
        )
    return grid


def _cell(figures: Report, measure: str, *, with_interval: bool) -> str:
    if not with_interval:
        return f"{figures[measure]:.2f}"
    low, high = figures["intervals"][measure]
    return f"{figures[measure]:.3f} ({low:.2f} to {high:.2f})"
