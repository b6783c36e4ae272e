"""HTML, Markdown and entities become paragraphs of plain text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.catalog.sources.text import (
    clean_line,
    clean_title,
    html_to_text,
    markdown_to_text,
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One&nbsp;two</p>\r\n\r\n<p>three</p>", "One two\n\nthree"),
        ("<p>TNF&alpha; &amp; PPAR&gamma; &le; 5 &micro;M</p>", "TNFα & PPARγ ≤ 5 µM"),
        ("<p>&nbsp;</p>\n\n<p>&nbsp;</p>", ""),
        ("one<br />two", "one two"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("H<sub>2</sub>O<sub>2</sub>", "H2O2"),
        ("IC50 <10 nM and > 5", "IC50 <10 nM and > 5"),
        ('<p><img src="data:image/png;base64,AAAA" alt="" />seen</p>', "seen"),
        ("<style>p {color: red}</style><xml><w:Word>X</w:Word></xml>kept", "kept"),
        ("<![if !supportLists]>item<![endif]>", "item"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("plain\n\nparagraphs\nhere", "plain\n\nparagraphs here"),
        ("A ADDIN EN.CITE <EndNote><Cite>x</Cite></EndNote>(Author, 2019).", "A (Author, 2019)."),
        ('A ADDIN CSL_CITATION {"a": {"b": "}"}}(Author, 2019).', "A (Author, 2019)."),
        (f"A {'3C456E' * 50} b", "A b"),
        (None, ""),
        ("   ", ""),
    ],
)
def test_html(markup: str | None, text: str) -> None:
    # Sources often hold the markup escaped once more; decoding entities must not depend on it.
    assert html_to_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("See [the portal](https://example.org/a?b=(c)).", "See the portal."),
        ("''In vitro'' and '''bold''' and **strong**", "In vitro and bold and strong"),
        ("[https://example.org/x the page] says", "the page says"),
        ("<i>Genome Biology</i>. 11:R3.  Next", "Genome Biology. 11:R3. Next"),
        ("One.\n\nTwo.", "One.\n\nTwo."),
        ("p < 0.05", "p < 0.05"),
    ],
)
def test_markdown(markup: str, text: str) -> None:
    assert markdown_to_text(markup) == text


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (" Impaired Coordination & Movement\u200b", "Impaired Coordination & Movement"),
        ("Activation, PPAR&alpha; ", "Activation, PPARα"),
        ("R&D, not &sure of it", "R&D, not &sure of it"),
        ("Caf\u0065\u0301", "Café"),
        ("a\u00ad\ufeffb\tc\xa0 d", "ab c d"),
        (None, ""),
    ],
)
def test_titles(raw: str | None, title: str) -> None:
    assert clean_title(raw) == title


@given(st.text())
def test_any_text_becomes_clean_and_stays_as_it_is(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert unicodedata.is_normalized("NFC", line)
    assert "\n" not in line


@given(st.text(alphabet=st.sampled_from("<>!/[]-&;#p ab\n\"'=")))
def test_no_markup_however_broken_is_too_much(text: str) -> None:
    assert isinstance(html_to_text(text), str)
    assert isinstance(markdown_to_text(text), str)
