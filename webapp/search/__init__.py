"""One box over everything in the catalog: identifiers, names, genes, near spellings, meaning.

May import `suggestions`, `catalog` and `accounts`; knows nothing of curation or publishing. A room
of its own, because it needs words and the encoder of `suggestions` but answers about Key Events,
AOPs and genes too. It keeps one derived file, `data/index/search.db`, and no table.
"""
