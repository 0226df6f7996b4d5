"""What the functions are told by their environment, read when first asked for: a function asks only for its own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache

from listbridge.domain.work import Lane


class SettingMissing(Exception):
    """An environment variable that template.yaml declares is absent or cannot be read."""


def text(name: str) -> str:
    """A variable that must be there and not be empty. Raises SettingMissing."""
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(f"the environment variable {name} is not set")
    return value


def optional(name: str) -> str | None:
    """A variable that may be empty: the template declares each one, and empty stands for "none"."""
    return os.environ.get(name) or None


def number(name: str, default: float) -> float:
    """A duration in seconds or a size in bytes. Raises SettingMissing when it is not a number above 0."""
    value = os.environ.get(name)
    if not value:
        return default
    try:
        read = float(value)
    except ValueError:
        read = 0.0
    if not 0 < read < float("inf"):
        raise SettingMissing(f"the environment variable {name} is not a number above 0")
    return read


@cache
def table(name: str) -> str:
    """The name of one of our tables, by the template's word for it (`listings`)."""
    return text(f"{name.upper()}_TABLE")


@cache
def queue_url(lane: Lane) -> str:
    """The address of a lane's queue."""
    return text(f"{lane.value.upper()}_QUEUE_URL")


def aws_endpoint() -> str | None:
    """The emulator's address; None means AWS itself."""
    return optional("AWS_ENDPOINT_URL")


def under_lambda() -> bool:
    """Whether this process is a Lambda function's: AWS reserves the variable, and sets it in every one."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def stage() -> str:
    """The name of this deployment."""
    return text("STAGE")


def secrets_prefix() -> str:
    """What every secret's name begins with, without the slash that follows."""
    return text("SECRETS_PREFIX").rstrip("/")


def public_base_url() -> str | None:
    """Where shops and marketplaces reach us; None until it is set or learned."""
    return optional("PUBLIC_BASE_URL")


def max_webhook_bytes() -> int:
    """The longest webhook body that is taken."""
    return int(number("MAX_WEBHOOK_BYTES", 2_097_152))


def http_timeout_s() -> float:
    """The longest single call to a platform, in seconds."""
    return number("HTTP_TIMEOUT_S", 8.0)


def drain_run_s() -> float:
    """How long one drainer run goes on, in seconds."""
    return number("DRAIN_RUN_S", 20.0)


def drain_lease_s() -> float:
    """How long a dead drainer keeps its account, in seconds."""
    return number("DRAIN_LEASE_S", 10.0)


@cache
def due_shards() -> int:
    """Over how many partitions the due rows of one account and band are spread."""
    return int(number("DUE_SHARDS", 4))


@cache
def platform_urls() -> Mapping[str, str]:
    """Addresses that replace the platforms' own, by slug; only the local run sets any. Raises SettingMissing."""
    try:
        urls = json.loads(os.environ.get("PLATFORM_URLS") or "{}")
    except ValueError as error:
        raise SettingMissing("the environment variable PLATFORM_URLS is not JSON") from error
    if not isinstance(urls, dict) or not all(isinstance(url, str) for url in urls.values()):
        raise SettingMissing("the environment variable PLATFORM_URLS is not an object of addresses")
    return urls


def forget() -> None:
    """Read everything anew: for tests that change the environment."""
    for read in (table, queue_url, due_shards, platform_urls):
        read.cache_clear()
