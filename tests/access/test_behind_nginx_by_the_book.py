"""The lines for nginx in docs/deployment.md, in a real nginx in front of the real server."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.access.conftest import Guarded
from tests.missing import program
from tests.supervision.installation import START, free_port, wait_until
from webapp.settings import ROOT

CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{
{lines}
  }} }}
}}
"""


@pytest.fixture(scope="module")
def shown(guarded: Guarded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The same site as nginx shows it."""
    nginx = program("nginx", "nginx-light")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    book = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"```nginx\n(.*?)```", book, re.DOTALL)
    ours = f"http://127.0.0.1:{guarded.port};"
    assert "http://127.0.0.1:5000;" in lines
    (folder / "conf").write_text(
        CONFIGURATION.format(
            folder=folder, port=port, lines=lines.replace("http://127.0.0.1:5000;", ours)
        )
    )
    Path(folder / "error.log").touch()
    process = subprocess.Popen([nginx, "-c", str(folder / "conf"), "-p", str(folder)])
    front = replace(guarded, port=port)
    try:
        wait_until("nginx", lambda: front.serves() or process.poll() is not None)
        assert process.poll() is None, (folder / "error.log").read_text()
        yield front
    finally:
        process.terminate()
        process.wait(START)


def test_it_tells_scheme_and_host(shown: Guarded) -> None:
    made_up = {
        "Host": "mappings.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    assert json.loads(shown.ask("GET", "/seen", made_up).text) == [
        "127.0.0.1",
        "http",
        "mappings.example",
    ], "what the client sent was written over"


def test_what_a_client_claims_to_be_counts_nothing(guarded: Guarded, shown: Guarded) -> None:
    # nginx adds the address that it sees: here a trusted one, as a second proxy would be.
    seen = shown.ask("GET", "/seen", {"X-Forwarded-For": "6.6.6.6, 192.0.2.9"})
    assert json.loads(seen.text)[0] == "192.0.2.9"


def test_a_form_is_not_taken_for_one_of_another_site(shown: Guarded) -> None:
    headers = {"Host": "mappings.example", "Origin": "https://mappings.example"}
    answer = shown.ask("POST", "/sign-out", headers, b"")
    assert answer.status == 400
    assert "earlier session" in answer.text, "only its token is missing"
    headers["Origin"] = "https://evil.example"
    assert "another site" in shown.ask("POST", "/sign-out", headers, b"").text


def test_a_large_page_comes_whole(shown: Guarded) -> None:
    answer = shown.ask("GET", "/key-events")
    assert answer.status == 200
    assert answer.text.rstrip().endswith("</html>")
