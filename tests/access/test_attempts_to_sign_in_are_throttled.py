"""`throttle(kind, key)`: so many attempts of a person and from an address, and no more."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.errors import Problem
from webapp.security import THROTTLES, client_address, throttle


@pytest.mark.parametrize("kind", THROTTLES)
def test_each_key_has_a_limit_of_its_own(kind: str, app: Flask) -> None:
    with app.test_request_context():
        for _ in range(THROTTLES[kind].amount):
            throttle(kind, "link:ann")
        with pytest.raises(Problem) as refused:
            throttle(kind, "link:ann")
        throttle(kind, "link:ben")
    assert refused.value.status == 429
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 61


def test_kinds_do_not_count_for_each_other(app: Flask) -> None:
    first, second = THROTTLES
    with app.test_request_context():
        for _ in range(THROTTLES[first].amount):
            throttle(first, "192.0.2.1")
        throttle(second, "192.0.2.1")


def test_one_customer_of_ipv6_is_one_address(app: Flask) -> None:
    seen = set()
    for address in ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4"):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            seen.add(client_address())
    assert seen == {"2001:db8:1:2::/64"}
