"""How much memory the web server takes, and whether the machine or its container has enough.

Sizes are bytes. Memory that master and workers share is counted once: each page is divided by
the number of processes that map it (PSS, proc(5)); the sum of resident sizes would count the
encoder once per worker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

GB = 1_000_000_000
MB = 1_000_000

PER_WORKER = GB
"""What a worker may grow to: the operators' rule is 4 GB in all for three or four workers."""

HEADROOM = 1.5
"""A start shows the least that is needed; requests, imports and backups need some more."""


@dataclass(frozen=True)
class Usage:
    """What one process takes: `private` pages of its own, `share` its part of everything."""

    private: int
    share: int


@dataclass(frozen=True)
class Limit:
    """The most that may be used, and who says so."""

    size: int
    where: str


def usage(pid: int | str = "self", proc: Path = Path("/proc")) -> Usage | None:
    """What process `pid` takes; None where the system does not tell."""
    try:
        text = (proc / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    sizes = {name: int(size) * 1024 for name, size in re.findall(r"(\w+):\s+(\d+) kB", text)}
    if "Pss" not in sizes:
        return None
    return Usage(
        private=sizes.get("Private_Clean", 0) + sizes.get("Private_Dirty", 0), share=sizes["Pss"]
    )


def limit(proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> Limit | None:
    """The smallest of the machine's memory and the limits of our control groups (v1 and v2)."""
    limits = [*_machine(proc), *_control_groups(proc, cgroups)]
    return min(limits, key=lambda found: found.size, default=None)


def needed(workers: int, measured: int = 0) -> int:
    """What `workers` need: the operators' rule, or more where the `measured` total asks for it."""
    return max(workers * PER_WORKER, int(measured * HEADROOM))


def warning(workers: int, measured: int, found: Limit | None) -> str | None:
    """One sentence where `found` is less than `workers` need, else None."""
    need = needed(workers, measured)
    if found is None or found.size >= need:
        return None
    return (
        f"Memory is short: {found.where} has {found.size / GB:.1f} GB, {workers} workers may need "
        f"{need / GB:.1f} GB; set WEB_CONCURRENCY to fewer workers or give it more."
    )


def summary(master: Usage | None, workers: Iterable[Usage | None], found: Limit | None) -> str:
    """One line about what master and workers take now."""
    known = [worker for worker in workers if worker is not None]
    if master is None or not known:
        return "Memory: this system does not tell how much the processes take."
    total = master.share + sum(worker.share for worker in known)
    largest = max(worker.private for worker in known)
    room = f"; {found.where} has {found.size / GB:.1f} GB" if found else ""
    return (
        f"Memory: master and {len(known)} workers take {total / MB:.0f} MB together, of which "
        f"each worker up to {largest / MB:.0f} MB of its own{room}."
    )


def _machine(proc: Path) -> Iterable[Limit]:
    try:
        text = (proc / "meminfo").read_text(encoding="ascii")
    except OSError:
        return
    found = re.search(r"^MemTotal:\s+(\d+) kB", text, re.MULTILINE)
    if found:
        yield Limit(int(found[1]) * 1024, "this machine")


def _control_groups(proc: Path, cgroups: Path) -> Iterable[Limit]:
    try:
        groups = (proc / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in groups:
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            yield from _ancestors(cgroups, group, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _ancestors(cgroups / "memory", group, "memory.limit_in_bytes")


def _ancestors(mount: Path, group: str, name: str) -> Iterable[Limit]:
    """The limits of a group and all above it; inside a container only the mount itself is seen."""
    folder = mount / group.lstrip("/")
    while folder.is_relative_to(mount):
        try:
            text = (folder / name).read_text(encoding="ascii").strip()
        except OSError:
            text = ""
        # Without a limit v2 says "max" and v1 a number near 2^63, which the machine undercuts.
        if text.isdigit():
            yield Limit(int(text), "this control group")
        folder = folder.parent
