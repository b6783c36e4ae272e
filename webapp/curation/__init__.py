"""The life of a mapping: assess, propose, review, approve or reject, withdraw; and its history.

May import `suggestions`, `catalog` and `accounts`. State changes only in `workflow`.
"""
