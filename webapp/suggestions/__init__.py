"""Which targets fit a Key Event, and why: text, lexical and dense signals, fusion, reasons.

May import `catalog` and `accounts`; knows nothing of curation or publishing.
"""
