"""A database belongs on a local disk; where it lies is read from the mount table."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backup import mounts
from backup.errors import SettingsError
from backup.settings import ROOT, load_settings
from tests.backup.installation import PATIENCE, Installation
from tests.backup.privileges import IN_A_NAMESPACE, need_rclone_mount, rclone_mount
from tests.conftest import SECRET

TABLES = Path(__file__).parent / "mount_tables"
"""Lines as the kernel writes them, of machines and containers of many kinds."""

TABLE = (TABLES / "machine.txt").read_text()
CONTAINER = (TABLES / "container.txt").read_text()


def kind(path: str, table: str = TABLE) -> str:
    found = mounts.mount_of(Path(path), mounts.read(table))
    assert found is not None
    return found.kind


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/lib/kewp/ke_wp_mapping.db", "ext4"),
        ("/srv/kewp/ke_wp_mapping.db", "xfs"),
        ("/srv/kewpdata/ke_wp_mapping.db", "ext4"),  # no folder of that mount
        ("/net/home/op/ke_wp_mapping.db", "nfs4"),
        ("/net/home/scratch/ke_wp_mapping.db", "ext4"),
        ("/mnt/office share/ke_wp_mapping.db", "cifs"),
        ("/srv/kewp/data/ke_wp_mapping.db", "ext4"),  # the later of two at one point is on top
        ("/hidden/deep/ke_wp_mapping.db", "nfs4"),  # mounted over what was below
        ("/mnt/wsl", "9p"),
    ],
)
def test_the_mount_of_a_path_is_found_as_the_kernel_does(path: str, expected: str) -> None:
    assert kind(path) == expected


def test_a_container_with_its_data_on_a_disk_and_its_snapshots_on_a_share() -> None:
    assert kind("/app/data/ke_wp_mapping.db", CONTAINER) == "ext4"
    assert kind("/app/data/backups/x.db", CONTAINER) == "nfs4"
    assert kind("/app/other.db", CONTAINER) == "overlay"


def test_names_with_blanks_and_backslashes() -> None:
    [share] = [mount for mount in mounts.read(TABLE) if mount.kind == "cifs"]
    assert share.point == "/mnt/office share"
    assert share.source == r"//office.example.org/it\kewp"


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ("/net/home", "nfs4 is a network file system"),
        ("/net/old", "nfs is a network"),
        ("/net/smb", "smb3 is a network"),
        ("/mnt/office share", "cifs is a network"),
        ("/mnt/ssh", "fuse.sshfs is a network"),
        ("/mnt/cloud", "fuse.rclone is a network"),
        ("/mnt/wsl", "9p is a network"),
        ("/mnt/gluster", "fuse.glusterfs is a network"),
        ("/mnt/ceph", "ceph is a network"),
        ("/mnt/afs", "afs is a network"),
        ("/mnt/dav", "fuse is a file system in user space that is not known"),
        ("/mnt/new", "fuse.shinyfs is a file system in user space that is not known"),
        ("/mnt/vbox", "vboxsf is a folder shared with another system"),
        ("/host_mark", "fakeowner is a folder shared with another system"),
        ("/", None),
        ("/srv/kewp", None),
        ("/mnt/btrfs", None),
        ("/mnt/stick", None),
        ("/mnt/crypt", None),
        ("/mnt/vm", None),
        ("/tmp", None),
    ],
)
def test_kinds_are_judged(point: str, why: str | None) -> None:
    [mount] = [one for one in mounts.read(TABLE) if one.point == point]
    found = mounts.objection(mount)
    assert found is None if why is None else found is not None and found.startswith(why)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("tmpfs", "it is memory"),
        ("overlay", "the container's own layer, which is deleted with the container"),
        ("virtiofs", "no other one may open the database"),
    ],
)
def test_what_is_accepted_with_a_remark(kind: str, what: str) -> None:
    mount = mounts.Mount(1, 0, "/", kind, "x")
    assert mounts.objection(mount) is None
    assert what in str(mounts.remark(mount))


def test_an_ordinary_disk_needs_no_remark() -> None:
    assert mounts.remark(mounts.Mount(1, 0, "/", "ext4", "/dev/sda1")) is None


def test_the_reason_and_the_setting_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    monkeypatch.setattr(mounts, "TABLE", table)
    settings = load_settings({"DATABASE_PATH": "/net/home/ke_wp_mapping.db"}, env_file=None)
    with pytest.raises(SettingsError) as raised:
        mounts.require_local_disk(settings)
    text = str(raised.value)
    assert "/net/home/ke_wp_mapping.db lies on /net/home (nas.example.org:/export/home)" in text
    assert "nfs4 is a network file system" in text
    assert "ALLOW_NETWORK_DISK=yes" in text
    remark = mounts.require_local_disk(replace(settings, allow_network_disk=True))
    assert remark is not None
    assert "nfs4 is a network file system" in remark


def test_a_link_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 8:1 / / rw - ext4 x rw\n2 1 0:9 / {tmp_path}/net rw - nfs4 y rw\n")
    monkeypatch.setattr(mounts, "TABLE", table)
    (tmp_path / "net").mkdir()
    (tmp_path / "data").symlink_to("net")
    found = mounts.find(tmp_path / "data" / "not made yet" / "ke_wp_mapping.db")
    assert found is not None
    assert found.kind == "nfs4"


def test_this_machines_own_table_is_understood(tmp_path: Path) -> None:
    if shutil.which("findmnt") is None:
        pytest.skip("THIS MACHINE'S MOUNTS NOT COMPARED: there is no findmnt (util-linux)")
    for path in (tmp_path, Path("/proc/self"), Path("/dev/null")):
        told = subprocess.run(
            ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(path)],
            capture_output=True,
            text=True,
        ).stdout.split()
        found = mounts.find(path)
        assert found is not None
        assert found.kind == told[-1]


def test_without_a_mount_table_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "TABLE", tmp_path / "not Linux")
    assert mounts.find(tmp_path) is None


@pytest.mark.parametrize(
    ("module", "words", "code"),
    [
        ("backup", ("now",), 78),
        ("backup", ("run",), 78),
        ("backup", ("restore",), 78),
        ("backup", ("check",), 78),
        ("webapp", ("prepare",), 1),
    ],
)
def test_a_real_one_is_refused_by_every_program(
    module: str, words: tuple[str, ...], code: int, empty: Installation, tmp_path: Path
) -> None:
    need_rclone_mount("A REAL NETWORK FILE SYSTEM")
    origin = tmp_path / "server"
    origin.mkdir()
    shell = f'{rclone_mount(origin, empty.database.parent)}; "$@"; code=$?; kill $!; exit $code'
    inside = [*IN_A_NAMESPACE, "sh", "-c", shell, "sh", sys.executable, "-m"]
    done = subprocess.run(
        [*inside, module, *words],
        cwd=ROOT,
        env={**empty.environment, "FLASK_SECRET_KEY": SECRET, "ENCODER": "none"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "fuse.rclone is a network file system" in done.stderr
    assert "ALLOW_NETWORK_DISK=yes" in done.stderr
    assert list(origin.iterdir()) == []
    if words == ("check",):
        allowed = subprocess.run(
            [*inside, module, *words],
            cwd=ROOT,
            env={**empty.environment, "ALLOW_NETWORK_DISK": "yes"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert allowed.returncode == 0
        assert "fuse.rclone is a network file system" in allowed.stdout
