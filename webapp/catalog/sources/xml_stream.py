"""Streams the children of an XML file's root, safely.

Expat reads the file in pieces; only the child being read is held in memory. A document type
declaration is refused: AOP-Wiki files have none, and external entities and entity bombs need one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from webapp.catalog.sources.files import (
    SourceError,
    Tick,
    damage_as_source_error,
    no_tick,
    open_bytes,
)

_CHUNK = 1 << 16
MAX_RECORD = 64 * 1024 * 1024
"""Most characters of text that one child of the root may hold."""


def children(
    path: Path, root: str, namespace: str, wanted: Collection[str], tick: Tick = no_tick
) -> Iterator[tuple[int, Element]]:
    """Line and element of each child of the root whose local name is wanted.

    Element names come without their namespace. Raises `SourceError` where the root is another one,
    the XML is broken or cut off, or it declares a document type.
    """
    reader = _Reader(path, root, namespace, wanted)
    with open_bytes(path, tick) as stream:
        while True:
            with damage_as_source_error(path, lambda: reader.line):
                chunk = stream.read1(_CHUNK)
            reader.feed(chunk)
            yield from reader.take()
            if not chunk:
                return


class _Reader:
    """Builds one small tree for each wanted child, out of expat's events."""

    def __init__(self, path: Path, root: str, namespace: str, wanted: Collection[str]) -> None:
        self._path, self._root, self._namespace = path, root, namespace
        self._wanted = frozenset(wanted)
        self._depth = 0
        self._text = 0
        self._started_at = 0
        self._builder: TreeBuilder | None = None
        self._done: list[tuple[int, Element]] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
                reason = "the file is empty or ends before its XML does"
            raise SourceError(self._path, error.lineno, f"is not sound XML ({reason}).") from error

    def take(self) -> list[tuple[int, Element]]:
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._depth == 0 and (local, namespace) != (self._root, self._namespace):
            raise SourceError(
                self._path,
                self.line,
                f"the root element is <{local}>; expected <{self._root}> of {self._namespace}.",
            )
        if self._depth == 1 and local in self._wanted:
            self._builder, self._started_at, self._text = TreeBuilder(), self.line, 0
        self._depth += 1
        if self._builder is not None:
            self._builder.start(local, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._builder is None:
            return
        self._builder.end(name.rpartition(" ")[2])
        if self._depth == 1:
            self._done.append((self._started_at, self._builder.close()))
            self._builder = None

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._text += len(text)
            if self._text > MAX_RECORD:
                raise SourceError(self._path, self._started_at, "the record exceeds 64 MB of text.")
            self._builder.data(text)

    def _refuse_doctype(self, *_declaration: object) -> None:
        raise SourceError(
            self._path, self.line, "declares a document type, which AOP-Wiki files never do."
        )
