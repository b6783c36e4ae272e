"""ORCID: OpenID Connect whose subject is the ORCID iD, kept for credit.

https://github.com/ORCID/ORCID-Source/blob/main/orcid-web/ORCID_AUTH_WITH_OPENID_CONNECT.md. There
is no scope `profile`; a name may be private, and is then the iD.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webapp.accounts.providers.interface import ProviderFailed, Recognised
from webapp.accounts.providers.openid import OpenIdProvider, name_in

_ID = re.compile(r"(?:https?://(?:[a-z]+\.)?orcid\.org/)?((?:\d{4}-){3}\d{3}[\dX])")


class Orcid(OpenIdProvider):
    """Signs in with ORCID, or with its sandbox."""

    scope = "openid"

    def recognise(self, claims: Mapping[str, Any]) -> Recognised:
        """The person with the iD that the claims hold; raises `ProviderFailed` where it is none."""
        found = _ID.fullmatch(claims["sub"])
        if found is None or check_digit(found[1]) != found[1][-1]:
            raise ProviderFailed("token", "its subject is no ORCID iD")
        return Recognised(found[1], name_in(claims) or found[1], shown=found[1], orcid=found[1])


def check_digit(orcid: str) -> str:
    """The last character that an iD must have (ISO 7064, MOD 11-2).

    https://support.orcid.org/hc/en-us/articles/360006897674
    """
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
