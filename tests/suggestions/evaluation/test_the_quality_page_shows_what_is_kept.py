"""The page of suggestion quality tells what evaluations found, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.conftest import Member
from tests.suggestions.evaluation.conftest import Evaluate
from webapp.database import Database
from webapp.suggestions.evaluation.kept import history, keep
from webapp.suggestions.learning import kept
from webapp.suggestions.reliability import KEY

PAGE = "/suggestions/quality"
Report = dict[str, Any]
Keep = Callable[..., None]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def words(page: str) -> str:
    """The text of a page, one blank between words."""
    parser = _Text()
    parser.feed(page)
    return " ".join("".join(parser.parts).split())


@pytest.fixture
def report(evaluate: Evaluate, gold_file: Path, database: Database) -> Report:
    """What a real evaluation kept."""
    assert evaluate("--gold", str(gold_file)) == 0
    with database.read() as session:
        [row] = history(session, "wikipathways")
        return row.report


@pytest.fixture
def keep_another(database: Database, report: Report) -> Keep:
    """Keep that report once more, with other values."""

    def kept(mrr: float, **changed: Any) -> None:
        another = {**deepcopy(report), **changed}
        another["fused"]["mrr"] = mrr
        with database.write() as session:
            keep(session, another)

    return kept


def test_without_any_it_says_how_to_make_them(anonymous: Member) -> None:
    page = anonymous.get(PAGE).text
    assert "Nothing has been measured here yet" in page
    assert "python -m webapp evaluate --resource wikipathways --gold FILE.tsv" in page
    assert "No mapping has been approved yet" in page
    assert "There is no plot yet." in page
    assert '<svg class="plot' not in page


def test_plot_and_table_hold_the_figures_of_the_report(anonymous: Member, report: Report) -> None:
    page = anonymous.get(PAGE).text
    hits = round(report["fused"]["hits@10"] * report["n"])
    assert f"In {hits} of {report['n']} Key Events the experts’ pathway" in words(page)
    plot, table = re.search(
        r'(<svg class="plot".*?</svg>).*?(<table.*?</table>)', page, re.DOTALL
    ).groups()  # type: ignore[union-attr]
    assert 'role="img"' in plot
    assert "<title" in plot
    assert "<desc" in plot
    for figures in (report["fused"], *report["baselines"].values()):
        low, high = figures["intervals"]["mrr"]
        text = f"{figures['mrr']:.2f} ({low:.2f}–{high:.2f})"
        assert text in plot
        assert text in table
        assert f'cx="{100 * figures["mrr"]:.2f}%"' in plot
        assert f'x1="{100 * low:.2f}%" x2="{100 * high:.2f}%"' in plot
    assert "Nothing has been measured yet for GO biological process and Reactome" in words(page)


def test_a_line_holds_only_what_may_be_compared(
    anonymous: Member, report: Report, keep_another: Keep
) -> None:
    assert "by date</h3>" not in anonymous.get(PAGE).text
    keep_another(0.111, made_at="2020-01-01T00:00:00.000Z", ranker="older-1")
    keep_another(0.222, gold={**report["gold"], "name": "others.tsv"}, made_at="2020-02-01")
    keep_another(0.333, cross_validated=True, folds=5, made_at="2020-03-01")
    page = anonymous.get(PAGE).text
    [line] = re.findall(r"<svg(?:(?!</svg>).)*rank by date.*?</svg>", page, re.DOTALL)
    assert "2020-01-01, older-1: 0.11" in line
    assert line.count("<circle") == 2
    assert line.count("plot-change") == 1
    for mrr in ("0.11 (", "0.22 (", "0.33 ("):
        assert mrr in page.split("<details", 1)[1]


def test_figures_that_flatter_give_way_or_say_so(
    anonymous: Member, report: Report, keep_another: Keep, database: Database
) -> None:
    taught = {**report["subsets"], "unseen_concepts": {"n": 0}}
    keep_another(0.999, subsets=taught, made_at="2100-01-01T00:00:00.000Z", ranker="newer-1")
    page = anonymous.get(PAGE).text
    assert "taught the ranker, so" not in page
    assert report["ranker"] in page.split("<table", 1)[0]
    with database.write() as session:
        session.delete(history(session, "wikipathways")[1])
    text = words(anonymous.get(PAGE).text)
    assert "5 of the 5 Key Events are of concepts that taught the ranker" in text


def test_predictions_are_drawn_where_an_evaluation_holds_them(
    anonymous: Member, report: Report, keep_another: Keep
) -> None:
    assert "hold no probabilities" in anonymous.get(PAGE).text
    bins = [
        {"predicted": 0.8, "agreed": 41, "shown": 50},
        {"predicted": 0.1, "agreed": 2, "shown": 3},
    ]
    keep_another(0.5, made_at="2100-01-01T00:00:00.000Z", **{KEY: bins})
    page = anonymous.get(PAGE).text
    assert "hold no probabilities" not in page
    plot = page.split('id="plot-wikipathways-reliability-title"', 1)[1].split("</svg>", 1)[0]
    assert 'cx="80.00%"' in plot
    assert "41 of 50" in plot
    assert 'cx="10.00%"' not in plot
    assert "10 % 2 of 3 too few to say" in words(page.replace("</td>", " ").replace("</th>", " "))


def test_curators_find_it_from_the_list(app: Flask, curator: Member) -> None:
    app.extensions["kewp.suggestions"].load_index()
    assert curator.get("/key-events/1513").text.count(f'href="{PAGE}"') == 2


def test_rankers_that_were_taught_here_are_told(anonymous: Member, database: Database) -> None:
    assert "No ranker has been taught here yet" in anonymous.get(PAGE).text
    report: Report = {
        "made_at": "2026-02-03T04:05:06Z",
        "taught": {"expert_pairs": 0, "approved": 12, "rejected": 3},
        "reason": "It is not surely better: the difference of the MRR is -0.010 to +0.020.",
    }
    with database.write() as session:
        kept.keep(session, "trained-20260203-1", "e@1", report, None)
    page = words(anonymous.get(PAGE).text)
    assert "trained-20260203-1" in page
    assert "12 approved, 3 rejected" in page
    assert report["reason"] in page
    assert "never" in page
