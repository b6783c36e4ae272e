"""What can be mapped: Key Events, AOPs, their relationships, pathways, terms and genes.

May import `settings`, `database`, `errors`, `security` and `accounts`; knows nothing of
suggestions, curation or publishing. Higher rooms register with `events` to hear of imports.
"""
