"""The life of a mapping: assess, propose, review, revise, retire; and its history.

May import `suggestions`, `catalog` and `accounts`. State changes only in `workflow`,
by the table in `steps`.
"""
