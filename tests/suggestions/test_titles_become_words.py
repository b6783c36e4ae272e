import pytest

from webapp.suggestions.text import spell_greek, stems, without_direction


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Increase, Cell injury/death", "Cell injury/death"),
        ("N/A, Mitochondrial dysfunction 1", "Mitochondrial dysfunction 1"),
        ("Activation, Estrogen receptor", "Estrogen receptor"),
        ("Activated, NMDA receptor", "NMDA receptor"),
        ("Activated Wnt/Frizzled pathway", "Wnt/Frizzled pathway"),
        ("Increased, Induced Mutations in Critical Genes", "Mutations in Critical Genes"),
        ("Thyroxine (T4) in serum, Decreased", "Thyroxine (T4) in serum"),
        ("Up Regulation, Fetuin-A", "Fetuin-A"),
        ("Reduction of testosterone", "testosterone"),
        ("Increased", "Increased"),
        ("", ""),
        ("General Apoptosis", "General Apoptosis"),
        ("Inhibition of NADH-ubiquinone oxidoreductase", "NADH-ubiquinone oxidoreductase"),
    ],
)
def test_direction_words_are_removed_unless_nothing_else_is_left(title: str, rest: str) -> None:
    assert without_direction(title) == rest


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Decreased Na/K ATPase activity", "Na/K ATPase activity"),
        ("Inhibition, Na+/I- symporter (NIS)", "Na+/I- symporter (NIS)"),
        ("Decreased, extracellular sodium (Na+)", "extracellular sodium (Na+)"),
        (
            "Decrease, Very low-density lipoprotein export capacity",
            "Very low-density lipoprotein export capacity",
        ),
        (
            "Up Regulation, LDLR (low density lipoprotein receptor)",
            "LDLR (low density lipoprotein receptor)",
        ),
        (
            "Activation of mitogen-activated protein kinase kinase",
            "mitogen-activated protein kinase kinase",
        ),
        (
            "Altered peroxisome proliferator\N{EN DASH}activated receptor alpha activity",
            "peroxisome proliferator\N{EN DASH}activated receptor alpha activity",
        ),
        (
            "peroxisome proliferator activated receptor promoter demethylation",
            "peroxisome proliferator activated receptor promoter demethylation",
        ),
        (
            "Decreased, insulin-induced gene 1 (INSIG1) protein activity",
            "insulin-induced gene 1 (INSIG1) protein activity",
        ),
        ("chronic high fat diet", "chronic high fat diet"),
    ],
)
def test_words_within_a_name_are_no_direction(title: str, rest: str) -> None:
    assert without_direction(title) == rest


def test_opposite_directions_rank_alike() -> None:
    assert without_direction("Increase, Apoptosis") == without_direction("Decrease, Apoptosis")


def test_stems_know_greek_letters_and_drop_stop_words() -> None:
    assert stems("Activation of the TGF-β receptors") == ["activ", "tgf", "beta", "receptor"]


def test_words_end_at_every_hyphen_and_survive_accents() -> None:
    assert stems("proliferator\N{EN DASH}activated") == stems("proliferator-activated")
    assert stems("long\N{HYPHEN}term") == ["long", "term"]
    assert stems("Sertoli\N{RIGHTWARDS ARROW}Leydig, naïve") == ["sertoli", "leydig", "naiv"]


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("TGF-β", "TGF-beta"),
        ("ΔΨm", "DeltaPsim"),
        ("Φ and φ, η, ρ, ψ", "Phi and phi, eta, rho, psi"),
        ("final ς", "final sigma"),
        ("10 \N{MICRO SIGN}M", "10 muM"),
        ("\N{INCREMENT}G, \N{OHM SIGN}, \N{GREEK PHI SYMBOL}", "DeltaG, Omega, phi"),
        ("increased\N{FULLWIDTH COMMA}Vascular", "increased,Vascular"),
    ],
)
def test_greek_letters_are_spelt_whatever_sign_stands_for_them(text: str, spelt: str) -> None:
    assert spell_greek(text) == spelt
    assert stems(text) == stems(spelt)
