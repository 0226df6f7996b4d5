"""AWS clients: one session, one client per service, shared by all threads of the process.

They are botocore's own, which is what boto3 hands out too. Leaving boto3 itself out saves its import and that of
s3transfer at every cold start.
"""

from __future__ import annotations

import threading
from typing import Any

import botocore
import botocore.session
from botocore.config import Config

from listbridge.infra import settings

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,  # every row is small, and every worker has a lease to keep
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=50,
    tcp_keepalive=True,
    parameter_validation=False,  # a third of the CPU of a call; the contract suite runs every call we make
    # botocore puts its own long one together again for every request: a seventh of the CPU of a call.
    user_agent=f"listbridge Botocore/{botocore.__version__}",
)
_LOCK = threading.RLock()
_clients: dict[str, Any] = {}
_session: botocore.session.Session | None = None


def client(service: str) -> Any:
    """The client of a service, by botocore's name of it (`dynamodb`). Safe to share between threads."""
    found = _clients.get(service)
    if found is None:
        with _LOCK:
            found = _clients.get(service)
            if found is None:
                found = _clients[service] = new_client(service)
    return found


def forget_clients() -> None:
    """Make new clients from the environment as it is now: for tests."""
    global _session
    with _LOCK:
        _clients.clear()
        _session = None


def new_client(service: str) -> Any:
    """A client that nobody else has: what is measured on the shared one does not see its calls."""
    global _session
    if _session is None:  # shared, because it reads AWS's description of its services only once
        _session = botocore.session.get_session()
    return _session.create_client(service, endpoint_url=settings.told().aws_endpoint_url, config=_CONFIG)
