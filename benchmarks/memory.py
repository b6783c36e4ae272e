"""What each further worker takes of memory that it shares with nobody (USS).

    python -m benchmarks.memory [REQUESTS] [--catalog-in-force]

The real gunicorn with three workers, after so many requests (pages, and searches that run the
encoder), with the bundled encoder and with one of BERT-base's size, whose random weights are made
in a temporary folder. The baselines, in the same run: without `gc.freeze`, and without preloading,
where each worker loads and warms everything for itself. The catalog is the starter's, or a copy of
the one of the settings in force with its index. Sizes are megabytes.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import sites
from benchmarks.web import serving
from supervision.memory import MB
from tests.suggestions.small_models import as_large_as_biobert
from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation, real_installation
from tests.supervision.visitor import Visitor
from webapp.settings import load_settings
from webapp.suggestions.encoder import BUNDLED

WORKERS = 3

PAGES = (
    "/",
    "/key-events",
    "/key-events/1513",
    "/key-events/1513?q=programmed+cell+suicide",
    "/targets/wikipathways:WP254",
    "/search?q=apoptosis",
    "/review",
    "/exports/mappings.sssom.tsv",
)

FREEZE = "    gc.freeze()\n"
REPORT = "    memory_report.report_soon(worker)\n"
WARM = "    from webapp.operations.warm_up import warm_up\n    warm_up(worker.wsgi)\n"


def measure(installation: RealInstallation, requests: int) -> list[float]:
    """Private megabytes of each worker after `requests` requests to all of them."""

    def visit(number: int) -> None:
        visitor = Visitor(installation.port, 120)
        try:
            answer = visitor.get(PAGES[number % len(PAGES)])
            assert answer.status == 200, answer
        finally:
            visitor.close()

    with serving(installation) as master, ThreadPoolExecutor(WORKERS * 4) as pool:
        wait_until("all workers", lambda: len(master.children()) == WORKERS)
        for _ in pool.map(visit, range(requests)):
            continue
        return [worker.memory_full_info().uss / MB for worker in master.children()]


def compare(encoder: str, name: str, requests: int, *, in_force: bool) -> None:
    """Print the largest worker as it is shipped, and of both baselines."""
    with real_installation(
        ENCODER=encoder, WEB_CONCURRENCY=str(WORKERS), GUNICORN_MAX_REQUESTS="0"
    ) as installation:
        if in_force:
            settings = load_settings()
            sites.copy_site(settings.database_path, settings.index_dir, installation.data)
        installation.run("webapp", "prepare")
        configuration = installation.root / "gunicorn.conf.py"
        text = configuration.read_text()
        assert FREEZE in text
        assert REPORT in text
        shipped = max(measure(installation, requests))
        configuration.write_text(text.replace(FREEZE, ""))
        thawed = max(measure(installation, requests))
        configuration.write_text(text.replace(REPORT, WARM + REPORT))
        installation.environment["GUNICORN_PRELOAD_APP"] = "no"
        alone = max(measure(installation, requests))
    print(f"{name}, the largest of {WORKERS} workers after {requests} requests:")
    print(f"  as shipped         {shipped:6.0f} MB")
    for words, found in (("without gc.freeze", thawed), ("without preloading", alone)):
        print(f"  {words:18} {found:6.0f} MB  ratio {shipped / found:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("requests", nargs="?", type=int, default=600)
    parser.add_argument("--catalog-in-force", action="store_true")
    args = parser.parse_args()
    compare(BUNDLED, BUNDLED, args.requests, in_force=args.catalog_in_force)
    if args.catalog_in_force:  # its index was built with one encoder
        return
    with tempfile.TemporaryDirectory() as folder:
        as_large_as_biobert(Path(folder))
        compare(folder, "an encoder of BERT-base's size", args.requests, in_force=False)


if __name__ == "__main__":
    main()
