"""Makes plain text of what sources deliver: escaped HTML, entities, stray blanks.

AOP-Wiki's texts are HTML (often from a word processor) with the full set of HTML 5 entities;
WikiPathways' are Markdown with remains of MediaWiki. Both end as paragraphs of plain text,
separated by an empty line, in Unicode's composed form (NFC).
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from html.parser import HTMLParser

# Zero-width and directional marks, the soft hyphen, and control characters other than blanks.
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_BLANKS = re.compile(r"\s+")
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_TAG = re.compile(r"</?[A-Za-z!]")
_MARKED_SECTION = re.compile(r"<!\[[^>]*>")
# What citation managers leave in pasted text: field codes, and records as XML, JSON or encoded.
_FIELD_CODE = re.compile(r"\bADDIN\s+EN\.[A-Z.]+|<EndNote>.*?</EndNote>", re.DOTALL)
_JSON_FIELD = re.compile(r"\bADDIN\s+CSL_CITATION\s*")
_ENCODED_BLOCK = re.compile(r"(?<!\S)[0-9A-Za-z+/=]{200,}(?!\S)")

_SKIPPED = frozenset({"style", "script", "xml", "head", "template", "endnote"})
_BLOCKS = frozenset(
    "p div section article ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table tr thead tbody "
    "blockquote pre hr figure figcaption caption".split()
)
_CELLS = frozenset({"td", "th"})

_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)")
_WIKI_LINK = re.compile(r"\[https?://\S+\s+([^\[\]]+)\]")
_EMPHASIS = re.compile(r"'{2,5}|\*\*|(?m:^#{1,6}\s+)")


def clean_line(text: str | None) -> str:
    """One line of text: NFC, invisible characters removed, every run of blanks one blank."""
    if not text:
        return ""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def clean_title(text: str | None) -> str:
    """A title or name: as `clean_line`, with entities such as `&alpha;` decoded."""
    return clean_line(_ENTITY.sub(lambda found: html.unescape(found[0]), text)) if text else ""


def html_to_text(markup: str | None) -> str:
    """Paragraphs of plain text from HTML; empty where the markup holds nothing but blanks."""
    if not markup or not markup.strip():
        return ""
    parser = _Paragraphs()
    parser.feed(_MARKED_SECTION.sub(" ", markup).replace("<![", "&lt;!["))
    parser.close()
    return _finish("".join(parser.parts))


def markdown_to_text(markup: str | None) -> str:
    """Plain text from WikiPathways' descriptions: links become their labels, emphasis goes."""
    if not markup or not markup.strip():
        return ""
    text = _LINK.sub(r"\1", markup)
    text = _WIKI_LINK.sub(r"\1", text)
    text = _EMPHASIS.sub("", text)
    if _TAG.search(text) or _ENTITY.search(text):
        return html_to_text(text)
    return _finish(text)


def _finish(text: str) -> str:
    text = _FIELD_CODE.sub(" ", _ENCODED_BLOCK.sub(" ", _without_json_fields(text)))
    paragraphs = (clean_line(part) for part in _EMPTY_LINE.split(text))
    return "\n\n".join(part for part in paragraphs if part)


def _without_json_fields(text: str) -> str:
    """Without `ADDIN CSL_CITATION {…}`, whose JSON is as long as it says itself."""
    kept, position = [], 0
    while (found := _JSON_FIELD.search(text, position)) is not None:
        kept.append(text[position : found.start()])
        try:
            position = json.JSONDecoder(strict=False).raw_decode(text, found.end())[1]
        except ValueError:
            position = found.end()
    return " ".join([*kept, text[position:]])


class _Paragraphs(HTMLParser):
    """Collects text; a block starts a paragraph, and what is not text is skipped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SKIPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(data)
