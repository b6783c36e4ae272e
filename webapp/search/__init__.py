"""One box over everything in the catalog: identifiers, names, genes, near spellings, meaning.

May import `suggestions`, `catalog` and `accounts`; knows nothing of curation or publishing. A room
of its own, because it needs words and the encoder of `suggestions` but answers about Key Events,
AOPs and genes too. It keeps one derived file, `data/index/search.db`, and no table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def warm_up(app: Flask) -> None:
    """Have the index ready before gunicorn's master forks, so that no thread builds it then.

    Where it cannot be built the site starts all the same: pages say so.
    """
    app.extensions["kewp.search"].prepare()
