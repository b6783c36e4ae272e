"""The resources whose entries a Key Event can be mapped to. A new one is one entry here."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Resource:
    """One resource: how it is called, how its identifiers look, where its entries live.

    `source` is the name of its releases in `source_release`; `scheme` the questions of curation.
    """

    key: str
    source: str
    name: str
    tag: str
    prefix: str
    pattern: str
    page: str
    scheme: str
    licence: str
    home: str

    def url(self, identifier: str) -> str:
        """The entry's page at its source."""
        return self.page.format(self.local(identifier))

    def local(self, identifier: str) -> str:
        """The identifier as people write it: WP254, GO:0006915, R-HSA-109581."""
        return identifier if self.key == "go_bp" else identifier.removeprefix(f"{self.prefix}:")


RESOURCES: dict[str, Resource] = {
    resource.key: resource
    for resource in (
        Resource(
            key="wikipathways",
            source="wikipathways",
            name="WikiPathways",
            tag="WP",
            prefix="wikipathways",
            pattern=r"WP\d+",
            page="https://www.wikipathways.org/pathways/{}.html",
            scheme="pathway-1",
            licence="CC0 1.0",
            home="https://www.wikipathways.org/",
        ),
        Resource(
            key="go_bp",
            source="go",
            name="GO biological process",
            tag="GO",
            prefix="GO",
            pattern=r"GO:\d{7}",
            page="https://amigo.geneontology.org/amigo/term/{}",
            scheme="term-1",
            licence="CC BY 4.0",
            home="https://geneontology.org/",
        ),
        Resource(
            key="reactome",
            source="reactome",
            name="Reactome",
            tag="RE",
            prefix="reactome",
            pattern=r"R-[A-Z]{3}-\d+",
            page="https://reactome.org/content/detail/{}",
            scheme="pathway-1",
            licence="CC0 1.0",
            home="https://reactome.org/",
        ),
    )
}


def parse_identifier(text: str) -> str | None:
    """The CURIE of a target as people write it (`WP254`, `go:0006915`), or None."""
    word = text.strip()
    for resource in RESOURCES.values():
        bare = re.sub(rf"^{resource.prefix}:(?=\D)", "", word, flags=re.IGNORECASE)
        if re.fullmatch(resource.pattern, bare, re.IGNORECASE):
            local = bare.upper()
            return local if resource.key == "go_bp" else f"{resource.prefix}:{local}"
    return None


def local_name(curie: str) -> str:
    """A target's CURIE as people write it, whatever its resource: WP254, GO:0006915."""
    return next(
        one.local(curie) for one in RESOURCES.values() if curie.startswith(f"{one.prefix}:")
    )


def parse_aop(text: str) -> int | None:
    """The number of an AOP as people write it (`38`, `AOP 38`, `aop:38`), or None."""
    match = re.fullmatch(r"(?:aop\s*:?)?\s*(\d{1,7})", text.strip(), re.IGNORECASE)
    return int(match[1]) if match else None


def parse_key_event(text: str) -> int | None:
    """The number of a Key Event as people write it (`55`, `KE 55`, `aop.events:55`), or None."""
    match = re.fullmatch(
        r"(?:(?:ke|event|aop\.events)\s*:?)?\s*(\d{1,7})", text.strip(), re.IGNORECASE
    )
    return int(match[1]) if match else None
