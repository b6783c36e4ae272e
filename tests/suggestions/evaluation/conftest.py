from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.__main__ import parser
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.evaluation.contest import Contest, prepare

GOLD = """ke_id\tobject_id
1513\tWP254
1945\tWP4923
642\tWP197
188\tWP4919
1262\tWP254
1262\tWP4923
"""


@pytest.fixture
def contest(database: Database, settings: Settings) -> Contest:
    """WikiPathways of the starter catalog, with an index of words alone."""
    generation = builder.build(database, settings.index_dir, None)
    index = files.load(settings.index_dir, generation)
    with database.read() as session:
        return prepare(session, index, "wikipathways")


@pytest.fixture
def gold_file(tmp_path: Path) -> Path:
    """Pairs as somebody would choose them in the starter catalog."""
    path = tmp_path / "gold.tsv"
    path.write_text(GOLD)
    return path


Evaluate = Callable[..., int]


@pytest.fixture
def evaluate(contest: Contest, settings: Settings) -> Evaluate:
    """`evaluate --resource wikipathways …` over that installation; returns the exit status."""

    def run(*arguments: str) -> int:
        args = parser().parse_args(["evaluate", "--resource", "wikipathways", *arguments])
        return int(args.handler(args, settings))

    return run
