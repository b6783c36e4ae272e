"""The questions of each scheme, and what follows from the answers: confidence and predicate.

Schemes are versioned: a change of questions or points is a new scheme, so that old assessments
keep their meaning. Free of Flask and of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.catalog.registry import RESOURCES

BONUS_LEVELS = ("Molecular", "Cellular", "Tissue")
"""Levels at which a pathway can describe the event itself; they earn one point in `pathway-1`."""


@dataclass(frozen=True)
class Option:
    """One answer: its value in forms and in the database, its words and its points."""

    value: str
    label: str
    help: str
    points: float = 0.0


@dataclass(frozen=True)
class Question:
    """One question of a scheme."""

    name: str
    legend: str
    hint: str
    options: tuple[Option, ...]

    def points(self, answer: str) -> float:
        """Points of an answer."""
        return next(option.points for option in self.options if option.value == answer)

    def label(self, answer: str) -> str:
        """The words of an answer, also of one that a later scheme dropped."""
        return next((option.label for option in self.options if option.value == answer), answer)


@dataclass(frozen=True)
class Scheme:
    """A set of questions; `high` and `medium` are the lowest scores of those confidences."""

    name: str
    questions: tuple[Question, ...]
    high: float
    medium: float
    mean: bool = False
    level_bonus: float = 0.0

    @property
    def highest(self) -> float:
        """The highest score that answers can reach."""
        best = [max(option.points for option in one.options) for one in self.questions]
        scored = [points for points in best if points]
        return sum(scored) / len(scored) if self.mean else sum(scored) + self.level_bonus


@dataclass(frozen=True)
class Verdict:
    """What follows from the answers: points with their derivation, confidence, predicate."""

    score: float
    confidence: str
    predicate: str
    steps: tuple[tuple[str, float], ...] = field(default=())


class Unanswered(ValueError):
    """Questions without a valid answer: `fields` maps each question's name to what is wrong."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


_EVIDENCE = Question(
    "evidence",
    "How well is the connection established?",
    "",
    (
        Option("known", "Known", "stated in the literature", 3),
        Option("likely", "Likely", "well supported, not stated as such", 2),
        Option("possible", "Possible", "plausible from what is known", 1),
        Option("uncertain", "Uncertain", "a guess worth keeping", 0),
    ),
)

PATHWAY_1 = Scheme(
    name="pathway-1",
    high=5.0,
    medium=2.5,
    level_bonus=1.0,
    questions=(
        Question(
            "relationship",
            "How do the event and the pathway relate?",
            "Not scored; it is published with the mapping.",
            (
                Option("causative", "Causative", "the pathway brings the event about"),
                Option("responsive", "Responsive", "the event sets the pathway in motion"),
                Option("bidirectional", "Both ways", "each acts on the other"),
                Option("unclear", "Unclear", "related, direction not known"),
            ),
        ),
        _EVIDENCE,
        Question(
            "specificity",
            "How specific is the pathway to this event?",
            "",
            (
                Option("specific", "Specific", "it is about this event", 2),
                Option("includes", "Includes it", "the event is one part among others", 1),
                Option("loose", "Loosely related", "it touches the same biology", 0),
            ),
        ),
        Question(
            "coverage",
            "How much of the event's mechanism does it cover?",
            "",
            (
                Option("complete", "Complete", "the mechanism as a whole", 1.5),
                Option("key_steps", "Key steps", "the decisive parts", 1),
                Option("minor", "Minor aspects", "little of it", 0.5),
            ),
        ),
    ),
)

TERM_1 = Scheme(
    name="term-1",
    high=2.5,
    medium=1.5,
    mean=True,
    questions=(
        Question(
            "connection",
            "How directly does the term describe the event?",
            "",
            (
                Option("same", "The same process", "event and term name one process", 3),
                Option("part", "A part of it", "the term is one step of the event", 2),
                Option("neighbour", "A neighbour", "upstream or downstream of it", 1),
                Option("distant", "Distant", "the same field only", 0),
            ),
        ),
        Question(
            "specificity",
            "How well does the term's breadth fit?",
            "",
            (
                Option("exact", "It fits", "as broad as the event", 3),
                Option("slightly_broader", "A little too broad", "one level too general", 2),
                Option("much_broader", "Much too broad", "several levels too general", 1),
                Option("loose", "Loosely related", "neither broader nor narrower", 0),
            ),
        ),
        _EVIDENCE,
    ),
)

SCHEMES = {scheme.name: scheme for scheme in (PATHWAY_1, TERM_1)}


def scheme_of(resource: str) -> Scheme:
    """The scheme that a resource's targets are assessed by."""
    return SCHEMES[RESOURCES[resource].scheme]


def read_answers(scheme: Scheme, given: Mapping[str, str]) -> dict[str, str]:
    """The answers to a scheme's questions and nothing else of what was sent.

    Raises `Unanswered` naming every question that has no valid answer.
    """
    answers, wrong = {}, {}
    for question in scheme.questions:
        answer = given.get(question.name, "")
        if answer in {option.value for option in question.options}:
            answers[question.name] = answer
        else:
            wrong[question.name] = f"{question.legend} Choose one answer."
    if wrong:
        raise Unanswered(wrong)
    return answers


def judge(scheme: Scheme, answers: Mapping[str, str], level: str | None) -> Verdict:
    """Score, confidence and predicate that follow from complete answers.

    `pathway-1` adds the points and one for a molecular, cellular or tissue event; `term-1` takes
    the mean of three equal parts and knows no bonus.
    """
    steps = [
        (f"{question.name}: {question.label(answers[question.name])}", points)
        for question in scheme.questions
        if any(option.points for option in question.options)
        for points in [question.points(answers[question.name])]
    ]
    if scheme.mean:
        score = sum(points for _, points in steps) / len(steps)
    else:
        if scheme.level_bonus and level in BONUS_LEVELS:
            steps.append((f"level: {level}", scheme.level_bonus))
        score = sum(points for _, points in steps)
    confidence = "high" if score >= scheme.high else "medium" if score >= scheme.medium else "low"
    return Verdict(round(score, 3), confidence, _predicate(scheme, answers), tuple(steps))


def _predicate(scheme: Scheme, answers: Mapping[str, str]) -> str:
    """SSSOM predicate. The subject is the Key Event: `broadMatch` means a broader target."""
    specificity = answers["specificity"]
    if specificity == "loose":
        return "skos:relatedMatch"
    if scheme is TERM_1:
        if answers["connection"] in {"neighbour", "distant"}:
            return "skos:relatedMatch"
        exact = specificity == "exact"
        if answers["connection"] == "part":
            return "skos:narrowMatch" if exact else "skos:broadMatch"
        return "skos:closeMatch" if exact else "skos:broadMatch"
    if specificity == "includes":
        return "skos:broadMatch"
    return "skos:closeMatch" if answers["coverage"] == "complete" else "skos:narrowMatch"
