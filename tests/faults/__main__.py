"""`python -m tests.faults`: kill, fill and lock at random, then see that nothing was lost.

    python -m tests.faults --rounds 5 --kills-per-round 12 --append faults.jsonl
    python -m tests.faults --sum faults.jsonl

Exit code 1 where anything was lost or did not heal. The last line says how many rounds passed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults import namespace, results
from tests.faults.campaign import campaign
from tests.supervision.real_installation import RealInstallation


def main(arguments: list[str]) -> int:
    """Run a campaign or print a sum; returns the exit code."""
    args = _parser().parse_args(arguments)
    if args.sum:
        found = results.total(args.sum.read_text(encoding="utf-8").splitlines())
    else:
        if not namespace.inside():
            reason = namespace.obstacle()
            if not reason:
                namespace.enter(arguments)
            print(f"NO DISK IS FILLED: no namespace of our own can be had: {reason}", flush=True)
            if os.environ.get("CI"):
                return 1
        found = play(args)
        if args.append:
            results.append(args.append, found)
    print(found.table())
    for problem in found.problems:
        print(problem)
    print(found.closing_line())
    return 1 if found.problems else 0


def play(args: argparse.Namespace) -> results.Result:
    """Play the rounds in a temporary folder, printing a line for each."""
    seed = random.randrange(2**32) if args.seed is None else args.seed
    print(f"seed {seed}, {results.machine()}", flush=True)
    found = results.Result()
    # A short path, as sockets lie in it.
    with tempfile.TemporaryDirectory(prefix="kewp-", dir="/tmp") as folder:
        installation = RealInstallation(Path(folder))
        small_disks = namespace.inside()
        with campaign(installation, seed, args.minutes, small_disks=small_disks) as running:
            for number in range(1, args.rounds + 1):
                one = running.round(args.kills_per_round)
                found.add(one)
                print(f"round {number}: {one.line()}", flush=True)
            if wrong := running.stop():
                found.problems += wrong
                found.failed = max(found.failed, 1)
            if found.problems and args.keep:
                shutil.copytree(folder, args.keep, symlinks=True, dirs_exist_ok=True)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    parser.add_argument("--kills-per-round", type=int, default=8, metavar="K")
    parser.add_argument(
        "--minutes", type=float, default=6, help="after which kills no longer wait for decisions"
    )
    parser.add_argument("--seed", type=int, help="which faults are chosen, not when they strike")
    parser.add_argument("--append", type=Path, metavar="FILE", help="add the result to this file")
    parser.add_argument("--sum", type=Path, metavar="FILE", help="print the sum of such a file")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="copy the installation there if a round fails"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
