"""Ways to sign in, as settings name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.operations.in_force import in_force
from webapp.settings import SettingsError, load_settings, misspelt

UNI = {
    "OIDC_UNI_ISSUER": "https://login.university.example/realms/all",
    "OIDC_UNI_CLIENT_ID": "kewp",
    "OIDC_UNI_CLIENT_SECRET": "hunter2 and more",
    "OIDC_UNI_LABEL": "Our University",
}


def test_nothing_is_offered_by_default() -> None:
    assert load_settings({}, env_file=None).providers == ()
    assert load_settings({"OIDC_UNI_ISSUER": ""}, env_file=None).providers == ()


def test_further_ones_by_a_word_of_ones_own() -> None:
    given = {**UNI, "GITHUB_CLIENT_ID": "a", "GITHUB_CLIENT_SECRET": "b"}
    github, uni = load_settings(given, env_file=None).providers
    assert (github.key, github.label) == ("github", "GitHub")
    assert (uni.key, uni.label, uni.place) == ("uni", "Our University", UNI["OIDC_UNI_ISSUER"])
    assert "hunter2" not in repr(uni)


def test_without_a_label_the_word_is_shown() -> None:
    given = {name: value for name, value in UNI.items() if name != "OIDC_UNI_LABEL"}
    [uni] = load_settings(given, env_file=None).providers
    assert uni.label == "uni"


def test_the_list_of_settings_holds_them_without_the_secret() -> None:
    shown = {one.name: one.value for one in in_force(load_settings(UNI, env_file=None))}
    assert shown["OIDC_UNI_CLIENT_SECRET"] == "(set)"
    assert shown["OIDC_UNI_LABEL"] == "Our University"
    assert shown["GITHUB_CLIENT_SECRET"] == ""


@pytest.mark.parametrize(
    "lacking", ["OIDC_UNI_ISSUER", "OIDC_UNI_CLIENT_ID", "OIDC_UNI_CLIENT_SECRET"]
)
def test_half_of_one_is_refused(lacking: str) -> None:
    given = {name: value for name, value in UNI.items() if name != lacking}
    with pytest.raises(SettingsError, match=f"^{lacking} is not set: signing in with uni needs it"):
        load_settings(given, env_file=None)


@pytest.mark.parametrize("taken", ["GITHUB", "ORCID", "LINK", "WORKSHOP"])
def test_nobody_else_is_called_like_ours(taken: str) -> None:
    """Else another provider could vouch for `github:583231`."""
    given = {name.replace("UNI", taken): value for name, value in UNI.items()}
    with pytest.raises(SettingsError, match="choose another word"):
        load_settings(given, env_file=None)


def test_what_is_written_wrong_is_remarked(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("OIDC_UNI_ISUER=https://x.example\nOIDC_UNI_LABEL=X\nORCID_CLIENT_IDD=x\n")
    first, second = misspelt(file)
    assert first.startswith("OIDC_UNI_ISUER in .env is no setting")
    assert "OIDC_NAME_ISSUER" in first
    assert second == "ORCID_CLIENT_IDD in .env is no setting; is ORCID_CLIENT_ID meant?"
