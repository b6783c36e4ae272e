from __future__ import annotations

import pytest

from webapp.suggestions.abbreviations import query_of
from webapp.suggestions.signals.genes import SharedGenes
from webapp.suggestions.signals.signal import Evidence
from webapp.suggestions.subject import Subject

SUBJECT = Subject(1, query_of("x", {}), query_of("x", {}), (), ())


@pytest.mark.parametrize(
    ("genes", "told"),
    [
        ({}, ""),
        ({"AHR": "AhR"}, "has the gene AHR, which the Key Event names"),
        (
            {"AHR": "aryl hydrocarbon receptor"},
            "has the gene AHR, which the Key Event names as aryl hydrocarbon receptor",
        ),
        (
            {"ESR2": "Estrogen receptor", "ESR1": "Estrogen receptor"},
            "has the genes ESR1, ESR2, which the Key Event names as Estrogen receptor",
        ),
    ],
)
def test_the_sentence(genes: dict[str, str], told: str) -> None:
    assert SharedGenes.explain(Evidence(SUBJECT, "x", {}, 10, genes=genes)) == told
