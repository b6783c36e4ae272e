"""buildah and podman with a storage of their own: a cache that stays, a scratch that does not."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

CONFIGURATION = """
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:8192"]

[engine]
# runc and cgroupfs work with every version of cgroups, and without systemd.
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{scratch}/podman"
"""


class Engine:
    """Builds into the cache, runs from there in the scratch, which holds everything else."""

    def __init__(self, cache: Path, scratch: Path) -> None:
        self.cache = cache
        self.scratch = scratch
        scratch.mkdir(exist_ok=True)
        (scratch / "containers.conf").write_text(CONFIGURATION.format(scratch=scratch))
        builder = f"graphroot = '{cache}/storage'\nrunroot = '{scratch}/builder-run'\n"
        runner = (
            f"graphroot = '{scratch}/storage'\nrunroot = '{scratch}/runner-run'\n"
            f"[storage.options]\nadditionalimagestores = ['{cache}/storage']\n"
        )
        for program, places in (("buildah", builder), ("podman", runner)):
            (scratch / f"{program}.conf").write_text(f"[storage]\ndriver = 'overlay'\n{places}")

    def environment(self, program: str) -> dict[str, str]:
        """The environment in which `program` finds its storage."""
        return {
            **os.environ,
            "CONTAINERS_CONF": str(self.scratch / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.scratch / f"{program}.conf"),
            "TMPDIR": str(self.scratch),
        }

    def run(
        self, program: str, *arguments: str | Path, seconds: float = 120, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run `buildah` or `podman`; it must succeed unless `check` is False."""
        done = subprocess.run(
            [program, *arguments],
            env=self.environment(program),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{program} {arguments}:\n{done.stdout}{done.stderr}"
        return done

    def podman(self, *arguments: str | Path, seconds: float = 120) -> str:
        """What podman prints on its standard output, without space around it."""
        return self.run("podman", *arguments, seconds=seconds).stdout.strip()

    def clean_up(self) -> None:
        """Remove all containers, and of the scratch all but the configuration."""
        self.run("podman", "rm", "--all", "--force", "--volumes", "--time", "0", check=False)
        self.run("buildah", "rm", "--all", check=False)
        for folder in self.scratch.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)


@contextmanager
def opened() -> Iterator[Engine]:
    """An engine for one run of the tests at a time, of which nothing but the cache is left."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "ke-wp-mapping" / "image"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another run of these tests on this machine.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = folder / "scratch"
        engine = Engine(_of_this_week(folder), scratch)
        engine.clean_up()  # a run that was killed leaves its containers running
        try:
            yield engine
        finally:
            engine.clean_up()
            shutil.rmtree(scratch)


def _of_this_week(folder: Path) -> Path:
    """The cache of this week; older ones go, so that none grows for ever or grows too old."""
    cache = folder / f"{datetime.now(UTC):%G-W%V}"
    for old in folder.glob("*-W*"):
        if old != cache:
            shutil.rmtree(old)
    cache.mkdir(exist_ok=True)
    return cache
