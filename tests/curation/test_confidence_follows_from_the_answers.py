import itertools

import pytest

from webapp.curation.assessment import (
    PATHWAY_1,
    TERM_1,
    Unanswered,
    judge,
    read_answers,
    scheme_of,
)


def pathway(evidence: str, specificity: str, coverage: str) -> dict[str, str]:
    return {
        "relationship": "unclear",
        "evidence": evidence,
        "specificity": specificity,
        "coverage": coverage,
    }


def term(connection: str, specificity: str, evidence: str) -> dict[str, str]:
    return {"connection": connection, "specificity": specificity, "evidence": evidence}


@pytest.mark.parametrize(
    ("answers", "level", "score", "confidence", "predicate"),
    [
        (pathway("known", "specific", "complete"), "Molecular", 7.5, "high", "skos:closeMatch"),
        (pathway("known", "specific", "complete"), "Organ", 6.5, "high", "skos:closeMatch"),
        (pathway("likely", "specific", "key_steps"), "Organ", 5.0, "high", "skos:narrowMatch"),
        (pathway("likely", "includes", "key_steps"), "Tissue", 5.0, "high", "skos:broadMatch"),
        (pathway("likely", "includes", "key_steps"), None, 4.0, "medium", "skos:broadMatch"),
        (pathway("possible", "loose", "complete"), None, 2.5, "medium", "skos:relatedMatch"),
        (pathway("uncertain", "loose", "minor"), "Cellular", 1.5, "low", "skos:relatedMatch"),
        (pathway("known", "specific", "minor"), "Population", 5.5, "high", "skos:narrowMatch"),
    ],
)
def test_pathways_add_points_and_one_for_the_level(
    answers: dict[str, str], level: str | None, score: float, confidence: str, predicate: str
) -> None:
    verdict = judge(PATHWAY_1, answers, level)
    assert (verdict.score, verdict.confidence, verdict.predicate) == (score, confidence, predicate)
    assert sum(points for _, points in verdict.steps) == score


@pytest.mark.parametrize(
    ("answers", "score", "confidence", "predicate"),
    [
        (term("same", "exact", "known"), 3.0, "high", "skos:closeMatch"),
        (term("same", "slightly_broader", "known"), 2.667, "high", "skos:broadMatch"),
        (term("part", "exact", "likely"), 2.333, "medium", "skos:narrowMatch"),
        (term("neighbour", "exact", "possible"), 1.667, "medium", "skos:relatedMatch"),
        (term("distant", "loose", "uncertain"), 0.0, "low", "skos:relatedMatch"),
    ],
)
def test_terms_take_the_mean_of_three_and_know_no_level(
    answers: dict[str, str], score: float, confidence: str, predicate: str
) -> None:
    for level in ("Molecular", None):
        verdict = judge(TERM_1, answers, level)
        assert (verdict.score, verdict.confidence, verdict.predicate) == (
            score,
            confidence,
            predicate,
        )


@pytest.mark.parametrize("scheme", [PATHWAY_1, TERM_1], ids=lambda scheme: scheme.name)
def test_every_combination_has_a_verdict_within_bounds(scheme: object) -> None:
    assert scheme in (PATHWAY_1, TERM_1)
    chosen = PATHWAY_1 if scheme is PATHWAY_1 else TERM_1
    names = [question.name for question in chosen.questions]
    scores = set()
    for values in itertools.product(
        *([option.value for option in question.options] for question in chosen.questions)
    ):
        verdict = judge(chosen, dict(zip(names, values, strict=True)), "Molecular")
        assert 0 <= verdict.score <= chosen.highest
        assert verdict.confidence in {"high", "medium", "low"}
        scores.add(verdict.score)
    assert max(scores) == chosen.highest


def test_each_resource_has_its_scheme() -> None:
    assert scheme_of("wikipathways") is PATHWAY_1
    assert scheme_of("reactome") is PATHWAY_1
    assert scheme_of("go_bp") is TERM_1


def test_every_missing_answer_is_named() -> None:
    with pytest.raises(Unanswered) as raised:
        read_answers(PATHWAY_1, {"evidence": "known", "coverage": "everything"})
    assert set(raised.value.fields) == {"relationship", "specificity", "coverage"}


def test_nothing_but_the_answers_is_read() -> None:
    given = {**pathway("known", "specific", "complete"), "score": "99", "level": "Molecular"}
    assert set(read_answers(PATHWAY_1, given)) == {
        "relationship",
        "evidence",
        "specificity",
        "coverage",
    }


def test_the_answer_that_makes_a_term_narrower_says_which_side_is_the_part() -> None:
    [connection] = [one for one in TERM_1.questions if one.name == "connection"]
    [part] = [option for option in connection.options if option.value == "part"]
    assert part.help == "the term is one step of the event"
    assert judge(TERM_1, term("part", "exact", "known"), None).predicate == "skos:narrowMatch"
