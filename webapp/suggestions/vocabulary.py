"""What words of toxicology mean in the words of pathways and processes: textbook knowledge.

Key Events speak of organs, lesions and abbreviated receptors, pathways of processes. Every entry
holds for any Key Event with the word; none was made for a single one, and none names a target.
The learned weight decides how much such a reading counts beside the title itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from webapp.suggestions.text import spell_greek, stems

_READINGS = r"""
hepat(?:ic|o) => liver
hepatocytes? => liver cell
hepatocell?ular => liver cell
renal|nephr(?:ic|on) => kidney
pulmonary|bronch(?:us|ial|iolar)|airway => lung
cardiac|myocardi(?:al|um) => heart
cerebral|cortical => brain
tumou?rs?|cancers?|carcinomas?|adenomas?|adenocarcinomas?|neoplas(?:m|ms|ia|tic)|preneoplastic|papillomas?|tumou?rigenesis|foci => cancer cell proliferation
hyperplasia|hypertrophy => cell proliferation
hepatotoxicity|hepatopathy => response to toxic substance
(?:cyto|neuro|nephro)toxicity|toxicity => response to toxic substance
cell injury|cytotoxicity|tissue injury|lesions? => cell death
degeneration|neurodegeneration|loss of neurons? => neuron death
inflammation|hyperinflammation|inflammatory state => inflammatory response
proinflammatory (?:mediators?|cytokines?) => cytokine production involved in inflammatory response
airway inflammation|pulmonary inflammation => lung inflammatory response
cytokines? storm => cytokine production
immunosuppression|immune suppression => negative regulation of immune response
sensiti[sz]ation|allerg(?:y|ic) => hypersensitivity immune response
ros|oxidative stress|reactive oxygen species => response to oxidative stress reactive oxygen species
rons|rns => reactive nitrogen species
antioxidant => response to oxidative stress
nrf2|nfe2l2 => NRF2 oxidative stress response
mitochondrial (?:dysfunction|function|impairment|injury) => mitochondrial ATP synthesis oxidative phosphorylation
complex (?:i|ii|iii|iv|v|1|2|3|4|5)(?=\W|$) => respiratory electron transport chain oxidative phosphorylation
electron transport chain => respiratory electron transport
coupling of oxidative phosphorylation|oxphos => oxidative phosphorylation
mtdna => mitochondrial DNA
atp (?:pool|production|level|levels|depletion) => ATP metabolic process
dna damage|genotoxicity|dna adducts?|mutagenic => DNA damage response DNA repair
mutations?|genomic instability|chromosom\w* aberrations?|micronucle\w+ => DNA damage response chromosome organization
dna strand breaks? => double-strand break repair
aneuploid\w*|polyploid\w* => chromosome segregation
unfolded protein|misfolded|proteostasis|er stress => response to unfolded protein endoplasmic reticulum stress
steatosis|lipid accumulation|fatty liver => lipid storage fat accumulation
steatohepatitis|steatohepatisis => nonalcoholic fatty liver disease
triglycerides?|triacylglycerols? => triglyceride metabolic process
hmg-?coa reductase|3-hydroxy-3-methylglutaryl-coa reductase => cholesterol biosynthetic process
hmgcs2 => ketogenesis ketone body synthesis
hmgcs1 => cholesterol biosynthesis
ldl|low-density lipoprotein => low-density lipoprotein cholesterol
fibrosis|scarring => extracellular matrix organization collagen
stellate cells? => hepatic stellate cell activation
myofibroblasts? => fibroblast
kupffer cells? => macrophage activation
cholestasis|bile salt export pump|bsep => bile acid transport
steroidogen\w+ => steroid biosynthetic process
testosterone|androgens? => testosterone androgen
estrogens?|estradiol|17beta-estradiol|e2 => estrogen estradiol
aromatase|cyp19a1?|cyp19 => estrogen biosynthetic process
star|steroidogenic acute regulatory(?: protein)? => cholesterol transport steroid biosynthesis
vitellogenin|vtg => yolk egg vitellogenesis oogenesis
fecundity|spawning|egg production|offspring => reproduction fertility ovulation
oocytes? => oocyte maturation
sperm\w* => spermatogenesis
thyroperoxidase|thyroid peroxidase|tpo => thyroid hormone generation
nis|sodium[ /]iodide symporter => iodide transport thyroid hormone generation
t4|thyroxine => thyroxine thyroid hormone
t3|triiodothyronine => triiodothyronine thyroid hormone
deiodinase => thyroid hormone metabolic process
transthyretin => thyroid hormone transport
lh => luteinizing hormone
gnrh => gonadotropin-releasing hormone
acetylcholinesterase|ache => acetylcholine catabolic process
5-?ht(?:\w+)?|5-hydroxytryptamine => serotonin receptor
gaba-?a? => gamma-aminobutyric acid signaling
nmdars?|nmda|ampa|ionotropic glutamate => glutamate receptor signaling
neurotransmi\w+ vesicle release => neurotransmitter secretion synaptic vesicle exocytosis
seizures?|epilep\w+ => neuron excitation synaptic transmission
cognitive|learning|memory => cognition learning or memory
synaptogenesis => synapse assembly
neuroinflammation => neuroinflammatory response
akt2?|pkb => phosphatidylinositol 3-kinase/protein kinase B signal transduction
pi3k => phosphatidylinositol 3-kinase signaling
mtorc?1? => TOR signaling
mapk|erk => MAPK cascade
nf-?k(?:appa)?-?b => NF-kappaB signaling
stat\d\w? => receptor signaling pathway via JAK-STAT
jak\d? => receptor signaling pathway via JAK-STAT
ppar-?(?:alpha|gamma|delta)? => peroxisome proliferator activated receptor signaling
ahr|aryl hydrocarbon receptor => aryl hydrocarbon receptor xenobiotic metabolism
pxr|car|pregnane|constitutive androstane => xenobiotic metabolic process
cyp\d\w*|cytochrome p450 => xenobiotic metabolic process cytochrome P450
tgf-?b(?:eta)? => transforming growth factor beta receptor signaling
tnf(?:-?alpha)? => tumor necrosis factor
il-?(\d+) => interleukin-\1
vegfr?\d? => vascular endothelial growth factor
egfr? => epidermal growth factor receptor signaling
tlr-?(\d+) => toll-like receptor \1 signaling pathway
fas(?:l)? => Fas death receptor apoptotic signaling
caspases? => apoptotic process execution
necrosis|necrotic => necrotic cell death
hif-?1?(?:alpha)? => response to hypoxia
hypertension|blood pressure => regulation of blood pressure
vasoconstriction|vasodilation => vasoconstriction regulation of blood vessel diameter
heart (?:rate|failure)|bradycardia|arrh?yth?mia => heart contraction cardiac conduction
ace2? => angiotensin metabolic process
at1r|angiotensin|ang ii => angiotensin-activated signaling pathway
thrombosis|coagulation|clot\w* => blood coagulation
hemosiderosis|iron overload => iron ion homeostasis
anemia|red blood cells?|rbc|hematocrit|hemolysis => erythrocyte homeostasis
an(?:g|gio)genesis|endothelial network|blood vessels? => angiogenesis
obesity|adipogenesis|adipocytes? => fat cell differentiation
hyperglyc\w+|insulin resistance|glucose uptake => insulin receptor signaling glucose transport
ca\+\+|ca2\+|calcium overload|calcium => calcium ion homeostasis calcium ion transport
hearing|ototoxicity => sensory perception of sound
vision|retina\w*|photoreceptors? => visual perception
anosmia|olfact\w+ => sensory perception of smell
swim bladder => swim bladder inflation
malformations?|malformed|teratogen\w+ => embryonic organ development morphogenesis
feminisation|anogenital|hypospadias|agd => male genitalia development sex differentiation
histones?|hdac => histone acetylation chromatin
hypermethylation|hypomethylation => DNA methylation
sars-?cov-?2?|covid-?19|iav|influenza => viral entry into host cell
tau|hyperphosphorylation of tau => tau protein aggregation
s1p|sphing\w+-1-phosphate => sphingosine-1-phosphate signaling S1P
surfactant => surfactant homeostasis
cyclooxygenases?|cox-?[12]?|ptgs[12]? => prostaglandin biosynthetic process
enos|inos|nitric oxide synthase => nitric oxide biosynthetic process
laminin|integrin => cell adhesion extracellular matrix
gluten => response to food immune
mortality|lethality|survival => death
"""
"""Pattern of a word in a title, and the words that a pathway or process would be named by."""

_SAME = (
    (r"signall?ing (?:pathway|cascade)s?|signall?ing|signal transduction", "signaling"),
    (r"hepat(?:ic|o)", "liver"),
    (r"hepatocell?ular", "liver cell"),
    (r"hepatocytes?", "liver cell hepatocyte"),
    (r"renal|nephr(?:ic|o)", "kidney"),
    (r"pulmonary", "lung"),
    (r"cardiac|myocardial", "heart"),
    (r"cerebral", "brain"),
    (r"neuronal|neural", "neuron"),
    (r"hepatotoxicity", "liver toxic substance"),
    (r"tumou?rs?|carcinomas?|neoplas(?:m|ms|ia|tic)|cancers?|malignan(?:t|cy)", "cancer"),
    (r"hyperplasia", "proliferation"),
    (
        r"biosynthe(?:sis|tic process)|synthesis|production|formation|generation|steroidogenesis",
        "synthesis",
    ),
    (r"catabolism|catabolic process|degradation|breakdown", "degradation"),
    (r"metabolism|metabolic process", "metabolism"),
    (r"apoptotic process", "apoptosis"),
    (r"programmed cell death", "cell death"),
    (r"reactive oxygen species|ros", "reactive oxygen species oxidative"),
    (r"inflammatory", "inflammation"),
    (r"t4", "thyroxine thyroid hormone"),
    (r"t3", "triiodothyronine thyroid hormone"),
    (r"steatosis", "lipid accumulation fat"),
    (r"blood vessels?|vascula\w*", "vascular"),
    (r"erythrocytes?|red blood cells?|rbc", "erythrocyte"),
    (r"ca\+\+|ca2\+", "calcium"),
    (r"5-?ht|5-hydroxytryptamine", "serotonin"),
)
"""Words that count as the same when words are compared; either side may be in a title or a name."""

_BEFORE = re.compile(
    r"^(?:(?:positive |negative )?regulation of|(?:cellular )?response to|establishment of|"
    r"maintenance of|induction of|activation of|detection of)\s+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s+(?:signall?ing pathway|signal transduction|signall?ing|pathway|cascade|process|activity|"
    r"involved in .*|via .*|in response to .*)$",
    re.IGNORECASE,
)

KINDS = {
    "positive regulation": r"^positive regulation of",
    "negative regulation": r"^negative regulation of",
    "regulation": r"^regulation of",
    "cellular response": r"^cellular response to",
    "response": r"^response to",
    "pathway": r"pathway$",
    "signaling": r"signall?ing",
    "metabolism": r"metabolic process|metabolism",
    "synthesis": r"biosynthe|synthesis",
    "degradation": r"catabol|degradation",
    "transport": r"transport|import|export|secretion|uptake",
    "development": r"development|morphogenesis|differentiation",
    "involved in": r" involved in ",
    "receptor": r"receptor",
    "homeostasis": r"homeostasis",
    "disease": r"disease|cancer|disorder|syndrome|defective|covid|sars|mutant|deficien|infection|"
    r"carcinoma",
    "cells": r"\bcells?\b",
    "expression": r"expression|transcription",
}
"""Kinds of names, by a pattern each: experts choose some kinds more often than others."""


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


_RULES = [
    (_compiled(pattern), words)
    for pattern, words in (line.split(" => ") for line in _READINGS.strip().split("\n"))
]
_CANONICAL = [(_compiled(pattern), words) for pattern, words in _SAME]


def readings(text: str) -> list[tuple[str, str, str]]:
    """How else a title can be read: (what it says, what that means, the title with it put in)."""
    found = []
    for pattern, words in _RULES:
        match = pattern.search(text)
        if match:
            meant = match.expand(words)
            changed = text[: match.start()] + meant + text[match.end() :]
            found.append((match[0], meant, changed))
    return found


def core(name: str) -> str:
    """What a process or pathway is about: `regulation of X signaling pathway` is about X."""
    left = name
    while (shorter := _BEFORE.sub("", left)) != left:
        left = shorter
    left = _AFTER.sub("", left)
    return left if left.strip() else name


@lru_cache(maxsize=200_000)
def canonical(text: str) -> str:
    """A text in small letters with words of one meaning written one way."""
    plain = spell_greek(text).lower()
    for pattern, words in _CANONICAL:
        plain = pattern.sub(words, plain)
    return plain


def canonical_stems(text: str) -> list[str]:
    """The stems of the canonical text."""
    return stems(canonical(text))
