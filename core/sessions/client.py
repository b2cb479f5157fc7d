"""Client: the type of what `connect` returns. Replies are bytes."""

from __future__ import annotations

from typing import TypeAlias

import redis
from redis.cluster import RedisCluster

Client: TypeAlias = redis.Redis | RedisCluster
