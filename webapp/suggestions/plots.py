"""What stands where in the plots of the quality page; the templates draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webapp.catalog.registry import RESOURCES
from webapp.suggestions.coverage import Coverage
from webapp.suggestions.quality import Figure, Measured, Ranked
from webapp.suggestions.shares import Share

OTHER = "other"


@dataclass(frozen=True)
class Dot:
    """A row of a plot: a name, a figure in words, and a dot with its interval, from 0 to 1.

    `kind` is a resource or `OTHER`; without `at` there is no dot.
    """

    kind: str
    label: str
    text: str
    at: Figure | None


def compared(measured: Measured, resource: str, measure: str) -> list[Dot]:
    """The suggestion list, then what it is compared with, the best first."""
    return [_ranked(measured.own, resource, measure)] + [
        _ranked(one, OTHER, measure) for one in measured.baselines
    ]


def _ranked(one: Ranked, kind: str, measure: str) -> Dot:
    return Dot(kind, one.label, in_words(one.figures[measure], measure), one.figures[measure])


def covered(found: Mapping[str, Coverage]) -> list[Dot]:
    """The share of each resource; those of too few cases are told, not drawn."""
    return [
        Dot(
            resource,
            RESOURCES[resource].name,
            f"{one.share.count} of {one.share.total}",
            None if one.share.few else Figure(one.share.mean, *one.share.interval),
        )
        for resource, one in found.items()
    ]


def spaced(line: Sequence[Measured]) -> list[tuple[float, Measured]]:
    """Evaluations with their places from left to right, from 0 to 1, at even distances."""
    step = 1 / max(len(line), 1)
    return [((number + 0.5) * step, one) for number, one in enumerate(line)]


def in_words(figure: Figure, measure: str) -> str:
    """A figure with its interval: `0.76 (0.69–0.83)`, or `93 % (88–98 %)` for a share."""
    if measure == "mrr":
        return f"{figure.mean:.2f} ({figure.low:.2f}–{figure.high:.2f})"
    mean, low, high = (f"{100 * one:.0f}" for one in figure)
    return f"{mean} % ({low}–{high} %)"


def difference(figure: Figure) -> str:
    """A difference of two means with its interval and its sign: `+0.04 (+0.02 to +0.06)`."""
    return f"{figure.mean:+.2f} ({figure.low:+.2f} to {figure.high:+.2f})".replace("-", "−")


def share_in_words(share: Share) -> str:
    """A share in per cent with its interval; what there is to say of too few cases."""
    if share.few:
        return "too few to say"
    return in_words(Figure(share.mean, *share.interval), "share")
