"""How good the lists are: rankers against pairs that experts chose, with intervals.

May import the rest of `suggestions` and `catalog`. What is measured is a `Ranking`.
"""

from __future__ import annotations
