"""How much of a request has arrived: the worker collects it before a thread takes it.

Standard library only. Only the length is read here; whether the request is right is gunicorn's to
say, so what cannot be read is taken for whole and handed on.
"""

from __future__ import annotations

import re

HEAD_MAX = 64 * 1024
"""Bytes of the request line and all headers together."""

BODY_MAX = 1024 * 1024
"""Bytes of a body that is collected; more than the application accepts, which refuses a longer one
by its length, without reading it."""

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)


class TooLong(Exception):
    """The headers do not end."""


class Arrival:
    """The bytes of one request so far; times are of `time.monotonic()`."""

    def __init__(self, now: float, read: bytes = b"") -> None:
        self.began = self.last = now
        self.bytes = bytearray()
        self._needed: int | None = None
        self.with_body = False
        self.add(read, now)

    def add(self, data: bytes, now: float) -> None:
        """Take more bytes. Raises `TooLong`."""
        if not data:
            return
        searched = max(0, len(self.bytes) - len(_END) + 1)
        self.bytes += data
        self.last = now
        if self._needed is None:
            end = self.bytes.find(_END, searched)
            if end >= 0:
                self._read_length(end + len(_END))
            elif len(self.bytes) > HEAD_MAX:
                raise TooLong

    def _read_length(self, end: int) -> None:
        lengths = _LENGTH.findall(self.bytes, 0, end)
        length = int(lengths[0]) if len(lengths) == 1 else 0
        streamed = b"\r\ntransfer-encoding:" in bytes(self.bytes[:end]).lower()
        self.with_body = not streamed and length <= BODY_MAX
        self._needed = end + (length if self.with_body else 0)

    @property
    def is_whole(self) -> bool:
        """Whether a thread can go to work without waiting for the client."""
        return self._needed is not None and len(self.bytes) >= self._needed
