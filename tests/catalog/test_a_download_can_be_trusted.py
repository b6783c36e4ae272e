"""One file over HTTP: resumed, bounded, checked, and never half a file in place of a whole one."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.upstream_server import Served, Upstream, serving
from webapp.catalog.download import DownloadError, Limits, fetch
from webapp.catalog.sources.files import SourceError

CONTENT = os.urandom(3_000_000)
QUICK = Limits(silence=0.3, total=20, attempts=3, backoff=0.0)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serving({"/file": Served(CONTENT)}) as server:
        yield server


def leftovers(target: Path) -> list[str]:
    return sorted(file.name for file in target.parent.iterdir() if ".part" in file.name)


def test_a_file_arrives_whole_with_its_checksum(upstream: Upstream, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "downloads" / "file"
    done = fetch(f"{upstream.address}/file", target, watch=lambda n, of: seen.append((n, of)))
    assert target.read_bytes() == CONTENT
    assert done.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (done.size, done.fresh) == (len(CONTENT), True)
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert json.loads(target.with_name("file.json").read_text())["sha256"] == done.sha256
    assert leftovers(target) == []


def test_what_is_there_and_whole_is_not_fetched_again(upstream: Upstream, tmp_path: Path) -> None:
    target = tmp_path / "file"
    fetch(f"{upstream.address}/file", target)
    again = fetch(f"{upstream.address}/file", target)
    assert again.fresh is False
    assert again.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert upstream.requests[1][1]["If-None-Match"] == upstream.files["/file"].version


def test_a_newer_version_replaces_the_old_one(upstream: Upstream, tmp_path: Path) -> None:
    target = tmp_path / "file"
    fetch(f"{upstream.address}/file", target)
    upstream.files["/file"] = Served(b"newer")
    assert fetch(f"{upstream.address}/file", target).fresh is True
    assert target.read_bytes() == b"newer"


def test_a_file_that_was_damaged_here_is_fetched_again(upstream: Upstream, tmp_path: Path) -> None:
    target = tmp_path / "file"
    fetch(f"{upstream.address}/file", target)
    target.write_bytes(b"damaged")
    assert fetch(f"{upstream.address}/file", target).fresh is True
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("trouble", ["cut", "stall"])
def test_a_transfer_that_breaks_is_resumed_where_it_broke(
    upstream: Upstream, tmp_path: Path, trouble: str
) -> None:
    upstream.files["/file"].trouble = [trouble]
    target = tmp_path / "file"
    fetch(f"{upstream.address}/file", target, limits=QUICK)
    assert target.read_bytes() == CONTENT
    resumed = upstream.requests[1][1]
    start = int(resumed["Range"].removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= len(CONTENT) // 2
    assert resumed["If-Range"] == upstream.files["/file"].version


def test_a_later_run_resumes_what_an_earlier_one_left(upstream: Upstream, tmp_path: Path) -> None:
    upstream.files["/file"].trouble = ["cut"]
    target = tmp_path / "file"
    with pytest.raises(DownloadError, match="gave up after 1 attempts"):
        fetch(f"{upstream.address}/file", target, limits=Limits(attempts=1))
    assert leftovers(target) == ["file.part", "file.part.json"]
    fetch(f"{upstream.address}/file", target, limits=QUICK)
    assert target.read_bytes() == CONTENT
    assert "Range" in upstream.requests[1][1]


def test_a_file_that_changed_meanwhile_starts_anew(upstream: Upstream, tmp_path: Path) -> None:
    upstream.files["/file"].trouble = ["cut"]
    target = tmp_path / "file"
    with pytest.raises(DownloadError):
        fetch(f"{upstream.address}/file", target, limits=Limits(attempts=1))
    upstream.files["/file"] = Served(CONTENT[::-1])
    fetch(f"{upstream.address}/file", target, limits=QUICK)
    assert target.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("served", [Served(CONTENT, ["cut"], ranges=False),
                                    Served(CONTENT, ["cut"], etag=False)])  # fmt: skip
def test_without_resuming_the_file_still_arrives(tmp_path: Path, served: Served) -> None:
    with serving({"/file": served}) as upstream:
        fetch(f"{upstream.address}/file", tmp_path / "file", limits=QUICK)
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_server_that_hangs_is_given_up(upstream: Upstream, tmp_path: Path) -> None:
    upstream.files["/file"].trouble = ["hang"] * 3
    waits: list[float] = []
    began = time.monotonic()
    with pytest.raises(DownloadError, match=r"gave up after 3 attempts; the last one: nothing"):
        fetch(
            f"{upstream.address}/file",
            tmp_path / "file",
            limits=Limits(silence=0.2, attempts=3, backoff=1.0),
            sleep=waits.append,
        )
    assert time.monotonic() - began < 30  # of silence, as there is none of waiting
    assert waits == [1.0, 2.0]
    assert not (tmp_path / "file").exists()


def test_a_busy_server_is_asked_again(upstream: Upstream, tmp_path: Path) -> None:
    upstream.files["/file"].trouble = ["503", "503"]
    fetch(f"{upstream.address}/file", tmp_path / "file", limits=QUICK)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert len(upstream.requests) == 3


def test_404_is_final_and_leaves_the_old_file(upstream: Upstream, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    url = f"{upstream.address}/gone"
    with pytest.raises(DownloadError) as caught:
        fetch(url, target, limits=QUICK)
    assert str(caught.value) == f"{url}: the server answered 404 Not Found."
    assert len(upstream.requests) == 1
    assert target.read_bytes() == b"old"


def test_wrong_content_never_replaces_the_old_file(upstream: Upstream, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def refuse(path: Path) -> None:
        raise SourceError(path, 1, "is an HTML page; expected GO OBO.")

    with pytest.raises(DownloadError, match="what the server sent is an HTML page; expected GO"):
        fetch(f"{upstream.address}/file", target, check=refuse, limits=QUICK)
    assert target.read_bytes() == b"old"
    assert leftovers(target) == []


def test_a_stated_checksum_is_checked(tmp_path: Path) -> None:
    files = {"/right": Served(CONTENT, digest="right"), "/wrong": Served(CONTENT, digest="wrong")}
    with serving(files) as upstream:
        fetch(f"{upstream.address}/right", tmp_path / "right", limits=QUICK)
        with pytest.raises(DownloadError, match="does not have the checksum that the server"):
            fetch(f"{upstream.address}/wrong", tmp_path / "wrong", limits=QUICK)
    assert not (tmp_path / "wrong").exists()
    assert leftovers(tmp_path / "wrong") == []


def test_a_file_shorter_than_stated_is_not_taken(tmp_path: Path) -> None:
    files = {"/file": Served(b"short", length=50, etag=False)}
    with serving(files) as upstream, pytest.raises(DownloadError, match="5 of 50 bytes arrived"):
        fetch(f"{upstream.address}/file", tmp_path / "file", limits=QUICK)
    assert not (tmp_path / "file").exists()


def test_size_and_time_are_bounded(upstream: Upstream, tmp_path: Path) -> None:
    url = f"{upstream.address}/file"
    with pytest.raises(DownloadError, match=r"is larger than 1,000 bytes\."):
        fetch(url, tmp_path / "file", limits=Limits(size=1000))
    with pytest.raises(DownloadError, match=r"took longer than -1 s\."):
        fetch(url, tmp_path / "file", limits=Limits(total=-1))


def test_redirects_stay_on_http(upstream: Upstream, tmp_path: Path) -> None:
    upstream.files["/moved"] = Served(b"", location=f"{upstream.address}/file")
    upstream.files["/away"] = Served(b"", location="ftp://127.0.0.1/file")
    fetch(f"{upstream.address}/moved", tmp_path / "file", limits=QUICK)
    assert (tmp_path / "file").read_bytes() == CONTENT
    with pytest.raises(DownloadError, match="which is not HTTP"):
        fetch(f"{upstream.address}/away", tmp_path / "file", limits=QUICK)
    with pytest.raises(DownloadError, match="is not an http or https address"):
        fetch("file:///etc/hostname", tmp_path / "other", limits=QUICK)


def test_nobody_listening_is_named(tmp_path: Path) -> None:
    with serving({}) as upstream:
        url = f"{upstream.address}/file"
    with pytest.raises(DownloadError, match="no connection"):
        fetch(url, tmp_path / "file", limits=QUICK)
