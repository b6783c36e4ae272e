"""`ranker train`, `history` and `rollback` over a real index: what is kept, and what lists say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import select

from tests.suggestions.learning.conftest import model
from webapp.__main__ import parser
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import index as files
from webapp.suggestions import serving
from webapp.suggestions.fusion import Model
from webapp.suggestions.learning import kept
from webapp.suggestions.learning.decisions import Decisions
from webapp.suggestions.models import Ranker, RankerPromotion
from webapp.suggestions.pairs import Pair
from webapp.suggestions.service import Suggester

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch, suggester: Suggester, settings: Settings) -> Model:
    """What ships with the program is worse than it could be: it turns the best signal round."""
    encoder = files.load(settings.index_dir, files.current_generation(settings.index_dir)).encoder
    made = replace(model(-1.0, version="shipped-1"), trained_on={"encoder": encoder})
    monkeypatch.setattr(serving, "shipped_model", lambda: made)
    return made


@pytest.fixture
def approved(suggester: Suggester, settings: Settings) -> list[Pair]:
    """For each Key Event the target that is nearest by its title."""
    index = files.load(settings.index_dir, files.current_generation(settings.index_dir))
    part = index.resources["wikipathways"]
    assert part.pools is not None
    at = part.pools.columns.index("title")
    found = []
    for number, row in index.key_event_rows.items():
        pooled = part.pools.of(row)
        if len(pooled.rows):
            best = pooled.rows[pooled.values[:, at].argmax()]
            found.append(Pair(number, part.identifiers[best]))
    assert len(found) >= 60
    return found


@pytest.fixture
def run(settings: Settings, capsys: pytest.CaptureFixture[str], approved: list[Pair]) -> Run:
    """`ranker …`: exit status, output, errors."""

    def ran(*arguments: str, approved: list[Pair] = approved) -> tuple[int, str, str]:
        args = parser().parse_args(["ranker", *arguments])
        args.decisions = Decisions(approved=lambda session: approved)
        status = int(args.handler(args, settings))
        out, err = capsys.readouterr()
        return status, " ".join(out.split()), err

    return ran


def ranked_by(suggester: Suggester, database: Database) -> str:
    with database.read() as session:
        key_event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        return suggester.for_key_event(session, key_event, "wikipathways").ranker.split("/")[0]


def rows(database: Database) -> tuple[list[Ranker], list[RankerPromotion]]:
    with database.read() as session:
        return list(kept.rankers(session)), list(kept.promotions(session))


@pytest.mark.usefixtures("wrong")
def test_from_training_to_going_back(run: Run, suggester: Suggester, database: Database) -> None:
    assert ranked_by(suggester, database) == "shipped-1"

    status, out, _ = run("train")
    (first,), (promotion,) = rows(database)
    assert status == 0
    assert f"{first.version} serves from now on." in out
    assert (promotion.ranker_id, promotion.why) == (first.id, "trained")
    assert first.report["promoted"] is True
    assert first.report["present"] == "shipped-1"
    assert first.report["whole"]["new_minus_present"]["mrr"] > 0.2
    assert ranked_by(suggester, database) == first.version  # in a process that ran before

    status, out, _ = run("history")
    assert f"{first.version} serves." in out

    status, out, _ = run("rollback")
    assert (status, out) == (
        0,
        "What ships with the program serves from now on; all workers know at their next list.",
    )
    assert ranked_by(suggester, database) == "shipped-1"
    assert [one.why for one in rows(database)[1]] == ["trained", "rolled back"]

    status, _, err = run("rollback")
    assert (status, err) == (
        1,
        "Nothing was changed: what ships with the program serves already.\n",
    )

    assert run("rollback", first.version)[0] == 0
    assert ranked_by(suggester, database) == first.version
    told = json.loads(run_json(run))
    assert told["serving"] == first.version
    assert len(told["rankers"][0]["served_from"]) == 2


def run_json(run: Run) -> str:
    return run("history", "--json")[1]


@pytest.mark.usefixtures("wrong")
def test_what_taught_the_present_ranker_does_not_judge_the_next(
    run: Run, suggester: Suggester, database: Database
) -> None:
    run("train")
    version = ranked_by(suggester, database)

    status, out, _ = run("train")

    assert status == 0
    assert "0 Key Events have an accepted pair and taught neither ranker" in out
    assert f"{version} goes on serving; what was found is kept." in out
    found, promotions = rows(database)
    assert [one.model is not None for one in found] == [True, False]
    assert len(promotions) == 1
    assert ranked_by(suggester, database) == version
    status, _, err = run("rollback", found[1].version)
    assert status == 1
    assert "was not good enough to serve" in err


@pytest.mark.usefixtures("wrong")
def test_a_dry_run_keeps_nothing(run: Run, suggester: Suggester, database: Database) -> None:
    status, out, _ = run("train", "--dry-run")
    assert status == 0
    assert "It is better" in out
    assert "Nothing was kept: it was a dry run." in out
    assert rows(database) == ([], [])
    assert ranked_by(suggester, database) == "shipped-1"


@pytest.mark.usefixtures("wrong")
def test_experts_files_are_read_from_the_data_folder(
    run: Run, settings: Settings, approved: list[Pair], tmp_path: Path, database: Database
) -> None:
    folder = settings.data_dir / "expert_pairs"
    folder.mkdir()
    lines = [f"{one.key_event}\t{one.identifier}" for one in approved] + ["1513\tWP0"]
    (folder / "wikipathways.tsv").write_text("\n".join(["ke_id\tobject_id", *lines]))
    more = tmp_path / "more.tsv"
    more.write_text("ke_id\tobject_id\n1513\tWP254\n")

    status, out, err = run("train", "--gold", f"wikipathways={more}", approved=[])

    assert status == 0
    assert "serves from now on." in out
    assert "wikipathways.tsv, line " in err
    assert "there is no WP0 in the catalog; left out." in err
    (found,), _ = rows(database)
    assert [one["name"] for one in found.report["expert_files"]] == ["wikipathways.tsv", "more.tsv"]


@pytest.mark.usefixtures("suggester")
def test_without_any_decision_it_says_what_is_missing(run: Run, database: Database) -> None:
    status, _, err = run("train", approved=[])
    assert status == 1
    assert err.startswith("Nothing was learnt: no mapping was approved or rejected here yet")
    assert rows(database) == ([], [])


@pytest.mark.usefixtures("suggester")
def test_a_file_that_is_none_is_named(run: Run, tmp_path: Path, database: Database) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("event\tterm\n")
    status, _, err = run("train", "--gold", f"wikipathways={file}")
    assert status == 1
    assert "pairs.tsv has no column ke_id" in err
    assert rows(database) == ([], [])


def test_a_ranker_that_lacks_a_signal_gives_way_and_says_so(
    wrong: Model, suggester: Suggester, database: Database
) -> None:
    old = model(1.0).as_json()
    for weights in old["weights"].values():
        del weights["bm25"]
    encoder = str(wrong.trained_on["encoder"])
    old |= {"trained_on": {"encoder": encoder}, "version": "trained-1"}
    with database.write() as session:
        report = {"made_at": "2026-01-01T00:00:00Z"}
        kept.keep(session, "trained-1", encoder, report, Model.of_json(old))

    assert ranked_by(suggester, database) == "shipped-1"
    assert suggester.state()["status"] == "degraded"
    assert (
        "The trained ranker does not serve: the ranker trained-1 knows no signal bm25"
        in (suggester.state()["detail"])
    )


@pytest.mark.parametrize("table", ["ranker", "ranker_promotion"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
def test_what_served_when_cannot_be_changed(database: Database, table: str, act: str) -> None:
    with database.write() as session:
        kept.keep(session, "trained-1", "e@1", {"made_at": "2026-01-01T00:00:00Z"}, model(1.0))
    with (
        dbapi2.connect(str(database.path)) as connection,
        pytest.raises(dbapi2.IntegrityError, match=f"{table} is append-only"),
    ):
        connection.execute(act.format(table))
    assert [len(found) for found in rows(database)] == [1, 1]
