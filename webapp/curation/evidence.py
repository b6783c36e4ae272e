"""References that support a claim: PMIDs and DOIs, checked for form alone, never looked up."""

from __future__ import annotations

import re
from urllib.parse import quote

_DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+)", re.IGNORECASE
)
_PMID = re.compile(
    r"(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:?\s*)?([1-9][0-9]{0,8})/?", re.IGNORECASE
)
# Line breaks, and a comma or semicolon where another reference begins: a DOI may hold both.
_BETWEEN = re.compile(
    r"[\r\n]+|[,;](?=\s|10\.[0-9]{4}|https?://|doi:|pmid:?\s*[1-9])", re.IGNORECASE
)
MAX_REFERENCES = 20
_DOI_SAFE = "/:;().,-_~"
"""Signs of a DOI that may stand in an address as they are; `<`, `|` and others are encoded."""


def read_references(text: str) -> list[dict[str, str]]:
    """References from a text, one a line or parted by commas, each a PMID or DOI.

    Returns `{"kind": "pmid"|"doi", "identifier": …}` without repeats. Raises `ValueError` naming
    the first one that is neither (form of a DOI: doi.org handbook, section 2.2).
    """
    found: list[dict[str, str]] = []
    for part in _BETWEEN.split(text):
        word = part.strip().rstrip(".,;")
        if not word:
            continue
        if match := _DOI.fullmatch(word):
            reference = {"kind": "doi", "identifier": match[1]}
        elif match := _PMID.fullmatch(word):
            reference = {"kind": "pmid", "identifier": match[1]}
        else:
            raise ValueError(
                f"“{word[:60]}” is neither a PMID nor a DOI. Write one reference a line, such as "
                "PMID:12345678 or 10.1038/s41597-023-02321-w."
            )
        if reference not in found:
            found.append(reference)
    if len(found) > MAX_REFERENCES:
        raise ValueError(f"Give at most {MAX_REFERENCES} references.")
    return found


def reference_url(reference: dict[str, str]) -> str:
    """Where a reference is found."""
    if reference["kind"] == "doi":
        return f"https://doi.org/{quote(reference['identifier'], safe=_DOI_SAFE)}"
    return f"https://pubmed.ncbi.nlm.nih.gov/{reference['identifier']}/"


def reference_curie(reference: dict[str, str]) -> str:
    """A reference as a CURIE: `PMID:…` or `doi:…`."""
    return f"{'PMID' if reference['kind'] == 'pmid' else 'doi'}:{reference['identifier']}"
