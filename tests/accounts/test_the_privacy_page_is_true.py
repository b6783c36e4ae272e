"""What the page says of log files and limits is what their programs are told."""

from __future__ import annotations

import re

from tests.conftest import Member
from webapp.settings import ROOT


def test_so_much_is_kept_of_the_log(anonymous: Member) -> None:
    text = (ROOT / "supervisord.conf").read_text(encoding="utf-8")
    web = text.split("[program:web]")[1].split("[program:")[0]
    [size] = re.findall(r"stdout_logfile_maxbytes=(\d+)MB", web)
    [files] = re.findall(r"stdout_logfile_backups=(\d+)", web)
    total = int(size) * (int(files) + 1)
    assert f"until {total} MB of newer lines have come" in anonymous.get("/privacy").text


def test_no_limit_counts_for_longer_than_an_hour(anonymous: Member) -> None:
    found = set()
    for file in (ROOT / "webapp").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        found.update(re.findall(r'@limited\("\d+/(\w+)"\)', text))
    assert found
    assert found <= {"second", "minute", "hour"}
    assert "at most an hour" in anonymous.get("/privacy").text
