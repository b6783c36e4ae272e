"""How long from `python -m supervision` to the first healthy answer.

    python -m benchmarks.cold_start [ROUNDS]

The real programs in a temporary folder that was prepared before, with no way out to the network.
By turns with them, the baseline: a Python that imports torch and transformers and loads the
encoder, which no start can do without. Medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from benchmarks.web import is_healthy
from tests.supervision.installation import wait_until
from tests.supervision.real_installation import RealInstallation, real_installation

LOADING = "import sys; from webapp.suggestions.encoder import load; load(sys.argv[1])"

NO_WAY_OUT = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")


def encoder_alone(installation: RealInstallation) -> float:
    """Seconds that a process takes that only loads the encoder."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", LOADING, installation.environment["ENCODER"]],
        cwd=installation.root,
        env=installation.environment,
        check=True,
    )
    return time.perf_counter() - began


def whole_start(installation: RealInstallation) -> float:
    """Seconds until everything is started and `/health` answers that the site can serve."""
    began = time.perf_counter()
    installation.start()
    wait_until("a healthy answer", lambda: is_healthy(installation), 120)
    seconds = time.perf_counter() - began
    installation.stop()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    args = parser.parse_args()
    alone: list[float] = []
    whole: list[float] = []
    with real_installation(**NO_WAY_OUT) as installation:
        installation.run("webapp", "prepare")
        for _ in range(args.rounds):  # by turns, so that both see the same machine
            alone.append(encoder_alone(installation))
            whole.append(whole_start(installation))
    baseline, found = statistics.median(alone), statistics.median(whole)
    print(f"{args.rounds} rounds, medians (fastest):")
    print(f"  the encoder alone        {baseline:5.1f} s  ({min(alone):.1f})")
    print(f"  the first healthy answer {found:5.1f} s  ({min(whole):.1f})", end="")
    print(f"  ratio {found / baseline:.2f}")


if __name__ == "__main__":
    main()
