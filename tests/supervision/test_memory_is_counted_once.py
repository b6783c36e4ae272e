"""The arithmetic of memory: what is taken, what there is, when to warn."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from supervision import memory, memory_report
from supervision.memory import GB, MB, Limit, Usage

ROLLUP = """55d0c6a00000-7ffd8f5fe000 ---p 00000000 00:00 0    [rollup]
Rss:              500000 kB
Pss:              300000 kB
Pss_Dirty:         60000 kB
Shared_Clean:     400000 kB
Private_Clean:     10000 kB
Private_Dirty:     20000 kB
"""


def machine(folder: Path, kilobytes: int, *groups: str) -> Path:
    proc = folder / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text(f"MemTotal:       {kilobytes} kB\nMemFree:  1 kB\n")
    (proc / "self" / "cgroup").write_text("".join(f"{group}\n" for group in groups))
    return proc


def test_usage_counts_shared_memory_once(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "smaps_rollup").write_text(ROLLUP)

    assert memory.usage(12, tmp_path) == Usage(private=30_000 * 1024, share=300_000 * 1024)


def test_usage_of_this_process_is_real() -> None:
    found = memory.usage()

    assert found is not None
    assert 5 * MB < found.private <= found.share < 2 * GB


def test_a_system_that_does_not_tell(tmp_path: Path) -> None:
    assert memory.usage(12, tmp_path) is None
    assert memory.limit(tmp_path, tmp_path) is None
    assert memory.warning(4, 0, None) is None
    assert memory.summary(None, [], None) == (
        "Memory: this system does not tell how much the processes take."
    )


def test_the_machine_is_the_limit_where_no_group_has_less(tmp_path: Path) -> None:
    proc = machine(tmp_path, 4_000_000, "0::/user.slice")
    group = tmp_path / "cgroup" / "user.slice"
    group.mkdir(parents=True)
    (group / "memory.max").write_text("max\n")

    assert memory.limit(proc, tmp_path / "cgroup") == Limit(4_000_000 * 1024, "this machine")


def test_a_limit_of_version_2_may_be_set_on_a_group_above(tmp_path: Path) -> None:
    proc = machine(tmp_path, 8_000_000, "0::/pod/box")
    above = tmp_path / "cgroup" / "pod"
    (above / "box").mkdir(parents=True)
    (above / "box" / "memory.max").write_text("max\n")
    (above / "memory.max").write_text("2000000000\n")

    assert memory.limit(proc, tmp_path / "cgroup") == Limit(2 * GB, "this control group")


def test_a_limit_of_version_1_is_found_by_path_or_at_the_mount(tmp_path: Path) -> None:
    proc = machine(tmp_path, 8_000_000, "5:cpu:/", "4:memory:/docker/abc", "0::/")
    mount = tmp_path / "cgroup" / "memory"
    mount.mkdir(parents=True)
    (mount / "memory.limit_in_bytes").write_text("1000000000\n")  # all a container sees

    assert memory.limit(proc, tmp_path / "cgroup") == Limit(GB, "this control group")

    (mount / "docker" / "abc").mkdir(parents=True)
    (mount / "docker" / "abc" / "memory.limit_in_bytes").write_text("500000000\n")
    (mount / "memory.limit_in_bytes").write_text("9223372036854771712\n")

    assert memory.limit(proc, tmp_path / "cgroup") == Limit(GB // 2, "this control group")


@pytest.mark.parametrize(
    ("workers", "measured", "need"),
    [(1, 0, GB), (4, 500 * MB, 4 * GB), (2, 3 * GB, int(4.5 * GB))],
)
def test_four_workers_need_4_gb_and_more_if_more_is_measured(
    workers: int, measured: int, need: int
) -> None:
    assert memory.needed(workers, measured) == need


def test_enough_is_no_reason_to_warn() -> None:
    assert memory.warning(4, 500 * MB, Limit(4 * GB, "this machine")) is None


def test_too_little_is_said_with_the_remedy() -> None:
    assert memory.warning(4, 500 * MB, Limit(2 * GB, "this control group")) == (
        "Memory is short: this control group has 2.0 GB, 4 workers may need 4.0 GB; set "
        "WEB_CONCURRENCY to fewer workers or give it more."
    )


def test_the_server_warns_when_it_starts(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("gunicorn.test")

    memory_report.warn_if_short(SimpleNamespace(log=log, app=None, num_workers=2))
    assert caplog.messages == []

    memory_report.warn_if_short(SimpleNamespace(log=log, app=None, num_workers=1_000_000))
    assert len(caplog.messages) == 1
    assert "1000000 workers may need 1000000.0 GB" in caplog.messages[0]


def test_the_summary_is_one_line() -> None:
    workers = [Usage(10 * MB, 100 * MB), None, Usage(30 * MB, 120 * MB)]

    assert memory.summary(Usage(50 * MB, 200 * MB), workers, Limit(4 * GB, "this machine")) == (
        "Memory: master and 2 workers take 420 MB together, of which each worker up to 30 MB of "
        "its own; this machine has 4.0 GB."
    )
