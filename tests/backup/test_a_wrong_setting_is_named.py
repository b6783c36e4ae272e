import re
from pathlib import Path

import pytest

from backup import settings as backup_settings
from backup.errors import SettingsError
from backup.settings import ROOT, is_remote, load_settings
from tests.backup.installation import Installation


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("BACKUP_SCHEDULE", "at two", "cron line"),
        ("BACKUP_SCHEDULE", "0 0 2 * * *", "five fields"),
        ("BACKUP_SCHEDULE", "0 2 31 2 *", "comes true"),
        ("BACKUP_RETENTION_DAYS", "0", "from 1 to 3650"),
        ("BACKUP_RETENTION_DAYS", "a week", "whole number"),
        ("BACKUP_MIN_INTERVAL", "soon", "duration"),
        ("BACKUP_MIN_INTERVAL", "0m", "from 1s"),
        ("BACKUP_DIR", __file__, "name a folder"),
        ("BACKUP_COPY_TO", str(ROOT / "data" / "backups"), "name a folder on another disk"),
        ("ALLOW_NETWORK_DISK", "perhaps", "yes or no"),
        ("DATABASE_PATH", str(ROOT), "name the database file"),
    ],
)
def test_one_sentence_names_the_setting_and_the_remedy(name: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({name: value}, env_file=None)
    assert str(raised.value).startswith(f"{name} is {value!r}")
    assert remedy in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("BACKUP_PING_URL", "hc-ping.com/secret", "starts with http:// or https://"),
        ("BACKUP_PING_URL", "file:///etc/secret", "starts with http:// or https://"),
        ("BACKUP_PING_URL", "https://hc-ping.com/a secret", "starts with http:// or https://"),
        ("BACKUP_COPY_TO", ":sftp,host=box,pass=secret:kewp", "rclone's own configuration"),
        ("BACKUP_COPY_TO", "attic,pass=secret:kewp", "rclone's own configuration"),
    ],
)
def test_what_may_hold_a_secret_is_named_without_its_value(
    name: str, value: str, remedy: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({name: value}, env_file=None)
    assert str(raised.value).startswith(f"{name} cannot be used: ")
    assert remedy in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("value", "understood", "remote"),
    [
        ("", "", False),
        ("/mnt/nas/kewp/", "/mnt/nas/kewp", False),
        ("/mnt/a:b", "/mnt/a:b", False),
        ("copies", str(ROOT / "copies"), False),
        ("./a:b", str(ROOT / "a:b"), False),
        ("attic:kewp", "attic:kewp", True),
        (":local:/srv/kewp", ":local:/srv/kewp", True),
    ],
)
def test_a_second_place_is_a_folder_or_a_remote(value: str, understood: str, remote: bool) -> None:
    settings = load_settings({"BACKUP_COPY_TO": value}, env_file=None)
    assert settings.copy_to == understood
    assert is_remote(settings.copy_to) is remote


def test_the_command_ends_with_78_and_the_sentence(installation: Installation) -> None:
    done = installation.run("now", BACKUP_MIN_INTERVAL="soon")
    assert done.returncode == 78
    assert done.stderr.startswith("BACKUP_MIN_INTERVAL is 'soon' and cannot be used")
    assert done.stderr.count("\n") == 1
    assert not installation.folder_path.exists()


def test_the_environment_wins_over_the_file_and_empty_means_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DATA_DIR=/srv/kewp\nBACKUP_RETENTION_DAYS=3\nBACKUP_MIN_INTERVAL=\n")
    settings = load_settings({"BACKUP_RETENTION_DAYS": "5", "DATABASE_PATH": ""}, file)
    assert settings.database == Path("/srv/kewp/ke_wp_mapping.db")
    assert settings.folder == Path("/srv/kewp/backups")
    assert settings.retention_days == 5
    assert settings.min_interval.total_seconds() == 900


def test_names_and_defaults_are_those_of_the_application() -> None:
    from webapp import settings as application

    theirs = application.load_settings({}, env_file=None)
    ours = load_settings({}, env_file=None)
    assert ours.database == theirs.database_path
    assert ours.folder == theirs.backup_dir
    assert ours.schedule == theirs.backup_schedule
    assert ours.retention_days == theirs.backup_retention_days
    assert ours.min_interval.total_seconds() == theirs.backup_min_interval
    assert ours.copy_to == theirs.backup_copy_to
    assert ours.ping_url == theirs.backup_ping_url
    assert ours.allow_network_disk == theirs.allow_network_disk
    source = Path(backup_settings.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'setting\(\s*"([A-Z_]+)"', source))
    assert named <= {setting.name for setting in application.SETTINGS}
    assert {name for name in named if name.startswith("BACKUP_")} == {
        setting.name for setting in application.SETTINGS if setting.name.startswith("BACKUP_")
    }
