"""What a function is told by its environment, as one typed model that is read once.

Each function is told what it uses and no more: `require` says at its start what lacks, and a packaging test compares
template.yaml with what the code reads.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json, ValidationError

from listbridge.domain.work import Lane

_Address: TypeAlias = Annotated[str, Field(pattern=r"^https?://\S+$")]
_Seconds: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Prefix: TypeAlias = Annotated[str, AfterValidator(lambda prefix: prefix.rstrip("/"))]


class UnusableSettings(Exception):
    """Environment variables are missing or malformed; the text names each with what is wrong."""


class Settings(BaseModel):
    """All that a function may be told. The variable of a field is its name in capitals; an empty one counts as not told.

    What has a default here has the template's, for runs that no template started.
    """

    model_config = ConfigDict(frozen=True)

    aws_endpoint_url: _Address | None = None
    """An emulator's address; None means AWS itself."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # Never our package's name: Powertools names a logger so, and would stand between ours and the root.
    powertools_service_name: str = "service_undefined"
    """The function, as log lines and metrics name it."""
    secrets_prefix: _Prefix | None = None
    """What every secret's name begins with, without the slash that follows."""

    config_table: str | None = None
    variants_table: str | None = None
    listings_table: str | None = None
    items_table: str | None = None
    orders_table: str | None = None
    buyers_table: str | None = None
    publications_table: str | None = None
    coordination_table: str | None = None
    inbox_table: str | None = None
    jobs_table: str | None = None
    activity_table: str | None = None

    shop_events_queue_url: _Address | None = None
    recompute_queue_url: _Address | None = None
    revise_queue_url: _Address | None = None
    publish_queue_url: _Address | None = None
    orders_queue_url: _Address | None = None
    fulfillments_queue_url: _Address | None = None

    marketplace_events_queue_arn: str | None = None
    """Where marketplaces tell us what changes; None where none may."""
    public_base_url: _Address | None = None
    """Where shops and marketplaces reach us; None until it is set or learned."""
    platform_urls: Json[dict[str, _Address]] = Field(default_factory=dict)
    """Addresses that replace the platforms' own, by slug; only the local run sets any."""
    max_webhook_bytes: int = Field(2_097_152, gt=0)
    """The longest webhook body that is taken."""
    http_timeout_s: _Seconds = 8.0
    """The longest single call to a platform."""
    drain_run_s: _Seconds = 8.0
    """How long one drainer run goes on."""
    drain_lease_s: _Seconds = 10.0
    """How long a dead drainer keeps its account."""
    due_shards: int = Field(4, ge=1, le=16)
    """Over how many partitions the due rows of one account and band are spread."""


@cache
def told() -> Settings:
    """What the environment says. Raises UnusableSettings for a variable that is malformed."""
    try:
        return Settings.model_validate(_variables(os.environ))
    except ValidationError as error:
        wrong = (f"{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        raise UnusableSettings("; ".join(wrong)) from None


def require(*names: str) -> None:
    """Raises UnusableSettings when one of these fields was not told, or any is malformed."""
    missing = sorted(name.upper() for name in set(names) - told().model_fields_set)
    if missing:
        raise UnusableSettings("; ".join(f"{name}: is not set" for name in missing))


def table(name: str) -> str:
    """The name of one of our tables, by the template's word for it (`listings`). Raises UnusableSettings."""
    return _needed(f"{name}_table")


def queue_url(lane: Lane) -> str:
    """The address of a lane's queue. Raises UnusableSettings."""
    return _needed(f"{lane.value}_queue_url")


def queue_urls() -> list[str]:
    """The addresses of all queues that this function was told."""
    urls = (getattr(told(), f"{lane.value}_queue_url") for lane in Lane)
    return [url for url in urls if url is not None]


def secrets_prefix() -> str:
    """What every secret's name begins with, without the slash that follows. Raises UnusableSettings."""
    return _needed("secrets_prefix")


def under_lambda() -> bool:
    """Whether this process is a Lambda function's: AWS reserves the variable, and sets it in every one."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def forget() -> None:
    """Read everything again: for tests that change the environment."""
    told.cache_clear()


def _needed(name: str) -> str:
    value = getattr(told(), name)
    if value is None:
        raise UnusableSettings(f"{name.upper()}: is not set")
    return str(value)


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    named = {name: environment.get(name.upper(), "") for name in Settings.model_fields}
    return {name: value for name, value in named.items() if value}
