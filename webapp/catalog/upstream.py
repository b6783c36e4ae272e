"""Where the official releases lie, and how they are fetched for `catalog update`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from webapp.catalog.download import (
    Download,
    DownloadError,
    Limits,
    Watch,
    fetch,
    read_page,
    unwatched,
)
from webapp.catalog.inputs import InputFile, open_input


@dataclass(frozen=True)
class Upstream:
    """One official file. An address that ends in `/` is a listing; `pattern` finds it there.

    `standard` files are fetched unless others are named.
    """

    name: str
    source: str
    url: str
    pattern: str = ""
    standard: bool = True


UPSTREAMS: tuple[Upstream, ...] = (
    Upstream("aopwiki", "aopwiki", "https://aopwiki.org/downloads/aop-wiki-xml.gz"),
    Upstream(
        "wikipathways",
        "wikipathways",
        "https://data.wikipathways.org/current/gmt/",
        r"wikipathways-\d{8}-gmt-Homo_sapiens\.gmt",
    ),
    Upstream("go", "go", "http://purl.obolibrary.org/obo/go/go-basic.obo"),
    Upstream(
        "reactome", "reactome", "https://reactome.org/download/current/ReactomePathways.gmt.zip"
    ),
    # Symbols of the genes that WikiPathways knows by Entrez number; HGNC decides on symbols.
    Upstream(
        "genes",
        "genes",
        "https://storage.googleapis.com/public-download-files/hgnc/tsv/tsv/hgnc_complete_set.txt",
    ),
    # Descriptions and ontology terms of WikiPathways; large, as it holds all species and drawings.
    Upstream(
        "wikipathways-database",
        "wikipathways",
        "https://github.com/wikipathways/wikipathways-database/archive/refs/heads/main.tar.gz",
        standard=False,
    ),
)
"""The one table of addresses; each can be replaced by an option of the command."""


def fetch_release(
    upstream: Upstream,
    folder: Path,
    urls: Mapping[str, str],
    *,
    limits: Limits | None = None,
    watch: Watch = unwatched,
) -> tuple[Download, InputFile]:
    """Fetch one official file into `folder` and recognise it; raises `DownloadError`."""
    url = urls.get(upstream.name) or upstream.url
    if url.endswith("/"):
        url = _newest(url, upstream.pattern, limits)
    target = folder / (PurePosixPath(unquote(urlsplit(url).path)).name or upstream.name)
    download = fetch(
        url,
        target,
        check=lambda part: open_input(upstream.source, part),
        limits=limits,
        watch=watch,
    )
    _remove_older(upstream, target)
    return download, open_input(upstream.source, target, _date(download.last_modified))


def _newest(url: str, pattern: str, limits: Limits | None) -> str:
    """The address of the last file, by name, that a folder listing names."""
    names: list[str] = re.findall(pattern, read_page(url, limits)) if pattern else []
    if not names:
        raise DownloadError(url, f"the listing names no file like {pattern or 'any we know'}.")
    return urljoin(url, max(names))


def _remove_older(upstream: Upstream, newest: Path) -> None:
    """Of files whose name holds their date, keep the one just fetched."""
    for file in newest.parent.iterdir() if upstream.pattern else ():
        name = file.name.removesuffix(".json")
        if name != newest.name and re.fullmatch(upstream.pattern, name):
            file.unlink()


def _date(last_modified: str) -> str:
    """The date of a `Last-Modified` header as `2026-03-05`; empty where there is none."""
    try:
        return parsedate_to_datetime(last_modified).date().isoformat()
    except (TypeError, ValueError):
        return ""
