from pathlib import Path

import pytest

from tests.conftest import SECRET
from webapp.settings import SettingsError, load_settings, misspelt


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("PORT", "http", "whole number"),
        ("PORT", "70000", "whole number"),
        ("WEB_CONCURRENCY", "0", "whole number"),
        ("BACKUP_MIN_INTERVAL", "soon", "duration"),
        ("BACKUP_MIN_INTERVAL", "15", "15m"),
        ("PUBLIC_URL", "https://example.org/a b", "without blanks"),
        ("ADMIN_USERS", "link:", "provider:id"),
        ("BACKUP_SCHEDULE", "at two", "cron line"),
        ("BACKUP_RETENTION_DAYS", "-1", "whole number"),
        ("FLASK_SECRET_KEY", "short", "32"),
        ("ADMIN_USERS", "ann", "provider:id"),
        ("PUBLIC_URL", "example.org", "https://"),
        ("SECURE_COOKIES", "maybe", "yes or no"),
        ("FLASK_SECRET_KEY", "change-me-to-something-random-please", "example"),
        ("RATELIMIT_STORAGE_URI", "memcached://localhost", "redis://HOST:PORT"),
        ("RATELIMIT_STORAGE_URI", "redis://localhost:port", "redis://HOST:PORT"),
        ("TRUSTED_PROXIES", "nginx", "neither"),
        ("TRUSTED_PROXIES", "*", "neither"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "neither"),
        ("TRUSTED_PROXIES", "127.0.0.1, 0.0.0.0/0", "everybody"),
        ("TRUSTED_PROXIES", "::/0", "everybody"),
        ("DATABASE_URL", "postgresql://localhost/x", "DATABASE_PATH"),
        ("NEW_PEOPLE", "admin", "curator or nobody"),
        ("SESSION_IDLE", "1s", "5m to 90d"),
        ("SESSION_LIFETIME", "for ever", "duration"),
        ("ORCID_ISSUER", "http://orcid.org", "https://"),
        ("OIDC_UNI_ISSUER", "http://login.university.example", "https://"),
    ],
)
def test_one_sentence_names_the_setting_and_the_remedy(name: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({name: value}, env_file=None)
    sentence = str(raised.value)
    assert sentence.startswith(name)
    assert remedy in sentence
    assert "\n" not in sentence


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(SettingsError, match="DATABASE_PATH") as raised:
        load_settings({"DATABASE_URL": "postgresql://ann:hunter2@db/x"}, env_file=None)
    assert "hunter2" not in str(raised.value)


def test_a_name_that_is_nearly_ours_is_remarked(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PROT=5001\nTZ=Europe/Amsterdam\nAPP_UID=1000\nGUNICORN_TIMEOUT=9\nPORT=1\n")
    assert misspelt(file, {}) == ["PROT in .env is no setting; is PORT meant?"]


def test_a_name_that_begins_like_ours_is_remarked_wherever_it_stands(tmp_path: Path) -> None:
    environment = {
        "BACKUP_RETENTION": "9",
        "RATELIMIT_STORAGE_URL": "redis://localhost",
        "FLASK_DEBUG": "1",
        "METRICS_TOKEN_FILE": "run/secrets/metrics",  # of a secret: known
        "PORT_FILE": "port",  # not ours alone to begin so
        "HOSTS": "a b",
        "GUNICORN_CMD_ARGS": "",
        "DATA_ROOT": "/somebody/else",
    }
    assert misspelt(tmp_path / ".env", environment) == [
        "BACKUP_RETENTION in the environment is no setting; is BACKUP_RETENTION_DAYS meant?",
        "FLASK_DEBUG in the environment is no setting and does nothing.",
        "RATELIMIT_STORAGE_URL in the environment is no setting; is RATELIMIT_STORAGE_URI meant?",
    ]


def test_a_secret_is_not_repeated_in_the_sentence() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({"FLASK_SECRET_KEY": "hunter2"}, env_file=None)
    assert "hunter2" not in str(raised.value)


def test_the_environment_wins_over_the_file_and_empty_means_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"PORT=5001\nHOST=127.0.0.1\nFLASK_SECRET_KEY={SECRET}\nWEB_CONCURRENCY=\n")
    settings = load_settings({"PORT": "5002"}, env_file=file)
    assert settings.port == 5002
    assert settings.host == "127.0.0.1"
    assert settings.web_concurrency == 2
    assert settings.sources["PORT"] == "environment"
    assert settings.sources["HOST"] == ".env"
    assert settings.sources["WEB_CONCURRENCY"] == "default"


def test_serving_needs_a_secret_key() -> None:
    with pytest.raises(SettingsError, match="make env"):
        load_settings({}, env_file=None).require_secret_key()


def test_the_backup_folder_follows_the_data_folder() -> None:
    settings = load_settings({"DATA_DIR": "/srv/kewp"}, env_file=None)
    assert settings.database_path == Path("/srv/kewp/ke_wp_mapping.db")
    assert settings.backup_dir == Path("/srv/kewp/backups")
