"""No external entity is fetched and no entity bomb goes off: document types are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.catalog.sources import aopwiki, xml_stream
from webapp.catalog.sources.files import SourceError

BOMB = """<?xml version="1.0"?>
<!DOCTYPE data [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<data xmlns="http://www.aopkb.org/aop-xml"><key-event id="x"><title>&b;</title></key-event></data>
"""
FOREIGN = """<?xml version="1.0"?>
<!DOCTYPE data [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<data xmlns="http://www.aopkb.org/aop-xml"><key-event><title>&secret;</title></key-event></data>
"""


@pytest.mark.parametrize("content", [BOMB, FOREIGN])
def test_a_document_type_is_refused_with_its_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_text(content)
    with pytest.raises(SourceError, match=r"bad\.xml, line 2: declares a document type"):
        list(aopwiki.read(path))


def test_a_record_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "MAX_RECORD", 1000)
    path = tmp_path / "big.xml"
    path.write_text(
        '<data xmlns="http://www.aopkb.org/aop-xml">\n<vendor-specific>'
        + "x" * 2000
        + "</vendor-specific></data>"
    )
    with pytest.raises(SourceError, match=r"big\.xml, line 2: the record exceeds"):
        list(aopwiki.read(path))
