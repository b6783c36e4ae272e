"""The blueprint that the pages of curation share."""

from __future__ import annotations

from flask import Blueprint

REVIEW_PAGE = 25
"""Proposals on a page of the queue."""

blueprint = Blueprint("curation", __name__)
