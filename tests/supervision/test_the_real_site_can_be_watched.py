"""The real web server: figures of both workers are told as one, and a request has a number."""

from __future__ import annotations

import http.client
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor

from tests.supervision.installation import START, wait_until
from tests.supervision.real_installation import RealInstallation

REQUESTS = 60


def counted(real_site: RealInstallation) -> float:
    """How many requests for the page of an AOP the metrics tell of."""
    text = real_site.get("/metrics")
    series = 'kewp_http_requests_total{method="GET",route="/aops/<int:number>",status="200"}'
    found = re.search(rf"^{re.escape(series)} ([0-9.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def ask(real_site: RealInstallation, times: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: real_site.get("/aops/38"), range(times)))


def test_whichever_worker_is_asked_tells_of_all(real_site: RealInstallation) -> None:
    before = counted(real_site)
    ask(real_site, REQUESTS)
    assert {counted(real_site) for _ in range(10)} == {before + REQUESTS}


def test_a_killed_worker_takes_no_figures_along(real_site: RealInstallation) -> None:
    before = counted(real_site)
    ask(real_site, REQUESTS)
    victim = real_site.workers()[-1]

    os.kill(victim.pid, signal.SIGKILL)
    wait_until("another worker", lambda: len(set(real_site.workers()) - {victim}) == 2)
    ask(real_site, REQUESTS)

    assert counted(real_site) == before + 2 * REQUESTS
    # The next one took its number: files do not grow in number with every renewal.
    counters = list((real_site.root / "run" / "metrics").glob("counter_*.db"))
    assert len(counters) <= 3


def test_the_number_of_a_request_stands_in_its_answer_and_in_the_log(
    real_site: RealInstallation,
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", real_site.port, timeout=START)
    connection.request("GET", "/mappings/nothing?a=1", headers={"X-Request-ID": "chosen"})
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    number = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{12}", number)
    assert number in page
    line = re.compile(rf'127\.0\.0\.1 "GET /mappings/nothing\?a=1" 404 .* {number}$', re.MULTILINE)
    wait_until("its line", lambda: line.search(real_site.log()))


def test_the_secret_of_a_link_is_not_logged(real_site: RealInstallation) -> None:
    link = real_site.run("webapp", "sign-in-link", "--name", "Ada", "--role", "curator").strip()
    path = link[link.index("/sign-in/") :]
    real_site.get(f"{path}?seen-by=test")
    wait_until("its line", lambda: '"GET /sign-in/…?seen-by=test" 200' in real_site.log())
    assert path.rsplit("/", 1)[1] not in real_site.log()
