"""Where limits are counted: `runtime.db` or Redis, so that all workers count together.

Imports `database` alone. While the shared store does not answer, each worker counts by itself:
nobody is locked out because a disk is full, and nobody may try without end either.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from webapp.database import Database

log = logging.getLogger(__name__)

T = TypeVar("T")

TROUBLES = (OperationalError, RedisError)
"""What a store raises that is locked, full, read-only or away."""

PAUSE = 10.0
"""Seconds for which a store that failed is left alone; a locked one takes five to say so."""

REDIS_PATIENCE = 1.0
"""Seconds to wait for Redis; a form must not wait for it much longer than for our own file."""


class SharedCounters(Storage):
    """Storage of the `limits` library in `runtime.db`, so that all workers count together."""

    STORAGE_SCHEME = ["kewp"]  # noqa: RUF012 - the library declares it this way

    def __init__(self, runtime: Database) -> None:
        super().__init__()
        self._runtime = runtime

    @property
    def base_exceptions(self) -> type[Exception]:
        """Errors that the library may take for a storage failure."""
        return OperationalError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` for `key` in a window of `expiry` seconds; returns the count so far."""
        now = time.time()
        with self._runtime.write() as session:
            session.execute(
                text("DELETE FROM limit_counter WHERE expires_at <= :now"), {"now": now}
            )
            return int(
                session.execute(
                    text(
                        "INSERT INTO limit_counter (key, count, expires_at) "
                        "VALUES (:key, :amount, :expires) "
                        "ON CONFLICT (key) DO UPDATE SET count = count + :amount RETURNING count"
                    ),
                    {"key": key, "amount": amount, "expires": now + expiry},
                ).scalar_one()
            )

    def get(self, key: str) -> int:
        """The count of the running window, 0 where there is none."""
        return int(self._row(key)[0])

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in Unix seconds."""
        return float(self._row(key)[1])

    def _row(self, key: str) -> tuple[int, float]:
        now = time.time()
        with self._runtime.read() as session:
            row = session.execute(
                text("SELECT count, expires_at FROM limit_counter WHERE key = :key"), {"key": key}
            ).one_or_none()
        return (row[0], row[1]) if row and row[1] > now else (0, now)

    def check(self) -> bool:
        """Whether the storage answers."""
        with self._runtime.read() as session:
            return bool(session.execute(text("SELECT 1")).scalar_one() == 1)

    def reset(self) -> int:
        """Forget all counts; returns how many there were."""
        with self._runtime.write() as session:
            count = int(session.execute(text("SELECT COUNT(*) FROM limit_counter")).scalar_one())
            session.execute(text("DELETE FROM limit_counter"))
        return count

    def clear(self, key: str) -> None:
        """Forget the count of one key."""
        with self._runtime.write() as session:
            session.execute(text("DELETE FROM limit_counter WHERE key = :key"), {"key": key})


def storage(address: str, runtime: Database, name: str) -> Storage:
    """The store that `RATELIMIT_STORAGE_URI` names; `name` parts installations in one Redis.

    Nothing is connected yet: a Redis that is not there stops no start.
    """
    if address.startswith(("redis://", "rediss://")):
        return RedisStorage(
            address,
            key_prefix=name,
            socket_timeout=REDIS_PATIENCE,
            socket_connect_timeout=REDIS_PATIENCE,
        )
    return SharedCounters(runtime)


class Steadfast(Storage):
    """A shared store, and while it fails, the memory of this worker: it raises no `TROUBLES`."""

    STORAGE_SCHEME = ["kewp+steadfast"]  # noqa: RUF012 - the library declares it this way

    def __init__(self, shared: Storage) -> None:
        super().__init__()
        self._shared = shared
        self._alone = MemoryStorage()
        self._again = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Errors that the library may take for a storage failure."""
        return TROUBLES

    def _ask(self, what: Callable[[Storage], T]) -> T:
        if time.monotonic() >= self._again:
            try:
                return what(self._shared)
            except TROUBLES as error:
                self._again = time.monotonic() + PAUSE
                log.error(
                    "limits are counted in each worker alone for the next %g seconds, as their "
                    "store does not answer: %s",
                    PAUSE,
                    getattr(error, "orig", None) or error,
                )
        return what(self._alone)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` for `key` in a window of `expiry` seconds; returns the count so far."""
        return self._ask(lambda store: store.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        """The count of the running window, 0 where there is none."""
        return self._ask(lambda store: store.get(key))

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in Unix seconds."""
        return self._ask(lambda store: store.get_expiry(key))

    def check(self) -> bool:
        """Whether the store answers; this worker's memory always does."""
        return self._ask(lambda store: store.check())

    def reset(self) -> int | None:
        """Forget all counts; returns how many there were."""
        return self._ask(lambda store: store.reset())

    def clear(self, key: str) -> None:
        """Forget the count of one key."""
        self._ask(lambda store: store.clear(key))


def limiter(address: str, runtime: Database, name: str) -> FixedWindowRateLimiter:
    """What counts; see `storage`."""
    return FixedWindowRateLimiter(Steadfast(storage(address, runtime, name)))
