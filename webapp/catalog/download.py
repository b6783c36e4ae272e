"""Fetches one file over HTTP so that it can be trusted: bounded, resumed, checked, then renamed.

Standard library only. Bytes go to `NAME.part`; an interrupted transfer is resumed from there with
`Range` where the server names a version of the file (`ETag` or `Last-Modified`). The finished file
replaces the old one in one step, beside `NAME.json` with what is needed to ask again only for news.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from webapp.catalog.sources.files import SourceError, sha256_of

USER_AGENT = "ke-wp-mapping catalog update"
_CHUNK = 1 << 18
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_DIGEST = re.compile(r"sha-256=:?([A-Za-z0-9+/=]+):?", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """Bounds of one download; times in seconds, sizes in bytes."""

    silence: float = 30.0
    """Longest wait for a connection or for the next byte."""
    total: float = 1800.0
    size: int = 2 << 30
    attempts: int = 5
    backoff: float = 1.0
    """Wait after the first failed attempt; doubles with each further one, up to a minute."""


class DownloadError(RuntimeError):
    """A file that could not be fetched; its text is one sentence with the address."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason = url, reason


class _Retry(Exception):
    """An attempt that failed in a way that a further one may mend."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.wait = reason, wait


@dataclass(frozen=True)
class Download:
    """A fetched file; `fresh` is false where the server said that ours is still the newest."""

    path: Path
    url: str
    sha256: str
    size: int
    etag: str = ""
    last_modified: str = ""
    fresh: bool = True


Watch = Callable[[int, int | None], None]
"""Called with the bytes that are there and the bytes expected, if known."""


def unwatched(_done: int, _expected: int | None) -> None:
    """The `Watch` of a caller who shows no progress."""


def fetch(
    url: str,
    target: Path,
    *,
    check: Callable[[Path], object] = lambda _path: None,
    limits: Limits | None = None,
    watch: Watch = unwatched,
    sleep: Callable[[float], None] = time.sleep,
) -> Download:
    """Fetch `url` into the file `target`, unless that is still the newest.

    `check` looks at the complete file before it replaces the old one, and raises `SourceError`
    where it is something else. Raises `DownloadError`; the old file is then still in place.
    """
    limits = limits or Limits()
    target.parent.mkdir(parents=True, exist_ok=True)
    transfer = _Transfer(url, target, limits, watch)
    for attempt in range(1, limits.attempts + 1):
        try:
            if transfer.attempt():
                return transfer.finish(check)
            return transfer.known_download()
        except _Retry as problem:
            if attempt == limits.attempts:
                raise DownloadError(
                    url, f"gave up after {attempt} attempts; the last one: {problem.reason}."
                ) from problem
            wait = max(problem.wait, limits.backoff * 2 ** (attempt - 1))
            sleep(min(wait, 60.0))
        except OSError as error:
            raise DownloadError(url, f"cannot be stored ({error.strerror}).") from error
    raise AssertionError("unreachable: the last attempt returns or raises")


class _Transfer:
    """The state of one download over its attempts."""

    def __init__(self, url: str, target: Path, limits: Limits, watch: Watch) -> None:
        self._url, self._target, self._limits, self._watch = url, target, limits, watch
        self._part = target.with_name(f"{target.name}.part")
        self._part_notes = target.with_name(f"{target.name}.part.json")
        self._notes = target.with_name(f"{target.name}.json")
        self._known = _read_notes(self._notes)
        self._deadline = time.monotonic() + limits.total
        self._headers = Message()
        if not self._known_is_whole():
            self._known = {}

    def attempt(self) -> bool:
        """One request; false where the server says that our file is the newest."""
        request = urllib.request.Request(self._url, headers=self._conditions())  # noqa: S310 - _open refuses other schemes
        try:
            with _open(request, self._limits.silence) as response:
                self._receive(response)
        except urllib.error.HTTPError as error:
            with error:
                return self._refused(error)
        except urllib.error.URLError as error:
            if isinstance(error.reason, _NotHttp):
                raise DownloadError(self._url, str(error.reason)) from error
            raise _Retry(f"no connection ({error.reason})") from error
        except TimeoutError as error:
            raise _Retry(f"nothing arrived for {self._limits.silence:g} s") from error
        except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
            raise _Retry(f"the connection broke ({error or type(error).__name__})") from error
        return True

    def known_download(self) -> Download:
        """The file that was there before."""
        return Download(**{**self._known, "path": self._target, "fresh": False})

    def finish(self, check: Callable[[Path], object]) -> Download:
        """Check the whole file and put it in place."""
        sha256 = sha256_of(self._part)
        promised = _promised_sha256(self._headers)
        if promised and promised != sha256:
            self._forget_part()
            raise _Retry("what arrived does not have the checksum that the server stated")
        try:
            check(self._part)
        except SourceError as error:
            self._forget_part()
            raise DownloadError(self._url, f"what the server sent {error.reason}") from error
        download = Download(
            self._target,
            self._url,
            sha256,
            self._part.stat().st_size,
            self._headers.get("ETag", ""),
            self._headers.get("Last-Modified", ""),
        )
        notes = {k: v for k, v in asdict(download).items() if k not in {"path", "fresh"}}
        os.replace(self._part, self._target)
        self._notes.write_text(json.dumps(notes, indent=1) + "\n", encoding="utf-8")
        self._part_notes.unlink(missing_ok=True)
        return download

    def _conditions(self) -> dict[str, str]:
        headers = {"User-Agent": USER_AGENT}
        begun = self._part.stat().st_size if self._part.is_file() else 0
        notes = _read_notes(self._part_notes)
        version = notes.get("etag") or notes.get("last_modified")
        if begun and notes.get("url") == self._url and version and not version.startswith("W/"):
            return {**headers, "Range": f"bytes={begun}-", "If-Range": version}
        self._forget_part()
        if self._known.get("etag"):
            headers["If-None-Match"] = self._known["etag"]
        if self._known.get("last_modified"):
            headers["If-Modified-Since"] = self._known["last_modified"]
        return headers

    def _receive(self, response: Any) -> None:
        self._headers = response.headers
        done = 0
        expected = _number(response.headers.get("Content-Length"))
        if response.status == 206:
            found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if found is None or int(found[1]) != self._part.stat().st_size:
                self._forget_part()
                raise _Retry("the server resumed at another place")
            done = int(found[1])
            expected = _number(found[2])
        notes = {
            "url": self._url,
            "etag": response.headers.get("ETag", ""),
            "last_modified": response.headers.get("Last-Modified", ""),
        }
        self._part_notes.write_text(json.dumps(notes), encoding="utf-8")
        if expected is not None and expected > self._limits.size:
            raise DownloadError(self._url, f"is larger than {self._limits.size:,} bytes.")
        with open(self._part, "ab" if done else "wb") as file:
            done = self._copy(response, file, done, expected)
            file.flush()
            os.fsync(file.fileno())
        if expected is not None and done != expected:
            raise _Retry(f"{done:,} of {expected:,} bytes arrived")

    def _copy(self, response: Any, file: IO[bytes], done: int, expected: int | None) -> int:
        while chunk := response.read1(_CHUNK):
            done += len(chunk)
            if done > self._limits.size:
                raise DownloadError(self._url, f"is larger than {self._limits.size:,} bytes.")
            if time.monotonic() > self._deadline:
                raise DownloadError(self._url, f"took longer than {self._limits.total:g} s.")
            file.write(chunk)
            self._watch(done, expected)
        return done

    def _refused(self, error: urllib.error.HTTPError) -> bool:
        if error.code == 304 and self._known:
            return False
        if error.code == 416:
            self._forget_part()
            raise _Retry("the server could not resume")
        reason = f"the server answered {error.code} {error.reason}"
        if error.code in _TRANSIENT:
            raise _Retry(reason, float(_number(error.headers.get("Retry-After")) or 0))
        raise DownloadError(self._url, f"{reason}.")

    def _known_is_whole(self) -> bool:
        return (
            bool(self._known)
            and self._known.get("url") == self._url
            and self._target.is_file()
            and sha256_of(self._target) == self._known.get("sha256")
        )

    def _forget_part(self) -> None:
        self._part.unlink(missing_ok=True)
        self._part_notes.unlink(missing_ok=True)


class _NotHttp(Exception):
    """A redirect to something that is neither http nor https."""


class _HttpOnly(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> urllib.request.Request | None:
        if urlsplit(args[-1]).scheme not in {"http", "https"}:
            raise urllib.error.URLError(_NotHttp(f"redirects to {args[-1]}, which is not HTTP."))
        return super().redirect_request(*args)


def _open(request: urllib.request.Request, timeout: float) -> Any:
    if request.type not in {"http", "https"}:
        raise urllib.error.URLError(_NotHttp("is not an http or https address."))
    return urllib.request.build_opener(_HttpOnly).open(request, timeout=timeout)


def read_page(url: str, limits: Limits | None = None, size: int = 1 << 20) -> str:
    """The text of a small page such as a folder listing; raises `DownloadError`."""
    limits = limits or Limits()
    request = urllib.request.Request(url, headers={"User-Agent": USER_AGENT})  # noqa: S310 - _open refuses other schemes
    try:
        with _open(request, limits.silence) as response:
            return str(response.read(size).decode("utf-8", errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(url, f"the list of files cannot be read ({error}).") from error


def _promised_sha256(headers: Message) -> str:
    """The digest of the whole file, as hex, where the server states one (RFC 9530 or RFC 3230)."""
    for name in ("Repr-Digest", "Digest"):
        found = _DIGEST.search(headers.get(name, ""))
        if found is not None:
            return base64.b64decode(found[1]).hex()
    return ""


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _read_notes(path: Path) -> dict[str, Any]:
    try:
        notes = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
