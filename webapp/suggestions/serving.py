"""Which learnt ranker serves at the moment: the one promoted last, or what ships with the program.

Workers see a promotion at the next list. A kept ranker that does not know the signals of this
version of the program gives way to the shipped one, and the state says so.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from sqlalchemy.orm import Session

from webapp.suggestions.fusion import (
    COLD,
    WARM,
    Model,
    ModelUnusable,
    require_same_encoder,
    shipped_model,
)
from webapp.suggestions.learning import kept
from webapp.suggestions.memory import COLUMNS as REMEMBERED
from webapp.suggestions.signals import COLUMNS

log = logging.getLogger(__name__)


class Serving:
    """The serving model by encoder; read again when another one was promoted."""

    def __init__(self) -> None:
        self._cached: tuple[str, int, Model | None] = ("", -1, None)
        self.flaw = ""
        """Why a promoted ranker does not serve; empty where there is none such."""

    def model(self, session: Session, encoder: str | None) -> Model | None:
        """The model for an index of this encoder; None where the fixed combination ranks."""
        if encoder is None:
            return None
        promoted = kept.newest_promotion(session, encoder)
        number = promoted.id if promoted else 0
        cached = self._cached  # another thread may exchange it at any time
        if cached[:2] != (encoder, number):
            row = promoted.ranker if promoted else None
            self.flaw = ""
            try:
                model = _usable(Model.of_json(row.model or {}), encoder) if row else None
            except ModelUnusable as reason:
                model = None
                self.flaw = (
                    f"The trained ranker does not serve: {reason}. Train another one with: "
                    "python -m webapp ranker train"
                )
                log.warning("%s", self.flaw)
            self._cached = cached = (encoder, number, model or _shipped(encoder))
        return cached[2]


def serving_model(session: Session, encoder: str | None) -> Model | None:
    """The same, for commands."""
    return Serving().model(session, encoder)


def _shipped(encoder: str) -> Model | None:
    try:
        return _usable(shipped_model(), encoder)
    except ModelUnusable as reason:
        log.info("the fixed combination ranks: %s", reason)
        return None


def _usable(model: Model, encoder: str) -> Model:
    """A model that fits; without its metric where vectors are made otherwise than it knows."""
    require_same_encoder(model, encoder)
    model.vector(COLD, COLUMNS)
    model.vector(WARM, (*COLUMNS, *REMEMBERED))
    learnt_with = str(model.trained_on["encoder"])
    return model if _space(learnt_with) == _space(encoder) else replace(model, metric={})


def _space(encoder: str) -> str:
    """Stands for the space of an encoder's vectors: weights of eight bits keep it."""
    return encoder.removesuffix("+int8")
