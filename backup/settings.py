"""The settings of the backups: environment, then `.env`, then default; an empty one is unset.

Names and defaults are those of the application. A wrong value raises `SettingsError` with one
sentence that names the setting and the remedy.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cronsim import CronSim, CronSimError
from dotenv.parser import parse_stream

from backup.errors import SettingsError

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `supervisord.conf`; relative paths in settings start here."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


_NOT_SHOWN = {"BACKUP_PING_URL", "BACKUP_COPY_TO"}
"""Who knows the address can silence the alarm; a remote with options may hold a password."""

_SECRETS = {"BACKUP_PING_URL"}
"""Those that the application's table calls secret."""


@dataclass(frozen=True)
class Settings:
    """The settings in force; `copy_to` and `ping_url` are empty where they are not wanted."""

    database: Path
    folder: Path
    schedule: str
    retention_days: int
    min_interval: timedelta
    copy_to: str
    ping_url: str
    allow_network_disk: bool


def load_settings(
    environment: Mapping[str, str] | None = None, env_file: Path | None = ROOT / ".env"
) -> Settings:
    """Read all settings; `env_file=None` reads the environment alone.

    Raises `SettingsError` at the first wrong value.
    """
    given = os.environ if environment is None else environment
    from_file = read_env_file(env_file) if env_file else {}
    running = read_running(env_file.parent / "run") if env_file else {}

    def setting(name: str, default: str, read: Callable[[str], T]) -> T:
        places = (given, running, from_file)
        text = next((found for place in places if (found := _given(name, place))), default)
        try:
            return read(text)
        except ValueError as error:
            shown = "" if name in _NOT_SHOWN else f" is {text!r} and"
            raise SettingsError(f"{name}{shown} cannot be used: {error}.") from None

    data = setting("DATA_DIR", "data", _folder)
    settings = Settings(
        database=setting("DATABASE_PATH", f"{data}/ke_wp_mapping.db", _file),
        folder=setting("BACKUP_DIR", f"{data}/backups", _folder),
        schedule=setting("BACKUP_SCHEDULE", "0 2 * * *", _cron),
        retention_days=setting("BACKUP_RETENTION_DAYS", "7", _days),
        min_interval=setting("BACKUP_MIN_INTERVAL", "15m", _duration),
        copy_to=setting("BACKUP_COPY_TO", "", _place),
        ping_url=setting("BACKUP_PING_URL", "", _address),
        allow_network_disk=setting("ALLOW_NETWORK_DISK", "no", _yes_no),
    )
    if settings.copy_to == os.path.normpath(settings.folder):
        raise SettingsError(
            f"BACKUP_COPY_TO is {settings.copy_to!r} and cannot be used: the snapshots are there "
            "already; name a folder on another disk."
        )
    return settings


def _given(name: str, place: Mapping[str, str]) -> str:
    """What a place says of a setting; a secret may stand in a file that `NAME_FILE` names."""
    text = place.get(name) or ""
    named = place.get(f"{name}_FILE") if name in _SECRETS else ""
    if not named:
        return text
    if text:
        raise SettingsError(f"{name} and {name}_FILE are both set: remove one of them.")
    file = ROOT / named
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds no text"
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {reason}.") from None
    if not text:
        raise SettingsError(f"{name}_FILE names {file}, which is empty: put the secret into it.")
    return text


def read_running(run: Path) -> dict[str, str]:
    """What the environment of the site that runs in this folder says; see `supervision.given`."""
    try:
        with (run / "lock").open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = (run / "given.json").read_text(encoding="utf-8")
                return {str(name): str(value) for name, value in json.loads(text).items()}
    except (OSError, ValueError):
        return {}  # no site was ever started here, or it belongs to somebody else
    return {}


def read_env_file(file: Path) -> dict[str, str]:
    """The values in a `.env` file; empty where there is none. Raises `SettingsError`."""
    found = {}
    try:
        if not file.exists():
            return {}
        with file.open(encoding="utf-8") as stream:
            for one in parse_stream(stream):
                if one.error:
                    text = one.original.string
                    line = one.original.line + text[: -len(text.lstrip())].count("\n")
                    raise SettingsError(
                        f"Line {line} of {file} cannot be read: "
                        "write NAME=value, or # before a remark."
                    )
                if one.key:
                    found[one.key] = one.value or ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"{file} cannot be read: {reason}.") from None
    return found


def is_remote(place: str) -> bool:
    """Whether a value of `BACKUP_COPY_TO` is a remote of rclone, `name:path`, and not a folder."""
    return ":" in place and not place.startswith(("/", "."))


def _folder(text: str) -> Path:
    path = ROOT / text
    if path.exists() and not path.is_dir():
        raise ValueError("it is a file; name a folder")
    return path


def _file(text: str) -> Path:
    path = ROOT / text
    if path.is_dir():
        raise ValueError("it is a folder; name the database file in it")
    return path


def _place(text: str) -> str:
    if is_remote(text):
        if "," in text.lstrip(":").partition(":")[0]:
            raise ValueError("put the options of the remote into rclone's own configuration")
        return text
    # Not looked at: a share that hangs would hold up whoever only reads the settings.
    return os.path.normpath(ROOT / text) if text else ""


def _address(text: str) -> str:
    parts = urlsplit(text)
    good = parts.scheme in {"http", "https"} and parts.netloc and not re.search(r"\s", text)
    if text and not good:
        raise ValueError("give an address that starts with http:// or https://")
    return text.rstrip("/")


def _yes_no(text: str) -> bool:
    if text.lower() not in {"1", "yes", "true", "on", "0", "no", "false", "off"}:
        raise ValueError("give yes or no")
    return text.lower() in {"1", "yes", "true", "on"}


def _cron(text: str) -> str:
    wrong = ValueError("give a cron line of five fields that comes true, such as 0 2 * * *")
    if len(text.split()) != 5:
        raise wrong
    try:
        next(CronSim(text, datetime.now(UTC)))
    except (CronSimError, StopIteration):
        raise wrong from None
    return text


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 3650:
        raise ValueError("give a whole number from 1 to 3650")
    return int(text)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,9})\s*([smhd])", text.strip())
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 1 <= seconds <= 7 * _UNITS["d"]:
        raise ValueError("give a duration from 1s to 7d, such as 90s, 15m or 2h")
    return timedelta(seconds=seconds)
