"""What an adapter says about itself: read by the registry, the console and the services, without importing the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from listbridge.domain.ids import Site
from listbridge.domain.ports import MarketplaceTraits, ShopTraits
from listbridge.domain.rules import Bounds


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """One limit of a platform (protocol 9). `operations` are patterns of the adapter's operation names (`*` matches all).

    `rate` is calls per second, `burst` how many may go at once after a pause, `day_quota` calls per calendar day in
    `day_zone` (IANA name). `scope` says who shares it: all accounts on one app, one account, or one account's region.
    """

    name: str
    scope: Literal["app", "account", "region"]
    operations: tuple[str, ...]
    rate: float
    burst: int
    day_quota: int | None = None
    day_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class MarketplaceManifest:
    """A marketplace adapter's card."""

    slug: str
    label: str
    api_version: str
    docs: str
    capabilities: frozenset[str]
    traits: MarketplaceTraits
    sites: Mapping[Site, Bounds]
    budgets: tuple[BudgetSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopManifest:
    """A shop adapter's card."""

    slug: str
    label: str
    api_version: str
    docs: str
    capabilities: frozenset[str]
    traits: ShopTraits
    budgets: tuple[BudgetSpec, ...] = field(default=())
