"""The shared cache, which may be gone: then nothing is remembered, and nothing fails or waits."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds for one question
REST = 10  # seconds in which a cache that did not answer is not asked again


class KeptClient(RedisCacheClient):
    """Keeps the client that reads and the one that writes, which any thread may use: to make one
    for each question costs as much as to ask it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self.clients:
            self.clients[write] = super().get_client(key, write=write)
        return self.clients[write]


class ForgivingRedisCache(RedisCache):
    """Redis whose absence is a miss: sessions are read from the database then (R-14).

    A question waits for half a second at the most, and after one that failed no other is asked for
    ten seconds.
    """

    silent_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        once = {"retry": Retry(NoBackoff(), 0)}
        times = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        super().__init__(server, {**params, "OPTIONS": {**once, **times}})
        self._class = KeptClient

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self.ask(super().get, default, key, default, version)

    def get_many(self, keys: Any, version: Any = None) -> Any:
        return self.ask(super().get_many, {}, keys, version)

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(self.ask(super().has_key, False, key, version))

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self.ask(super().add, True, key, value, *args, **kwargs))

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self.ask(super().set, None, key, value, *args, **kwargs)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        return self.ask(super().set_many, list(data), data, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self.ask(super().touch, False, key, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return int(self.ask(super().incr, delta, key, delta, version))

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(self.ask(super().delete, False, key, version))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        self.ask(super().delete_many, None, keys, version)

    def clear(self) -> None:
        self.ask(super().clear, None)

    @classmethod
    def ask(cls, question: Callable[..., Any], otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < cls.silent_until:
            return otherwise
        try:
            return question(*args, **kwargs)
        except (RedisError, OSError) as error:
            cls.silent_until = time.monotonic() + REST
            log.warning("the cache is not asked for %s s: %s", REST, error)
            return otherwise
